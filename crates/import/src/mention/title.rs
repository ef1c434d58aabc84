//! Words of address, ranks and posts before a name, and whether somebody bore them on a day.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use griot_domain::{Appointment, AppointmentText, EntryId, Period, Person, PersonText};

use super::passage::{Gap, LetterCase, Words};

/// Address that anybody may bear, folded, words parted by one space.
const ADDRESS: &[&str] = &[
    "m",
    "mr",
    "mm",
    "monsieur",
    "messieurs",
    "mme",
    "mmes",
    "mlle",
    "madame",
    "mademoiselle",
    "mrs",
    "ms",
    "miss",
    "dr",
    "docteur",
    "doctor",
    "pr",
    "prof",
    "professeur",
    "professor",
    "me",
    "maitre",
    "se",
    "sem",
    "s e",
    "s e m",
    "s exc",
    "son excellence",
    "leurs excellences",
    "his excellency",
    "her excellency",
    "h e",
    "he",
    "feu",
    "feue",
    "the late",
    "late",
    "el hadj",
    "el hadji",
    "elhadj",
    "hadja",
    "imam",
    "cheikh",
    "mgr",
    "monseigneur",
    "sir",
];
const MASCULINE: &[&str] = &["m", "mr", "monsieur"];
const FEMININE: &[&str] = &["mme", "mlle", "madame", "mademoiselle", "mrs", "ms", "miss"];

/// Ranks and posts that are known without the record, folded.
const RANKS_AND_POSTS: &[&str] = &[
    "president",
    "presidente",
    "vice president",
    "vice presidente",
    "premier ministre",
    "premiere ministre",
    "ministre",
    "prime minister",
    "minister",
    "secretaire general",
    "secretaire generale",
    "secretary general",
    "secretaire d etat",
    "chef de l etat",
    "chef d etat",
    "head of state",
    "chef",
    "ambassadeur",
    "ambassadrice",
    "ambassador",
    "gouverneur",
    "governor",
    "prefet",
    "maire",
    "mayor",
    "directeur",
    "directrice",
    "directeur general",
    "directrice generale",
    "director",
    "senateur",
    "senator",
    "depute",
    "juge",
    "judge",
    "roi",
    "king",
    "reine",
    "queen",
    "prince",
    "princesse",
    "princess",
    "emir",
    "sultan",
    "champion",
    "general",
    "general de brigade",
    "general de division",
    "general de corps d armee",
    "general d armee",
    "general de brigade aerienne",
    "general de division aerienne",
    "army general",
    "brigadier general",
    "major general",
    "lieutenant general",
    "brigadier",
    "inspecteur general",
    "controleur general",
    "commissaire",
    "commissaire general",
    "colonel",
    "colonel major",
    "lieutenant colonel",
    "commandant",
    "major",
    "chef de bataillon",
    "chef d escadron",
    "chef d etat major",
    "capitaine",
    "captain",
    "lieutenant",
    "sous lieutenant",
    "adjudant",
    "adjudant chef",
    "sergent",
    "sergeant",
    "caporal",
    "corporal",
    "amiral",
    "admiral",
    "contre amiral",
    "vice amiral",
];

/// Words that say a post lies in the past.
const FORMER: &[&str] = &["ancien", "ancienne", "ex", "former"];

/// Words that end the head of a post's title: `Ministre | de la Jeunesse`.
const AFTER_HEAD: &[&str] = &["de", "du", "des", "d", "of", "charge", "chargee", "aupres", "for", "to", "in", "en"];

/// Everything that may stand before a name.
pub(super) struct Titles {
    phrases: HashSet<String>,
    /// Words in the longest phrase.
    longest: usize,
    bearers: HashMap<EntryId, Bearer>,
}

/// What one person bears and when.
#[derive(Default)]
struct Bearer {
    ranks: Vec<(String, Period)>,
    /// Each part of each title: `president de la transition`, `chef de l etat`.
    posts: Vec<(String, Period)>,
    address: Vec<String>,
}

