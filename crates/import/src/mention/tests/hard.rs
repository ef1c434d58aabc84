//! Texts in which names are hard to tell.

use std::collections::BTreeSet;

use super::score::Score;
use super::{Record, Sample};

struct Case {
    what: &'static str,
    /// Language and date of issue.
    issued: (&'static str, &'static str),
    /// Headline, then paragraphs.
    text: &'static [&'static str],
    /// Words and whom or what they name.
    named: &'static [(&'static str, &'static str)],
    /// Words left to an editor, with the candidates.
    left: &'static [(&'static str, &'static [&'static str])],
}

const FR23: (&str, &str) = ("fr", "2023-07-29");
const GOITA: &str = "Assimi GOÏTA";
const MALI: &str = "Présidence de la République du Mali";
const AES: &str = "Confédération des États du Sahel";
const KEITAS: &[&str] = &["Aminata KEÏTA", "Daba Modibo KEÏTA"];

const CASES: &[Case] = &[
    Case {
        what: "accents, case and apostrophe forms are one",
        issued: FR23,
        text: &[
            "Visite",
            "ASSIMI GOITA, Assimi Goïta et Assimi GOI\u{308}TA. Bah N'DAW, Bah N’DAW, BAH NʼDAW, Bah NDAW.",
        ],
        named: &[
            ("ASSIMI GOITA", GOITA),
            ("Assimi Goïta", GOITA),
            ("Assimi GOI\u{308}TA", GOITA),
            ("Bah N'DAW", "Bah N’DAW"),
            ("Bah N’DAW", "Bah N’DAW"),
            ("BAH NʼDAW", "Bah N’DAW"),
            ("Bah NDAW", "Bah N’DAW"),
        ],
        left: &[],
    },
    Case {
        what: "a headline in capitals without accents",
        issued: ("fr", "2024-11-01"),
        text: &["LE PRESIDENT GOITA RECOIT L'ALLIANCE DES ETATS DU SAHEL, UN ATOUT POUR L’ONU"],
        named: &[
            ("PRESIDENT GOITA", GOITA),
            ("ALLIANCE DES ETATS DU SAHEL", AES),
            ("ONU", "Organisation des Nations Unies"),
        ],
        left: &[],
    },
    Case {
        what: "names broken over lines and parted by other spaces",
        issued: FR23,
        text: &[
            "Visite",
            "Le Colonel\nAssimi\u{a0}GOÏTA et Vladimir \n POUTINE, puis Cheick Ahmed\nAl-Hassan\u{202f}SANOU.",
        ],
        named: &[
            ("Colonel\nAssimi\u{a0}GOÏTA", GOITA),
            ("Vladimir \n POUTINE", "Vladimir POUTINE"),
            ("Cheick Ahmed\nAl-Hassan\u{202f}SANOU", "Cheick Ahmed Al-Hassan SANOU"),
        ],
        left: &[],
    },
    Case {
        what: "elision before a name, and only that, parts it from its apostrophe",
        issued: FR23,
        text: &[
            "Visite",
            "L’arrivée d’Assimi GOÏTA et d'Iron Biby, dit-on à l’AES, qu’Amadou Toumani TOURÉ et M. N’DAW suivaient.",
        ],
        named: &[
            ("Assimi GOÏTA", GOITA),
            ("Iron Biby", "Cheick Ahmed Al-Hassan SANOU"),
            ("AES", AES),
            ("Amadou Toumani TOURÉ", "Amadou Toumani TOURÉ"),
            ("M. N’DAW", "Bah N’DAW"),
        ],
        left: &[],
    },
    Case {
        what: "English possessives",
        issued: ("en", "2023-07-29"),
        text: &["Visit", "Assimi Goïta's plane, ATT’s legacy, Colonel Goïta's staff and President Putin's."],
        named: &[
            ("Assimi Goïta", GOITA),
            ("ATT", "Amadou Toumani TOURÉ"),
            ("Colonel Goïta", GOITA),
            ("President Putin", "Vladimir POUTINE"),
        ],
        left: &[],
    },
    Case {
        what: "rank, post or address before a family name",
        issued: FR23,
        text: &[
            "Visite",
            "Le Président GOITA, le Colonel GOÏTA, SE le Colonel GOÏTA, le Chef de l’État GOÏTA ; le président Poutine.",
        ],
        named: &[
            ("Président GOITA", GOITA),
            ("Colonel GOÏTA", GOITA),
            ("SE le Colonel GOÏTA", GOITA),
            ("Chef de l’État GOÏTA", GOITA),
            ("président Poutine", "Vladimir POUTINE"),
        ],
        left: &[],
    },
    Case {
        what: "a rank or post not held that day",
        issued: ("fr", "2020-11-13"),
        text: &["Visite", "Le Président GOITA et le Général d’Armée GOÏTA ; le Vice-président GOÏTA."],
        named: &[("Vice-président GOÏTA", GOITA)],
        left: &[("Président GOITA", &[GOITA]), ("Général d’Armée GOÏTA", &[GOITA])],
    },
    Case {
        what: "a former post",
        issued: ("fr", "2021-06-01"),
        text: &["Visite", "L’ancien vice-président GOÏTA, l’ex-Vice-président GOÏTA ; le Vice-président GOÏTA."],
        named: &[("vice-président GOÏTA", GOITA), ("Vice-président GOÏTA", GOITA)],
        left: &[("Vice-président GOÏTA", &[GOITA])],
    },
    Case {
        what: "a family name alone",
        issued: FR23,
        text: &["GOÏTA à Moscou", "Selon GOÏTA, la visite de POUTINE est attendue. KEÏTA attend."],
        named: &[],
        left: &[("GOÏTA", &[GOITA]), ("POUTINE", &["Vladimir POUTINE"]), ("KEÏTA", KEITAS)],
    },
    Case {
        what: "a family name that several bear",
        issued: FR23,
        text: &["Visite", "M. et Dr KEÏTA sont venus."],
        named: &[],
        left: &[("Dr KEÏTA", KEITAS)],
    },
    Case {
        what: "the form of address tells one from the other",
        issued: FR23,
        text: &["Visite", "M. KEÏTA et Mme KEÏTA se sont vus."],
        named: &[("M. KEÏTA", "Daba Modibo KEÏTA"), ("Mme KEÏTA", "Aminata KEÏTA")],
        left: &[],
    },
    Case {
        what: "the post tells one from the other, in its time",
        issued: ("fr", "2022-05-05"),
        text: &["Visite", "La Ministre KEÏTA est venue."],
        named: &[("Ministre KEÏTA", "Aminata KEÏTA")],
        left: &[],
    },
    Case {
        what: "and not after it",
        issued: FR23,
        text: &["Visite", "La Ministre KEÏTA est venue."],
        named: &[],
        left: &[("Ministre KEÏTA", KEITAS)],
    },
    Case {
        what: "of several who bear a family name the one named in full is meant",
        issued: FR23,
        text: &["Dr KEÏTA en visite", "Daba Modibo KEÏTA est venu. Dr KEÏTA a parlé, puis KEÏTA est parti."],
        named: &[("Dr KEÏTA", "Daba Modibo KEÏTA"), ("Daba Modibo KEÏTA", "Daba Modibo KEÏTA")],
        left: &[("KEÏTA", &["Daba Modibo KEÏTA"])],
    },
    Case {
        what: "two named in full leave it open",
        issued: FR23,
        text: &["Visite", "Daba Modibo KEÏTA et Aminata KEÏTA sont venus. Dr KEÏTA a parlé."],
        named: &[("Daba Modibo KEÏTA", "Daba Modibo KEÏTA"), ("Aminata KEÏTA", "Aminata KEÏTA")],
        left: &[("Dr KEÏTA", KEITAS)],
    },
    Case {
        what: "somebody else of the same family name",
        issued: FR23,
        text: &["Visite", "Ibrahim Boubacar SANOU est venu. M. SANOU a parlé. Le maire Oumar Goïta aussi."],
        named: &[],
        left: &[("M. SANOU", &["Cheick Ahmed Al-Hassan SANOU"])],
    },
    Case {
        what: "part of the forenames",
        issued: FR23,
        text: &[
            "Visite",
            "Le Président Modibo KEÏTA n’est pas Daba Modibo KEÏTA, et A. GOÏTA ou B. GOÏTA encore moins.",
        ],
        named: &[("Daba Modibo KEÏTA", "Daba Modibo KEÏTA")],
        left: &[("KEÏTA", &["Daba Modibo KEÏTA"]), ("GOÏTA", &[GOITA])],
    },
    Case {
        what: "namesakes to the letter",
        issued: FR23,
        text: &["Visite", "Moussa TRAORÉ est venu."],
        named: &[],
        left: &[("Moussa TRAORÉ", &["Moussa TRAORÉ", "Moussa TRAORÉ, footballeur"])],
    },
    Case {
        what: "namesakes to the letter with a rank",
        issued: FR23,
        text: &["Visite", "Le Général Moussa TRAORÉ est venu."],
        named: &[("Général Moussa TRAORÉ", "Moussa TRAORÉ")],
        left: &[],
    },
    Case {
        what: "a name within another name",
        issued: FR23,
        text: &[
            "Jeux",
            "Les premiers Jeux de l’Alliance des États du Sahel, à l’Aéroport international Président Modibo Keita-Sénou, au stade \
             Amadou Toumani TOURÉ, au Palais de Koulouba.",
        ],
        named: &[("premiers Jeux de l’Alliance des États du Sahel", "Premiers Jeux de l’Alliance des États du Sahel")],
        left: &[("Amadou Toumani TOURÉ", &["Amadou Toumani TOURÉ"]), ("Koulouba", &[MALI])],
    },
    Case {
        what: "a name that goes on as another's",
        issued: FR23,
        text: &[
            "Visite",
            "La Présidence de la République du Mali, la Présidence de la République du Niger, la Présidence de la République du Tchad.",
        ],
        named: &[
            ("Présidence de la République du Mali", MALI),
            ("Présidence de la République du Niger", "Présidence de la République du Niger"),
        ],
        left: &[("Présidence de la République", &[MALI])],
    },
    Case {
        what: "ordinary words without their capital",
        issued: FR23,
        text: &[
            "Visite",
            "Sous la présidence de Mme Diallo, le génie militaire d’aes et att. La Présidence et le ministère de la Jeunesse et des Sports.",
        ],
        named: &[
            ("La Présidence", MALI),
            ("ministère de la Jeunesse et des Sports", "Ministère de la Jeunesse et des Sports"),
        ],
        left: &[],
    },
    Case {
        what: "a dateline is a place, a subject is not",
        issued: FR23,
        text: &["KOULOUBA : Visite", "Reçu à Koulouba, il part. Koulouba a démenti. À Koulouba Palace."],
        named: &[("Koulouba", MALI)],
        left: &[("KOULOUBA", &[MALI]), ("Koulouba", &[MALI])],
    },
    Case {
        what: "a longer word or compound",
        issued: FR23,
        text: &["Visite", "Le sommet Russie-Afrique, les Goïtas, AES2025, la Russie-Unie, Assimi GOÏTA-Diop."],
        named: &[],
        left: &[],
    },
    Case {
        what: "punctuation parts a name from others",
        issued: FR23,
        text: &["Visite", "« Assimi GOÏTA », (AES) ; Assimi, GOÏTA. Le Colonel. GOÏTA !"],
        named: &[("Assimi GOÏTA", GOITA), ("AES", AES)],
        left: &[("GOÏTA", &[GOITA])],
    },
    Case {
        what: "characters beyond the basic plane before a name",
        issued: FR23,
        text: &["😀𓀀 Assimi GOÏTA 🇲🇱", "ߓߊ߬ 🦁 le Président POUTINE"],
        named: &[("Assimi GOÏTA", GOITA), ("Président POUTINE", "Vladimir POUTINE")],
        left: &[],
    },
    Case {
        what: "of two bodies of one name the one that existed",
        issued: FR23,
        text: &["Visite", "La Cour suprême a jugé."],
        named: &[("Cour suprême", "Cour suprême")],
        left: &[],
    },
    Case {
        what: "nouns before a whole name are not forenames",
        issued: FR23,
        text: &[
            "Visite",
            "Le Président de la Transition Assimi GOÏTA ; le Burkinabè Iron Biby ; selon le Chef de l’État Assimi GOÏTA. Avec Assimi GOÏTA.",
        ],
        named: &[
            ("Assimi GOÏTA", GOITA),
            ("Iron Biby", "Cheick Ahmed Al-Hassan SANOU"),
            ("Chef de l’État Assimi GOÏTA", GOITA),
        ],
        left: &[],
    },
    Case {
        what: "headlines with a capital on every word",
        issued: ("en", "2023-07-29"),
        text: &["President Goïta Receives Ambassadors Before Flying Abroad"],
        named: &[("President Goïta", GOITA)],
        left: &[],
    },
];

