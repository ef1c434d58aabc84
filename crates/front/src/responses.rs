//! Finished answers, kept as long as what they were made of holds.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use axum::body::Body;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, ETAG, HeaderMap, HeaderName, HeaderValue, IF_NONE_MATCH, VARY,
};
use axum::http::request::Parts;
use axum::http::{Method, Response, StatusCode};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use quick_cache::Weighter;
use quick_cache::sync::{Cache, EntryAction, EntryResult};

use crate::fresh::{Freshness, Held, Reads, Tag};
use crate::http::answer::Answer;
use crate::http::encoding::{Coding, encode, preferred};
use crate::http::negotiate::MediaType;
use crate::lifetime::Lifetimes;

/// Tells the time.
pub type Now = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// How finished answers are kept.
#[derive(Clone)]
pub struct Caching {
    /// Bytes they may take; 0 keeps none.
    pub budget_bytes: u64,
    /// Who is told of changes.
    pub freshness: Arc<Freshness>,
    /// Tells when an answer's time is over.
    pub now: Now,
}

/// Marks a request, among its extensions, whose answer may be kept for everybody who sees the record as `0` says.
/// Requests without it are answered anew each time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shared(pub u8);

/// Marks a request, among its extensions, to which some root fields answer in a way of their own: where it asks for one of
/// those that [`FrontOptions::personal`](crate::FrontOptions::personal) names, its answer is made anew and kept for nobody,
/// as if it were not [`Shared`].
#[derive(Clone, Copy, Debug)]
pub struct Personal;

/// What was asked for, to the byte.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) seen_by: Shared,
    pub(crate) is_post: bool,
    pub(crate) is_json: bool,
    pub(crate) asked: Bytes,
}

impl Key {
    pub(crate) fn new(seen_by: Shared, method: &Method, media: MediaType, asked: Bytes) -> Self {
        Self { seen_by, is_post: *method == Method::POST, is_json: media == MediaType::Json, asked }
    }

    /// The same with bytes of its own, so that nothing more is kept than was asked.
    fn owned(&self) -> Self {
        Self { asked: Bytes::copy_from_slice(&self.asked), ..self.clone() }
    }
}

/// An answer and what is known of it.
struct Kept {
    answer: Answer,
    held: Held,
    /// It is a failure, for those who have waited for it and nobody else.
    failed_at: Option<Instant>,
    hits: AtomicU32,
    identity: HeaderMap,
    gzip: OnceLock<Option<(HeaderMap, Bytes)>>,
    brotli: OnceLock<Option<(HeaderMap, Bytes)>>,
}

/// Hits before an answer is coded: what is asked for once is not worth it.
const CODED_AFTER: u32 = 1;
/// Bytes below which an answer is sent as it is: it fits in a packet.
const CODED_FROM: usize = 1_024;
/// What an answer takes beside its bytes and those of its key.
const OVERHEAD: usize = 1_024;
/// Bytes of surrogate keys an answer may carry; one with more has the key of all of them alone.
const SURROGATE_BYTES: usize = 4_096;
/// The surrogate key of answers that depend on more than can be told. Purge it with every change.
pub const MANY: &str = "many";
/// The surrogate key of every answer that has one: purge it when nothing kept can be trusted any more.
pub const EVERYTHING: &str = "griot";

#[derive(Clone)]
struct Weight;

impl Weighter<Key, Arc<Kept>> for Weight {
    fn weight(&self, key: &Key, kept: &Arc<Kept>) -> u64 {
        // The coded forms come later, for what is asked for again, and together take less than half of the plain one.
        let body = kept.answer.body.len();
        let bodies = if body < CODED_FROM { body } else { body + body / 4 };
        (OVERHEAD + key.asked.len() + bodies + kept.held.weight()) as u64
    }
}

/// How often answers were found, since the start.
#[derive(Debug, Default)]
pub struct Counts {
    /// Found and sent.
    pub hits: AtomicU64,
    /// Not there.
    pub misses: AtomicU64,
    /// There, and over.
    pub outdated: AtomicU64,
    /// Answered anew because changes were not heard of.
    pub bypassed: AtomicU64,
    /// Sent although changes were not heard of, because there was no other answer.
    pub stale: AtomicU64,
}

/// Answers by what was asked.
pub(crate) struct Responses {
    cache: Cache<Key, Arc<Kept>, Weight>,
    freshness: Arc<Freshness>,
    now: Now,
    lifetimes: Lifetimes,
    counts: Arc<Counts>,
}

