//! Which words of a text were found.

use griot_domain::Locale;

use crate::analysis::{Word, words};
use crate::language::Language;
use crate::matching::{slips_allowed, stems};
use crate::query::{Query, Wanted};

/// Finds the words of a query in texts.
#[derive(Debug)]
pub struct Highlighter {
    wanted: Vec<Sought>,
}

#[derive(Debug)]
enum Sought {
    Word { word: Word, is_prefix: bool, stems: Vec<String> },
    Phrase(Vec<Word>),
}

/// A text with the words found in it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Marked {
    pub text: String,
    /// In order, none within another.
    pub spans: Vec<Span>,
}

/// Part of a text, counted in Unicode code points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Span {
    pub offset: usize,
    pub length: usize,
}

impl Highlighter {
    /// One for what `query` wants.
    pub fn new(query: &Query) -> Self {
        let sought = |wanted: &Wanted| match wanted {
            Wanted::Word { word, is_prefix } => {
                Sought::Word { word: word.clone(), is_prefix: *is_prefix, stems: stems(word) }
            }
            Wanted::Phrase(words) => Sought::Phrase(words.clone()),
        };
        Self { wanted: query.wanted.iter().map(sought).collect() }
    }

    /// The words found in `text`, which is in the language of `locale`.
    pub fn mark(&self, text: &str, locale: &Locale) -> Marked {
        Marked { text: text.to_owned(), spans: self.spans(text, locale) }
    }

    /// The part of `text` around the first place with the most words, of about `length` characters; `None` where nothing
    /// was found.
    pub fn excerpt(&self, text: &str, locale: &Locale, length: usize) -> Option<Marked> {
        let spans = self.spans(text, locale);
        let within = |first: &Span| {
            let end = first.offset + length * 3 / 4;
            spans.iter().filter(|span| first.offset <= span.offset && span.offset + span.length <= end).count()
        };
        // The first of the best: `max_by_key` would give the last.
        let best = spans.iter().rev().max_by_key(|span| within(span))?;
        let chars: Vec<char> = text.chars().collect();
        let start = word_start(&chars, best.offset.saturating_sub(length / 4));
        let end = word_end(&chars, (start + length).max(best.offset + best.length).min(chars.len()));
        let (head, tail) = (if start > 0 { "…" } else { "" }, if end < chars.len() { "…" } else { "" });
        let cut: String = chars[start..end].iter().map(|c| if c.is_whitespace() { ' ' } else { *c }).collect();
        let moved = spans.iter().filter(|span| start <= span.offset && span.offset + span.length <= end);
        let spans = moved.map(|span| Span { offset: span.offset - start + head.chars().count(), ..*span }).collect();
        Some(Marked { text: format!("{head}{cut}{tail}"), spans })
    }

    fn spans(&self, text: &str, locale: &Locale) -> Vec<Span> {
        let language = Language::of(locale);
        let found = words(text);
        let mut is_found = vec![false; found.len()];
        for sought in &self.wanted {
            match sought {
                Sought::Phrase(phrase) => mark_phrase(phrase, &found, &mut is_found),
                Sought::Word { word, is_prefix, stems } => {
                    let mut any = false;
                    for (at, candidate) in found.iter().enumerate() {
                        if is_same(candidate, word, *is_prefix, stems, language) {
                            (is_found[at], any) = (true, true);
                        }
                    }
                    if !any {
                        mark_slips(word, &found, &mut is_found);
                    }
                }
            }
        }
        let spans = found.iter().zip(is_found).filter(|(_, is_found)| *is_found);
        spans.map(|(word, _)| Span { offset: word.start, length: word.end - word.start }).collect()
    }
}

fn is_same(candidate: &Word, word: &Word, is_prefix: bool, stems: &[String], language: Language) -> bool {
    if candidate.folded == word.folded || candidate.joined.as_ref() == Some(&word.folded) {
        return true;
    }
    if is_prefix && candidate.folded.starts_with(&word.folded) {
        return true;
    }
    // Stems keep the beginning of a word.
    if candidate.folded.chars().next() != word.folded.chars().next() && language != Language::Arabic {
        return false;
    }
    let mut is_same = false;
    language.stems(&candidate.folded, &candidate.written, |stem| is_same |= stems.contains(&stem));
    is_same
}

fn mark_phrase(phrase: &[Word], found: &[Word], is_found: &mut [bool]) {
    for start in 0..(found.len() + 1).saturating_sub(phrase.len()) {
        let window = &found[start..start + phrase.len()];
        if window.iter().zip(phrase).all(|(found, wanted)| found.folded == wanted.folded) {
            is_found[start..start + phrase.len()].fill(true);
        }
    }
}

