use std::any::Any;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_graphql::{EmptyMutation, EmptySubscription, Schema};
use bytes::Bytes;

use crate::fresh::Tag;
use crate::json::Json;
use crate::parts::{PartReads, Parts};
use crate::selections::Selected;

async fn wait(rounds: i32) {
    for _ in 0..rounds {
        tokio::task::yield_now().await;
    }
}

/// The same types twice, answered by the library and in this way.
macro_rules! types {
    ($name:ident, $($path:tt)*) => {
        mod $name {
            use async_graphql::{Error, Interface, Object, SimpleObject, Union};

            pub struct Query;

            #[Object($($path)*)]
            impl Query {
                async fn place(&self) -> Place {
                    Place { number: 0 }
                }

                async fn places(&self, first: i32) -> Vec<Place> {
                    (0..first).map(|number| Place { number }).collect()
                }

                async fn named(&self) -> Vec<Named> {
                    vec![Named::Place(Place { number: 1 }), Named::Person(Person { name: "Ada".to_owned() })]
                }

                async fn any(&self) -> Vec<Any> {
                    vec![Any::Person(Person { name: "Eve".to_owned() }), Any::Place(Place { number: 2 })]
                }
            }

            pub struct Place {
                pub number: i32,
            }

            #[Object($($path)*)]
            impl Place {
                async fn name(&self) -> String {
                    format!("no. {} \"é\"\n", self.number)
                }

                async fn number(&self) -> i32 {
                    self.number
                }

                async fn late(&self, rounds: i32) -> String {
                    super::wait(rounds).await;
                    format!("after {rounds}")
                }

                async fn nothing(&self) -> Option<i32> {
                    None
                }

                async fn broken(&self, rounds: i32) -> Result<i32, Error> {
                    super::wait(rounds).await;
                    Err(Error::new(format!("broken after {rounds}")))
                }

                async fn perhaps(&self, rounds: i32) -> Option<Result<i32, Error>> {
                    super::wait(rounds).await;
                    Some(Err(Error::new(format!("perhaps after {rounds}"))))
                }

                async fn next(&self) -> Place {
                    Place { number: self.number + 1 }
                }

                /// Reads something that changes.
                async fn noting(&self) -> Place {
                    crate::fresh::Freshness::default().reads().note([crate::fresh::Tag::named("t", "noted")]);
                    super::wait(1).await;
                    Place { number: self.number }
                }

                /// Has what another field reads.
                async fn elsewhere(&self) -> Place {
                    super::wait(1).await;
                    crate::parts::leave_alone();
                    Place { number: self.number }
                }

                /// Has what is kept in a place of its own.
                async fn text(&self) -> Place {
                    crate::parts::holds_kept_text();
                    Place { number: self.number }
                }

                async fn people(&self) -> Vec<Person> {
                    vec![Person { name: "Ada".to_owned() }, Person { name: "Eve".to_owned() }]
                }
            }

            #[derive(SimpleObject)]
            #[graphql($($path)*)]
            pub struct Person {
                name: String,
            }

            #[derive(Interface)]
            #[graphql(field(name = "name", ty = "String"), $($path)*)]
            pub enum Named {
                Place(Place),
                Person(Person),
            }

            #[derive(Union)]
            #[graphql($($path)*)]
            pub enum Any {
                Place(Place),
                Person(Person),
            }
        }
    };
}

types!(stock, crate = "async_graphql");
types!(lean, crate = "crate::lean::graphql");

/// The request as the front makes it.
fn asked(sdl: &str, query: &str) -> async_graphql::Request {
    let schema = apollo_compiler::Schema::parse_and_validate(sdl, "sdl").unwrap();
    let document = apollo_compiler::ExecutableDocument::parse_and_validate(&schema, query, "query").unwrap();
    let (operation, lines) = (document.operations.get(None).unwrap(), crate::lines::Lines::new(query));
    let mut request = async_graphql::Request::new("");
    request.set_parsed_query(crate::translate::document(&document, operation, &lines));
    match super::Lean::of(&document, &operation.selection_set, &lines) {
        Some(lean) => request.data(lean),
        None => request,
    }
}

#[test]
fn what_selects_of_one_object_in_two_places_is_left_to_the_library() {
    let sdl = Schema::new(stock::Query, EmptyMutation, EmptySubscription).sdl();
    let is_lean = |query| asked(&sdl, query).data.contains_key(&std::any::TypeId::of::<super::Lean>());
    for query in [
        "{ place { number number __typename } }",
        "{ place { a: next { name } next { name } } b: place { next { name } } }",
        "{ any { ... on Place { next { number } } ... on Person { name __typename } __typename } }",
        "{ place { ...a next { ...a } } } fragment a on Place { number }",
    ] {
        assert!(is_lean(query), "{query}");
    }
    for query in [
        "{ place { number } place { name } }",
        "{ place { next { number } ... { next { name } } } }",
        "{ place { ...a next { name } } } fragment a on Place { next { number } }",
        "{ a: place { number } b: place { people { name } people { name } } }",
    ] {
        assert!(!is_lean(query), "{query}");
    }
}

