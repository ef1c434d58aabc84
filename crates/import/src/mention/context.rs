//! What the words around a name tell: whether it is that name at all, and how surely.

use griot_domain::{EntryKind, Locale};

use super::gazetteer::{Form, Gazetteer, Hit, Shape};
use super::passage::{Gap, LetterCase, Words};
use super::title::{Found as Title, is_article};

/// A name that stands in a passage: words `first` to before `end`.
pub(super) struct Naming<'g> {
    pub first: usize,
    pub end: usize,
    pub forms: Vec<&'g Form>,
    /// Titles before the name of a person.
    pub title: Option<Title>,
    pub bearing: Bearing,
}

/// How a name stands in its sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Bearing {
    /// A whole name.
    Whole,
    /// A family name; the title, if any, tells whose.
    Family,
    /// A family name after forenames, given here: of somebody else, or of somebody known by others too.
    FamilyAfter(Vec<usize>),
    /// Likely part of a longer name that the record does not know, or a place rather than a body.
    Doubtful,
}

/// The names in a passage from left to right, the longest where they overlap.
pub(super) fn namings<'g>(gazetteer: &'g Gazetteer, words: &Words, locale: &Locale) -> Vec<Naming<'g>> {
    let mut found: Vec<Naming> =
        gazetteer.hits(words).into_iter().filter_map(|hit| accept(words, hit, locale)).collect();
    // An article that belongs to one form (`la Présidence`) gives it no start on another (`Présidence de la …`).
    let start = |naming: &Naming| {
        let has_article = naming.end - naming.first > 1 && is_article(words.folded(naming.first));
        naming.first + usize::from(has_article)
    };
    found.sort_by_key(|naming| (start(naming), std::cmp::Reverse(naming.end)));
    let mut limit = 0;
    found.retain(|naming| {
        let is_free = naming.first >= limit;
        if is_free {
            limit = naming.end;
        }
        is_free
    });
    limit = 0;
    for naming in &mut found {
        weigh(gazetteer, words, naming, limit);
        limit = naming.end;
    }
    found
}

/// The forms of a hit that agree with the letters as written.
fn accept<'g>(words: &Words, hit: Hit<'g>, locale: &Locale) -> Option<Naming<'g>> {
    if !stands_alone(words, hit.first, hit.end) {
        return None;
    }
    let mut forms: Vec<&Form> = hit.forms.iter().filter(|form| is_written_so(words, hit.first, form, locale)).collect();
    let is_whole = forms.iter().any(|form| form.shape != Shape::Family);
    if is_whole {
        forms.retain(|form| form.shape != Shape::Family);
    }
    let bearing = if is_whole { Bearing::Whole } else { Bearing::Family };
    (!forms.is_empty()).then_some(Naming { first: hit.first, end: hit.end, forms, title: None, bearing })
}

/// Whether words `first` to before `end` are no part of a compound. An elision before (`l’`, `d’`, `qu’`) and
/// an English `’s` behind do not count as one.
fn stands_alone(words: &Words, first: usize, end: usize) -> bool {
    const ELIDED: [&str; 7] = ["l", "d", "qu", "jusqu", "lorsqu", "puisqu", "presqu"];
    let begins = match words.words[first].gap {
        Gap::Hyphen => false,
        Gap::Apostrophe => ELIDED.contains(&words.folded(first - 1)),
        _ => true,
    };
    let gap = |index: usize| words.words.get(index).map(|word| word.gap);
    let ends = match gap(end) {
        Some(Gap::Hyphen) => false,
        Some(Gap::Apostrophe) => {
            words.folded(end) == "s" && !matches!(gap(end + 1), Some(Gap::Hyphen | Gap::Apostrophe))
        }
        _ => true,
    };
    begins && ends
}

/// Whether capitals stand where the form needs them. A passage without small letters or without capitals
/// tells nothing: in capitals, acronyms of other languages (`UN` in French) do not count; without, only
/// whole names of people do.
fn is_written_so(words: &Words, first: usize, form: &Form, locale: &Locale) -> bool {
    let written = &words.words[first..first + form.word_count];
    match &form.shape {
        Shape::Acronym(of) => {
            let is_ours = of.as_ref().is_none_or(|of| language(of) == language(locale));
            written.iter().all(|word| word.is_capitals()) && (is_ours || words.case != LetterCase::Capitals)
        }
        Shape::Name if words.case == LetterCase::Small && form.kind == EntryKind::Person && form.word_count > 1 => true,
        Shape::Name | Shape::Family => {
            written.iter().enumerate().all(|(index, word)| word.is_capitalised || form.capitals & 1 << index == 0)
        }
    }
}

