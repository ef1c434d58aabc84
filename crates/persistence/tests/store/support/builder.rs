//! Publications of every kind.

use std::collections::{BTreeMap, BTreeSet};

use griot_domain::body::{Block, Span, TextBlock, TextStyle};
use griot_domain::{
    Appointment, AppointmentText, Article, ArticleId, ArticleKind, ArticleText, Asset, AssetFile, AssetId, AssetKind,
    AssetText, Body, Byline, Correction, CorrectionKind, Edition, Entry, EntryId, EntryKind, Event, EventText,
    EventTime, ExternalId, InstitutionId, InstitutionText, MediaPlacement, Mention, MentionRole, OldPath, PartialDate,
    Passage, Person, PersonId, PersonName, PersonText, Publication, Retraction, RetractionAct, Seo, Slug, Text, Topic,
    TopicId, TopicText,
};

use super::{at, id, locale, slug};

/// A publication in the making; live from 2024-01-01 unless told otherwise.
#[derive(Clone)]
pub struct Draft(Publication);

/// An article issued and live since `day`, with a French text.
pub fn article(number: u128, day: &str) -> Draft {
    let article = Article {
        kind: ArticleKind::News,
        issued_at: at(day).fixed_offset(),
        place: None,
        byline: Vec::new(),
        lead_image: None,
        topics: Vec::new(),
        attachments: Vec::new(),
        related: Vec::new(),
        corrections: Vec::new(),
        rights: None,
        urgency: None,
        is_pinned: false,
    };
    Draft::new(number, article.into()).on(day).text("fr", &format!("Article {number}"))
}

pub fn person(number: u128, display: &str) -> Draft {
    let name = PersonName { given: None, particle: None, family: None, display: display.to_owned() };
    let person = Person { name, variants: Vec::new(), ranks: Vec::new(), portrait: None, born: None, died: None };
    Draft::new(number, person.into()).text("fr", "")
}

pub fn topic(number: u128, name: &str) -> Draft {
    Draft::new(number, Topic::default().into()).text("fr", name)
}

/// An event from one instant to another.
pub fn event(number: u128, starts_at: &str, ends_at: Option<&str>) -> Draft {
    let time = EventTime::Timed {
        starts_at: at(starts_at).fixed_offset(),
        ends_at: ends_at.map(|day| at(day).fixed_offset()),
        time_zone: None,
    };
    let event = Event {
        time,
        place: None,
        state: Default::default(),
        part_of: None,
        organisers: Vec::new(),
        participants: Vec::new(),
        programme: Vec::new(),
    };
    Draft::new(number, event.into()).text("fr", &format!("Event {number}"))
}

pub fn asset(number: u128) -> Draft {
    let asset = Asset {
        kind: AssetKind::Image,
        url: format!("https://example.org/{number}.jpg"),
        file: AssetFile::default(),
        credit: None,
        rights: None,
        focal_point: None,
    };
    Draft::new(number, asset.into()).text("fr", &format!("Image {number}"))
}

/// A post from one partial date to another.
pub fn appointment(
    number: u128,
    person: EntryId,
    institution: Option<EntryId>,
    (from, until): (Option<&str>, Option<&str>),
) -> Draft {
    let date = |raw: Option<&str>| raw.map(|raw| PartialDate::parse(raw).unwrap());
    let appointment = Appointment {
        person: PersonId(person.0),
        institution: institution.map(|id| InstitutionId(id.0)),
        from: date(from),
        until: date(until),
        precedence: None,
    };
    Draft::new(number, appointment.into()).text("fr", &format!("Post {number}"))
}

impl Draft {
    fn new(number: u128, entry: Entry) -> Self {
        Self(Publication {
            id: id(number),
            kind: entry.kind(),
            live_from: at("2024-01-01"),
            revised_at: None,
            entry: Some(entry),
            editions: BTreeMap::new(),
            withdrawn: BTreeSet::new(),
            retraction: None,
            external_ids: Vec::new(),
            old_paths: Vec::new(),
        })
    }

    pub fn build(self) -> Publication {
        self.0
    }

    /// Live from then.
    pub fn on(mut self, day: &str) -> Self {
        self.0.live_from = at(day);
        self
    }

    pub fn revised(mut self, day: &str) -> Self {
        self.0.revised_at = Some(at(day));
        self
    }

    /// Without the neutral part.
    pub fn texts_only(mut self) -> Self {
        self.0.entry = None;
        self
    }

    /// Without any text.
    pub fn entry_only(mut self) -> Self {
        self.0.editions.clear();
        self
    }

    /// Nothing but the end of these languages.
    pub fn withdrawing(self, tags: &[&str]) -> Self {
        let mut draft = self.texts_only().entry_only();
        draft.0.withdrawn = tags.iter().copied().map(locale).collect();
        draft
    }

    /// Nothing but that it is taken back.
    pub fn retracted(self, act: RetractionAct, reason: &str) -> Self {
        let mut draft = self.texts_only().entry_only();
        draft.0.retraction =
            Some(Retraction { act, reason: Some(reason.to_owned()), slugs: BTreeMap::new(), successor: None });
        draft
    }

