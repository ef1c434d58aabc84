//! Which articles to show beside an article.

use std::cmp::Reverse;
use std::collections::HashSet;

use chrono::{DateTime, Utc};

use crate::{ArticleId, EntryKind};

/// An article that may be related.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    #[allow(missing_docs)]
    pub id: ArticleId,
    #[allow(missing_docs)]
    pub issued_at: DateTime<Utc>,
    /// What it has in common with the article; each entry once.
    pub shared: Vec<Shared>,
}

/// An entry that both articles name or are filed under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shared {
    /// Events bind most, then people, topics, institutions; other kinds count as institutions.
    pub kind: EntryKind,
    /// How many articles have it, where that is known: what few have says more.
    pub share_count: Option<u64>,
}

impl Shared {
    /// 0 to 8000, and never 0 for what is shared. Whole numbers, so that every machine ranks alike.
    fn weight(self) -> u64 {
        let weight = match self.kind {
            EntryKind::Event => 8000,
            EntryKind::Person => 4000,
            EntryKind::Topic => 2000,
            _ => 1000,
        };
        // Each doubling of the number of articles takes away the same share of what is left.
        let doublings = self.share_count.unwrap_or(1).max(1).ilog2();
        weight * 8 / (8 + u64::from(doublings))
    }
}

/// The `first` articles to show: `chosen` (by the editor) in their order, then `candidates` by what they share
/// with the article issued at `issued_at` and by nearness in time, equal ones by id. No article comes twice;
/// candidates that share nothing come after all that do, nearest first.
pub fn rank(
    chosen: &[ArticleId],
    candidates: Vec<Candidate>,
    issued_at: DateTime<Utc>,
    first: usize,
) -> Vec<ArticleId> {
    let score = |candidate: &Candidate| {
        let shared: u64 = candidate.shared.iter().map(|shared| shared.weight()).sum();
        let days = (candidate.issued_at - issued_at).num_days().unsigned_abs();
        // On the same day worth half a topic, after a month half of that.
        let nearness = 1000 * 30 / (30 + days);
        (shared > 0, shared + nearness, Reverse((candidate.issued_at - issued_at).abs()))
    };
    let mut ranked: Vec<_> = candidates.iter().map(|one| (Reverse(score(one)), one.id)).collect();
    ranked.sort_unstable();
    let mut seen = HashSet::new();
    let all = chosen.iter().copied().chain(ranked.into_iter().map(|(_, id)| id));
    all.filter(|id| seen.insert(*id)).take(first).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;
    use uuid::Uuid;

    use super::*;

    fn id(number: u128) -> ArticleId {
        ArticleId(Uuid::from_u128(number))
    }

    fn day(number: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_690_000_000 + number * 86_400, 0).expect("an instant")
    }

    fn candidate(number: u128, issued: i64, shared: &[(EntryKind, Option<u64>)]) -> Candidate {
        let shared = shared.iter().map(|(kind, share_count)| Shared { kind: *kind, share_count: *share_count });
        Candidate { id: id(number), issued_at: day(issued), shared: shared.collect() }
    }

    const EVENT: (EntryKind, Option<u64>) = (EntryKind::Event, None);
    const PERSON: (EntryKind, Option<u64>) = (EntryKind::Person, None);
    const TOPIC: (EntryKind, Option<u64>) = (EntryKind::Topic, None);
    const INSTITUTION: (EntryKind, Option<u64>) = (EntryKind::Institution, None);

    #[rstest]
    #[case::event_before_person(candidate(2, 9, &[EVENT]), candidate(1, 9, &[PERSON]))]
    #[case::person_before_topic(candidate(2, 9, &[PERSON]), candidate(1, 9, &[TOPIC]))]
    #[case::topic_before_institution(candidate(2, 9, &[TOPIC]), candidate(1, 9, &[INSTITUTION]))]
    #[case::more_before_less(candidate(2, 9, &[PERSON, TOPIC]), candidate(1, 9, &[PERSON]))]
    #[case::rare_before_common(
        candidate(2, 9, &[(EntryKind::Person, Some(3))]), candidate(1, 9, &[(EntryKind::Person, Some(5000))])
    )]
    #[case::a_common_topic_says_less_than_a_rare_institution(
        candidate(2, 9, &[(EntryKind::Institution, Some(1))]), candidate(1, 9, &[(EntryKind::Topic, Some(1 << 20))])
    )]
    #[case::near_before_far(candidate(2, -3, &[TOPIC]), candidate(1, 400, &[TOPIC]))]
    #[case::near_in_the_same_day(candidate(2, 0, &[]), candidate(1, 1, &[]))]
    #[case::shared_before_near(candidate(2, 4000, &[(EntryKind::Institution, Some(1 << 40))]), candidate(1, 0, &[]))]
    #[case::equal_ones_by_id(candidate(1, 9, &[TOPIC]), candidate(2, 9, &[TOPIC]))]
    fn the_closer_article_comes_first(#[case] closer: Candidate, #[case] other: Candidate) {
        let expected = [closer.id, other.id];
        assert_eq!(rank(&[], vec![other.clone(), closer.clone()], day(0), 9), expected);
        assert_eq!(rank(&[], vec![closer, other], day(0), 9), expected);
    }

    #[test]
    fn the_editors_choice_leads_in_its_order_and_nothing_comes_twice() {
        let candidates = vec![candidate(1, 0, &[EVENT]), candidate(2, 0, &[PERSON]), candidate(3, 0, &[TOPIC])];
        assert_eq!(rank(&[id(3), id(7), id(3)], candidates.clone(), day(0), 4), [id(3), id(7), id(1), id(2)]);
        assert_eq!(rank(&[id(3), id(7)], candidates, day(0), 1), [id(3)]);
    }

    fn any_candidate() -> impl Strategy<Value = Candidate> {
        let kind = prop::sample::select(EntryKind::ALL.to_vec());
        let shared = prop::collection::vec((kind, prop::option::of(any::<u64>())), 0..6);
        (0u128..20, -9000i64..9000, shared).prop_map(|(number, issued, shared)| candidate(number, issued, &shared))
    }

    proptest! {
        #[test]
        fn the_ranking_does_not_depend_on_the_order_of_candidates(
            candidates in prop::collection::vec(any_candidate(), 0..20),
            turn in 0usize..20,
            first in 0usize..25,
        ) {
            let mut turned = candidates.clone();
            turned.rotate_left(turn % candidates.len().max(1));
            prop_assert_eq!(rank(&[], turned, day(0), first), rank(&[], candidates, day(0), first));
        }

        #[test]
        fn a_shorter_list_is_the_beginning_of_a_longer_one_and_each_article_comes_once(
            chosen in prop::collection::vec(0u128..20, 0..4),
            candidates in prop::collection::vec(any_candidate(), 0..20),
            first in 0usize..25,
        ) {
            let chosen: Vec<_> = chosen.into_iter().map(id).collect();
            let all = rank(&chosen, candidates.clone(), day(0), usize::MAX);
            let distinct: HashSet<_> = chosen.iter().copied().chain(candidates.iter().map(|one| one.id)).collect();
            prop_assert_eq!(all.len(), distinct.len());
            prop_assert_eq!(all.iter().copied().collect::<HashSet<_>>(), distinct);
            prop_assert_eq!(&rank(&chosen, candidates, day(0), first)[..], &all[..first.min(all.len())]);
        }

        #[test]
        fn sharing_one_thing_more_never_lowers_an_article(
            candidates in prop::collection::vec(any_candidate(), 1..20),
            extra in prop::sample::select(EntryKind::ALL.to_vec()),
        ) {
            let place = |candidates: Vec<Candidate>| {
                let first = id(99);
                rank(&[], candidates, day(0), usize::MAX).iter().position(|id| *id == first)
            };
            let mut candidates = candidates;
            candidates[0].id = id(99);
            let before = place(candidates.clone());
            candidates[0].shared.push(Shared { kind: extra, share_count: None });
            prop_assert!(place(candidates) <= before);
        }
    }
}
