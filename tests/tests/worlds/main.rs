//! Nobody outside can tell whether there is anything unpublished. Two servers hold the same public record, and one of
//! them much besides that is not public; thousands of requests made from the schema get the same bytes from both, and
//! none of the words of what is not public leaves the second in any way.
//!
//! `GRIOT_TEST_SEED` repeats a run; every run prints its seed.

#![expect(clippy::unwrap_used, reason = "helpers of tests unwrap like the tests themselves")]

mod canary;
mod channels;
mod compare;
mod documents;
mod entitled;
mod house;
mod pair;
mod unpublished;

use std::collections::BTreeSet;

use apollo_compiler::Schema;
use griot_editorial::Command;
use griot_testbed::Backend;
use griot_tests::requests::{Ask, Named, Names, Wire};
use griot_tests::{Server, workspace};
use rstest::rstest;
use serde_json::{Value, json};

use crate::canary::{Canaries, Sweep};
use crate::compare::Round;
use crate::documents::{changes_by_graphql, changes_of_partner, documents_alike};
use crate::entitled::Entitled;
use crate::house::{House, item};
use crate::pair::{Pair, in_runtime};
use crate::unpublished::{Writer, Written};

/// Requests of each audience, to each of the two worlds.
const OF_PUBLIC: usize = 4_000;
const OF_KEY: usize = 1_000;
const OF_EDITOR: usize = 300;
/// Requests of a key with early access, and of each preview token, to the second world.
const OF_EARLY: usize = 600;
const OF_PREVIEW: usize = 300;
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
    let written = in_runtime(write(&pair, &mut canaries));
    let Written { names: hidden, early, early_picture, early_lines, previewed, ready, ready_name } = written;
    let names = Names { public: pair.public.iter().chain(&pair.gone).map(Named::of).collect(), hidden };
    let (schema, sweep) = (schema(), canaries.sweep());
    let ask = |plain: &Server, secret: &Server, names: &Names, key, seed, requests| {
        let worlds = [plain.address(), secret.address()];
        Round { schema: &schema, names, sweep: &sweep, worlds, key, seed, requests }.run()
    };

    let plain = pair.plain.serve(&[]);
    let secret = pair.secret.serve(&[]);
    [&plain, &secret].into_iter().for_each(Server::wait_for_index);
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
    let worlds = [plain.address(), secret.address()];
    for key in [None, Some(&*pair.key), Some(&*pair.editor_key)] {
        assert!(files_alike(worlds, &names, key, &sweep) >= 4, "the file of one picture of each round");
    }
    for key in [None, Some(&*pair.key)] {
        let alike = documents_alike(worlds, &names, key, &sweep);
        println!("{backend:?}: documents, feeds and sitemaps, and the log: {alike:?}");
        assert!(alike.found > 500, "most of what is public is a document: {alike:?}");
        assert!(alike.genuine > 50 && alike.logged > 50, "what is public is stated: {alike:?}");
    }
    let [of_partner, of_entitled] =
        pair.partner_keys.each_ref().map(|key| changes_of_partner(secret.address(), key, &sweep));
    println!("{backend:?}: {of_partner:?} and {of_entitled:?} items told to partners, and under embargo");
    assert!(of_partner.0 > 50 && of_partner == (of_entitled.0, 0) && of_entitled.1 > 0);
    assert_eq!(changes_of_partner(plain.address(), &pair.partner_keys[1], &sweep), of_partner);
    for (key, told) in pair.partner_keys.iter().zip([of_partner, of_entitled]) {
        assert_eq!(changes_by_graphql(secret.address(), key, &sweep), told, "GraphQL tells partners the same");
    }
    // What `verify` tells, and what partners are told of embargoes, was asked for above: nobody guesses a hash.
    let apart = ["Verification.", "EmbargoedItem."];
    let is_told = |field: &String| !apart.iter().any(|of| field.starts_with(of)) && field != "Query.verify";
    let fields: BTreeSet<String> = fields(&schema).into_iter().filter(is_told).collect();
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
    assert_eq!(sweep.found(&pair.files_of("media")), BTreeSet::new(), "the media folder, seed {seed}");

    // The search finds what is there, and the comparison what differs.
    let editorial = pair.bytes_of("editorial");
    let kept = sweep.found(&editorial);
    let missed = sweep.words().filter(|word| !kept.contains(word)).count();
    println!("{backend:?}: {} markers, {missed} of them not in the editorial store", kept.len());
    assert!(missed * 200 <= kept.len(), "{missed} of {} markers are nowhere", kept.len());
    assert!(
        sweep.found(&pair.files_of("uploads")).len() >= 10,
        "names and bytes of five files are where they are kept"
    );
    let path = format!("/media/{}", early_picture.files[0]);
    let headers = vec![("authorization", format!("Bearer {}", pair.early_key))];
    let [first, second] =
        worlds.map(|world| Wire::to(world).send(&Ask { headers: headers.clone(), ..Ask::get(&path) }));
    assert_eq!((first.status, second.status), (404, 200), "a key with early access is shown the picture");
    assert!(!sweep.found(&second.body).is_empty(), "with the marker in it");
    let early = ask(&plain, &secret, &Names::only(early), Some(&pair.early_key), seed, OF_CONTROL);
    assert!(early.differences > 0 && !early.leaks.is_empty(), "a key with early access saw nothing: {early}");
    let entitled = |door, credentials: &str, lines: &[Value], requests| {
        let scope: BTreeSet<&str> = lines.iter().flat_map(|line| sweep.found(line.to_string().as_bytes())).collect();
        // What may be seen is asked for as often as what is public.
        let (seen, unseen): (Vec<Named>, _) =
            names.hidden.iter().cloned().partition(|named| lines.iter().any(|line| line["id"] == *named.id));
        let often = names.public.len() / seen.len().max(1) + 1;
        let public = std::iter::repeat_n(&seen, often).flatten().chain(&names.public).cloned().collect();
        let (names, world) = (Names { public, hidden: unseen }, secret.address());
        let (schema, names, seen, sweep, scope) = (&schema, &names, &*seen, &sweep, &scope);
        Entitled { schema, names, seen, sweep, world, door, credentials, scope, seed, requests }.run()
    };
    let editor = secret.client("/editorial/graphql", Some(&*pair.editor_key));
    let mut seen = vec![("early access", entitled("", &pair.early_key, &early_lines, OF_EARLY))];
    for (what, lines) in ["a new draft previewed", "a changed one previewed"].into_iter().zip(&previewed) {
        let made = editor.done("previewTokenCreate", json!({ "contentId": lines[0]["id"] }));
        seen.push((what, entitled("/preview", made["token"].as_str().unwrap(), lines, OF_PREVIEW)));
    }
    for (what, seen) in seen {
        println!("{backend:?}, {what}: {seen}");
        assert!(seen.leaks.is_empty(), "{what}, seed {seed}: {:#?}", seen.leaks);
        assert!(seen.shown.len() >= 10, "{what}: hardly anything was shown: {seen}");
        assert!(seen.faultless * 5 > seen.requests * 2, "{what}: many requests should be good ones: {seen}");
    }
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

