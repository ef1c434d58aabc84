//! Documents that clients name instead of sending them: trusted ones, given by whoever runs the server, and those that
//! clients registered by sending them once (Apollo's automatic persisted queries).

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::cache::DocumentCache;
use crate::fresh::{Freshness, Tag};
use crate::refusal::{Refusal, code};

/// Which documents a client may have run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OperationMode {
    /// Any.
    #[default]
    Open,
    /// Those that come with their hash, or are known by one.
    Apq,
    /// Trusted ones alone.
    Trusted,
}

/// A document that whoever runs the server stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedDocument {
    /// What clients call it.
    pub id: String,
    #[allow(missing_docs)]
    pub text: String,
}

/// How often requests were answered by what they named, since the start. Answers found among those kept need no
/// document, and count nothing here.
#[derive(Debug, Default)]
pub struct OperationCounts {
    /// Named, and there.
    pub found: AtomicU64,
    /// Named, and not there.
    pub not_found: AtomicU64,
    /// Sent with their hash, and kept from then on.
    pub registered: AtomicU64,
    /// Sent whole, and not what is run for the client; or with a hash that is another's.
    pub refused: AtomicU64,
}

/// What a registered document takes beside its text.
const OVERHEAD: usize = 256;
/// Bytes of the longest id that is looked up.
const LONGEST_ID: usize = 256;

/// The documents that requests may name.
pub(crate) struct Operations {
    /// By the SHA-256 of the text; `None` where clients cannot register any.
    registered: Option<DocumentCache<str>>,
    trusted: RwLock<Arc<Trusted>>,
    freshness: Option<Arc<Freshness>>,
    counts: Arc<OperationCounts>,
}

#[derive(Default)]
struct Trusted {
    /// By id and by the SHA-256 of the text.
    by_name: HashMap<String, Arc<Known>>,
}

struct Known {
    text: Arc<str>,
    sha256: String,
}

/// How a request says what is to run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// By the text.
    Text(String),
    /// By the SHA-256 of the text, as Apollo's clients do.
    Hash(String),
    /// By the text, to be known by its SHA-256 from now on.
    TextAndHash { text: String, hash: String },
    /// By an id.
    Id(String),
}

/// What is to run.
pub(crate) struct Found<'a> {
    pub(crate) text: Cow<'a, str>,
    /// What the answer depends on beyond what is read for it: the document's being trusted.
    pub(crate) tag: Option<Tag>,
    /// The hash to keep the text under if it may run.
    pub(crate) registers: Option<&'a str>,
}

impl Operations {
    /// Registered documents may take `budget_bytes`; 0 lets clients register none.
    pub(crate) fn new(budget_bytes: usize, freshness: Option<Arc<Freshness>>) -> Self {
        let registered = (budget_bytes > 0).then(|| DocumentCache::new(budget_bytes));
        Self { registered, trusted: RwLock::default(), freshness, counts: Arc::default() }
    }

    pub(crate) fn counts(&self) -> Arc<OperationCounts> {
        Arc::clone(&self.counts)
    }

