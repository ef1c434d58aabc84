//! Whatever the text: a mention stands where it says.

use griot_domain::body::Block;
use griot_domain::{Body, Passage};
use proptest::prelude::*;

use super::{Record, Sample, paragraph};

/// Pieces that make names, nearly names, and trouble around them.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "Assimi GOÏTA",
            "ASSIMI GOITA",
            "Goïta",
            "GOI\u{308}TA",
            "le Président",
            "Colonel",
            "M.",
            "SE ",
            "ATT",
            "N’DAW",
            "Bah N'DAW",
            "la Présidence",
            "Présidence de la République",
            "du Mali",
            "AES",
            "l’",
            "d'",
            "qu’",
            "'s",
            "Jeux de l’Alliance des États du Sahel",
            "Premiers",
            "Koulouba",
            "-",
            " ",
            "\n",
            "\u{a0}",
            ", ",
            ". ",
            "𝒢",
            "😀",
            "ﷺ",
            "œ",
            "½",
            "İ",
            "\u{ad}",
            "ߓߊ߬",
            "Vladimir POUTINE",
            "Iron Biby",
            "KEÏTA",
            "Modibo",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,6}",
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), 0..14).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn offsets_delimit_exactly_the_words(headline in text(), summary in text(), spans in prop::collection::vec(text(), 1..4)) {
        let record = Record::of(include_str!("../../../../../demo/record.jsonl"));
        let mut article = Sample::new(&headline, Some(&summary), &[]);
        let spans: Vec<&str> = spans.iter().map(String::as_str).collect();
        article.body = Body { blocks: vec![paragraph(0, &spans)] };
        let Block::Text(block) = &article.body.blocks[0] else { unreachable!() };
        let passage = |at: &Passage| match at {
            Passage::Headline => headline.clone(),
            Passage::Summary => summary.clone(),
            Passage::Block(_) => block.plain_text(),
        };
        let found = record.find(&article, "fr", "2025-07-03");
        let mentions = found.mentions.iter().map(|one| (&one.words, &one.passage, one.offset, one.length));
        let suggestions = found.suggestions.iter().map(|one| (&one.words, &one.passage, one.offset, one.length));
        let mut last = (0, 0);
        for (words, at, offset, length) in mentions.clone().chain(suggestions) {
            let there: String = passage(at).chars().skip(offset as usize).take(length as usize).collect();
            prop_assert_eq!(words, &there);
        }
        for (_, at, offset, length) in mentions {
            let order = match at { Passage::Headline => 0, Passage::Summary => 1, Passage::Block(_) => 2 };
            prop_assert!((order, offset) >= last, "in order of appearance, without overlap");
            last = (order, offset + length);
        }
    }
}