    pub fn correction(self, day: &str, note: &str) -> Self {
        self.article(|article| {
            let kind = CorrectionKind::Correction;
            article.corrections.push(Correction { kind, at: at(day), note: note.into() });
        })
    }

    /// Of an asset: with a copy in the media folder.
    pub fn stored(mut self, name: &str) -> Self {
        let Some(Entry::Asset(asset)) = &mut self.0.entry else { panic!("not an asset") };
        asset.file.stored = Some(name.to_owned());
        self
    }

    pub fn lead_image(self, target: EntryId) -> Self {
        self.article(|article| {
            let asset = AssetId(target.0);
            article.lead_image = Some(MediaPlacement { asset, alt: None, caption: None });
        })
    }

    /// A text with this headline or name; the slug is made of it and the number of the entry.
    pub fn text(mut self, tag: &str, title: &str) -> Self {
        let number = self.0.id.0.as_u128();
        let slug = Slug::from_title(&format!("{title} {number}")).unwrap();
        let slug = self.0.kind.has_slug().then_some(slug);
        let text = text_of(self.0.kind, title);
        self.0.editions.insert(locale(tag), Edition { slug, text, body: Body::default() });
        self
    }

    pub fn slug(mut self, tag: &str, name: &str) -> Self {
        self.edition(tag).slug = Some(slug(name));
        self
    }

    /// A body of one paragraph.
    pub fn body(mut self, tag: &str, words: &str) -> Self {
        let span = Span { key: "s1".to_owned(), text: words.to_owned(), marks: Vec::new() };
        let block = TextBlock {
            key: "b1".to_owned(),
            style: TextStyle::Normal,
            list_item: None,
            level: None,
            children: vec![span],
            mark_defs: Vec::new(),
        };
        self.edition(tag).body = Body { blocks: vec![Block::Text(block)] };
        self
    }

    pub fn mention(mut self, tag: &str, target: EntryId) -> Self {
        let Text::Article(text) = &mut self.edition(tag).text else { panic!("only articles mention") };
        text.mentions.push(Mention {
            target,
            kind: EntryKind::Person,
            role: MentionRole::Mentioned,
            words: "X".to_owned(),
            passage: Passage::Headline,
            offset: 0,
            length: 1,
        });
        self
    }

    pub fn summary(mut self, tag: &str, words: &str) -> Self {
        let Text::Article(text) = &mut self.edition(tag).text else { panic!("only articles have one") };
        text.summary = Some(words.to_owned());
        self
    }

    pub fn topic(self, target: EntryId) -> Self {
        self.article(|article| article.topics.push(TopicId(target.0)))
    }

    pub fn related(self, target: EntryId) -> Self {
        self.article(|article| article.related.push(ArticleId(target.0)))
    }

    pub fn byline(self, target: EntryId) -> Self {
        self.article(|article| article.byline.push(Byline { name: "X".into(), entry: Some(target) }))
    }

    pub fn issued(self, day: &str) -> Self {
        self.article(|article| article.issued_at = at(day).fixed_offset())
    }

    pub fn form(self, kind: ArticleKind) -> Self {
        self.article(|article| article.kind = kind)
    }

    pub fn external(mut self, scheme: &str, value: &str) -> Self {
        self.0.external_ids.push(ExternalId { scheme: scheme.to_owned(), value: value.to_owned() });
        self
    }

    pub fn old_path(mut self, path: &str, tag: Option<&str>) -> Self {
        self.0.old_paths.push(OldPath { path: path.to_owned(), locale: tag.map(locale) });
        self
    }

    fn article(mut self, change: impl FnOnce(&mut Article)) -> Self {
        let Some(Entry::Article(article)) = &mut self.0.entry else { panic!("not an article") };
        change(article);
        self
    }

    fn edition(&mut self, tag: &str) -> &mut Edition {
        self.0.editions.get_mut(&locale(tag)).expect("give the text first")
    }
}

fn text_of(kind: EntryKind, title: &str) -> Text {
    let title = title.to_owned();
    match kind {
        EntryKind::Article => {
            let seo = Seo::default();
            ArticleText { headline: title, kicker: None, summary: None, mentions: Vec::new(), seo }.into()
        }
        EntryKind::Person => PersonText { name: (!title.is_empty()).then_some(title), ..PersonText::default() }.into(),
        EntryKind::Institution => {
            let (past_names, variants) = (Vec::new(), Vec::new());
            InstitutionText { name: title, past_names, variants, seo: Seo::default() }.into()
        }
        EntryKind::Event => EventText { name: title, variants: Vec::new(), seo: Seo::default() }.into(),
        EntryKind::Topic => TopicText { name: title, summary: None, seo: Seo::default() }.into(),
        EntryKind::Asset => AssetText { title: Some(title), alt: None, caption: None }.into(),
        EntryKind::Appointment => AppointmentText { title }.into(),
    }
}
