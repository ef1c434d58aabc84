//! What belongs to an article and has no identity of its own.

use async_graphql::{ComplexObject, Context, Enum, SimpleObject, Union};
use griot_domain::{EntryId, EntryKind, Mention, Passage};
use griot_front::directive::List;

use crate::graphql::delivery::error::Answer;
use crate::graphql::delivery::event::Event;
use crate::graphql::delivery::institution::Institution;
use crate::graphql::delivery::loads::{Loads, loads};
use crate::graphql::delivery::person::{Person, Post, styled, titles};
use crate::graphql::delivery::scalar::{Address, Instant};
use crate::graphql::delivery::seen::{FromSeen, Seen};

/// Form of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "griot_domain::ArticleKind")]
pub(crate) enum ArticleKind {
    /// Reports what happened.
    News,
    /// Announces something in the office's own name.
    Communique,
    /// Words spoken in public.
    Speech,
    /// Questions and answers.
    Interview,
    /// Tells journalists what is to come.
    Advisory,
    /// A standing page, such as a biography or legal notice; outside lists unless asked for.
    Page,
}

/// What a correction does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "griot_domain::CorrectionKind")]
pub(crate) enum CorrectionKind {
    /// An error was put right.
    Correction,
    /// Something was made clearer.
    Clarification,
    /// Something new was added.
    Update,
    /// A statement was taken back.
    Retraction,
}

/// What part someone or something named plays in the story.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "griot_domain::MentionRole")]
pub(crate) enum MentionRole {
    /// Named in the headline.
    Subject,
    /// Named in the text.
    Mentioned,
}

/// A correction readers are told about.
#[derive(Clone, SimpleObject)]
#[graphql(crate = "griot_front::lean::graphql")]
pub(crate) struct Correction {
    /// What it does.
    kind: CorrectionKind,
    /// When it was made.
    at: Instant,
    /// What was wrong and what is right.
    note: String,
}

impl Correction {
    pub fn new(correction: &griot_domain::Correction, seen: &Seen) -> Self {
        Self { kind: correction.kind.into(), at: Instant(correction.at), note: seen.pick(&correction.note).to_owned() }
    }
}

/// Who signs an article.
#[derive(Clone, SimpleObject)]
#[graphql(crate = "griot_front::lean::graphql")]
pub(crate) struct Byline {
    /// Name to print.
    name: String,
    /// The person, when it is one the record knows.
    person: Option<Person>,
    /// The institution, when it is one the record knows.
    institution: Option<Institution>,
}

pub(super) async fn bylines(seen: &Seen, loads: &Loads, byline: &[griot_domain::Byline]) -> Answer<Vec<Byline>> {
    let ids: Vec<EntryId> = byline.iter().filter_map(|line| line.entry).collect();
    let records = loads.records(&seen.view, &ids).await?;
    let known = |line: &griot_domain::Byline| {
        records.iter().find(|record| Some(record.id) == line.entry).map(|record| seen.beside(record.clone()))
    };
    Ok(byline
        .iter()
        .map(|line| Byline {
            name: seen.pick(&line.name).to_owned(),
            person: known(line).and_then(Person::from_seen),
            institution: known(line).and_then(Institution::from_seen),
        })
        .collect())
}

/// A person as an article names them: with the rank and titles of the article's date.
#[derive(Clone, SimpleObject)]
#[graphql(crate = "griot_front::lean::graphql", complex)]
pub(crate) struct NamedPerson {
    /// The person.
    person: Person,
    /// What part the person plays in the story.
    role: MentionRole,
    /// The words used in the text, each form once, in order of appearance.
    #[graphql(directive = List::apply(5))]
    words: Vec<String>,
}

impl NamedPerson {
    pub fn new(person: Person, mentions: &[Mention]) -> Self {
        let own: Vec<&Mention> = mentions.iter().filter(|mention| mention.target == person.seen.record.id).collect();
        let mut words: Vec<String> = Vec::new();
        for mention in &own {
            if !words.contains(&mention.words) {
                words.push(mention.words.clone());
            }
        }
        let role = own.iter().map(|mention| mention.role).min().unwrap_or(griot_domain::MentionRole::Mentioned);
        Self { person, role: role.into(), words }
    }
}

