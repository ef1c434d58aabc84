use griot_domain::BodyError;
use rstest::rstest;
use serde_json::{Value, json};

use crate::sample::{body, entry};

#[test]
fn a_body_as_importers_write_it_is_well_formed() {
    let body = body(json!([
        { "listItem": "bullet", "level": 10, "children": [{ "text": "x", "marks": ["em", "l", "e"] }], "markDefs": [
            { "_type": "link", "_key": "l", "href": "mailto:a@example.org" },
            { "_type": "entry", "_key": "e", "_ref": entry(1) },
        ] },
        { "_type": "image", "url": "https://m.example/1.jpg" },
    ]));
    assert_eq!(body.validate(), Ok(()));
}

fn block() -> String {
    "b1".to_owned()
}

#[rstest]
#[case(json!([{ "_key": "", "children": "x" }]), BodyError::NoKey { position: 1 })]
#[case(json!([{ "children": "x" }, { "_key": "b1", "children": "x" }]), BodyError::RepeatedKey { block: block() })]
#[case(json!([{ "children": [{ "_key": "", "text": "x" }] }]), BodyError::NoInnerKey { block: block() })]
#[case(
    json!([{ "children": [{ "_key": "s", "text": "x" }, { "_key": "s", "text": "y" }] }]),
    BodyError::RepeatedInnerKey { block: block(), key: "s".into() }
)]
#[case(
    json!([{ "children": "x", "markDefs": [{ "_type": "link", "_key": "em", "href": "/" }] }]),
    BodyError::DecoratorKey { block: block(), key: "em".into() }
)]
#[case(
    json!([{ "children": [{ "text": "x", "marks": ["bold"] }] }]),
    BodyError::UnknownMark { block: block(), mark: "bold".into() }
)]
#[case(json!([{ "listItem": "bullet", "level": 0, "children": "x" }]), BodyError::Level { block: block(), level: 0 })]
#[case(json!([{ "listItem": "bullet", "level": 11, "children": "x" }]), BodyError::Level { block: block(), level: 11 })]
#[case(
    json!([{ "children": "x", "markDefs": [{ "_type": "link", "_key": "l", "href": "javascript:x" }] }]),
    BodyError::Href { block: block(), href: "javascript:x".into() }
)]
#[case(json!([{ "_type": "image", "url": "/1.jpg" }]), BodyError::Address { block: block(), url: "/1.jpg".into() })]
#[case(json!([{ "_type": "gallery", "items": [{ "url": "data:x" }] }]), BodyError::Address { block: block(), url: "data:x".into() })]
#[case(json!([{ "_type": "embed", "url": "tel:1" }]), BodyError::Address { block: block(), url: "tel:1".into() })]
fn faults_are_named_with_the_block(#[case] blocks: Value, #[case] error: BodyError) {
    let message = error.to_string();
    assert_eq!(body(blocks).validate(), Err(error));
    assert!(message.contains("b1") || message.contains("block 1"), "{message}");
}
