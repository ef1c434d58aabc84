//! Answering a question from the segments of an index.

use std::sync::Arc;

use griot_domain::{EntryId, LocaleChain};
use tantivy::schema::Field;
use tantivy::{Searcher, SegmentReader};
use uuid::Uuid;

use crate::ask::{Ask, Filter, Found, Hit, Place};
use crate::expand::Postings;
use crate::facets::Matches;
use crate::mask::Mask;
use crate::matching::{IN_NAME, Points, add_slips, points, slips_allowed};
use crate::query::{Query, Wanted};
use crate::schema::{Fields, Mark, UNDATED};

/// A word found in fewer documents than this may be a slip for another.
const RARE: u64 = 5;
/// Hundredths of points for a name that holds the words asked for and no others.
const WHOLE_NAME: u32 = 6_000;

/// What `searcher` holds of what is asked for.
pub(crate) fn find(ask: &Ask, searcher: Searcher, fields: &Fields) -> tantivy::Result<Found> {
    let mut segments = Vec::with_capacity(searcher.segment_readers().len());
    for segment in searcher.segment_readers() {
        segments.push(visible(segment, fields, ask)?);
    }
    let wanted = all_points(&ask.query, &searcher, &segments, fields)?;
    let count = wanted.len();
    let mut needed = count;
    let total;
    if count > 0 {
        // Where nothing has all of the words, what has the most of them will do.
        total = loop {
            let found = (0..segments.len()).map(|at| matching(&segments[at], &wanted, at, needed).count()).sum();
            if found > 0 || needed * 2 <= count + 1 {
                break found;
            }
            needed -= 1;
        };
        for (at, mask) in segments.iter_mut().enumerate() {
            *mask = matching(mask, &wanted, at, needed);
        }
    } else {
        total = segments.iter().map(Mask::count).sum();
    }
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

/// The documents of `mask` that have at least `needed` of the things wanted.
fn matching(mask: &Mask, wanted: &[Vec<Points>], segment: usize, needed: usize) -> Mask {
    let mut found = mask.clone();
    for doc in mask.iter() {
        let has = wanted.iter().filter(|points| points[segment][doc as usize] > 0).count();
        if has < needed {
            found.clear(doc);
        }
    }
    found
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
    let mut scored: Vec<(u32, usize, u32)> = Vec::new();
    for (at, (segment, mask)) in searcher.segment_readers().iter().zip(segments).enumerate() {
        let weights = segment.fast_fields().u64("weight")?;
        let mut all = vec![0; segment.max_doc() as usize];
        weights.values.get_range(0, &mut all);
        for doc in mask.iter() {
            let score = score(wanted, at, doc, all[doc as usize]);
            if ask.after.is_none_or(|after| score <= after.score) {
                scored.push((score, at, doc));
            }
        }
    }
    // Ids settle the order among equals; they are read for as many as can come onto the page.
    let ids = Ids::of(searcher)?;
    let behind = |hit: &Hit| ask.after.is_none_or(|after| hit.is_behind(after));
    let ties = ask.after.map_or(0, |after| scored.iter().filter(|(score, ..)| *score == after.score).count());
    let kept = ask.limit + 1 + ties;
    if scored.len() > kept {
        scored.select_nth_unstable_by(kept, |a, b| b.0.cmp(&a.0));
        let least = scored[kept].0;
        let (mut equals, rest): (Vec<_>, Vec<_>) = scored.into_iter().partition(|(score, ..)| *score == least);
        scored = rest.into_iter().filter(|(score, ..)| *score > least).collect();
        scored.append(&mut equals);
    }
    let mut hits: Vec<Hit> =
        scored.into_iter().map(|(score, at, doc)| Place { score, id: ids.get(at, doc) }).filter(behind).collect();
    hits.sort_unstable_by(|a, b| b.score.cmp(&a.score).then(a.id.cmp(&b.id)));
    let has_more = hits.len() > ask.limit;
    hits.truncate(ask.limit);
    Ok((hits, has_more))
}

/// What a document is worth for what is asked: the mean of its points, a share for a name that says nothing else, and
/// what it is worth by itself; in hundredths of points.
fn score(wanted: &[Vec<Points>], segment: usize, doc: u32, weight: u64) -> u32 {
    let (worth, name_words) = ((weight >> 8) as u32, (weight & 255) as u32);
    if wanted.is_empty() {
        return worth;
    }
    let count = wanted.len() as u32;
    let (mut sum, mut in_name) = (0, 0);
    for points in wanted {
        let points = points[segment][doc as usize];
        sum += u32::from(points);
        in_name += u32::from(points >= IN_NAME);
    }
    let whole = match in_name {
        0 => 0,
        _ if in_name < count => 0,
        _ => WHOLE_NAME * in_name.min(name_words) / name_words.max(1),
    };
    sum * 100 / count + whole + worth
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
