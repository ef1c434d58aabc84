//! How well each document of a segment matches one thing that was asked for.
//!
//! Points are whole numbers and depend on nothing but the document: where the word stands in it, and in which form. They
//! are kept in one byte for each document, so that adding up and comparing a hundred thousand takes no time.

use tantivy::query::{EnableScoring, PhraseQuery, Query as _};
use tantivy::{SegmentReader, TERMINATED, Term};

use crate::analysis::Word;
use crate::expand::Postings;
use crate::language::Language;
use crate::mask::Mask;
use crate::query::Wanted;
use crate::schema::Fields;

/// Points by where a word stands: as typed, by its stem, as a beginning, with a slip, with two.
struct Worth {
    exact: u8,
    stem: u8,
    begun: u8,
    slips: [u8; 2],
}

const NAME: Worth = Worth { exact: 120, stem: 105, begun: 95, slips: [60, 48] };
const LEAD: Worth = Worth { exact: 75, stem: 66, begun: 52, slips: [30, 22] };
const BODY: Worth = Worth { exact: 50, stem: 44, begun: 38, slips: [20, 14] };
/// A stem the body holds often.
const OFTEN: u8 = 60;
/// A phrase, all of whose words are in the name, and one anywhere else.
const PHRASES: [u8; 2] = [127, 80];

/// From so many points on, a word stands in the name.
pub(crate) const IN_NAME: u8 = 95;
/// Shortest beginning looked for in all of a text; shorter ones are looked for in names.
const SHORTEST_BEGINNING: usize = 3;

/// Points of each document of a segment, with none behind the last one up to whole 64s.
pub(crate) type Points = Vec<u8>;

/// Those of the documents from `64 * at` on.
pub(crate) fn of_64(points: &Points, at: usize) -> &[u8; 64] {
    &points.as_chunks().0[at]
}

fn raise(points: &mut Points, worth: u8) -> impl FnMut(&[u32]) {
    move |docs| docs.iter().for_each(|doc| points[*doc as usize] = points[*doc as usize].max(worth))
}

/// Points for one thing wanted, slips left aside.
pub(crate) fn points(wanted: &Wanted, segment: &SegmentReader, fields: &Fields) -> tantivy::Result<Points> {
    let mut points = vec![0; (segment.max_doc() as usize).next_multiple_of(64)];
    let in_field = |field| Postings { segment, field };
    match wanted {
        Wanted::Phrase(words) => add_phrase(&mut points, words, segment, fields)?,
        Wanted::Word { word, is_prefix } => {
            let is_long = word.folded.chars().count() >= SHORTEST_BEGINNING;
            if *is_prefix && is_long {
                in_field(fields.words).of_prefix(&word.folded, raise(&mut points, BODY.begun))?;
                in_field(fields.lead).of_prefix(&word.folded, raise(&mut points, LEAD.begun))?;
            }
            if *is_prefix {
                in_field(fields.name).of_prefix(&word.folded, raise(&mut points, NAME.begun))?;
            }
            let stems = stems(word);
            for (field, worth) in [
                (fields.stems, BODY.stem),
                (fields.often, OFTEN),
                (fields.lead_stems, LEAD.stem),
                (fields.name_stems, NAME.stem),
            ] {
                for stem in &stems {
                    in_field(field).of_word(stem, raise(&mut points, worth))?;
                }
            }
            for (field, worth) in [(fields.words, BODY.exact), (fields.lead, LEAD.exact), (fields.name, NAME.exact)] {
                in_field(field).of_word(&word.folded, raise(&mut points, worth))?;
            }
        }
    }
    Ok(points)
}

/// Adds points for words that may be meant where this one is a slip.
pub(crate) fn add_slips(
    points: &mut Points,
    word: &Word,
    segment: &SegmentReader,
    fields: &Fields,
) -> tantivy::Result<()> {
    let most = slips_allowed(word);
    for distance in (1..=most).rev() {
        for (field, worth) in [(fields.words, BODY), (fields.lead, LEAD), (fields.name, NAME)] {
            let worth = worth.slips[usize::from(distance) - 1];
            Postings { segment, field }.of_slips(&word.folded, distance, raise(points, worth))?;
        }
    }
    Ok(())
}

/// How many slips a word may hold: one from four letters on, two from eight. Numbers are meant as they are.
pub(crate) fn slips_allowed(word: &Word) -> u8 {
    if word.folded.chars().any(|c| c.is_numeric()) {
        return 0;
    }
    match word.folded.chars().count() {
        0..4 => 0,
        4..8 => 1,
        _ => 2,
    }
}

/// The stems of a word in every language, since a query does not say which it is in.
pub(crate) fn stems(word: &Word) -> Vec<String> {
    let mut stems = Vec::new();
    for language in Language::STEMMED {
        language.stems(&word.folded, &word.written, |stem| stems.push(stem));
    }
    stems
}

fn add_phrase(points: &mut Points, words: &[Word], segment: &SegmentReader, fields: &Fields) -> tantivy::Result<()> {
    let mut found = Mask::none(segment.max_doc());
    if let [word] = words {
        let set = |docs: &[u32]| docs.iter().for_each(|doc| found.set(*doc));
        Postings { segment, field: fields.words }.of_word(&word.folded, set)?;
    } else {
        let terms = words.iter().map(|word| Term::from_field_text(fields.words, &word.folded)).collect();
        let weight = PhraseQuery::new(terms).weight(EnableScoring::disabled_from_schema(segment.schema()))?;
        let mut docs = weight.scorer(segment, 1.0)?;
        let mut doc = docs.doc();
        while doc != TERMINATED {
            found.set(doc);
            doc = docs.advance();
        }
    }
    let mut in_name = Mask::all(segment.max_doc());
    for word in words {
        let mut held = Mask::none(segment.max_doc());
        let set = |docs: &[u32]| docs.iter().for_each(|doc| held.set(*doc));
        Postings { segment, field: fields.name }.of_word(&word.folded, set)?;
        in_name.and(&held);
    }
    found.iter().for_each(|doc| points[doc as usize] = PHRASES[1]);
    in_name.and(&found);
    in_name.iter().for_each(|doc| points[doc as usize] = PHRASES[0]);
    Ok(())
}