fn mark_slips(word: &Word, found: &[Word], is_found: &mut [bool]) {
    let most = usize::from(slips_allowed(word));
    let distances: Vec<usize> =
        found.iter().map(|candidate| strsim::osa_distance(&candidate.folded, &word.folded)).collect();
    let Some(least) = distances.iter().copied().min().filter(|least| (1..=most).contains(least)) else { return };
    distances.iter().zip(is_found).filter(|(distance, _)| **distance == least).for_each(|(_, mark)| *mark = true);
}

fn word_start(chars: &[char], from: usize) -> usize {
    if from == 0 {
        return 0;
    }
    let space = chars[from..].iter().take(30).position(|c| c.is_whitespace());
    space.map_or(from, |space| from + space + 1).min(chars.len())
}

fn word_end(chars: &[char], until: usize) -> usize {
    if until >= chars.len() {
        return chars.len();
    }
    let space = chars[..until].iter().rev().take(30).position(|c| c.is_whitespace());
    space.map_or(until, |space| until - space - 1)
}

impl Marked {
    /// The text as HTML, with what was found in `mark` elements; everything else is escaped.
    pub fn html(&self) -> String {
        let mut html = String::with_capacity(self.text.len() + 13 * self.spans.len());
        let mut spans = self.spans.iter().peekable();
        let mut end = None;
        for (at, c) in self.text.chars().enumerate() {
            if end == Some(at) {
                html.push_str("</mark>");
                end = None;
            }
            if let Some(span) = spans.next_if(|span| span.offset == at) {
                html.push_str("<mark>");
                end = Some(at + span.length);
            }
            match c {
                '&' => html.push_str("&amp;"),
                '<' => html.push_str("&lt;"),
                '>' => html.push_str("&gt;"),
                '"' => html.push_str("&quot;"),
                '\'' => html.push_str("&#39;"),
                c => html.push(c),
            }
        }
        if end.is_some() {
            html.push_str("</mark>");
        }
        html
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn french() -> Locale {
        Locale::parse("fr").unwrap()
    }

    fn highlighter(raw: &str) -> Highlighter {
        Highlighter::new(&Query::parse(raw, Language::French, false).unwrap())
    }

    #[rstest]
    #[case("etat", "Le chef de l’État & l'état", "Le chef de l’<mark>État</mark> &amp; l&#39;<mark>état</mark>")]
    #[case("élève", "Les élèves <b>", "Les <mark>élèves</mark> &lt;b&gt;")]
    #[case(
        "\"chef de l'état\"",
        "Le chef de l’État, chef",
        "Le <mark>chef</mark> <mark>de</mark> l’<mark>État</mark>, chef"
    )]
    #[case("coperation", "La coopération", "La <mark>coopération</mark>")]
    #[case("gou*", "Le gouvernement", "Le <mark>gouvernement</mark>")]
    #[case("visite -mali", "Une visite au Mali", "Une <mark>visite</mark> au Mali")]
    fn words_found_are_marked(#[case] query: &str, #[case] text: &str, #[case] expected: &str) {
        assert_eq!(highlighter(query).mark(text, &french()).html(), expected);
    }

    #[test]
    fn an_excerpt_shows_the_best_place() {
        let text = format!(
            "{} santé {} coopération en santé publique. {}",
            "mot ".repeat(60),
            "mot ".repeat(60),
            "fin ".repeat(60)
        );
        let marked = highlighter("coopération santé").excerpt(&text, &french(), 160).unwrap();
        assert!(marked.text.chars().count() <= 165, "{}", marked.text);
        assert_eq!(marked.spans.len(), 2, "{marked:?}");
        assert!(marked.text.starts_with('…') && marked.text.ends_with('…'));
        assert_eq!(highlighter("absent").excerpt(&text, &french(), 160), None);
    }

    proptest! {
        #[test]
        fn spans_lie_within_any_text(query in "\\PC{0,40}", text in any::<String>()) {
            let highlighter = highlighter(&query);
            for marked in std::iter::once(highlighter.mark(&text, &french())).chain(highlighter.excerpt(&text, &french(), 30)) {
                let count = marked.text.chars().count();
                prop_assert!(marked.spans.iter().all(|span| span.length > 0 && span.offset + span.length <= count));
                prop_assert!(marked.spans.windows(2).all(|pair| pair[0].offset + pair[0].length <= pair[1].offset));
                let without = marked.html().replace("<mark>", "").replace("</mark>", "");
                prop_assert!(!without.contains(['<', '>', '"', '\'']));
            }
        }
    }
}
