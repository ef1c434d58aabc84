//! Answering a question from the segments of an index.

use std::sync::Arc;

use griot_domain::{EntryId, LocaleChain};
use tantivy::schema::Field;
use tantivy::{Searcher, SegmentReader};
use uuid::Uuid;

use crate::ask::{Ask, Filter, Found, Hit, Place};
use crate::best::Best;
use crate::expand::Postings;
use crate::facets::Matches;
use crate::mask::Mask;
use crate::matching::{Points, add_slips, points, slips_allowed};
use crate::query::{Query, Wanted};
use crate::schema::{Fields, Mark, UNDATED};
use crate::score::Scores;

/// A word found in fewer documents than this may be a slip for another.
const RARE: u64 = 5;

/// What `searcher` holds of what is asked for.
pub(crate) fn find(ask: &Ask, searcher: Searcher, fields: &Fields) -> tantivy::Result<Found> {
    let mut segments = Vec::with_capacity(searcher.segment_readers().len());
    for segment in searcher.segment_readers() {
        segments.push(visible(segment, fields, ask)?);
    }
    let wanted = all_points(&ask.query, &searcher, &segments, fields)?;
    let count = wanted.len();
    if count > 0 {
        let mut needed = count;
        // Where nothing has all of the words, what has the most of them will do.
        segments = loop {
            let having = |(at, mask): (usize, &Mask)| matching(mask, &of_segment(&wanted, at), needed);
            let found: Vec<Mask> = segments.iter().enumerate().map(having).collect();
            if found.iter().any(|mask| mask.count() > 0) || needed * 2 <= count + 1 {
                break found;
            }
            needed -= 1;
        };
    }
    let total = segments.iter().map(Mask::count).sum();
    let (hits, has_more) = page(ask, &searcher, &segments, &wanted)?;
    let matches = Some(Matches { searcher, masks: Arc::new(segments) });
    Ok(Found { hits, has_more, total, matches, is_complete: true })
}

/// Points for each thing wanted, in each segment. Words that hardly occur are taken for slips too.
fn all_points(
    query: &Query,
    searcher: &Searcher,
    segments: &[Mask],
    fields: &Fields,
) -> tantivy::Result<Vec<Vec<Points>>> {
    let readers = searcher.segment_readers();
    let mut all = Vec::with_capacity(query.wanted.len());
    for wanted in &query.wanted {
        let mut of_segments: Vec<Points> =
            readers.iter().map(|segment| points(wanted, segment, fields)).collect::<tantivy::Result<_>>()?;
        let Wanted::Word { word, .. } = wanted else {
            all.push(of_segments);
            continue;
        };
        if slips_allowed(word) > 0 {
            let seen = of_segments.iter().zip(segments).map(|(points, mask)| {
                mask.iter().filter(|doc| points[*doc as usize] > 0).take(RARE as usize).count() as u64
            });
            if seen.sum::<u64>() < RARE {
                for (points, segment) in of_segments.iter_mut().zip(readers) {
                    add_slips(points, word, segment, fields)?;
                }
            }
        }
        all.push(of_segments);
    }
    Ok(all)
}

/// What the documents of a segment have of each thing wanted.
fn of_segment(wanted: &[Vec<Points>], segment: usize) -> Vec<&Points> {
    wanted.iter().map(|points| &points[segment]).collect()
}

/// The documents of `mask` that have at least `needed` of the things wanted.
fn matching(mask: &Mask, wanted: &[&Points], needed: usize) -> Mask {
    mask.filtered(|first, count| {
        let mut has = [0_u8; 64];
        for points in wanted {
            for (has, points) in has.iter_mut().zip(&points[first..first + count]) {
                *has += u8::from(*points > 0);
            }
        }
        has.iter().enumerate().fold(0, |bits, (at, has)| bits | u64::from(usize::from(*has) >= needed) << at)
    })
}

/// Documents that may be found at all: not deleted, the text a reader gets, what the filter lets through, and none of
/// what is excluded.
fn visible(segment: &SegmentReader, fields: &Fields, ask: &Ask) -> tantivy::Result<Mask> {
    let count = segment.max_doc();
    let mut mask = match segment.alive_bitset() {
        None => Mask::all(count),
        Some(alive) => {
            let mut mask = Mask::none(count);
            alive.iter_alive().for_each(|doc| mask.set(doc));
            mask
        }
    };
    mask.and(&in_language(segment, fields, &ask.locales)?);
    narrow(&mut mask, segment, fields, &ask.filter)?;
    for excluded in &ask.query.excluded {
        for (doc, points) in points(excluded, segment, fields)?.into_iter().enumerate() {
            if points > 0 {
                mask.clear(doc as u32);
            }
        }
    }
    Ok(mask)
}

fn marked(segment: &SegmentReader, field: Field, mark: Mark<'_>) -> tantivy::Result<Mask> {
    let mut mask = Mask::none(segment.max_doc());
    Postings { segment, field }.of_word(&mark.text(), |docs| docs.iter().for_each(|doc| mask.set(*doc)))?;
    Ok(mask)
}

