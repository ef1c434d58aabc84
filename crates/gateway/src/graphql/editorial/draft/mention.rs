//! Whom and what a draft names, as the mention finder reads it.

use std::collections::HashMap;

use async_graphql::{ID, SimpleObject};
use griot_domain::body::Block;
use griot_domain::{ArticleText, Body, Entry, EntryId, Locale, Mention, Passage, Text};
use griot_front::directive::List;
use griot_import::mention::Finder;
use griot_persistence::{Drafted, EditorialStore, LiveEntry, Suggestion};

use super::object::EntryKind;
use crate::graphql::delivery::article::{MentionRole, PassageKind};
use crate::graphql::delivery::error::ApiError;
use crate::graphql::editorial::error::{Answer, EditorialError};

/// Most namings told of one text.
const MOST_NAMINGS: usize = 500;

/// Kinds whose entries are looked for, or tell who bore which title.
const NAMED: [griot_domain::EntryKind; 4] = [
    griot_domain::EntryKind::Person,
    griot_domain::EntryKind::Institution,
    griot_domain::EntryKind::Event,
    griot_domain::EntryKind::Appointment,
];

/// A naming that was found in a text. Its fields are those of `MentionInput`.
#[derive(SimpleObject)]
pub(crate) struct FoundMention {
    /// The words, as they stand in the text.
    words: String,
    /// Where they stand.
    passage: PassageKind,
    /// `_key` of the block, when they stand in the body.
    block_key: Option<String>,
    /// Where they begin, in Unicode code points of the passage's plain text.
    offset: i32,
    /// How long they are, in Unicode code points.
    length: i32,
    /// What part the one named plays: SUBJECT in the headline, else MENTIONED.
    role: MentionRole,
    /// Who or what is meant; null when an editor has to decide.
    target: Option<MentionCandidate>,
    /// Whom or what it may mean; the target alone where there is one.
    #[graphql(directive = List::apply(5))]
    candidates: Vec<MentionCandidate>,
    /// Whether the draft has this mention, to whomever it leads.
    is_in_draft: bool,
}

/// An entry that may be meant.
#[derive(Clone, SimpleObject)]
pub(crate) struct MentionCandidate {
    /// The entry.
    content_id: ID,
    /// Its kind.
    kind: EntryKind,
    /// Its name.
    title: String,
}

impl MentionCandidate {
    /// The entry as it is drafted, by its name in a language if it has one.
    pub fn of(drafted: &Drafted, locale: &Locale) -> Self {
        let content = &drafted.content;
        let edition = content.editions.get(locale).or_else(|| content.editions.values().next());
        let title = edition.map_or("", |edition| edition.text.display_title(&content.entry)).to_owned();
        Self { content_id: ID(drafted.id.to_string()), kind: drafted.kind.into(), title }
    }
}

impl FoundMention {
    /// The namings in one language of an article, in the order of the text; `None` for what has no such text.
    pub async fn load(store: &EditorialStore, drafted: &Drafted, locale: &Locale) -> Answer<Option<Vec<Self>>> {
        let (Entry::Article(article), Some(edition)) = (&drafted.content.entry, drafted.content.editions.get(locale))
        else {
            return Ok(None);
        };
        let Text::Article(text) = edition.text.clone() else { return Ok(None) };
        let mut known = Vec::new();
        for kind in NAMED {
            known.extend(store.entries_of(kind).await?);
        }
        let (body, locale, issued_on) = (edition.body.clone(), locale.clone(), article.issued_on());
        // To build the finder takes time with the number of names, which others shall not wait for.
        let found = tokio::task::spawn_blocking(move || -> Result<Vec<Self>, griot_import::mention::TooManyNames> {
            let found = Finder::build(&known)?.find(&text, &body, &locale, issued_on);
            let names = Names { known: known.iter().map(|entry| (entry.id, entry)).collect(), locale: &locale };
            let sure = found.mentions.into_iter().map(|mention| names.sure(mention));
            let open = found.suggestions.into_iter().map(|suggestion| names.open(suggestion));
            let mut all: Vec<(Passage, Self)> = sure.chain(open).collect();
            all.sort_by_key(|(passage, found)| (order(&body, passage), found.offset));
            all.truncate(MOST_NAMINGS);
            Ok(all.into_iter().map(|(passage, found)| found.known_to(&text, &passage)).collect())
        });
        match found.await {
            Ok(Ok(found)) => Ok(Some(found)),
            Ok(Err(err)) => Err(EditorialError::Api(ApiError::internal(err))),
            Err(err) => Err(EditorialError::Api(ApiError::internal(err))),
        }
    }

    fn new(words: String, passage: &Passage, (offset, length): (u32, u32), candidates: Vec<MentionCandidate>) -> Self {
        let (kind, block_key) = match passage {
            Passage::Headline => (PassageKind::Headline, None),
            Passage::Summary => (PassageKind::Summary, None),
            Passage::Block(key) => (PassageKind::Body, Some(key.clone())),
        };
        let count = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
        let role = if kind == PassageKind::Headline { MentionRole::Subject } else { MentionRole::Mentioned };
        Self {
            words,
            passage: kind,
            block_key,
            offset: count(offset),
            length: count(length),
            role,
            target: None,
            candidates,
            is_in_draft: false,
        }
    }

    fn known_to(self, text: &ArticleText, passage: &Passage) -> Self {
        let stands_here = |mention: &Mention| {
            mention.passage == *passage
                && i64::from(mention.offset) == i64::from(self.offset)
                && mention.words == self.words
        };
        Self { is_in_draft: text.mentions.iter().any(stands_here), ..self }
    }
}

/// The entries that were looked for, named in one language.
struct Names<'a> {
    known: HashMap<EntryId, &'a LiveEntry>,
    locale: &'a Locale,
}

impl Names<'_> {
    fn sure(&self, mention: Mention) -> (Passage, FoundMention) {
        let candidates: Vec<_> = self.candidate(mention.target).into_iter().collect();
        let target = candidates.first().cloned();
        let place = (mention.offset, mention.length);
        let found = FoundMention::new(mention.words, &mention.passage, place, candidates);
        (mention.passage, FoundMention { target, role: mention.role.into(), ..found })
    }

    fn open(&self, suggestion: Suggestion) -> (Passage, FoundMention) {
        let Suggestion { words, passage, offset, length, candidates } = suggestion;
        let candidates = candidates.into_iter().filter_map(|id| self.candidate(id)).collect();
        let found = FoundMention::new(words, &passage, (offset, length), candidates);
        (passage, found)
    }

    fn candidate(&self, id: EntryId) -> Option<MentionCandidate> {
        let LiveEntry { entry, texts, .. } = self.known.get(&id)?;
        let text = texts.get(self.locale).or_else(|| texts.values().next());
        let title = text.map_or("", |text| text.display_title(entry)).to_owned();
        Some(MentionCandidate { content_id: ID(id.to_string()), kind: entry.kind().into(), title })
    }
}

/// Headline, summary, then the blocks as they stand.
fn order(body: &Body, passage: &Passage) -> usize {
    match passage {
        Passage::Headline => 0,
        Passage::Summary => 1,
        Passage::Block(key) => body.blocks.iter().position(|block| Block::key(block) == key).map_or(2, |at| at + 2),
    }
}