impl Responses {
    pub(crate) fn new(caching: Caching, cache_control: &str, counts: Arc<Counts>) -> Self {
        let items = (caching.budget_bytes / 8_192).clamp(64, 1 << 20) as usize;
        Self {
            cache: Cache::with_weighter(items, caching.budget_bytes, Weight),
            freshness: caching.freshness,
            now: caching.now,
            lifetimes: Lifetimes::parse(cache_control),
            counts,
        }
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.cache.weight()
    }

    /// The answer kept for `key`, if there is one that holds.
    pub(crate) fn recall(&self, key: &Key, parts: &Parts) -> Option<Response<Body>> {
        if self.freshness.is_blind() {
            return None;
        }
        let kept = self.cache.get(key)?;
        let is_good = kept.failed_at.is_none() && self.freshness.holds(&kept.held, &*self.now);
        is_good.then(|| {
            self.counts.hits.fetch_add(1, Ordering::Relaxed);
            self.sent(&kept, parts)
        })
    }

    /// The answer kept for `key`, or what `make` makes of the request. What several ask for at once is made once.
    pub(crate) async fn answer<F>(&self, key: Key, parts: &Parts, make: impl FnOnce(Arc<Reads>) -> F) -> Response<Body>
    where
        F: Future<Output = Answer>,
    {
        if self.freshness.is_blind() {
            return self.answer_blindly(&key, parts, make).await;
        }
        if let Some(response) = self.recall(&key, parts) {
            return response;
        }
        let arrived = Instant::now();
        let key = key.owned();
        let found = self.cache.entry_async(&key, |_, kept| {
            let is_good = match kept.failed_at {
                Some(failed_at) => arrived < failed_at,
                None => self.freshness.holds(&kept.held, &*self.now),
            };
            if is_good { EntryAction::Retain(Arc::clone(kept)) } else { EntryAction::ReplaceWithGuard }
        });
        let guard = match found.await {
            EntryResult::Retained(kept) => {
                self.counts.hits.fetch_add(1, Ordering::Relaxed);
                return self.sent(&kept, parts);
            }
            EntryResult::Vacant(guard) => {
                self.counts.misses.fetch_add(1, Ordering::Relaxed);
                guard
            }
            EntryResult::Replaced(guard, _) => {
                self.counts.outdated.fetch_add(1, Ordering::Relaxed);
                guard
            }
            EntryResult::Removed(..) | EntryResult::Timeout => unreachable!("nothing is removed, and no time was set"),
        };
        let reads = Arc::new(self.freshness.reads());
        let kept = Arc::new(self.kept(make(Arc::clone(&reads)).await, &reads, key.is_post));
        // Refused only where it was evicted or cleared meanwhile.
        let _ = guard.insert(Arc::clone(&kept));
        self.sent(&kept, parts)
    }

    /// Asks anew. Where that fails, the last answer that held as far as was heard is better than none, if it says so.
    async fn answer_blindly<F>(&self, key: &Key, parts: &Parts, make: impl FnOnce(Arc<Reads>) -> F) -> Response<Body>
    where
        F: Future<Output = Answer>,
    {
        self.counts.bypassed.fetch_add(1, Ordering::Relaxed);
        let reads = Arc::new(self.freshness.reads());
        let answer = make(Arc::clone(&reads)).await;
        let last = self.cache.peek(key).filter(|kept| kept.failed_at.is_none());
        match last.filter(|kept| !answer.is_complete && self.freshness.holds(&kept.held, &*self.now)) {
            Some(last) => {
                self.counts.stale.fetch_add(1, Ordering::Relaxed);
                let mut response = self.sent(&last, parts);
                let headers = response.headers_mut();
                headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
                headers
                    .insert(CACHE_STATUS, HeaderValue::from_static("griot; hit; detail=\"the store is not reached\""));
                response
            }
            None => {
                let kept = Arc::new(self.kept(answer, &reads, key.is_post));
                self.sent(&kept, parts)
            }
        }
    }

    fn kept(&self, mut answer: Answer, reads: &Reads, is_post: bool) -> Kept {
        let held = reads.held();
        let failed_at = (!answer.is_complete).then(Instant::now);
        // No cache on the way keeps what was asked for by POST.
        if answer.is_complete && !is_post {
            for (name, value) in surrogate_keys(reads) {
                answer.headers.insert(name, value);
            }
        }
        answer.headers.insert(VARY, HeaderValue::from_static("Accept, Accept-Encoding"));
        let identity = tagged(&answer, Coding::Identity);
        Kept {
            answer,
            held,
            failed_at,
            hits: AtomicU32::new(0),
            identity,
            gzip: OnceLock::new(),
            brotli: OnceLock::new(),
        }
    }

