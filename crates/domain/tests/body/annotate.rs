use std::collections::HashSet;

use griot_domain::body::{Block, MarkDef};
use griot_domain::{Body, EntryKind, Mention, MentionRole, Passage};
use insta::assert_snapshot;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::json;

use crate::sample::{any_body, body, entry, page};

fn mention(block: &str, words: &str, offset: u32, target: u128) -> Mention {
    Mention {
        target: entry(target),
        kind: EntryKind::Person,
        role: MentionRole::Mentioned,
        words: words.to_owned(),
        passage: Passage::Block(block.to_owned()),
        offset,
        length: words.chars().count() as u32,
    }
}

#[test]
fn mentions_become_links_across_marks_and_spans() {
    let before = body(json!([{ "children": [
        { "text": "Hier, Assimi " },
        { "text": "GOÏTA et", "marks": ["strong"] },
        { "text": " M. FOMBA." },
    ] }]));
    let after = before.annotated(&[mention("b1", "FOMBA", 25, 4), mention("b1", "Assimi GOÏTA", 6, 2)]);
    assert_snapshot!(after.html(&page), @r#"<p>Hier, <a href="/fr/people/p2" data-entry="00000000-0000-0000-0000-000000000002">Assimi <strong>GOÏTA</strong></a><strong> et</strong> M. <a href="/fr/people/p4" data-entry="00000000-0000-0000-0000-000000000004">FOMBA</a>.</p>"#);
    assert_snapshot!(serde_json::to_string_pretty(&after).unwrap(), @r#"
    [
      {
        "_type": "block",
        "_key": "b1",
        "style": "normal",
        "children": [
          {
            "_type": "span",
            "_key": "s1",
            "text": "Hier, ",
            "marks": []
          },
          {
            "_type": "span",
            "_key": "s1-2",
            "text": "Assimi ",
            "marks": [
              "mention-6"
            ]
          },
          {
            "_type": "span",
            "_key": "s2",
            "text": "GOÏTA",
            "marks": [
              "strong",
              "mention-6"
            ]
          },
          {
            "_type": "span",
            "_key": "s2-2",
            "text": " et",
            "marks": [
              "strong"
            ]
          },
          {
            "_type": "span",
            "_key": "s3",
            "text": " M. ",
            "marks": []
          },
          {
            "_type": "span",
            "_key": "s3-2",
            "text": "FOMBA",
            "marks": [
              "mention-25"
            ]
          },
          {
            "_type": "span",
            "_key": "s3-3",
            "text": ".",
            "marks": []
          }
        ],
        "markDefs": [
          {
            "_type": "entry",
            "_key": "mention-6",
            "_ref": "00000000-0000-0000-0000-000000000002"
          },
          {
            "_type": "entry",
            "_key": "mention-25",
            "_ref": "00000000-0000-0000-0000-000000000004"
          }
        ]
      }
    ]
    "#);
}

#[test]
fn links_that_stand_already_and_texts_that_changed_stay_as_they_are() {
    let before = body(json!([{ "children": [
        { "text": "le " }, { "text": "Président", "marks": ["l"] }, { "text": " GOÏTA à Bamako" },
    ], "markDefs": [{ "_type": "link", "_key": "l", "href": "/fr/p" }] }]));
    let overlapping = mention("b1", "Président GOÏTA", 3, 2);
    let stale = mention("b1", "SEGOU", 21, 2);
    let past_the_end = mention("b1", "Bamako et", 21, 2);
    let elsewhere = mention("other", "Bamako", 21, 2);
    assert_eq!(before.annotated(&[overlapping, stale, past_the_end, elsewhere]), before);
}

#[test]
fn of_overlapping_mentions_the_earlier_then_the_longer_is_linked() {
    let before = body(json!([{ "children": "Modibo KEÏTA Sénou" }]));
    let after = before.annotated(&[
        mention("b1", "KEÏTA Sénou", 7, 6),
        mention("b1", "Modibo", 0, 4),
        mention("b1", "Modibo KEÏTA", 0, 2),
    ]);
    assert_eq!(after.references(), [entry(2)]);
    assert_snapshot!(after.html(&page), @r#"<p><a href="/fr/people/p2" data-entry="00000000-0000-0000-0000-000000000002">Modibo KEÏTA</a> Sénou</p>"#);
}

/// Mentions at places of the body drawn at random, most of them true to the text.
fn mentions(body: &Body, draws: &[(Index, Index, u32, u128, bool)]) -> Vec<Mention> {
    let texts: Vec<_> =
        body.blocks.iter().filter_map(|block| if let Block::Text(text) = block { Some(text) } else { None }).collect();
    let place = |(block, offset, length, target, is_true): &(Index, Index, u32, u128, bool)| {
        let block = texts[block.index(texts.len())];
        let chars: Vec<char> = block.plain_text().chars().collect();
        let offset = offset.index(chars.len() + 1);
        let words: String = chars[offset..].iter().take(*length as usize).collect();
        let mut one = mention(&block.key, &words, offset as u32, *target);
        one.length += u32::from(!is_true);
        one
    };
    if texts.is_empty() { Vec::new() } else { draws.iter().map(place).collect() }
}

fn draws() -> impl Strategy<Value = Vec<(Index, Index, u32, u128, bool)>> {
    let one = (any::<Index>(), any::<Index>(), 0u32..20, 0u128..6, prop::bool::weighted(0.9));
    prop::collection::vec(one, 0..12)
}

proptest! {
    #[test]
    fn annotating_changes_no_text_and_no_other_mark(body in any_body(), draws in draws()) {
        let mentions = mentions(&body, &draws);
        let annotated = body.annotated(&mentions);
        prop_assert_eq!(annotated.plain_text(), body.plain_text());
        prop_assert_eq!(annotated.annotated(&mentions), annotated.clone(), "annotating again changes nothing");
        for (before, after) in body.blocks.iter().zip(&annotated.blocks) {
            let (Block::Text(before), Block::Text(after)) = (before, after) else {
                prop_assert_eq!(before, after);
                continue;
            };
            let added: HashSet<&str> = after.mark_defs[before.mark_defs.len()..].iter().map(MarkDef::key).collect();
            prop_assert_eq!(added.len(), after.mark_defs.len() - before.mark_defs.len());
            let keys: HashSet<&str> = after.children.iter().map(|span| span.key.as_str()).collect();
            prop_assert_eq!(keys.len(), after.children.len());
            let defined: HashSet<&str> = before.mark_defs.iter().map(MarkDef::key).collect();
            let chars_before = before.children.iter().flat_map(|span| span.text.chars().map(|c| (c, span.marks.clone())));
            let chars_after = after.children.iter().flat_map(|span| span.text.chars().map(|c| (c, span.marks.clone())));
            for ((c, old), (d, new)) in chars_before.zip(chars_after) {
                prop_assert_eq!(c, d);
                let (more, kept): (Vec<_>, Vec<_>) = new.into_iter().partition(|mark| added.contains(mark.as_str()));
                prop_assert_eq!(&kept, &old);
                let was_linked = old.iter().any(|mark| defined.contains(mark.as_str()));
                prop_assert!(more.len() <= usize::from(!was_linked));
            }
        }
    }

    #[test]
    fn a_true_mention_alone_on_free_text_is_always_linked(text in "\\PC{1,30}", start in any::<Index>(), length in 1u32..9) {
        let body = body(json!([{ "children": text }]));
        let chars: Vec<char> = text.chars().collect();
        let offset = start.index(chars.len());
        let words: String = chars[offset..].iter().take(length as usize).collect();
        let annotated = body.annotated(&[mention("b1", &words, offset as u32, 2)]);
        let Block::Text(block) = &annotated.blocks[0] else { unreachable!() };
        let linked: Vec<&str> = block.children.iter().filter(|span| !span.marks.is_empty()).map(|span| span.text.as_str()).collect();
        prop_assert_eq!(linked, [words]);
    }
}