/// The text of each entry that a reader with these languages gets.
fn in_language(segment: &SegmentReader, fields: &Fields, chain: &LocaleChain) -> tantivy::Result<Mask> {
    let mut seen = Mask::none(segment.max_doc());
    let mut has_better = Mask::none(segment.max_doc());
    for locale in &chain.locales {
        let mut own = marked(segment, fields.marks, Mark::In(locale))?;
        own.and_not(&has_better);
        seen.or(&own);
        has_better.or(&marked(segment, fields.marks, Mark::Also(locale))?);
    }
    if chain.or_any {
        let mut rest = marked(segment, fields.marks, Mark::Original)?;
        rest.and_not(&has_better);
        seen.or(&rest);
    }
    Ok(seen)
}

fn narrow(mask: &mut Mask, segment: &SegmentReader, fields: &Fields, filter: &Filter) -> tantivy::Result<()> {
    let any = |marks: Vec<Mark<'_>>| -> tantivy::Result<Mask> {
        let mut any = Mask::none(segment.max_doc());
        for mark in marks {
            any.or(&marked(segment, fields.marks, mark)?);
        }
        Ok(any)
    };
    let Filter { kinds, forms, topics, people, institutions, years, dated, locale } = filter;
    if let Some(kinds) = kinds {
        mask.and(&any(kinds.iter().copied().map(Mark::Kind).collect())?);
    }
    if let Some(forms) = forms {
        mask.and(&any(forms.iter().copied().map(Mark::Form).collect())?);
    }
    if let Some(topics) = topics {
        mask.and(&any(topics.iter().copied().map(Mark::Topic).collect())?);
    }
    if let Some(people) = people {
        mask.and(&any(people.iter().copied().map(Mark::Person).collect())?);
    }
    if let Some(institutions) = institutions {
        mask.and(&any(institutions.iter().copied().map(Mark::Institution).collect())?);
    }
    if let Some(locale) = locale {
        mask.and(&any(vec![Mark::Also(locale)])?);
    }
    if dated.is_some() || years.is_some() {
        let (from, until) = dated.unwrap_or_default();
        let column = segment.fast_fields().i64("dated_at")?;
        let years: Option<Vec<(i64, i64)>> =
            years.as_ref().map(|years| years.iter().map(|year| of_year(*year)).collect());
        let docs: Vec<u32> = mask.iter().collect();
        for doc in docs {
            let at = column.first(doc).unwrap_or(UNDATED);
            let is_in = at != UNDATED
                && from.is_none_or(|from| from <= at)
                && until.is_none_or(|until| at < until)
                && years.as_ref().is_none_or(|years| years.iter().any(|(from, until)| (*from..*until).contains(&at)));
            if !is_in {
                mask.clear(doc);
            }
        }
    }
    Ok(())
}

/// The microseconds of a year in UTC; none for a year outside the calendar.
fn of_year(year: i32) -> (i64, i64) {
    let begin = |year| {
        let day = chrono::NaiveDate::from_ymd_opt(year, 1, 1)?;
        Some(day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_micros())
    };
    match (begin(year), year.checked_add(1).and_then(begin)) {
        (Some(from), Some(until)) => (from, until),
        _ => (0, 0),
    }
}

/// The page asked for, and whether more comes behind it.
fn page(
    ask: &Ask,
    searcher: &Searcher,
    segments: &[Mask],
    wanted: &[Vec<Points>],
) -> tantivy::Result<(Vec<Hit>, bool)> {
    let mut best = Best::new(ask.limit + 1, ask.after.map(|after| after.score));
    for (at, (segment, mask)) in searcher.segment_readers().iter().zip(segments).enumerate() {
        let weights = segment.fast_fields().u64("weight")?;
        let scores = Scores::new(of_segment(wanted, at));
        let mut worth = [0; 64];
        mask.each_word(|first, count, docs| {
            weights.values.get_range(first as u64, &mut worth[..count]);
            scores.each(first, docs, &worth, |doc, score| best.offer(score, at, doc));
        });
    }
    // Ids settle the order among equals; they are read for as many as can come onto the page.
    let ids = Ids::of(searcher)?;
    let behind = |hit: &Hit| ask.after.is_none_or(|after| hit.is_behind(after));
    let hits = best.into_iter().map(|(score, at, doc)| Place { score, id: ids.get(at, doc) });
    let mut hits: Vec<Hit> = hits.filter(behind).collect();
    hits.sort_unstable_by(|a, b| b.score.cmp(&a.score).then(a.id.cmp(&b.id)));
    let has_more = hits.len() > ask.limit;
    hits.truncate(ask.limit);
    Ok((hits, has_more))
}

/// The ids of the entries that documents are of.
struct Ids {
    columns: Vec<[tantivy::columnar::Column<u64>; 2]>,
}

impl Ids {
    fn of(searcher: &Searcher) -> tantivy::Result<Self> {
        let mut columns = Vec::with_capacity(searcher.segment_readers().len());
        for segment in searcher.segment_readers() {
            let fast = segment.fast_fields();
            columns.push([fast.u64("id_high")?, fast.u64("id_low")?]);
        }
        Ok(Self { columns })
    }

    fn get(&self, segment: usize, doc: u32) -> EntryId {
        let half = |column: &tantivy::columnar::Column<u64>| column.first(doc).unwrap_or_default();
        let [high, low] = &self.columns[segment];
        EntryId(Uuid::from_u64_pair(half(high), half(low)))
    }
}