#[test]
fn hard_texts_name_those_and_no_others() {
    let record = Record::of(include_str!("hard.jsonl"));
    let (mut mentions, mut suggestions) = (Score::default(), Score::default());
    for Case { what, issued: (tag, day), text, named, left } in CASES {
        let found = record.find(&Sample::new(text[0], None, &text[1..]), tag, day);
        let pair = |words: &str, name: &str| format!("`{words}` is {name}");
        let expected: BTreeSet<String> = named.iter().map(|(words, name)| pair(words, name)).collect();
        let is = found.mentions.iter().map(|mention| pair(&mention.words, record.name(mention.target)));
        mentions.count(what, &expected, &is.collect());
        let several = |words: &str, names: Vec<&str>| {
            let names: BTreeSet<&str> = names.into_iter().collect();
            format!("`{words}` may be {names:?}")
        };
        let expected: BTreeSet<String> = left.iter().map(|(words, names)| several(words, names.to_vec())).collect();
        let may_be = found
            .suggestions
            .iter()
            .map(|left| several(&left.words, left.candidates.iter().map(|id| record.name(*id)).collect()));
        suggestions.count(what, &expected, &may_be.collect());
    }
    println!("hard texts: {mentions}\nleft to an editor: {suggestions}");
    assert_eq!((mentions.precision(), mentions.recall()), (1.0, 1.0), "{mentions}");
    assert_eq!((suggestions.precision(), suggestions.recall()), (1.0, 1.0), "{suggestions}");
}
