//! Words, phrases and slugs.

use fastrand::Rng;

/// Given names; with [`LAST`] they make more than the 500 full names that are needed.
pub const FIRST: [&str; 28] = [
    "Aminata",
    "Moussa",
    "Fatoumata",
    "Ibrahim",
    "Mariam",
    "Seydou",
    "Oumou",
    "Boubacar",
    "Awa",
    "Modibo",
    "Kadiatou",
    "Souleymane",
    "Rokia",
    "Cheick",
    "Bintou",
    "Adama",
    "Djénéba",
    "Youssouf",
    "Assétou",
    "Drissa",
    "Nana",
    "Lassana",
    "Safiatou",
    "Mamadou",
    "Ramata",
    "Yacouba",
    "Hawa",
    "Issa",
];
/// Family names, many bearers each.
pub const LAST: [&str; 20] = [
    "Traoré",
    "Coulibaly",
    "Keïta",
    "Diarra",
    "Konaté",
    "Sangaré",
    "Touré",
    "Cissé",
    "Maïga",
    "Dembélé",
    "Sidibé",
    "Doumbia",
    "Diallo",
    "Kanouté",
    "Bagayoko",
    "Samaké",
    "Haïdara",
    "Tangara",
    "Camara",
    "Sissoko",
];
/// The first 30 are the topics.
pub const WORDS: [&str; 60] = [
    "coopération",
    "développement",
    "sécurité",
    "énergie",
    "santé",
    "enseignement",
    "recherche",
    "infrastructure",
    "agriculture",
    "région",
    "transition",
    "ministre",
    "gouvernement",
    "délégation",
    "ambassadeur",
    "audience",
    "sommet",
    "partenariat",
    "accord",
    "jeunesse",
    "culture",
    "éducation",
    "réforme",
    "constitution",
    "souveraineté",
    "intégration",
    "confédération",
    "économie",
    "investissement",
    "commerce",
    "transport",
    "eau",
    "climat",
    "numérique",
    "cérémonie",
    "visite",
    "rencontre",
    "échange",
    "renforcement",
    "domaine",
    "projet",
    "programme",
    "population",
    "territoire",
    "paix",
    "stabilité",
    "dialogue",
    "engagement",
    "responsabilité",
    "solidarité",
    "dynamique",
    "perspective",
    "formation",
    "compétence",
    "industrie",
    "élevage",
    "géologie",
    "mines",
    "défense",
    "mobilité",
];
const LINKS: [&str; 16] = [
    "de la",
    "de",
    "du",
    "des",
    "pour",
    "avec",
    "dans",
    "sur",
    "entre",
    "et",
    "à l’occasion",
    "au titre",
    "en faveur",
    "selon",
    "lors",
    "afin",
];

/// One of `items`.
pub fn pick<'a, T: ?Sized>(random: &mut Rng, items: &[&'a T]) -> &'a T {
    items[random.usize(..items.len())]
}

/// `count` words, every second gap with a linking word, beginning with a capital.
pub fn phrase(random: &mut Rng, count: usize) -> String {
    let mut text = capitalised(pick(random, &WORDS));
    for _ in 1..count {
        if random.bool() {
            text.push(' ');
            text.push_str(pick(random, &LINKS));
        }
        text.push(' ');
        text.push_str(pick(random, &WORDS));
    }
    text
}

/// `word` with a capital.
pub fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// The slug WordPress would make of `title`, cut to 60 characters, with `number` behind it.
pub fn numbered_slug(title: &str, number: usize) -> String {
    let slug = slug(title);
    let end = slug.char_indices().nth(60).map_or(slug.len(), |(at, _)| at);
    format!("{}-{number}", slug[..end].trim_end_matches('-'))
}

/// The slug of `title`.
pub fn slug(title: &str) -> String {
    griot_domain::Slug::from_title(title).expect("titles are made of words").as_str().to_owned()
}
