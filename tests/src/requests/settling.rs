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

/// Whether two answers failed alike: with the same data, and an error of one code in the same place. Of several fields that
/// fail in a place where nothing may be null, the first to fail is told alone, and which that is the servers do not agree on. Where
/// an error leaves nothing of the data, it may be that of any field.
pub fn fail_alike(one: &Answer, other: &Answer) -> bool {
    let failed = |answer: &Answer| {
        let mut body: Value = serde_json::from_slice(&without_items(answer)?.body).ok()?;
        let errors = body["errors"].as_array()?.clone();
        Some((answer.status, body["data"].take(), errors))
    };
    let (Some((status, data, errors)), Some(other)) = (failed(one), failed(other)) else { return false };
    let is_nothing_left = data.is_null();
    let place = |error: &Value| (error["path"].clone(), error["extensions"]["code"].clone());
    let is_there = |error: &Value| other.2.iter().any(|known| place(known) == place(error));
    (status, data) == (other.0, other.1) && (is_nothing_left || errors.iter().any(is_there))
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
