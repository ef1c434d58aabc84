//! Folding: the form in which names and words are compared, so that `GOÏTA`, `Goita` and `goïta` are one.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// `text` without case, Latin diacritics and apostrophe forms: decomposed (NFKD), combining marks after
/// Latin, Greek and Cyrillic letters dropped, lower case, `’ ʼ ‘ ´ \`` as `'`, dashes as `-`, every white
/// space as one space character each.
pub fn fold(text: &str) -> String {
    folded_chars(text).map(|(_, c)| c).collect()
}

/// The folded characters with the offset, in characters of `text`, of the one each came from.
pub fn folded_chars(text: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    let mut strips_marks = false;
    text.chars().enumerate().flat_map(move |(offset, original)| {
        let mut folded: Vec<(usize, char)> = Vec::with_capacity(2);
        for c in std::iter::once(original).nfkd() {
            if is_combining_mark(c) {
                if !strips_marks {
                    folded.push((offset, c));
                }
                continue;
            }
            strips_marks = c < '\u{0530}';
            match c {
                '’' | 'ʼ' | '‘' | '‛' | '´' | '`' | 'ʹ' | '′' => folded.push((offset, '\'')),
                '‐' | '‑' | '‒' | '–' | '—' | '−' => folded.push((offset, '-')),
                'œ' | 'Œ' => folded.extend([(offset, 'o'), (offset, 'e')]),
                'æ' | 'Æ' => folded.extend([(offset, 'a'), (offset, 'e')]),
                'ı' => folded.push((offset, 'i')),
                'ß' => folded.extend([(offset, 's'), (offset, 's')]),
                c if c.is_whitespace() => folded.push((offset, ' ')),
                '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' => {}
                c => folded.extend(c.to_lowercase().filter(|c| !is_combining_mark(*c)).map(|c| (offset, c))),
            }
        }
        folded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_apostrophes_are_one() {
        for form in ["GOÏTA", "Goita", "goïta", "GOI\u{308}TA"] {
            assert_eq!(fold(form), "goita");
        }
        assert_eq!(fold("N’DAW"), fold("n'daw"));
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
    fn marks_of_other_scripts_stay() {
        assert_eq!(fold("ߓߊ߬"), "ߓߊ߬");
    }
}
