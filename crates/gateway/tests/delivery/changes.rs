//! Keeping a copy of the record up to date.

use std::collections::BTreeMap;

use griot_domain::{Publication, Retraction, RetractionAct};
use griot_testbed::Backend;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Desk, article, at, id, topic};

const CHANGES: &str = "query($first: Int, $after: String, $kinds: [ContentKind!]) {
    changes(first: $first, after: $after, kinds: $kinds) {
        nextCursor hasMore changes { cursor at contentId kind node { id ... on Content { slug } } notice { act } tombstone language } } }";

/// What a client keeps: slugs by content id.
#[derive(Default)]
struct Copy {
    cursor: Option<String>,
    slugs: BTreeMap<String, String>,
}

impl Copy {
    /// Takes over all changes, `first` at a time. Returns the content ids in the order they were told in.
    async fn refresh(&mut self, desk: &Desk, first: u32) -> Vec<String> {
        let mut told = Vec::new();
        loop {
            let variables = json!({ "first": first, "after": self.cursor });
            let page = desk.data(CHANGES, variables).await["changes"].take();
            for change in page["changes"].as_array().unwrap() {
                let entry = change["contentId"].as_str().unwrap().to_owned();
                match change["node"]["slug"].as_str() {
                    Some(slug) => self.slugs.insert(entry.clone(), slug.to_owned()),
                    None => self.slugs.remove(&entry),
                };
                told.push(entry);
            }
            self.cursor = Some(page["nextCursor"].as_str().unwrap().to_owned());
            if page["hasMore"] == false {
                return told;
            }
        }
    }

    fn holds(&self, entries: &[(u32, &str)]) -> bool {
        self.slugs == entries.iter().map(|(number, slug)| (id(*number).to_string(), (*slug).to_owned())).collect()
    }
}

fn ids(numbers: &[u32]) -> Vec<String> {
    numbers.iter().map(|number| id(*number).to_string()).collect()
}

fn taken_back(of: &Publication, day: &str, act: RetractionAct) -> Publication {
    Publication {
        live_from: at(day),
        entry: None,
        editions: BTreeMap::new(),
        retraction: Some(Retraction { act, reason: None, slugs: BTreeMap::new(), successor: None }),
        ..of.clone()
    }
}

#[rstest]
#[tokio::test]
async fn a_copy_follows_the_record(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(1, 2, 100)] first: u32,
) {
    let desk = Desk::open(backend).await;
    let mut copy = Copy::default();
    assert_eq!(
        copy.refresh(&desk, first).await,
        Vec::<String>::new(),
        "there is nothing yet, and a place to go on from"
    );
    let articles = [
        article(10, "un", "2024-01-01T00:00:00Z", &[1], &[]),
        article(11, "deux", "2024-01-02T00:00:00Z", &[1], &[]),
        article(12, "trois", "2024-01-03T00:00:00Z", &[1], &[]),
    ];
    desk.publish([vec![topic(1, "theme", "Thème")], articles.to_vec()].concat()).await;
    assert_eq!(copy.refresh(&desk, first).await, ids(&[1, 10, 11, 12]));
    assert!(copy.holds(&[(1, "theme"), (10, "un"), (11, "deux"), (12, "trois")]), "{:?}", copy.slugs);
    assert_eq!(copy.refresh(&desk, first).await, Vec::<String>::new());

    desk.publish(vec![taken_back(&articles[0], "2024-06-01T00:00:00Z", RetractionAct::Withdrawn)]).await;
    desk.publish(vec![taken_back(&articles[1], "2024-06-02T00:00:00Z", RetractionAct::Killed)]).await;
    let mut again = article(12, "trois-bis", "2024-01-03T00:00:00Z", &[1], &[]);
    again.live_from = at("2024-06-03T00:00:00Z");
    desk.publish(vec![again]).await;
    assert_eq!(copy.refresh(&desk, first).await, ids(&[10, 11, 12]));
    assert!(copy.holds(&[(1, "theme"), (12, "trois-bis")]), "{:?}", copy.slugs);

    // A copy that is begun by now is told of each entry once, and of what it never had to begin with.
    let mut fresh = Copy::default();
    assert_eq!(fresh.refresh(&desk, first).await, ids(&[1, 10, 11, 12]));
    assert_eq!((&fresh.slugs, &fresh.cursor), (&copy.slugs, &copy.cursor));
}

#[rstest]
#[tokio::test]
async fn a_change_tells_when_of_what_kind_and_what_was_taken_back(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let desk = Desk::open(backend).await;
    let one = article(10, "un", "2024-01-01T00:00:00Z", &[1], &[]);
    desk.publish(vec![topic(1, "theme", "Thème"), one.clone()]).await;
    desk.publish(vec![taken_back(&one, "2024-06-01T00:00:00Z", RetractionAct::Killed)]).await;
    let of = async |kinds: Value| desk.data(CHANGES, json!({ "kinds": kinds })).await["changes"]["changes"].take();
    let all = of(Value::Null).await;
    let told = all.as_array().unwrap().iter();
    let told: Vec<_> = told.map(|one| ["kind", "tombstone", "language"].map(|name| &one[name])).collect();
    let nothing = &Value::Null;
    assert_eq!(told, [[&json!("TOPIC"), nothing, nothing], [&json!("ARTICLE"), &json!("KILLED"), nothing]]);
    assert_eq!([&all[0]["notice"], &all[1]["notice"]["act"]], [nothing, &json!("KILLED")]);
    assert!(all[0]["at"].as_str() <= all[1]["at"].as_str(), "{all}");
    assert_eq!(of(json!(["ARTICLE", "PERSON"])).await, json!([all[1]]));
    assert_eq!(of(json!(["PERSON"])).await, json!([]));
}

#[rstest]
#[case::nonsense(json!({ "after": "x" }), "`after`: is not a cursor of this feed; pass one back as it was given")]
#[case::of_another_record(
    json!({ "after": "YzEuMTcwNDA2NzIwMDAwMDAwMA" }),
    "`after`: is of another record, or of a later state of this one; begin again without a cursor"
)]
#[case::too_many(json!({ "first": 101 }), "`first`: is 101; ask for 0 to 100 items here")]
#[case::of_the_past(
    json!({ "view": { "asOf": "2024-01-01T00:00:00Z" } }),
    "`view.asOf`: changes lead to what is public now; leave it out"
)]
#[tokio::test]
async fn what_cannot_be_followed_is_refused(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] variables: Value,
    #[case] message: &str,
) {
    let desk = Desk::open(backend).await;
    desk.publish(vec![topic(1, "theme", "Thème")]).await;
    let query = "query($first: Int, $after: String, $view: ViewInput) {
        changes(first: $first, after: $after, view: $view) { hasMore } }";
    let answer = desk.ask(query, variables).await;
    assert_eq!(answer["errors"][0]["message"], message, "{answer}");
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
}
