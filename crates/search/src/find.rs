//! Answering a question from the segments of an index.

use std::sync::Arc;

use griot_domain::{EntryId, LocaleChain};
use tantivy::Searcher;
use uuid::Uuid;

use crate::ask::{Ask, Filter, Found, Hit, Place};
use crate::best::Best;
use crate::facets::Matches;
use crate::mask::{Mask, bits};
use crate::matching::{Points, add_slips, of_64, slips_allowed};
use crate::query::{Query, Wanted};
use crate::schema::{Fields, Mark, UNDATED};
use crate::score::Scores;
use crate::segment::Segment;
use crate::unpacked::Unpacked;

/// A word found in fewer documents than this may be a slip for another.
const RARE: u64 = 5;

/// What `searcher` holds of what is asked for.
pub(crate) fn find(ask: &Ask, searcher: Searcher, fields: &Fields, unpacked: &Arc<Unpacked>) -> tantivy::Result<Found> {
    let readers = searcher.segment_readers().iter();
    let segments: Vec<Segment<'_>> = readers.map(|reader| Segment { reader, fields, unpacked }).collect();
    let mut masks = segments.iter().map(|segment| visible(*segment, ask)).collect::<tantivy::Result<Vec<Mask>>>()?;
    let wanted = all_points(&ask.query, &segments, &masks)?;
    let count = wanted.len();
    if count > 0 {
        let mut needed = count;
        // Where nothing has all of the words, what has the most of them will do.
        masks = loop {
            let having = |(at, mask): (usize, &Mask)| matching(mask, &of_segment(&wanted, at), needed);
            let found: Vec<Mask> = masks.iter().enumerate().map(having).collect();
            if found.iter().any(|mask| mask.count() > 0) || needed * 2 <= count + 1 {
                break found;
            }
            needed -= 1;
        };
    }
    let total = masks.iter().map(Mask::count).sum();
    let (hits, has_more) = page(ask, &segments, &masks, &wanted)?;
    let (fields, unpacked) = (*fields, Arc::clone(unpacked));
    let matches = Some(Matches { searcher, fields, unpacked, masks: Arc::new(masks) });
    Ok(Found { hits, has_more, total, matches, is_complete: true })
}

/// Points for each thing wanted, in each segment. Words that hardly occur are taken for slips too.
fn all_points(query: &Query, segments: &[Segment<'_>], masks: &[Mask]) -> tantivy::Result<Vec<Vec<Arc<Points>>>> {
    let mut all = Vec::with_capacity(query.wanted.len());
    for wanted in &query.wanted {
        let mut of_segments: Vec<Arc<Points>> =
            segments.iter().map(|segment| segment.points(wanted)).collect::<tantivy::Result<_>>()?;
        if let Wanted::Word { word, .. } = wanted
            && slips_allowed(word) > 0
        {
            let seen = of_segments.iter().zip(masks).map(|(points, mask)| {
                mask.iter().filter(|doc| points[*doc as usize] > 0).take(RARE as usize).count() as u64
            });
            if seen.sum::<u64>() < RARE {
                for (points, segment) in of_segments.iter_mut().zip(segments) {
                    // What is kept has no slips: whether they count depends on who asks.
                    add_slips(Arc::make_mut(points), word, segment.reader, segment.fields)?;
                }
            }
        }
        all.push(of_segments);
    }
    Ok(all)
}

/// What the documents of a segment have of each thing wanted.
fn of_segment(wanted: &[Vec<Arc<Points>>], segment: usize) -> Vec<&Points> {
    wanted.iter().map(|points| points[segment].as_ref()).collect()
}

/// The documents of `mask` that have at least `needed` of the things wanted.
fn matching(mask: &Mask, wanted: &[&Points], needed: usize) -> Mask {
    let needed = needed as u8;
    mask.filtered(|at| {
        let mut has = [0_u8; 64];
        for points in wanted {
            for (has, points) in has.iter_mut().zip(of_64(points, at)) {
                *has += u8::from(*points > 0);
            }
        }
        // Not by `map`, which goes one by one.
        has.iter_mut().for_each(|has| *has = u8::from(*has >= needed));
        bits(&has)
    })
}

/// Documents that may be found at all: not deleted, the text a reader gets, what the filter lets through, and none of
/// what is excluded.
fn visible(segment: Segment<'_>, ask: &Ask) -> tantivy::Result<Mask> {
    let mut mask = in_language(segment, &ask.locales)?;
    mask.and(&*segment.alive()?);
    narrow(&mut mask, segment, &ask.filter)?;
    for excluded in &ask.query.excluded {
        let held = matching(&mask, &[&*segment.points(excluded)?], 1);
        mask.and_not(&held);
    }
    Ok(mask)
}

/// The text of each entry that a reader with these languages gets.
fn in_language(segment: Segment<'_>, chain: &LocaleChain) -> tantivy::Result<Mask> {
    let mut seen = Mask::none(segment.count());
    let mut has_better = Mask::none(segment.count());
    for locale in &chain.locales {
        let mut own = (*segment.marked(Mark::In(locale))?).clone();
        own.and_not(&has_better);
        seen.or(&own);
        has_better.or(&*segment.marked(Mark::Also(locale))?);
    }
    if chain.or_any {
        let mut rest = (*segment.marked(Mark::Original)?).clone();
        rest.and_not(&has_better);
        seen.or(&rest);
    }
    Ok(seen)
}

fn narrow(mask: &mut Mask, segment: Segment<'_>, filter: &Filter) -> tantivy::Result<()> {
    let any = |marks: Vec<Mark<'_>>| -> tantivy::Result<Mask> {
        let mut any = Mask::none(segment.count());
        for mark in marks {
            any.or(&*segment.marked(mark)?);
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
        let column = segment.reader.fast_fields().i64("dated_at")?;
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
    segments: &[Segment<'_>],
    masks: &[Mask],
    wanted: &[Vec<Arc<Points>>],
) -> tantivy::Result<(Vec<Hit>, bool)> {
    let mut best = Best::new(ask.limit + 1, ask.after.map(|after| after.score));
    for (at, (segment, mask)) in segments.iter().zip(masks).enumerate() {
        let worth = segment.worth()?;
        let scores = Scores::new(of_segment(wanted, at), &worth);
        mask.each_64(|first, docs| {
            scores.each(first, docs, best.least(), |doc, score| best.offer(score, at, doc));
        });
    }
    // Ids settle the order among equals; they are read for as many as can come onto the page.
    let ids = Ids::of(segments)?;
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
    fn of(segments: &[Segment<'_>]) -> tantivy::Result<Self> {
        let mut columns = Vec::with_capacity(segments.len());
        for segment in segments {
            let fast = segment.reader.fast_fields();
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