fn told(response: &async_graphql::Response) -> (String, Vec<String>) {
    let mut json = Json::up_to(usize::MAX, 0);
    json.value(&response.data).unwrap();
    let errors = response.errors.iter().map(|error| format!("{error:?}")).collect();
    (String::from_utf8(json.into_bytes()).unwrap(), errors)
}

#[tokio::test]
async fn answers_are_those_of_the_library() {
    let stock = Schema::new(stock::Query, EmptyMutation, EmptySubscription);
    let lean = Schema::new(lean::Query, EmptyMutation, EmptySubscription);
    let sdl = stock.sdl();
    let fields = |count: usize| -> String {
        (0..count).map(|number| format!("a{number}: late(rounds: {}) ", number % 3)).collect()
    };
    for query in [
        "{ place { name number nothing __typename } }",
        "{ places(first: 3) { n: number name people { name } next { next { number } } } }",
        "{ places(first: 0) { name } }",
        "{ place { late(rounds: 3) a: late(rounds: 1) number b: late(rounds: 0) } }",
        // Fields that have to be merged.
        "{ place { next { number } next { name } people { name } people { n: name } number number } }",
        "{ place { ...a ... { name } ... on Place { number } } } fragment a on Place { next { ...b } } fragment b on Place { number }",
        "{ named { name __typename ... on Place { number } ... on Person { n: name } } }",
        "{ named { ... on Named { name } ...p } } fragment p on Place { next { ... on Named { name } } }",
        "{ any { __typename ... on Person { name } ... on Place { number ... on Named { name } } } }",
        // Errors: what they make null, where they are told to be, and which comes first.
        "{ place { number broken(rounds: 0) } }",
        "{ place { a: broken(rounds: 2) b: broken(rounds: 1) number } }",
        "{ place { perhaps(rounds: 1) number next { q: perhaps(rounds: 0) late(rounds: 2) } } }",
        "{ places(first: 2) { number next { broken(rounds: 1) } } }",
        "{ a: place { late(rounds: 2) } b: place { late(rounds: 1) next { late(rounds: 2) } } }",
        "{ __schema { queryType { name } } place { name } }",
        &format!("{{ place {{ {} }} }}", fields(40)),
        &format!("{{ place {{ {} }} }}", fields(80)),
    ] {
        let answer = told(&stock.execute(asked(&sdl, query)).await);
        assert_eq!(told(&lean.execute(asked(&sdl, query)).await), answer, "{query}");
        let shelf = Arc::<Shelf>::default();
        for time in ["first", "second"] {
            let request = asked(&sdl, query).data(Arc::clone(&shelf) as Arc<dyn Parts>);
            assert_eq!(told(&lean.execute(request).await), answer, "{query}, with parts, the {time} time");
        }
    }
}

/// JSON, and what it depends on.
type Kept = (Bytes, Vec<Tag>);

/// Keeps parts of places.
#[derive(Default)]
struct Shelf {
    kept: Mutex<HashMap<(i32, Selected), Kept>>,
    recalled: AtomicUsize,
}

fn number_of(object: &dyn Any) -> Option<i32> {
    Some(object.downcast_ref::<lean::Place>()?.number)
}

impl Parts for Shelf {
    fn knows(&self, object: &dyn Any) -> bool {
        number_of(object).is_some()
    }

    fn recall(&self, object: &dyn Any, selected: Selected) -> Option<Bytes> {
        let json = self.kept.lock().unwrap().get(&(number_of(object)?, selected))?.0.clone();
        self.recalled.fetch_add(1, Ordering::Relaxed);
        Some(json)
    }

    fn keep(&self, object: &dyn Any, selected: Selected, json: &Bytes, noted: PartReads) {
        let key = (number_of(object).unwrap(), selected);
        self.kept.lock().unwrap().insert(key, (json.clone(), noted.tags));
    }
}

impl Shelf {
    /// What is kept, in the order of its bytes.
    fn all(&self) -> Vec<String> {
        let kept = self.kept.lock().unwrap();
        let mut all: Vec<_> = kept.values().map(|(json, _)| String::from_utf8(json.to_vec()).unwrap()).collect();
        all.sort();
        all
    }

    async fn ask(self: &Arc<Self>, query: &str) {
        let lean = Schema::new(lean::Query, EmptyMutation, EmptySubscription);
        let request = asked(&lean.sdl(), query).data(Arc::clone(self) as Arc<dyn Parts>);
        lean.execute(request).await;
    }
}