#[ComplexObject]
impl NamedPerson {
    /// The person as named in print on the article's date: honorific, rank, name, first title.
    async fn style(&self, ctx: &Context<'_>) -> Answer<String> {
        Ok(styled(&self.person.seen, loads(ctx)?, self.person.seen.day).await?.to_string())
    }

    /// Rank in force on the article's date.
    async fn rank(&self, ctx: &Context<'_>) -> Answer<Option<String>> {
        Ok(styled(&self.person.seen, loads(ctx)?, self.person.seen.day).await?.rank)
    }

    /// Posts held on the article's date, by precedence.
    #[graphql(directive = List::apply(5))]
    async fn titles(&self, ctx: &Context<'_>) -> Answer<Vec<Post>> {
        titles(&self.person.seen, loads(ctx)?, self.person.seen.day).await
    }
}

/// Someone or something a text can name.
#[derive(Clone, Union)]
pub(crate) enum MentionTarget {
    #[allow(missing_docs)]
    Person(Person),
    #[allow(missing_docs)]
    Institution(Institution),
    #[allow(missing_docs)]
    Event(Event),
}

/// One naming of a person, institution or event in a text.
#[derive(Clone, SimpleObject)]
#[graphql(crate = "griot_front::lean::graphql", name = "Mention")]
pub(crate) struct MentionRecord {
    /// Who or what is named.
    target: MentionTarget,
    /// What part they play in the story.
    role: MentionRole,
    /// The words used, as they stand in the text.
    words: String,
    /// Where they stand.
    passage: PassageKind,
    /// Key of the block of the body, when they stand there.
    block_key: Option<String>,
    /// Where they begin, in Unicode code points of the passage's plain text.
    offset: i32,
    /// How long they are, in Unicode code points.
    length: i32,
}

/// Part of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "Passage")]
pub(crate) enum PassageKind {
    /// The headline.
    Headline,
    /// The standfirst.
    Summary,
    /// A block of the body.
    Body,
}

pub(super) async fn mention_records(seen: &Seen, loads: &Loads, mentions: &[Mention]) -> Answer<Vec<MentionRecord>> {
    let mut ids: Vec<EntryId> = mentions.iter().map(|mention| mention.target).collect();
    ids.sort();
    ids.dedup();
    let records = loads.records(&seen.view, &ids).await?;
    let mut named = Vec::with_capacity(mentions.len());
    for mention in mentions {
        let Some(record) = records.iter().find(|record| record.id == mention.target) else { continue };
        let other = seen.beside(record.clone());
        let target = match record.kind {
            EntryKind::Person => Person::from_seen(other).map(MentionTarget::Person),
            EntryKind::Institution => Institution::from_seen(other).map(MentionTarget::Institution),
            EntryKind::Event => Event::from_seen(other).map(MentionTarget::Event),
            _ => None,
        };
        let Some(target) = target else { continue };
        let (passage, block_key) = match &mention.passage {
            Passage::Headline => (PassageKind::Headline, None),
            Passage::Summary => (PassageKind::Summary, None),
            Passage::Block(key) => (PassageKind::Body, Some(key.clone())),
        };
        named.push(MentionRecord {
            target,
            role: mention.role.into(),
            words: mention.words.clone(),
            passage,
            block_key,
            offset: mention.offset.try_into().unwrap_or(i32::MAX),
            length: mention.length.try_into().unwrap_or(i32::MAX),
        });
    }
    Ok(named)
}

/// A social network a page can be shared on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "griot_domain::Network")]
pub(crate) enum Network {
    /// Facebook.
    Facebook,
    /// X.
    X,
    /// WhatsApp.
    WhatsApp,
    /// LinkedIn.
    LinkedIn,
    /// Telegram.
    Telegram,
    /// An e-mail.
    Email,
}

/// An address for sharing a page.
#[derive(Clone, SimpleObject)]
#[graphql(crate = "griot_front::lean::graphql")]
pub(crate) struct ShareLink {
    /// The network.
    network: Network,
    /// Where to send the reader; a `mailto:` address for e-mail.
    url: Address,
}

impl From<griot_domain::ShareLink> for ShareLink {
    fn from(link: griot_domain::ShareLink) -> Self {
        Self { network: link.network.into(), url: Address(link.url) }
    }
}
