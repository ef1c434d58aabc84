use griot_domain::Body;
use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};

use crate::sample::{any_body, body, entry};

#[test]
fn the_json_shape_is_that_of_portable_text() {
    let blocks = json!([
        { "_type": "block", "_key": "a", "style": "h2", "listItem": "bullet", "level": 2,
          "children": [{ "_type": "span", "_key": "s", "text": "x", "marks": ["strong", "m"] }],
          "markDefs": [{ "_type": "link", "_key": "m", "href": "/x" }, { "_type": "entry", "_key": "e", "_ref": entry(1) }] },
        { "_type": "image", "_key": "b", "asset": entry(2), "url": "https://m.example/1.jpg", "alt": "", "caption": "c" },
        { "_type": "gallery", "_key": "c", "items": [{ "url": "https://m.example/2.jpg", "asset": entry(3) }] },
        { "_type": "embed", "_key": "d", "url": "https://v.example/1", "provider": "p", "caption": "c" },
        { "_type": "table", "_key": "e", "caption": "c", "headerRows": 1, "rows": [["a"]] },
        { "_type": "code", "_key": "f", "text": "x" },
        { "_type": "divider", "_key": "g" },
    ]);
    let body: Body = serde_json::from_value(blocks.clone()).unwrap();
    assert_eq!(serde_json::to_value(&body).unwrap(), blocks);
    assert_eq!(body.references(), [entry(1)]);
    assert_eq!(body.asset_ids().iter().map(|id| id.0.as_u128()).collect::<Vec<_>>(), [2, 3]);
}

#[rstest]
#[case::unknown(json!({ "_type": "image", "_key": "b", "url": "https://a.example", "onload": "x" }), "unknown field `onload`")]
#[case::of_another_kind(json!({ "_type": "image", "_key": "b", "url": "u", "rows": [] }), "`b` of type `image` has no field `rows`")]
#[case::in_a_gallery(json!({ "_type": "gallery", "_key": "b", "items": [{ "url": "u", "x": 1 }] }), "unknown field `x`")]
#[case::in_a_span(json!({ "_type": "block", "_key": "b", "children": [{ "_type": "span", "_key": "s", "text": "", "x": 1 }] }), "unknown field `x`")]
#[case::in_a_mark(json!({ "_type": "block", "_key": "b", "children": [], "markDefs": [{ "_type": "link", "_key": "l", "href": "/", "x": 1 }] }), "unknown field `x`")]
#[case::mark_of_another_kind(json!({ "_type": "block", "_key": "b", "children": [], "markDefs": [{ "_type": "entry", "_key": "l", "href": "/" }] }), "`l` of type `entry` lacks the field `_ref`")]
#[case::missing(json!({ "_type": "table", "_key": "b" }), "`b` of type `table` lacks the field `rows`")]
#[case::no_key(json!({ "_type": "divider" }), "missing field `_key`")]
#[case::kind(json!({ "_type": "html", "_key": "b" }), "unknown variant `html`")]
#[case::style(json!({ "_type": "block", "_key": "b", "style": "h7", "children": [] }), "unknown variant `h7`")]
fn what_is_not_of_the_format_is_refused_by_name(#[case] block: Value, #[case] message: &str) {
    let error = serde_json::from_value::<Body>(json!([block])).unwrap_err().to_string();
    assert!(error.contains(message), "{error}");
}

#[test]
fn optional_parts_have_defaults() {
    let body = body(json!([{ "_type": "block", "children": "x" }, { "_type": "table", "rows": [] }]));
    let again = serde_json::to_value(&body).unwrap();
    assert_eq!(again[0]["style"], "normal");
    assert_eq!(again[0]["markDefs"], json!([]));
    assert_eq!(again[1]["headerRows"], 0);
}

proptest! {
    #[test]
    fn writing_and_reading_give_the_same_body_and_bytes(body in any_body()) {
        let json = serde_json::to_string(&body).unwrap();
        let read: Body = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(&read, &body);
        prop_assert_eq!(serde_json::to_string(&read).unwrap(), json);
    }
}