    /// Replaces the trusted documents. Answers to those that are gone, or are others now, hold no more.
    pub(crate) fn trust(&self, documents: Vec<TrustedDocument>) {
        let mut fresh = Trusted::default();
        for TrustedDocument { id, text } in documents {
            let sha256 = document_hash(&text);
            let known = Arc::new(Known { text: text.into(), sha256: sha256.clone() });
            fresh.by_name.entry(sha256).or_insert_with(|| Arc::clone(&known));
            fresh.by_name.insert(id, known);
        }
        let fresh = Arc::new(fresh);
        let last = {
            let mut trusted = self.trusted.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *trusted, Arc::clone(&fresh))
        };
        let is_kept = |name: &str, known: &Known| fresh.by_name.get(name).is_some_and(|now| now.sha256 == known.sha256);
        let gone = last.by_name.iter().filter(|(name, known)| !is_kept(name, known));
        let gone: HashSet<Tag> = gone.map(|(_, known)| tag_of(&known.sha256)).collect();
        if let (Some(freshness), false) = (&self.freshness, gone.is_empty()) {
            freshness.touch(&gone);
        }
    }

    /// The document asked for, where `mode` lets it run.
    pub(crate) fn find<'a>(&self, asked: &'a Asked, mode: OperationMode) -> Result<Found<'a>, Refusal> {
        let found = self.look_up(asked, mode);
        let OperationCounts { found: there, not_found, refused, .. } = &*self.counts;
        let count = match (asked, &found) {
            (Asked::Hash(_) | Asked::Id(_), Ok(_)) => Some(there),
            (Asked::Hash(_) | Asked::Id(_), Err(_)) => Some(not_found),
            (Asked::Text(_) | Asked::TextAndHash { .. }, Ok(_)) => None,
            (Asked::Text(_) | Asked::TextAndHash { .. }, Err(_)) => Some(refused),
        };
        if let Some(count) = count {
            count.fetch_add(1, Ordering::Relaxed);
        }
        found
    }

    /// The same without being counted.
    pub(crate) fn look_up<'a>(&self, asked: &'a Asked, mode: OperationMode) -> Result<Found<'a>, Refusal> {
        match asked {
            Asked::Text(text) if mode == OperationMode::Open => Ok(text_alone(text)),
            Asked::Text(text) => self.trusted_text(text).ok_or_else(|| required(mode)),
            Asked::TextAndHash { text, hash } => self.with_hash(text, hash, mode),
            Asked::Hash(hash) => self.by_hash(hash, mode),
            Asked::Id(id) => self.by_id(id, mode),
        }
    }

    /// Keeps a document that may run. What is larger than half of the memory is not kept.
    pub(crate) fn register(&self, hash: &str, text: &str) {
        if let Some(registered) = &self.registered {
            registered.insert_weighing(hash, Arc::from(text), OVERHEAD + hash.len() + text.len());
            self.counts.registered.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn with_hash<'a>(&self, text: &'a str, hash: &'a str, mode: OperationMode) -> Result<Found<'a>, Refusal> {
        let right = document_hash(text);
        // A manifest may give any ids; Apollo's client sends them where the hash belongs.
        let trusted = self.known(hash).filter(|known| known.sha256 == right);
        if trusted.is_none() {
            must_be_hash(hash)?;
            if right != hash {
                return Err(Refusal::persisted(
                    "the document is not the one of \"extensions.persistedQuery.sha256Hash\": its SHA-256 is another",
                ));
            }
        }
        match (trusted.or_else(|| self.known(&right)), mode) {
            (Some(known), _) => Ok(Found { text: text.into(), tag: Some(tag_of(&known.sha256)), registers: None }),
            (None, OperationMode::Trusted) => Err(required(mode)),
            (None, _) => Ok(Found { registers: Some(hash), ..text_alone(text) }),
        }
    }

    fn by_hash<'a>(&self, hash: &str, mode: OperationMode) -> Result<Found<'a>, Refusal> {
        if let Some(known) = self.known(hash) {
            return Ok(found(&known));
        }
        must_be_hash(hash)?;
        if mode == OperationMode::Trusted {
            return Err(unknown_id(hash));
        }
        let Some(registered) = &self.registered else {
            // These words and this code make Apollo's client send documents from now on.
            return Err(Refusal::not_found(code::PERSISTED_QUERY_NOT_SUPPORTED, "PersistedQueryNotSupported"));
        };
        let text = registered.get(hash).ok_or_else(|| {
            // These words make Apollo's client and urql send the document.
            Refusal::not_found(code::PERSISTED_QUERY_NOT_FOUND, "PersistedQueryNotFound")
        })?;
        Ok(Found { text: Cow::Owned(text.to_string()), tag: None, registers: None })
    }

    fn by_id<'a>(&self, id: &str, mode: OperationMode) -> Result<Found<'a>, Refusal> {
        let hash = id.strip_prefix("sha256:").unwrap_or(id);
        if let Some(known) = self.known(id).or_else(|| self.known(hash)) {
            return Ok(found(&known));
        }
        let registered = self.registered.as_ref().filter(|_| mode != OperationMode::Trusted);
        let text = registered.and_then(|registered| registered.get(hash)).ok_or_else(|| unknown_id(id))?;
        Ok(Found { text: Cow::Owned(text.to_string()), tag: None, registers: None })
    }

    /// The text, where it is that of a trusted document.
    fn trusted_text<'a>(&self, text: &'a str) -> Option<Found<'a>> {
        let known = self.known(&document_hash(text))?;
        Some(Found { tag: Some(tag_of(&known.sha256)), ..text_alone(text) })
    }

    fn known(&self, name: &str) -> Option<Arc<Known>> {
        self.trusted.read().unwrap_or_else(PoisonError::into_inner).by_name.get(name).cloned()
    }
}

fn text_alone(text: &str) -> Found<'_> {
    Found { text: Cow::Borrowed(text), tag: None, registers: None }
}

fn found<'a>(known: &Known) -> Found<'a> {
    Found { text: Cow::Owned(known.text.to_string()), tag: Some(tag_of(&known.sha256)), registers: None }
}

/// The surrogate key of every answer to a trusted document, beside the one of the document itself: purge it where it is not
/// known which of them were taken out.
pub const OPERATIONS: &str = "operations";

fn tag_of(sha256: &str) -> Tag {
    Tag::numbered("operation", u64::from_str_radix(&sha256[..16], 16).unwrap_or_default())
}

fn must_be_hash(hash: &str) -> Result<(), Refusal> {
    let is_hash = hash.len() == 64 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if is_hash {
        return Ok(());
    }
    Err(Refusal::persisted(
        "\"extensions.persistedQuery.sha256Hash\" must be the SHA-256 of the document, in 64 hexadecimal digits of \
         lower case",
    ))
}

fn unknown_id(id: &str) -> Refusal {
    // Nobody is helped by a page of what was sent.
    let shown = if id.len() <= LONGEST_ID && !id.contains(char::is_control) { id } else { "this id" };
    let message = format!(
        "no document is stored under {shown}: whoever runs the server brings it in with `griot operations import`"
    );
    Refusal::not_found(code::PERSISTED_QUERY_NOT_FOUND, message)
}

fn required(mode: OperationMode) -> Refusal {
    let message = match mode {
        OperationMode::Trusted => {
            "only stored documents are run here: have the client's manifest brought in with `griot operations import`, \
             and send its ids"
        }
        OperationMode::Open | OperationMode::Apq => {
            "documents are run here by their hash alone: send \"extensions.persistedQuery\" with the document's SHA-256, \
             as the automatic persisted queries of Apollo and urql do"
        }
    };
    Refusal::not_found(code::PERSISTED_QUERY_REQUIRED, message)
}

/// The SHA-256 of a document's text in 64 hexadecimal digits of lower case: what clients know it by.
pub fn document_hash(text: &str) -> String {
    format!("{:x}", Sha256::digest(text))
}