/// A phrase found before a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub phrase: String,
    /// First word of all titles before the name.
    pub first: usize,
    pub is_former: bool,
}

/// What a phrase tells of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Held,
    /// Anybody may be addressed so.
    Neutral,
    /// The person did not bear it that day.
    NotHeld,
}

impl Default for Titles {
    fn default() -> Self {
        let mut titles = Self { phrases: HashSet::new(), longest: 0, bearers: HashMap::new() };
        ADDRESS.iter().chain(RANKS_AND_POSTS).for_each(|phrase| titles.know((*phrase).to_owned()));
        titles
    }
}

impl Titles {
    fn know(&mut self, phrase: String) {
        self.longest = self.longest.max(phrase.split(' ').count()).min(12);
        self.phrases.insert(phrase);
    }

    /// Takes in a person's ranks and forms of address.
    pub fn add_person<'a>(&mut self, id: EntryId, person: &Person, texts: impl Iterator<Item = &'a PersonText>) {
        let mut bearer = std::mem::take(self.bearers.entry(id).or_default());
        for rank in &person.ranks {
            for form in rank.rank.forms() {
                let phrase = phrase_of(form);
                self.know(phrase.clone());
                bearer.ranks.push((phrase, rank.period()));
            }
        }
        for honorific in texts.filter_map(|text| text.honorific.as_deref()) {
            let phrase = phrase_of(honorific);
            self.know(phrase.clone());
            bearer.address.push(phrase);
        }
        self.bearers.insert(id, bearer);
    }

    /// Takes in the titles of a post.
    pub fn add_appointment<'a>(&mut self, appointment: &Appointment, texts: impl Iterator<Item = &'a AppointmentText>) {
        let mut bearer = std::mem::take(self.bearers.entry(appointment.person.into()).or_default());
        for part in texts.flat_map(|text| text.title.split([',', ';', '('])) {
            let phrase = phrase_of(part);
            let head = head_of(&phrase);
            if !head.is_empty() {
                self.know(head.to_owned());
                bearer.posts.push((phrase, appointment.period()));
            }
        }
        self.bearers.insert(appointment.person.into(), bearer);
    }

    /// Whether all of the words are one title, with or without an article before it.
    pub fn is_title(&self, words: &[&str]) -> bool {
        let words = if words.first().is_some_and(|word| is_article(word)) { &words[1..] } else { words };
        !words.is_empty() && self.phrases.contains(&words.join(" "))
    }

    /// Whether `word` alone is a title.
    pub fn is_title_word(&self, word: &str) -> bool {
        self.phrases.contains(word)
    }

    /// The titles that stand directly before word `name`, none of them beginning before word `limit`.
    pub fn before(&self, words: &Words, name: usize, limit: usize) -> Option<Found> {
        let (mut first, phrase) = self.nearest(words, name, limit)?;
        let is_former = first > limit && {
            let joins = matches!(words.words[first].gap, Gap::Space | Gap::Hyphen);
            joins && FORMER.contains(&words.folded(first - 1))
        };
        // `SE le Colonel`, `Son Excellence Monsieur le Président`.
        for _ in 0..3 {
            let article = first > limit && words.words[first].gap == Gap::Space && is_article(words.folded(first - 1));
            let end = if article { first - 1 } else { first };
            match self.nearest(words, end, limit) {
                Some((earlier, _)) => first = earlier,
                None => break,
            }
        }
        Some(Found { phrase, first, is_former })
    }

    /// The longest phrase that ends directly before word `end`, and its first word.
    fn nearest(&self, words: &Words, end: usize, limit: usize) -> Option<(usize, String)> {
        let mut found = None;
        let mut phrase = String::new();
        for first in (limit..end).rev().take(self.longest) {
            let (gap, word) = (words.words[first + 1..].first().map(|next| next.gap), words.folded(first));
            let joins = match gap {
                Some(Gap::Space) => true,
                Some(Gap::Dot) => word.len() <= 3,
                Some(Gap::Hyphen | Gap::Apostrophe) => first + 1 < end,
                _ => false,
            };
            if !joins {
                break;
            }
            phrase = if phrase.is_empty() { word.to_owned() } else { format!("{word} {phrase}") };
            if self.phrases.contains(&phrase) && begins_freely(words, first) {
                found = Some((first, phrase.clone()));
            }
        }
        found
    }

    /// Whether `person` bore the title on `day`.
    pub fn verdict(&self, person: EntryId, title: &Found, day: NaiveDate) -> Verdict {
        let nobody = Bearer::default();
        let bearer = self.bearers.get(&person).unwrap_or(&nobody);
        let phrase = title.phrase.as_str();
        let holds = |period: &Period| {
            let has_begun = Period { until: None, ..*period }.holds_on(day);
            if title.is_former { has_begun } else { period.holds_on(day) }
        };
        let rank = bearer.ranks.iter().any(|(rank, period)| begins_with(rank, phrase) && holds(period));
        let post = bearer.posts.iter().any(|(post, period)| is_called(post, phrase) && holds(period));
        if rank || post {
            return Verdict::Held;
        }
        if !ADDRESS.contains(&phrase) && !bearer.address.iter().any(|address| address == phrase) {
            return Verdict::NotHeld;
        }
        let is_known_as = |forms: &[&str]| bearer.address.iter().any(|address| forms.contains(&address.as_str()));
        let contradicts = (MASCULINE.contains(&phrase) && is_known_as(FEMININE))
            || (FEMININE.contains(&phrase) && is_known_as(MASCULINE));
        if contradicts { Verdict::NotHeld } else { Verdict::Neutral }
    }
}

