//! How people are named on a day, with the ranks and posts of the seed page as facts.

use chrono::{Days, NaiveDate};
use griot_domain::{
    Appointment, InstitutionId, Locale, LocaleChain, Localized, PartialDate, Person, PersonId, PersonName, PersonText,
    RankPeriod, Title, rank_at, style_at, titles_at,
};
use proptest::prelude::*;
use rstest::rstest;
use uuid::Uuid;

const PRESIDENCY: u128 = 1;
const CONFEDERATION: u128 = 2;

fn partial(raw: &str) -> Option<PartialDate> {
    (!raw.is_empty()).then(|| raw.parse().expect("a partial date"))
}

fn post(title: &str, institution: u128, from: &str, until: &str) -> Title<()> {
    let appointment = Appointment {
        person: PersonId(Uuid::from_u128(9)),
        institution: (institution > 0).then_some(InstitutionId(Uuid::from_u128(institution))),
        from: partial(from),
        until: partial(until),
        precedence: None,
    };
    Title { appointment, title: title.to_owned(), tag: () }
}

fn with_precedence(precedence: u32, mut title: Title<()>) -> Title<()> {
    title.appointment.precedence = Some(precedence);
    title
}

fn rank(name: &str, from: &str, until: &str) -> RankPeriod {
    RankPeriod { rank: Localized::from(name), from: partial(from), until: partial(until) }
}

fn person(name: &str, ranks: Vec<RankPeriod>) -> Person {
    let name = PersonName { given: None, particle: None, family: None, display: name.to_owned() };
    Person { name, variants: Vec::new(), ranks, portrait: None, born: None, died: None }
}

fn french() -> LocaleChain {
    LocaleChain::with_any(Locale::parse("fr").expect("a language tag"))
}

fn goita() -> (Person, Vec<Title<()>>) {
    let ranks = vec![rank("Colonel", "", "2024-10-16"), rank("Général d’Armée", "2024-10-16", "")];
    let posts = vec![
        post("Président de la Confédération des États du Sahel", CONFEDERATION, "2024-07-06", "2025-12-23"),
        post("Président de la Transition, Chef de l’État", PRESIDENCY, "2021-06-07", ""),
        post("Vice-président de la Transition", PRESIDENCY, "2020-09-25", "2021-05-24"),
    ];
    (person("Assimi GOÏTA", ranks), posts)
}

fn names<'a>(titles: &[&'a Title<()>]) -> Vec<&'a str> {
    titles.iter().map(|title| title.title.as_str()).collect()
}

#[rstest]
#[case("2020-11-13", "Colonel Assimi GOÏTA, Vice-président de la Transition")]
#[case("2021-05-25", "Colonel Assimi GOÏTA")]
#[case("2023-07-29", "Colonel Assimi GOÏTA, Président de la Transition, Chef de l’État")]
#[case("2024-10-15", "Colonel Assimi GOÏTA, Président de la Transition, Chef de l’État")]
#[case("2024-10-16", "Général d’Armée Assimi GOÏTA, Président de la Transition, Chef de l’État")]
#[case("2024-10-21", "Général d’Armée Assimi GOÏTA, Président de la Transition, Chef de l’État")]
#[case("2025-07-03", "Général d’Armée Assimi GOÏTA, Président de la Transition, Chef de l’État")]
fn a_person_is_styled_as_of_the_day(#[case] day: NaiveDate, #[case] style: &str) {
    let (person, posts) = goita();
    assert_eq!(style_at(&person, &PersonText::default(), &posts, &french(), day).to_string(), style);
}

#[rstest]
#[case("2024-07-05", &["Président de la Transition, Chef de l’État"])]
#[case("2025-07-03", &["Président de la Transition, Chef de l’État", "Président de la Confédération des États du Sahel"])]
#[case("2025-12-24", &["Président de la Transition, Chef de l’État"])]
#[case("2020-09-24", &[])]
fn all_titles_of_the_day_are_given_the_longest_held_first(#[case] day: NaiveDate, #[case] titles: &[&str]) {
    assert_eq!(names(&titles_at(&goita().1, day)), titles);
}

