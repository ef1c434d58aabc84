//! Which addresses may stand in a rendered text.

use std::borrow::Cow;

/// `raw` as it may stand behind `href`: http, https, mailto, tel, or a place of the site (`/…`, `#…`).
/// Blanks and quotes come out percent-encoded. `None` for everything else: other schemes, `//host`, and any
/// address with a control character or a backslash, which browsers read otherwise than they look.
pub fn safe_href(raw: &str) -> Option<Cow<'_, str>> {
    let address = tidy(raw)?;
    let is_of_site = address.starts_with('#') || (address.starts_with('/') && !address.starts_with("//"));
    (is_of_site || is_web(&address) || has_scheme(&address, "mailto:") || has_scheme(&address, "tel:"))
        .then_some(address)
}

/// `raw` as it may stand behind `src`, and as the page of an embed: http or https. Otherwise like [`safe_href`].
pub fn safe_src(raw: &str) -> Option<Cow<'_, str>> {
    tidy(raw).filter(|address| is_web(address))
}

fn is_web(address: &str) -> bool {
    let host = |scheme: &str| has_scheme(address, scheme).then(|| address.as_bytes()[scheme.len()]);
    let starts_host = |byte: u8| !matches!(byte, b'/' | b'?' | b'#' | b'%');
    host("https://").or_else(|| host("http://")).is_some_and(starts_host)
}

/// Whether `address` begins with `scheme`, in any case, and goes on.
fn has_scheme(address: &str, scheme: &str) -> bool {
    let bytes = address.as_bytes();
    bytes.len() > scheme.len() && bytes[..scheme.len()].eq_ignore_ascii_case(scheme.as_bytes())
}

fn tidy(raw: &str) -> Option<Cow<'_, str>> {
    let address = raw.trim_matches([' ', '\t', '\n', '\r']);
    if address.chars().any(|c| c.is_control() || c == '\\') {
        return None;
    }
    let needs_code = |c: char| matches!(c, ' ' | '"' | '<' | '>' | '`' | '\'');
    if !address.contains(needs_code) {
        return Some(Cow::Borrowed(address));
    }
    let mut coded = String::with_capacity(address.len() + 16);
    for c in address.chars() {
        match c {
            ' ' => coded.push_str("%20"),
            '"' => coded.push_str("%22"),
            '\'' => coded.push_str("%27"),
            '<' => coded.push_str("%3C"),
            '>' => coded.push_str("%3E"),
            '`' => coded.push_str("%60"),
            c => coded.push(c),
        }
    }
    Some(Cow::Owned(coded))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://example.org/a?b=c#d", "https://example.org/a?b=c#d")]
    #[case(" HTTP://Example.org ", "HTTP://Example.org")]
    #[case("https://example.org/l’été.jpg", "https://example.org/l’été.jpg")]
    #[case("https://example.org/a b\".jpg", "https://example.org/a%20b%22.jpg")]
    #[case("mailto:presse@koulouba.ml", "mailto:presse@koulouba.ml")]
    #[case("tel:+22320222222", "tel:+22320222222")]
    #[case("/fr/articles/visite", "/fr/articles/visite")]
    #[case("#notes", "#notes")]
    fn addresses_of_the_web_and_the_site_pass(#[case] raw: &str, #[case] shown: &str) {
        assert_eq!(safe_href(raw).as_deref(), Some(shown));
    }

    #[rstest]
    fn other_addresses_do_not(
        #[values(
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "java\nscript:alert(1)",
            "\u{1}javascript:alert(1)",
            "data:text/html,<script>",
            "vbscript:x",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "http:evil",
            "https:///evil.example",
            "https://",
            "ftp://example.org",
            "relative/page",
            "mailto:",
            ""
        )]
        raw: &str,
    ) {
        assert_eq!(safe_href(raw), None);
    }

    #[rstest]
    fn images_come_from_the_web_only(#[values("/a.jpg", "#a", "mailto:a@b.c", "data:image/svg+xml,x")] raw: &str) {
        assert_eq!(safe_src(raw), None);
    }
}