    /// The answer in the coding the client likes, or word that it has it.
    fn sent(&self, kept: &Arc<Kept>, Parts { method, headers, .. }: &Parts) -> Response<Body> {
        let (form, body) = kept.form(preferred(headers));
        let mut response = unless_known(kept.answer.status, form.clone(), body, method, headers);
        if let Some(until) = kept.held.until() {
            let told = self.lifetimes.until(until, (self.now)());
            if let (true, Ok(value)) = (kept.answer.is_complete, HeaderValue::try_from(told)) {
                response.headers_mut().insert(CACHE_CONTROL, value);
            }
        }
        response
    }
}

/// An answer that nobody keeps, or word that the client has it.
pub(crate) fn sent_once(answer: Answer, Parts { method, headers, .. }: &Parts) -> Response<Body> {
    let form = tagged(&answer, Coding::Identity);
    unless_known(answer.status, form, answer.body, method, headers)
}

fn unless_known(
    status: StatusCode,
    form: HeaderMap,
    body: Bytes,
    method: &Method,
    asked: &HeaderMap,
) -> Response<Body> {
    let may_be_known = *method != Method::POST && status.is_success();
    let is_known = may_be_known && form.get(ETAG).is_some_and(|tag| is_named(tag, asked));
    let mut response = Response::new(if is_known { Body::empty() } else { Body::from(body) });
    *response.status_mut() = if is_known { StatusCode::NOT_MODIFIED } else { status };
    *response.headers_mut() = form;
    response
}

const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");

impl Kept {
    fn form(self: &Arc<Self>, coding: Coding) -> (&HeaderMap, Bytes) {
        let body = &self.answer.body;
        let plain = || (&self.identity, body.clone());
        let cell = match coding {
            Coding::Identity => return plain(),
            Coding::Gzip => &self.gzip,
            Coding::Brotli => &self.brotli,
        };
        if let Some(coded) = cell.get() {
            return coded.as_ref().map_or_else(plain, |(headers, body)| (headers, body.clone()));
        }
        let is_worth_it = body.len() >= CODED_FROM && self.failed_at.is_none();
        if is_worth_it && self.hits.fetch_add(1, Ordering::Relaxed) == CODED_AFTER {
            let kept = Arc::clone(self);
            tokio::task::spawn_blocking(move || {
                for (coding, cell) in [(Coding::Brotli, &kept.brotli), (Coding::Gzip, &kept.gzip)] {
                    let coded = encode(&kept.answer.body, coding);
                    let _ = cell.set(coded.map(|body| (tagged(&kept.answer, coding), body)));
                }
            });
        }
        plain()
    }
}

/// The headers of an answer in a coding, with its entity tag: a digest of the bytes, another one for each coding.
fn tagged(answer: &Answer, coding: Coding) -> HeaderMap {
    let mut headers = answer.headers.clone();
    if answer.is_complete {
        let digest = xxhash_rust::xxh3::xxh3_128(&answer.body);
        let suffix = coding.token().map(|token| format!("-{token}")).unwrap_or_default();
        if let Ok(tag) = HeaderValue::try_from(format!("\"{digest:032x}{suffix}\"")) {
            headers.insert(ETAG, tag);
        }
    }
    if let Some(token) = coding.token() {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(token));
        // It is of the bytes before they were coded, and would have to be of those after (RFC 9530, section 3).
        headers.remove("repr-digest");
    }
    headers
}

/// Whether `If-None-Match` names the tag (RFC 9110, 13.1.2).
fn is_named(tag: &HeaderValue, headers: &HeaderMap) -> bool {
    let Ok(tag) = tag.to_str() else { return false };
    let mut named = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    named.any(|value| {
        let mut names = value.split(',').map(|name| name.trim().trim_start_matches("W/"));
        names.any(|name| name == "*" || name == tag)
    })
}

/// What shared caches are told an answer depends on.
fn surrogate_keys(reads: &Reads) -> Vec<(HeaderName, HeaderValue)> {
    let mut names: Vec<String> = reads.tags().iter().map(Tag::to_string).collect();
    let length: usize = names.iter().map(|name| name.len() + 1).sum();
    match length {
        0 => return Vec::new(),
        1..=SURROGATE_BYTES => {}
        _ => names = vec![MANY.to_owned()],
    }
    names.push(EVERYTHING.to_owned());
    let forms = [("surrogate-key", names.join(" ")), ("cache-tag", names.join(","))];
    let headers = forms
        .into_iter()
        .filter_map(|(name, value)| Some((HeaderName::from_static(name), HeaderValue::try_from(value).ok()?)));
    headers.collect()
}