#[test]
fn an_honorific_and_a_local_name_go_into_the_style() {
    let text = PersonText { name: Some("Bah NDAW".into()), honorific: Some("SEM".into()), ..PersonText::default() };
    let posts = [post("Président de la Transition", PRESIDENCY, "2020-09-25", "2021-05-24")];
    let day = NaiveDate::from_ymd_opt(2020, 11, 13).expect("a day");
    let style = style_at(&person("Bah N’DAW", vec![]), &text, &posts, &french(), day);
    assert_eq!(style.to_string(), "SEM Bah NDAW, Président de la Transition");
    assert_eq!(style.rank, None);
}

#[test]
fn a_rank_is_given_in_the_language_read() {
    let mut person = person("Assimi GOÏTA", vec![rank("", "", "")]);
    person.ranks[0].rank = serde_json::from_str(r#"{"en":"General","fr":"Général"}"#).expect("a localized text");
    let day = NaiveDate::MIN;
    assert_eq!(rank_at(&person, &french(), day), Some("Général"));
    let english = LocaleChain::with_any(Locale::parse("en").expect("a language tag"));
    assert_eq!(rank_at(&person, &english, day), Some("General"));
}

#[rstest]
#[case::precedence_before_start(
    vec![with_precedence(2, post("B", 1, "2010", "")), with_precedence(1, post("A", 2, "2020", ""))], &["A", "B"]
)]
#[case::none_comes_last(vec![post("B", 1, "2010", ""), with_precedence(7, post("A", 2, "2020", ""))], &["A", "B"])]
#[case::unknown_start_is_earliest(vec![post("B", 1, "2010", ""), post("A", 2, "", "")], &["A", "B"])]
#[case::handover_in_one_institution(vec![post("A", 1, "2020", "2024-07-01"), post("B", 1, "2024-07-01", "")], &["B"])]
#[case::handover_within_a_month(vec![post("A", 1, "2020", "2024-07"), post("B", 1, "2024-07", "")], &["B"])]
#[case::change_of_institution(vec![post("A", 1, "2020", "2024-07-01"), post("B", 2, "2024-07-01", "")], &["A", "B"])]
#[case::no_institution(vec![post("A", 0, "2020", "2024-07-01"), post("B", 0, "2024-07-01", "")], &["A", "B"])]
#[case::overlap_is_no_handover(vec![post("A", 1, "2020", "2024-07-02"), post("B", 1, "2024-07-01", "")], &["A", "B"])]
fn titles_on_the_first_of_july_2024(#[case] posts: Vec<Title<()>>, #[case] titles: &[&str]) {
    let day = NaiveDate::from_ymd_opt(2024, 7, 1).expect("a day");
    assert_eq!(names(&titles_at(&posts, day)), titles);
    let reversed: Vec<_> = posts.into_iter().rev().collect();
    assert_eq!(names(&titles_at(&reversed, day)), titles, "whatever the order they are stored in");
}

#[test]
fn a_handover_of_another_person_takes_nothing_away() {
    let mut successor = post("Président", 1, "2024-07-01", "");
    successor.appointment.person = PersonId(Uuid::from_u128(10));
    let posts = [post("Président", 1, "2020", "2024-07-01"), successor];
    assert_eq!(titles_at(&posts, NaiveDate::from_ymd_opt(2024, 7, 1).expect("a day")).len(), 2);
}

#[rstest]
#[case("2024-09-30", Some("Colonel"))]
#[case("2024-10-01", Some("Général"))]
#[case("2024-10-31", Some("Général"))]
fn of_ranks_that_touch_within_a_month_the_later_holds_all_of_it(
    #[case] day: NaiveDate,
    #[case] expected: Option<&str>,
) {
    let person = person("X", vec![rank("Général", "2024-10", ""), rank("Colonel", "", "2024-10")]);
    assert_eq!(rank_at(&person, &french(), day), expected);
}

#[test]
fn of_ranks_begun_together_the_lasting_one_counts() {
    let ranks = vec![rank("Général", "2024-10-16", ""), rank("Colonel-major", "2024-10-16", "2024-10-20")];
    let day = NaiveDate::from_ymd_opt(2024, 10, 17).expect("a day");
    assert_eq!(rank_at(&person("X", ranks), &french(), day), Some("Général"));
}

fn day_number(number: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2000, 1, 1).expect("a day") + Days::new(number)
}

