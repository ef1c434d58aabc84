//! Nobody outside can tell whether there is anything unpublished. Two servers hold the same public record, and one of
//! them much besides that is not public; thousands of requests made from the schema get the same bytes from both, and
//! none of the words of what is not public leaves the second in any way.
//!
//! `GRIOT_TEST_SEED` repeats a run; every run prints its seed.

#![expect(clippy::unwrap_used, reason = "helpers of tests unwrap like the tests themselves")]

mod canary;
mod compare;
mod generator;
mod house;
mod literal;
mod names;
mod pair;
mod unpublished;
mod wire;

use std::collections::BTreeSet;

use apollo_compiler::Schema;
use griot_editorial::Command;
use griot_testbed::Backend;
use griot_tests::{Server, workspace};
use rstest::rstest;

use crate::canary::Canaries;
use crate::compare::Round;
use crate::house::{House, item};
use crate::names::{Named, Names};
use crate::pair::{Pair, in_runtime};
use crate::unpublished::{Writer, Written};

/// Requests of each audience, to each of the two worlds.
const OF_PUBLIC: usize = 4_000;
const OF_KEY: usize = 1_000;
const OF_EDITOR: usize = 300;
/// Requests that have to find a difference.
const OF_CONTROL: usize = 400;

#[rstest]
fn what_is_not_public_changes_no_byte_and_leaves_by_no_way(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let seed = seed();
    println!("GRIOT_TEST_SEED={seed}");
    let pair = Pair::new(backend);
    let mut canaries = Canaries::new(fastrand::Rng::with_seed(seed));
    let Written { names: hidden, early, ready, ready_name } = in_runtime(write(&pair, &mut canaries));
    let names = Names { public: pair.public.iter().chain(&pair.gone).map(Named::of).collect(), hidden };
    let (schema, sweep) = (schema(), canaries.sweep());
    let ask = |plain: &Server, secret: &Server, names: &Names, key, seed, requests| {
        let worlds = [plain.address(), secret.address()];
        Round { schema: &schema, names, sweep: &sweep, worlds, key, seed, requests }.run()
    };

    let plain = pair.plain.serve(&[]);
    let secret = pair.secret.serve(&[]);
    let mut answered = BTreeSet::new();
    for (number, (audience, key, requests)) in [
        ("the public", None, OF_PUBLIC),
        ("a delivery key", Some(&*pair.key), OF_KEY),
        ("an editor's key", Some(&*pair.editor_key), OF_EDITOR),
    ]
    .into_iter()
    .enumerate()
    {
        let found = ask(&plain, &secret, &names, key, seed.rotate_left(number as u32), requests);
        println!("{backend:?}, {audience}: {found}");
        assert_eq!(found.differences, 0, "{audience}, seed {seed}:\n{}", found.told.join("\n"));
        assert!(found.leaks.is_empty(), "{audience}, seed {seed}: {:#?}", found.leaks);
        assert!(found.faultless * 2 > found.requests, "most requests should be good ones: {found}");
        answered.extend(found.answered);
    }
    let fields = fields(&schema);
    let never: Vec<_> = fields.difference(&answered).collect();
    assert!(never.len() * 50 <= fields.len(), "more than a fiftieth of the schema was never asked for: {never:?}");
    assert!(!never.iter().any(|field| field.starts_with("Query.")), "{never:?}");
    for (what, bytes) in [
        ("the log of the first", plain.said().into_bytes()),
        ("the log of the second", secret.said().into_bytes()),
        ("the published store", pair.bytes_of("published")),
    ] {
        assert!(bytes.len() > 1_000, "{what} is empty");
        assert_eq!(sweep.found(&bytes), BTreeSet::new(), "{what}, seed {seed}");
    }

    // The search finds what is there, and the comparison what differs.
    let editorial = pair.bytes_of("editorial");
    let kept = sweep.found(&editorial);
    let missed = sweep.words().filter(|word| !kept.contains(word)).count();
    println!("{backend:?}: {} markers, {missed} of them not in the editorial store", kept.len());
    assert!(missed * 200 <= kept.len(), "{missed} of {} markers are nowhere", kept.len());
    let early = ask(&plain, &secret, &Names::only(early), Some(&pair.early_key), seed, OF_CONTROL);
    assert!(early.differences > 0 && !early.leaks.is_empty(), "a key with early access saw nothing: {early}");
    drop(secret);
    in_runtime(async {
        let house = House::open(&pair.secret_location(), "desk").await;
        house.done("control", Command::Publish { items: vec![item(ready)] }).await;
    });
    let secret = pair.secret.serve(&[]);
    let control = ask(&plain, &secret, &Names::only(ready_name), None, seed, OF_CONTROL);
    println!("{backend:?}, the controls: {early}; {control}");
    assert!(control.differences > 0 && !control.leaks.is_empty(), "a published draft made no difference: {control}");
    assert!(!sweep.found(&pair.bytes_of("published")).is_empty(), "nor is it in the published store");
}

fn seed() -> u64 {
    match std::env::var("GRIOT_TEST_SEED") {
        Ok(seed) => seed.parse().expect("GRIOT_TEST_SEED is a number"),
        Err(_) => fastrand::u64(..),
    }
}

async fn write(pair: &Pair, canaries: &mut Canaries) -> Written {
    // Who acts is not for the public either.
    let house = House::open(&pair.secret_location(), &canaries.word()).await;
    let far = "2099-01-01T00:00:00Z".parse().unwrap();
    Writer { house: &house, canaries, public: &pair.public, withdrawn: &pair.gone[0], far }.write().await
}

fn schema() -> Schema {
    let sdl = std::fs::read_to_string(workspace().join("schema.graphql")).unwrap();
    Schema::parse_and_validate(sdl, "schema.graphql").unwrap().into_inner()
}

/// `Type.field` of all there are.
fn fields(schema: &Schema) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for (name, ty) in schema.types.iter().filter(|(_, ty)| !ty.is_built_in()) {
        if let Some(object) = ty.as_object() {
            all.extend(object.fields.keys().map(|field| format!("{name}.{field}")));
        }
    }
    all
}
