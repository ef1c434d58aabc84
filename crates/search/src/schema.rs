//! The fields of the index. Nothing is stored: what is shown comes from the record.

use griot_domain::{EntryId, EntryKind, Locale};
use tantivy::schema::{FAST, Field, IndexRecordOption, STRING, Schema, TextFieldIndexing, TextOptions};

/// Goes up with each change of what is indexed or how; an index of another shape is made anew.
pub(crate) const SHAPE: u32 = 1;

/// The fields, by name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields {
    /// Facts that documents are chosen by, see [`Mark`].
    pub marks: Field,
    /// Words of name or headline, folded.
    pub name: Field,
    /// Their stems.
    pub name_stems: Field,
    /// Words of what stands right below: kicker and summary, posts and ranks, names of the past.
    pub lead: Field,
    /// Their stems.
    pub lead_stems: Field,
    /// Stems that the body holds three times or more.
    pub often: Field,
    /// Every word, with its place.
    pub words: Field,
    /// Every stem.
    pub stems: Field,
    pub topics: Field,
    pub people: Field,
    pub institutions: Field,
    pub id_high: Field,
    pub id_low: Field,
    /// Which of [`EntryKind::ALL`].
    pub kind: Field,
    /// Which of the forms of an article, counted from 1; 0 for what is none.
    pub form: Field,
    /// Microseconds; [`UNDATED`] for what has no date.
    pub dated_at: Field,
    /// What the document is worth whatever is asked, and the words of its name: `worth << 8 | words`.
    pub weight: Field,
}

/// The date of what has none.
pub(crate) const UNDATED: i64 = -62_135_596_800_000_000;

impl Fields {
    pub fn schema() -> (Schema, Self) {
        let mut builder = Schema::builder();
        let plain = |option| {
            TextOptions::default().set_indexing_options(
                TextFieldIndexing::default().set_tokenizer("raw").set_fieldnorms(false).set_index_option(option),
            )
        };
        let (basic, placed) = (plain(IndexRecordOption::Basic), plain(IndexRecordOption::WithFreqsAndPositions));
        let counted = || TextOptions::default().set_fast("raw");
        let fields = Self {
            marks: builder.add_text_field("marks", STRING),
            name: builder.add_text_field("name", basic.clone()),
            name_stems: builder.add_text_field("name_stems", basic.clone()),
            lead: builder.add_text_field("lead", basic.clone()),
            lead_stems: builder.add_text_field("lead_stems", basic.clone()),
            often: builder.add_text_field("often", basic.clone()),
            words: builder.add_text_field("words", placed),
            stems: builder.add_text_field("stems", basic),
            topics: builder.add_text_field("topics", counted()),
            people: builder.add_text_field("people", counted()),
            institutions: builder.add_text_field("institutions", counted()),
            id_high: builder.add_u64_field("id_high", FAST),
            id_low: builder.add_u64_field("id_low", FAST),
            kind: builder.add_u64_field("kind", FAST),
            form: builder.add_u64_field("form", FAST),
            dated_at: builder.add_i64_field("dated_at", FAST),
            weight: builder.add_u64_field("weight", FAST),
        };
        (builder.build(), fields)
    }
}

/// A fact about a document.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mark<'a> {
    /// It is of this entry.
    Entry(EntryId),
    /// Its words come from this other entry too.
    From(EntryId),
    Kind(EntryKind),
    Form(&'a str),
    Topic(EntryId),
    Person(EntryId),
    Institution(EntryId),
    /// Its language.
    In(&'a Locale),
    /// A language the entry is public in.
    Also(&'a Locale),
    /// It is the text in the language the entry was first published in.
    Original,
}

impl Mark<'_> {
    pub fn text(self) -> String {
        match self {
            Self::Entry(id) => format!("e{}", id.0.simple()),
            Self::From(id) => format!("d{}", id.0.simple()),
            Self::Kind(kind) => format!("k{kind}"),
            Self::Form(form) => format!("f{form}"),
            Self::Topic(id) => format!("t{}", id.0.simple()),
            Self::Person(id) => format!("p{}", id.0.simple()),
            Self::Institution(id) => format!("i{}", id.0.simple()),
            Self::In(locale) => format!("l{locale}"),
            Self::Also(locale) => format!("h{locale}"),
            Self::Original => "o".to_owned(),
        }
    }
}