/// Days 2000 to about 2010, known to the day, month or year.
fn any_partial() -> impl Strategy<Value = PartialDate> {
    (0u64..3650, 0usize..3).prop_map(|(number, precision)| {
        let day = day_number(number).to_string();
        let length = [4, 7, 10][precision];
        day[..length].parse().expect("a partial date")
    })
}

fn any_post() -> impl Strategy<Value = Title<()>> {
    let ends = (prop::option::of(any_partial()), prop::option::of(any_partial()));
    (0u128..3, ends, prop::option::of(1u32..4), 0u32..1000).prop_map(
        |(institution, (from, until), precedence, name)| {
            let mut post = post(&format!("Poste {name}"), institution, "", "");
            post.appointment = Appointment { from, until, precedence, ..post.appointment };
            post
        },
    )
}

fn any_rank() -> impl Strategy<Value = RankPeriod> {
    (0u32..1000, prop::option::of(any_partial()), prop::option::of(any_partial()))
        .prop_map(|(name, from, until)| RankPeriod { from, until, ..rank(&format!("Rang {name}"), "", "") })
}

proptest! {
    #[test]
    fn what_begins_after_the_day_never_changes_the_style_of_the_day(
        ranks in prop::collection::vec(any_rank(), 0..6),
        posts in prop::collection::vec(any_post(), 0..8),
        day in 0u64..3650,
    ) {
        let day = day_number(day);
        let began = |from: Option<PartialDate>| from.is_none_or(|from| from.earliest() <= day);
        let past_ranks = ranks.iter().filter(|rank| began(rank.from)).cloned().collect();
        let past_posts: Vec<_> = posts.iter().filter(|post| began(post.appointment.from)).cloned().collect();
        let text = PersonText::default();
        let after = style_at(&person("X", ranks), &text, &posts, &french(), day);
        let before = style_at(&person("X", past_ranks), &text, &past_posts, &french(), day);
        prop_assert_eq!(after, before);
        prop_assert_eq!(names(&titles_at(&posts, day)), names(&titles_at(&past_posts, day)));
    }

    #[test]
    fn the_order_posts_are_stored_in_does_not_matter(
        posts in prop::collection::vec(any_post(), 0..8),
        turn in 0usize..8,
        day in 0u64..3650,
    ) {
        let day = day_number(day);
        let mut turned = posts.clone();
        turned.rotate_left(turn % posts.len().max(1));
        prop_assert_eq!(names(&titles_at(&turned, day)), names(&titles_at(&posts, day)));
    }

    #[test]
    fn titles_hold_on_the_day_and_are_ordered(posts in prop::collection::vec(any_post(), 0..8), day in 0u64..3650) {
        let day = day_number(day);
        let titles = titles_at(&posts, day);
        prop_assert!(titles.iter().all(|title| title.appointment.period().holds_on(day)));
        let any_holds = posts.iter().any(|post| post.appointment.period().holds_on(day));
        prop_assert_eq!(titles.is_empty(), !any_holds, "a handover never leaves a day without a title");
        let order = |title: &Title<()>| {
            let appointment = &title.appointment;
            (appointment.precedence.unwrap_or(u32::MAX), appointment.from.map(PartialDate::earliest))
        };
        prop_assert!(titles.windows(2).all(|pair| order(pair[0]) <= order(pair[1])));
    }

    #[test]
    fn touching_periods_leave_no_day_without_a_rank_and_none_with_two(
        starts in prop::collection::btree_set(0u64..3650, 1..6),
        day in 0u64..3650,
        ends_the_day_before in any::<bool>(),
    ) {
        let starts: Vec<u64> = starts.into_iter().collect();
        let ranks: Vec<_> = starts.iter().enumerate().map(|(at, start)| {
            let next = starts.get(at + 1).map(|next| next - u64::from(ends_the_day_before));
            let until = next.map(|day| day_number(day).to_string()).unwrap_or_default();
            rank(&format!("Rang {at}"), &day_number(*start).to_string(), &until)
        }).collect();
        let begun = starts.iter().filter(|start| **start <= day).count();
        let expected = (begun > 0).then(|| format!("Rang {}", begun - 1));
        let (shown, french) = (person("X", ranks), french());
        prop_assert_eq!(rank_at(&shown, &french, day_number(day)), expected.as_deref());
    }
}