/// Asks for the file of everything that is not public, by the ways there are; the answers have the bytes of those for a
/// name nobody has, in both worlds. Returns how many were asked for.
fn files_alike(worlds: [&str; 2], names: &Names, key: Option<&str>, sweep: &Sweep) -> usize {
    let nobodys = "00000000000000000000000000000000.png";
    let hidden: Vec<_> = names.hidden.iter().flat_map(|named| &named.files).collect();
    // A key in the wrong place counts as an attempt to come in, and after ten of them all are told to wait.
    let folders = if key.is_some() { ["/media"].as_slice() } else { ["/media", "/preview/media"].as_slice() };
    for folder in folders.iter().copied() {
        for method in ["GET", "HEAD"] {
            let answer = |world: &str, name: &str| {
                let headers = key.map(|key| ("authorization", format!("Bearer {key}"))).into_iter().collect();
                let target = format!("{folder}/{name}");
                Wire::to(world).send(&Ask { method, headers, ..Ask::get(target) })
            };
            let nothing = answer(worlds[0], nobodys);
            assert_eq!(nothing.status, if folder == "/media" { 404 } else { 401 });
            for name in hidden.iter().map(|name| name.as_str()).chain([nobodys]) {
                for world in worlds {
                    let found = answer(world, name);
                    assert_eq!(found, nothing, "{method} {folder}/{name} with {key:?}");
                    assert_eq!(sweep.found(&found.bytes()), BTreeSet::new());
                }
            }
        }
    }
    hidden.len()
}

fn seed() -> u64 {
    match std::env::var("GRIOT_TEST_SEED") {
        Ok(seed) => seed.parse().expect("GRIOT_TEST_SEED is a number"),
        Err(_) => fastrand::u64(..),
    }
}

async fn write(pair: &Pair, canaries: &mut Canaries) -> Written {
    // Who acts is not for the public either.
    let house = House::open(&pair.secret_location(), &canaries.word()).await.with_files(&pair.secret_data());
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
    // What can be listened to is no request; `tests/live/secrets.rs` sees to it.
    let is_live = |name: &str| matches!(name, "Subscription" | "ArticlePublication");
    for (name, ty) in schema.types.iter().filter(|(_, ty)| !ty.is_built_in()) {
        if let Some(object) = ty.as_object().filter(|_| !is_live(name)) {
            all.extend(object.fields.keys().map(|field| format!("{name}.{field}")));
        }
    }
    all
}