fn language(locale: &Locale) -> &str {
    locale.as_str().split('-').next().unwrap_or_default()
}

/// Reads the words around a naming. Titles do not reach back before word `limit`.
fn weigh(gazetteer: &Gazetteer, words: &Words, naming: &mut Naming, limit: usize) {
    if naming.forms.iter().any(|form| form.kind == EntryKind::Person) {
        naming.title = gazetteer.titles.before(words, naming.first, limit);
        let start = naming.title.as_ref().map_or(naming.first, |title| title.first);
        let forenames = if naming.title.is_none() { forenames(gazetteer, words, naming.first) } else { Vec::new() };
        let is_longer = naming.title.is_some()
            && naming.bearing == Bearing::Family
            && goes_on_as_name(gazetteer, words, naming.end);
        if is_named_after(words, start) || is_longer {
            naming.bearing = Bearing::Doubtful;
        } else if !forenames.is_empty() {
            let is_family = naming.bearing == Bearing::Family;
            naming.bearing = if is_family { Bearing::FamilyAfter(forenames) } else { Bearing::Doubtful };
        }
        return;
    }
    let is_one_word = naming.end - naming.first == 1 && naming.forms.iter().all(|form| form.shape == Shape::Name);
    let goes_on = naming.forms.iter().all(|form| form.goes_on) && goes_on_with_of(words, naming.end);
    if goes_on || (is_one_word && is_place(words, naming.first)) {
        naming.bearing = Bearing::Doubtful;
    }
}

/// Words that may stand capitalised at the head of a sentence before a name without being part of it.
const SENTENCE_OPENERS: &[&str] = &[
    "a",
    "according",
    "after",
    "ainsi",
    "alors",
    "also",
    "and",
    "apres",
    "as",
    "at",
    "au",
    "aujourd",
    "aussi",
    "aux",
    "avant",
    "avec",
    "before",
    "bravo",
    "but",
    "by",
    "car",
    "ce",
    "ces",
    "cet",
    "cette",
    "chez",
    "comme",
    "contre",
    "dans",
    "depuis",
    "des",
    "devant",
    "donc",
    "du",
    "en",
    "enfin",
    "ensuite",
    "entre",
    "et",
    "for",
    "from",
    "her",
    "here",
    "hier",
    "his",
    "hui",
    "ici",
    "if",
    "in",
    "la",
    "le",
    "les",
    "leur",
    "leurs",
    "lorsque",
    "mais",
    "malgre",
    "merci",
    "ni",
    "nos",
    "notre",
    "of",
    "on",
    "or",
    "ou",
    "our",
    "par",
    "pour",
    "puis",
    "quand",
    "que",
    "qui",
    "sa",
    "sans",
    "selon",
    "ses",
    "si",
    "since",
    "so",
    "son",
    "sous",
    "sur",
    "that",
    "the",
    "their",
    "then",
    "this",
    "to",
    "today",
    "un",
    "une",
    "vers",
    "when",
    "while",
    "with",
    "without",
    "yesterday",
];

/// The words before word `name` that read as forenames of the same name: capitalised, directly before it, and
/// not the end of a noun (`Président de la Transition Assimi GOÏTA`). Empty where capitals tell nothing.
fn forenames(gazetteer: &Gazetteer, words: &Words, name: usize) -> Vec<usize> {
    const LONGEST: usize = 6;
    if words.case != LetterCase::Mixed {
        return Vec::new();
    }
    let is_initial = |index: usize| words.words[index].end - words.words[index].start == 1;
    let joins = |index: usize| match words.words[index + 1].gap {
        Gap::Space => true,
        Gap::Dot => is_initial(index),
        _ => false,
    };
    let reads_as_forename = |index: usize| {
        let folded = words.folded(index);
        let is_opener =
            SENTENCE_OPENERS.contains(&folded) && !(is_initial(index) && words.words[index + 1].gap == Gap::Dot);
        words.words[index].is_capitalised && joins(index) && !is_opener && !gazetteer.titles.is_title_word(folded)
    };
    let first = (0..name).rev().take(LONGEST).take_while(|index| reads_as_forename(*index)).last();
    let Some(first) = first else { return Vec::new() };
    let is_noun = first > 0 && matches!(words.words[first].gap, Gap::Space | Gap::Apostrophe) && {
        let before = words.folded(first - 1);
        let owner = (first > 1).then(|| first - 2);
        let is_owned = owner.is_some_and(|owner| {
            words.words[owner].is_capitalised || gazetteer.titles.is_title_word(words.folded(owner))
        });
        is_article(before)
            || matches!(before, "du" | "des" | "au" | "aux")
            || (matches!(before, "de" | "d" | "of") && is_owned)
    };
    if is_noun { Vec::new() } else { (first..name).collect() }
}

