//! Answers that need not be equal to the byte: where nothing may be null, the first of the items that fail is told.

use serde_json::Value;

use super::{Answer, Ask, Wire};

/// How often a request is sent again.
const MOST_REPEATS: usize = 20;

/// An answer without what depends on which fields happen to be resolved first. Errors stand in the order of their paths,
/// but where nothing may be null, the first of the items that fail is the only one told. `None` when nothing failed below
/// a field.
fn without_items(answer: &Answer) -> Option<Answer> {
    let mut body: Value = serde_json::from_slice(&answer.body).ok()?;
    let errors = body["errors"].as_array_mut()?;
    if !errors.iter().any(|error| error["path"].is_array()) {
        return None;
    }
    for step in errors.iter_mut().filter_map(|error| error["path"].as_array_mut()).flatten() {
        if step.is_number() {
            *step = Value::Null;
        }
    }
    errors.dedup();
    let mut answer = answer.clone();
    answer.headers.retain(|(name, _)| !["content-length", "vary"].contains(&name.as_str()));
    answer.body = body.to_string().into_bytes();
    Some(answer)
}

/// Whether two answers failed alike: with the same data, and errors that made the same places null. Of several fields that fail
/// where nothing may be null, the first to fail is told alone, and which that is the servers do not agree on. Where an error
/// leaves nothing of the data, it may be that of any field.
pub fn fail_alike(one: &Answer, other: &Answer) -> bool {
    let failed = |answer: &Answer| {
        without_items(answer)?;
        let body: Value = serde_json::from_slice(&answer.body).ok()?;
        let ends = body["errors"].as_array()?.iter().map(|error| end(&body["data"], error).to_vec());
        Some((answer.status, body["data"].clone(), ends.collect::<Vec<_>>()))
    };
    let (Some((status, data, ends)), Some(other)) = (failed(one), failed(other)) else { return false };
    let includes = |all: &[Vec<Value>], some: &[Vec<Value>]| some.iter().all(|end| all.contains(end));
    (status, &data) == (other.0, &other.1) && includes(&ends, &other.2) && includes(&other.2, &ends)
}

/// What an error made null in `data`: of several that end in one place, the first to fail is told alone.
fn end<'a>(data: &Value, error: &'a Value) -> &'a [Value] {
    let path = error["path"].as_array().map_or(&[][..], Vec::as_slice);
    let mut here = data;
    for (depth, step) in path.iter().enumerate() {
        if here.is_null() {
            return &path[..depth];
        }
        here = match step.as_u64() {
            Some(place) => &here[place as usize],
            None => &here[step.as_str().unwrap_or_default()],
        };
    }
    path
}

/// Whether both servers, asked again and again, give an answer that the other gives too. Only where `given` failed below
/// a field: all else is settled.
pub fn meet(ask: &Ask, given: &Answer, servers: [&Wire; 2]) -> bool {
    if without_items(given).is_none() {
        return false;
    }
    let mut given: [Vec<Answer>; 2] = Default::default();
    (0..MOST_REPEATS).any(|_| {
        for (known, server) in given.iter_mut().zip(servers) {
            known.extend(without_items(&server.send(ask)));
        }
        given[0].iter().any(|answer| given[1].contains(answer))
    })
}
