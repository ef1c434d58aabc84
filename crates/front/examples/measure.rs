//! What the front costs a request: `cargo run --release -p griot-front --example measure [-- DOCUMENT VARIABLES [SDL]]`.
//! The files hold a document, a JSON object, and the schema when it is not the toy schema. Prints microseconds per
//! request, the median of nine rounds.

#[path = "../tests/front/toy.rs"]
mod toy;

use std::time::Instant;

use griot_front::{Front, FrontOptions, Limits, scan};
use serde_json::{Map, Value};

const PAGE: &str = "query Page($first: Int) {
  articles(first: $first) {
    totalCount
    nodes { title name tags author { name biography } related(first: 3) { nodes { title author { name } } } }
  }
}";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let files: Vec<String> = std::env::args().skip(1).collect();
    let (document, variables) = match files.as_slice() {
        [document, variables, ..] => {
            (std::fs::read_to_string(document)?, serde_json::from_str(&std::fs::read_to_string(variables)?)?)
        }
        _ => (PAGE.to_owned(), Map::from_iter([("first".to_owned(), Value::from(20))])),
    };
    let sdl = files.get(2).map_or_else(|| Ok(toy::sdl()), std::fs::read_to_string)?;
    let front = |document_cache_bytes| {
        let limits = Limits { document_cache_bytes, ..Limits::default() };
        Front::new(toy::schema(), &sdl, limits, FrontOptions::default())
    };
    let (cached, uncached) = (front(1024 * 1024)?, front(0)?);
    let found = scan::scan(&document)?;
    println!("document: {} bytes, {} tokens, nesting {}", document.len(), found.tokens, found.nesting);
    match cached.check(&document, None, variables.clone()) {
        Ok(checked) => println!("cost:     {} points", checked.cost),
        Err(refusal) => println!("refused:  {:?}", refusal.problems()),
    }
    report("scan alone", || {
        let _ = std::hint::black_box(scan::scan(&document));
    });
    report("known document: look up, coerce, cost", || drop(cached.check(&document, None, variables.clone())));
    report("new document: scan, parse, size, validate, translate", || {
        drop(uncached.check(&document, None, variables.clone()));
    });
    report("for comparison: async-graphql's own parser", || {
        drop(std::hint::black_box(async_graphql::parser::parse_query(&document)));
    });
    Ok(())
}

fn report(what: &str, run: impl Fn()) {
    const RUNS: u32 = 200;
    let mut rounds: Vec<f64> = (0..9)
        .map(|_| {
            let start = Instant::now();
            (0..RUNS).for_each(|_| run());
            start.elapsed().as_secs_f64() * 1e6 / f64::from(RUNS)
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    println!("{:8.2} us  {what}", rounds[4]);
}
