use async_graphql::{EmptyMutation, EmptySubscription, Schema};

use crate::json::Json;

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
                number: i32,
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
    let request = async_graphql::Request::new(query);
    let suits = super::suits(&document, &document.operations.get(None).unwrap().selection_set);
    if suits { request.data(super::Lean) } else { request }
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
        let run = |schema_is_lean: bool| {
            let request = asked(&sdl, query);
            let (stock, lean) = (stock.clone(), lean.clone());
            async move { if schema_is_lean { lean.execute(request).await } else { stock.execute(request).await } }
        };
        assert_eq!(told(&run(true).await), told(&run(false).await), "{query}");
    }
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
