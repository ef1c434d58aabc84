//! The four articles of the demo against what the page of the presidency names in them.

use std::collections::BTreeSet;

use griot_domain::EntryKind;
use rstest::rstest;

use super::score::Score;
use super::{Record, Sample};

const RECORD: &str = include_str!("../../../../../demo/record.jsonl");
const ARTICLES: &str = include_str!("../../../../../demo/wordpress.xml");

/// Date of issue, ids of the French and the English post, and who and what the article names.
const NAMED: [(&str, [&str; 2], &[&str]); 4] = [
    (
        "2023-07-29",
        ["112", "113"],
        &[
            "Assimi GOÏTA",
            "Vladimir POUTINE",
            "Présidence de la République du Mali",
            "Fédération de Russie",
            "2ème sommet et forum économique et humanitaire Russie-Afrique",
        ],
    ),
    (
        "2024-10-21",
        ["122", "123"],
        &[
            "Alfousseyni DIAWARA",
            "Assimi GOÏTA",
            "Présidence de la République du Mali",
            "Grande Chancellerie",
            "Sessions de renforcement des capacités des secrétaires, assistants et chauffeurs",
        ],
    ),
    (
        "2025-07-03",
        ["132", "133"],
        &[
            "Assimi GOÏTA",
            "Abdoul Kassim Ibrahim FOMBA",
            "Daba Modibo KEÏTA",
            "Cheick Ahmed Al-Hassan SANOU",
            "Abdoulrazak Issoufou ALFAGA",
            "Confédération des États du Sahel",
            "Ministère de la Jeunesse et des Sports",
            "Premiers Jeux de l’Alliance des États du Sahel",
        ],
    ),
    (
        "2020-11-13",
        ["102", "103"],
        &[
            "Amadou Toumani TOURÉ",
            "Assimi GOÏTA",
            "Bah N’DAW",
            "Recep Tayyip ERDOĞAN",
            "Présidence de la République du Mali",
            "Cellule de Communication et des Relations Publiques de la Présidence",
            "Génie militaire",
            "Obsèques nationales du Général Amadou Toumani TOURÉ",
        ],
    ),
];

#[rstest]
#[case::in_french("fr", 0)]
#[case::in_english("en", 1)]
fn exactly_those_named_are_found_in_each_article(#[case] tag: &str, #[case] edition: usize) {
    let record = Record::of(RECORD);
    let mut score = Score::default();
    for (day, posts, named) in NAMED {
        let found = record.find(&post(posts[edition]), tag, day);
        let found = found.mentions.iter().map(|mention| record.name(mention.target).to_owned()).collect();
        score.count(day, &named.iter().map(|name| (*name).to_owned()).collect(), &found);
    }
    println!("demo articles ({tag}): {score}");
    assert_eq!((score.precision(), score.recall()), (1.0, 1.0), "{score}");
}

#[test]
fn the_words_are_the_styles_of_the_day() {
    let record = Record::of(RECORD);
    let mut styles = BTreeSet::new();
    for (day, posts, _) in NAMED {
        let found = record.find(&post(posts[0]), "fr", day);
        let people = found.mentions.into_iter().filter(|mention| mention.kind == EntryKind::Person);
        styles.extend(people.map(|mention| mention.words));
    }
    for style in [
        "SE le Colonel Assimi GOITA",
        "Président GOITA",
        "Président POUTINE",
        "Vladimir POUTINE",
        "Dr Alfousseyni DIAWARA",
        "Dr DIAWARA",
        "Général d’Armée Assimi GOÏTA",
        "Son Excellence le Général d’Armée Assimi GOÏTA",
        "M. Abdoul Kassim Ibrahim FOMBA",
        "M. Cheick Ahmed Al-Hassan SANOU",
        "Iron Biby",
        "M. KEÏTA",
        "Général Amadou Toumani TOURE",
        "Colonel Assimi GOITA",
        "SEM Bah N’DAW",
        "SEM Recep Tayyip ERDOGAN",
    ] {
        assert!(styles.contains(style), "{style} in {styles:#?}");
    }
}

/// Headline, excerpt and paragraphs of a post of the export.
fn post(id: &str) -> Sample {
    let marker = format!("<wp:post_id>{id}</wp:post_id>");
    let item = ARTICLES.split("<item>").find(|item| item.contains(&marker)).expect("the post is in the export");
    let field = |name: &str| {
        let (_, rest) = item.split_once(&format!("<{name}><![CDATA[")).expect("the field is there");
        rest.split_once("]]>").expect("the field ends").0
    };
    let paragraphs: Vec<String> = field("content:encoded").split("<!-- /wp:").map(without_tags).collect();
    let paragraphs: Vec<&str> = paragraphs.iter().map(String::as_str).collect();
    Sample::new(field("title"), Some(field("excerpt:encoded")), &paragraphs)
}

fn without_tags(html: &str) -> String {
    let mut text = String::new();
    for piece in html.split('<') {
        text.push_str(piece.split_once('>').map_or("", |(_, text)| text));
    }
    text.trim().to_owned()
}
