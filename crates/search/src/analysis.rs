//! From a text to its words.

use griot_domain::fold::folded_chars;

/// A word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    /// Without case, accents and apostrophes: the form compared.
    pub folded: String,
    /// In lower case, as written; what stems are taken of.
    pub written: String,
    /// With what was elided before it: `ndaw` for `N’Daw`, which is a name where `l’eau` is not.
    pub joined: Option<String>,
    /// First character, counted in Unicode code points of the text.
    pub start: usize,
    /// The character after the last one.
    pub end: usize,
}

/// What French elides before a vowel; the word begins behind it.
const ELIDED: [&str; 15] =
    ["l", "d", "j", "m", "t", "s", "n", "c", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu", "quelqu", "presqu"];
/// Longest word kept, in characters: what is longer is no word of a language.
const LONGEST: usize = 60;

/// The words of a text, in order. `l’État` gives `etat`, `aujourd’hui` one word, `Mali’s` gives `mali`.
pub(crate) fn words(text: &str) -> Vec<Word> {
    let original: Vec<char> = text.chars().collect();
    let folded: Vec<(usize, char)> = folded_chars(text).filter(|(_, c)| !is_ornament(*c)).collect();
    let mut words = Vec::new();
    let mut at = 0;
    while at < folded.len() {
        if !is_letter(folded[at].1) {
            at += 1;
            continue;
        }
        let mut first = at;
        let mut word = String::new();
        let mut elided: Option<String> = None;
        while at < folded.len() {
            let c = folded[at].1;
            if is_letter(c) {
                word.push(c);
            } else if c == '\'' && folded.get(at + 1).is_some_and(|(_, next)| is_letter(*next)) {
                if elided.is_none() && ELIDED.contains(&word.as_str()) {
                    elided = Some(std::mem::take(&mut word));
                    first = at + 1;
                } else if is_possessive(&folded[at + 1..]) {
                    break;
                }
            } else {
                break;
            }
            at += 1;
        }
        let (start, end) = (folded[first].0, folded[at - 1].0 + 1);
        if at < folded.len() && folded[at].1 == '\'' {
            // The `s` behind it belongs to the word and says nothing.
            at += 1;
            while at < folded.len() && is_letter(folded[at].1) {
                at += 1;
            }
        }
        if word.is_empty() || word.chars().count() > LONGEST {
            continue;
        }
        let joined = elided.map(|elided| elided + &word);
        words.push(Word { written: written(&original[start..end]), joined, folded: word, start, end });
    }
    words
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric()
}

/// Marks of Arabic that most texts leave out, and combining marks that folding keeps behind other letters.
fn is_ornament(c: char) -> bool {
    matches!(c, '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}')
}

/// Whether a lone `s` comes, and the word ends with it.
fn is_possessive(rest: &[(usize, char)]) -> bool {
    rest.first().is_some_and(|(_, c)| *c == 's') && !rest.get(1).is_some_and(|(_, c)| is_letter(*c))
}

fn written(chars: &[char]) -> String {
    chars
        .iter()
        .filter(|c| !is_ornament(**c) && !matches!(c, '\'' | '’' | 'ʼ' | '‘'))
        .flat_map(|c| c.to_lowercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("L’État et l'état", &["etat", "et", "etat"])]
    #[case("aujourd’hui, jusqu'à", &["aujourdhui", "a"])]
    #[case("Assimi GOÏTA", &["assimi", "goita"])]
    #[case("vice-président (2020)", &["vice", "president", "2020"])]
    #[case("Mali's future; the Malians' own", &["mali", "future", "the", "malians", "own"])]
    #[case("quelqu’un d’autre s'", &["un", "autre", "s"])]
    #[case("œuvre ’’ ''", &["oeuvre"])]
    #[case("الرَّئِيس", &["الرييس"])]
    #[case("", &[])]
    fn words_are_folded(#[case] text: &str, #[case] expected: &[&str]) {
        let found = words(text);
        assert_eq!(found.iter().map(|word| word.folded.as_str()).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn places_are_those_in_the_text() {
        let text = "Le chef de l’État, N’Daw";
        let found = words(text);
        let cut = |word: &Word| text.chars().skip(word.start).take(word.end - word.start).collect::<String>();
        assert_eq!(found.iter().map(cut).collect::<Vec<_>>(), ["Le", "chef", "de", "État", "Daw"]);
        assert_eq!(found[4].joined.as_deref(), Some("ndaw"));
    }
}