/// Whether a titled family name goes on as another name: `M. KEÏTA Moussa`.
fn goes_on_as_name(gazetteer: &Gazetteer, words: &Words, end: usize) -> bool {
    words.case == LetterCase::Mixed
        && words.words.get(end).is_some_and(|next| next.gap == Gap::Space && next.is_capitalised)
        && !gazetteer.titles.is_title_word(words.folded(end))
}

/// Whether the name before word `end` goes on with `de`, `du`, `of` and a capital, as in `Présidence de la
/// République | du Niger`.
fn goes_on_with_of(words: &Words, end: usize) -> bool {
    let word = |index: usize| {
        let word = words.words.get(index)?;
        matches!(word.gap, Gap::Space | Gap::Apostrophe).then(|| (words.folded(index), word.is_capitalised))
    };
    match (word(end), word(end + 1), word(end + 2)) {
        (Some(("de" | "du" | "des" | "d" | "of", _)), Some((article, false)), Some((_, next)))
            if is_article(article) =>
        {
            next
        }
        (Some(("de" | "du" | "des" | "d" | "of", _)), Some((_, next)), _) => next,
        _ => false,
    }
}

/// Whether a street, hall or prize bears the name that begins at word `start`: `stade Assimi GOÏTA`.
fn is_named_after(words: &Words, start: usize) -> bool {
    const NAMED: &[&str] = &[
        "academie",
        "academy",
        "aeroport",
        "airport",
        "avenue",
        "boulevard",
        "bridge",
        "caserne",
        "college",
        "ecole",
        "fondation",
        "foundation",
        "gymnase",
        "hopital",
        "hospital",
        "institut",
        "institute",
        "lycee",
        "mausolee",
        "mausoleum",
        "mosque",
        "mosquee",
        "musee",
        "museum",
        "palais",
        "palace",
        "pont",
        "prize",
        "prix",
        "rue",
        "school",
        "stade",
        "stadium",
        "street",
        "tournoi",
        "trophee",
        "trophy",
        "universite",
        "university",
    ];
    const KIND_OF: &[&str] =
        &["international", "internationale", "municipal", "national", "nationale", "omnisports", "regional"];
    let joined = |index: usize| words.words[index].gap == Gap::Space && index > 0;
    if !joined(start) {
        return false;
    }
    let before = start - 1;
    let noun = if KIND_OF.contains(&words.folded(before)) && joined(before) { before - 1 } else { before };
    NAMED.contains(&words.folded(noun))
}

/// Whether a one-word name of an institution is meant as a place: in a dateline (`KOULOUBA : …`), after `à`,
/// or in the name of something else (`Palais de Koulouba`, `Koulouba Palace`).
fn is_place(words: &Words, index: usize) -> bool {
    let dateline = index == 0 && words.after(0).trim_start().starts_with([':', '–', '—', '-', ',', '(']);
    let before = |back: usize| index.checked_sub(back).map(|at| (words.folded(at), words.words[at].is_capitalised));
    let is_joined = words.words[index].gap != Gap::Break && words.words[index].gap != Gap::Dot;
    let after_preposition = match (before(1), before(2)) {
        (Some(("a" | "au" | "in" | "at" | "from" | "vers" | "depuis", _)), _) => true,
        (Some(("de" | "d" | "of", _)), Some((_, is_capitalised))) => is_capitalised,
        _ => false,
    };
    let goes_on = words.case == LetterCase::Mixed
        && words.words.get(index + 1).is_some_and(|next| next.gap == Gap::Space && next.is_capitalised);
    dateline || (is_joined && after_preposition) || goes_on
}