#[tokio::test]
async fn fields_of_the_object_of_an_answer_and_objects_in_lists_are_kept() {
    for (query, kept) in [
        (
            "{ place { number name next { number next { number } } people { name } } }",
            vec![r#"[{"name":"Ada"},{"name":"Eve"}]"#, r#"{"number":1,"next":{"number":2}}"#],
        ),
        (
            "{ places(first: 2) { number next { number } } }",
            vec![r#"{"number":0,"next":{"number":1}}"#, r#"{"number":1,"next":{"number":2}}"#],
        ),
        // What stands for several types is none of those that are known.
        ("{ named { name ... on Place { number } } }", Vec::new()),
        // An error, or what is read elsewhere, in one part keeps no other from being kept.
        ("{ place { next { perhaps(rounds: 1) } people { name } } }", vec![r#"[{"name":"Ada"},{"name":"Eve"}]"#]),
        ("{ place { elsewhere { number } noting { number } } }", vec![r#"{"number":0}"#]),
        ("{ place { text { number } } places(first: 1) { text { number } } }", vec![r#"{"text":{"number":0}}"#]),
        // Under whatever name.
        ("{ place { a: next { number } b: next { number } } }", vec![r#"{"number":1}"#]),
    ] {
        let shelf = Arc::<Shelf>::default();
        shelf.ask(query).await;
        assert_eq!(shelf.all(), kept, "{query}");
    }
}

#[tokio::test]
async fn what_is_selected_alike_is_kept_once_whatever_the_document() {
    let shelf = Arc::<Shelf>::default();
    shelf.ask("{ places(first: 1) { number next { number } } }").await;
    let alike = [
        "{ b: places(first: 1) {\n number next { number } } }",
        "{ any: places(first: 1) { number, next { number } } place { number } }",
    ];
    for (times, query) in alike.into_iter().enumerate() {
        shelf.ask(query).await;
        assert_eq!((shelf.all().len(), shelf.recalled.load(Ordering::Relaxed)), (1, times + 1), "{query}");
    }
    let others = [
        "{ places(first: 1) { next { number } number } }",
        "{ places(first: 1) { n: number next { number } } }",
        "{ places(first: 1) { number next { late(rounds: 0) } } }",
        "{ places(first: 1) { number next { late(rounds: 1) } } }",
        "{ places(first: 1) { number next { number @include(if: true) } } }",
        "{ places(first: 1) { number next { number @skip(if: false) } } }",
        "{ places(first: 1) { number ... on Place { next { number } } } }",
        "{ places(first: 1) { number ...f } } fragment f on Place { next { number name } }",
    ];
    for (place, query) in others.into_iter().enumerate() {
        shelf.ask(query).await;
        assert_eq!((shelf.all().len(), shelf.recalled.load(Ordering::Relaxed)), (place + 2, 2), "{query}");
    }
}

#[tokio::test]
async fn what_depends_on_variables_is_not_kept() {
    let shelf = Arc::<Shelf>::default();
    let lean = Schema::new(lean::Query, EmptyMutation, EmptySubscription);
    for query in [
        "query ($r: Int!) { places(first: 1) { late(rounds: $r) } }",
        "query ($r: Int!) { place { next { ...f } } } fragment f on Place { next { late(rounds: $r) } }",
    ] {
        for rounds in 0..2 {
            let request = asked(&lean.sdl(), query).data(Arc::clone(&shelf) as Arc<dyn Parts>);
            let variables = async_graphql::Variables::from_json(serde_json::json!({ "r": rounds }));
            let (answer, _) = told(&lean.execute(request.variables(variables)).await);
            assert!(answer.contains(&format!("after {rounds}")), "{answer}");
        }
    }
    assert_eq!(shelf.all(), [""; 0]);
}

#[tokio::test]
async fn a_part_depends_on_what_was_noted_while_it_was_made() {
    let shelf = Arc::<Shelf>::default();
    shelf.ask("{ place { noting { number } next { number } } }").await;
    let kept = shelf.kept.lock().unwrap();
    let mut noted: Vec<_> = kept.values().map(|(json, tags)| (json.clone(), tags.clone())).collect();
    noted.sort();
    let of = |json: &'static str, tags| (Bytes::from_static(json.as_bytes()), tags);
    assert_eq!(noted, [of(r#"{"number":0}"#, vec![Tag::named("t", "noted")]), of(r#"{"number":1}"#, Vec::new())]);
}

#[tokio::test]
async fn what_is_known_takes_turns_in_one_place_and_what_waits_does_not_keep_it() {
    let places = std::sync::Mutex::new(Vec::new());
    let future = |waits: bool| {
        let places = &places;
        async move {
            let here = 0_u8;
            places.lock().unwrap().push(std::ptr::from_ref(&here) as usize);
            if waits {
                tokio::task::yield_now().await;
            }
            Ok(usize::from(here))
        }
    };
    let waiting = [false, false, true, false, false];
    assert_eq!(super::in_turn(5, waiting.into_iter().map(future)).await.unwrap(), [0; 5]);
    let places = places.into_inner().unwrap();
    assert!(places[0] == places[1] && places[1] == places[2] && places[3] == places[4], "{places:?}");
    assert_ne!(places[2], places[3], "{places:?}");
}