/// `le`, `la`, `l`, `les`, `the`.
pub(super) fn is_article(word: &str) -> bool {
    matches!(word, "le" | "la" | "l" | "les" | "the")
}

/// The folded words of `text`, parted by one space.
pub(super) fn phrase_of(text: &str) -> String {
    let words = Words::of(text);
    (0..words.words.len()).map(|index| words.folded(index)).collect::<Vec<_>>().join(" ")
}

/// The post without what it is of: `ministre secretaire general` of `ministre secretaire general de la …`.
fn head_of(phrase: &str) -> &str {
    let mut end = phrase.len();
    let mut at = 0;
    for word in phrase.split(' ') {
        if AFTER_HEAD.contains(&word) {
            end = at;
            break;
        }
        at += word.len() + 1;
    }
    phrase[..end].trim_end()
}

/// Whether `whole` is `phrase` or goes on after it with another word.
fn begins_with(whole: &str, phrase: &str) -> bool {
    whole.strip_prefix(phrase).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

/// Whether the holder of `post` may be called `phrase`: `Ministre`, `Secrétaire Général` and `Ministre
/// Secrétaire Général` all name a `Ministre Secrétaire Général de la …`; `Président` names no `Vice-président`.
fn is_called(post: &str, phrase: &str) -> bool {
    let ends_head = || {
        let before = head_of(post).strip_suffix(phrase)?.strip_suffix(' ')?;
        (!matches!(before.rsplit(' ').next(), Some("vice" | "sous" | "adjoint" | "deputy" | "ex"))).then_some(())
    };
    begins_with(post, phrase) || ends_head().is_some()
}

/// Whether a title can begin with word `first`: not the second half of a compound (`ex-Président` aside),
/// and with a capital where it is as short as `M.` or `Me`, which small are words of the language.
fn begins_freely(words: &Words, first: usize) -> bool {
    let word = &words.words[first];
    let is_second_half = first > 0 && word.gap == Gap::Hyphen && !FORMER.contains(&words.folded(first - 1));
    let is_spelt_out = word.end - word.start > 2 || word.is_capitalised || words.case == LetterCase::Small;
    !is_second_half && is_spelt_out
}
