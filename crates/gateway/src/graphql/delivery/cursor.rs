//! Cursors: a place in one list, by its key. Opaque to clients, and refused for another filter or order.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use griot_domain::View;
use griot_persistence::{ListQuery, OrderKey, OrderedBy};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::error::{Answer, ApiError};

#[derive(Serialize, Deserialize)]
struct Cursor(String, Place);

#[derive(Serialize, Deserialize)]
enum Place {
    #[serde(rename = "d")]
    Date(i64, griot_domain::EntryId),
    #[serde(rename = "n")]
    Name(String, griot_domain::EntryId),
}

/// A short name for a list: its kind, conditions and order, and the languages when names order it.
pub(crate) fn list_name(query: &ListQuery, view: &View) -> String {
    let mut hash = Sha256::new();
    hash.update(format!("{:?}|{:?}|{:?}", query.kind, query.conditions, query.order));
    if query.order.by == OrderedBy::Name {
        hash.update(format!("{:?}", view.locales));
    }
    URL_SAFE_NO_PAD.encode(&hash.finalize()[..6])
}

/// The cursor of a place in the list named.
pub(crate) fn encode(list: &str, key: &OrderKey) -> String {
    let place = match key {
        OrderKey::Date(at, id) => Place::Date(*at, *id),
        OrderKey::Name(name, id) => Place::Name(name.clone(), *id),
    };
    let json = serde_json::to_vec(&Cursor(list.to_owned(), place)).expect("a cursor has string keys only");
    URL_SAFE_NO_PAD.encode(json)
}

/// The place a cursor stands for in the list named.
pub(crate) fn decode(argument: &'static str, list: &str, by: OrderedBy, raw: &str) -> Answer<OrderKey> {
    let unknown = || ApiError::invalid(argument, "is not a cursor of this API; pass one back as it was given");
    if raw.len() > 2_048 {
        return Err(unknown());
    }
    let json = URL_SAFE_NO_PAD.decode(raw).map_err(|_| unknown())?;
    let Cursor(name, place) = serde_json::from_slice(&json).map_err(|_| unknown())?;
    if name != list {
        return Err(ApiError::invalid(
            argument,
            "belongs to a list with another filter or order; begin again without a cursor",
        ));
    }
    match (place, by) {
        (Place::Date(at, id), OrderedBy::Date) => Ok(OrderKey::Date(at, id)),
        (Place::Name(name, id), OrderedBy::Name) => Ok(OrderKey::Name(name, id)),
        _ => Err(unknown()),
    }
}
