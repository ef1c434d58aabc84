//! Folding: the form in which names and words are compared, so that `GOÏTA`, `Goita` and `goïta` are one.

use std::collections::VecDeque;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// `text` without case, Latin diacritics and apostrophe forms: decomposed (NFKD), combining marks after
/// Latin, Greek and Cyrillic letters dropped, lower case, `’ ʼ ‘ ´ \`` as `'`, dashes as `-`, every white
/// space as one space character each.
pub fn fold(text: &str) -> String {
    folded_chars(text).map(|(_, c)| c).collect()
}

/// The folded characters with the offset, in characters of `text`, of the one each came from.
pub fn folded_chars(text: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    let mut originals = text.chars().enumerate();
    let mut strips_marks = false;
    let mut rest: VecDeque<(usize, char)> = VecDeque::new();
    std::iter::from_fn(move || {
        loop {
            if let Some(folded) = rest.pop_front() {
                return Some(folded);
            }
            let (offset, original) = originals.next()?;
            // Most of most texts, and nothing of it decomposes.
            if original.is_ascii() {
                strips_marks = true;
                return Some((offset, fold_ascii(original)));
            }
            fold_any(original, &mut strips_marks, |c| rest.push_back((offset, c)));
        }
    })
}

fn fold_ascii(c: char) -> char {
    match c {
        '`' => '\'',
        '\t'..='\r' => ' ',
        c => c.to_ascii_lowercase(),
    }
}

/// Folds any character. `strips_marks` tells whether marks go that stand behind what was folded last.
fn fold_any(original: char, strips_marks: &mut bool, mut push: impl FnMut(char)) {
    // It would decompose into a space with an accent on it.
    let original = if original == '´' { '\'' } else { original };
    for c in std::iter::once(original).nfkd() {
        if is_combining_mark(c) {
            if !*strips_marks {
                push(c);
            }
            continue;
        }
        *strips_marks = c < '\u{0530}';
        match c {
            '’' | 'ʼ' | '‘' | '‛' | '`' | 'ʹ' | '′' => push('\''),
            '‐' | '‑' | '‒' | '–' | '—' | '−' => push('-'),
            'œ' | 'Œ' => ['o', 'e'].into_iter().for_each(&mut push),
            'æ' | 'Æ' => ['a', 'e'].into_iter().for_each(&mut push),
            'ı' => push('i'),
            'ß' => ['s', 's'].into_iter().for_each(&mut push),
            c if c.is_whitespace() => push(' '),
            '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' => {}
            c => c.to_lowercase().filter(|c| !is_combining_mark(*c)).for_each(&mut push),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_apostrophes_are_one() {
        for form in ["GOÏTA", "Goita", "goïta", "GOI\u{308}TA"] {
            assert_eq!(fold(form), "goita");
        }
        for apostrophe in ['’', 'ʼ', '‘', '´', '`', '′'] {
            assert_eq!(fold(&format!("N{apostrophe}DAW")), "n'daw", "{apostrophe}");
        }
        assert_eq!(fold("ERDOĞAN"), "erdogan");
        assert_eq!(fold("İstanbul"), "istanbul");
        assert_eq!(fold("l’État\u{a0}du"), "l'etat du");
    }

    #[test]
    fn offsets_point_at_the_original() {
        let folded: Vec<_> = folded_chars("cœurÉ").collect();
        assert_eq!(folded, [(0, 'c'), (1, 'o'), (1, 'e'), (2, 'u'), (3, 'r'), (4, 'e')]);
    }

    #[test]
    fn ascii_takes_a_short_way_to_the_same_letters() {
        for c in (0..=127).map(char::from) {
            let (mut long, mut strips_marks) = (String::new(), false);
            fold_any(c, &mut strips_marks, |c| long.push(c));
            assert_eq!((fold(&c.to_string()), true), (long, strips_marks), "{c:?}");
        }
    }

    #[test]
    fn marks_of_other_scripts_stay() {
        assert_eq!(fold("ߓߊ߬"), "ߓߊ߬");
    }
}
