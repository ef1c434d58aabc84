//! The site whose content this is, and the addresses of its pages.

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_decode_str, percent_encode, utf8_percent_encode};
use url::{Position, Url};

use crate::{EntryKind, Locale, Localized, Slug};

/// The site whose content this is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Address its pages begin with; may have a path, with or without a slash at the end.
    pub base_url: Url,
    /// The office that publishes.
    pub publisher: Localized,
    /// Language of requests that name none.
    pub default_locale: Locale,
}

/// What stays as it is in a segment this crate writes: slugs have letters, digits and `-` only.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-');

impl Site {
    /// Public address of the page of an entry, such as `https://example.org/fr/articles/visite`. Kinds without a
    /// page of their own ([`EntryKind::path_segment`]) get the address of the site.
    pub fn page_url(&self, kind: EntryKind, locale: &Locale, slug: &Slug) -> String {
        let origin = &self.base_url[..Position::BeforePath];
        format!("{origin}{}", self.page_path(kind, locale, slug))
    }

    /// Path of [`Site::page_url`], such as `/fr/articles/visite`, percent-encoded; `/` for kinds without a page.
    pub fn page_path(&self, kind: EntryKind, locale: &Locale, slug: &Slug) -> String {
        let base = self.base_path();
        match kind.path_segment() {
            Some(segment) => format!("{base}/{locale}/{segment}/{}", utf8_percent_encode(slug.as_str(), SEGMENT)),
            None => format!("{base}/"),
        }
    }

    /// What page `path` is the address of: the inverse of [`Site::page_url`] and [`Site::page_path`]. A slash at the
    /// end, a query, a fragment and other percent-encodings make no difference; an address of another host, an
    /// unknown shape, or a `..` give `None`.
    pub fn parse_path(&self, path: &str) -> Option<(Locale, EntryKind, Slug)> {
        let path = match split_host(path.trim()).ok()? {
            (Some(host), path) if host.eq_ignore_ascii_case(self.base_url.authority()) => path,
            (Some(_), _) => return None,
            (None, path) => path,
        };
        let path = path.split(['?', '#']).next()?.strip_prefix(self.base_path())?.strip_prefix('/')?;
        let path = path.strip_suffix('/').unwrap_or(path);
        let mut segments = path.split('/');
        let mut next = || percent_decode_str(segments.next()?).decode_utf8().ok();
        let (locale, segment, slug) = (next()?, next()?, next()?);
        if segments.next().is_some() {
            return None;
        }
        let kind = EntryKind::ALL.into_iter().find(|kind| kind.path_segment() == Some(&*segment))?;
        Some((Locale::parse(&locale).ok()?, kind, Slug::parse(&slug).ok()?))
    }

    fn base_path(&self) -> &str {
        self.base_url.path().trim_end_matches('/')
    }
}

/// Why a text is no address of the site before.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OldPathError {
    #[allow(missing_docs)]
    #[error("an old address cannot be empty: give a path such as `/2023/07/visite/` or `/?p=12`")]
    Empty,
    /// It has a scheme other than http and https.
    #[error("`{0}` is no address of a site: give a path such as `/2023/07/visite/`, or an http or https address")]
    Scheme(String),
    /// It goes up or stays in place by `..` or `.`.
    #[error("`{0}` has a segment `.` or `..`: write the path it leads to")]
    Dots(String),
    /// More than 2000 bytes when encoded.
    #[error("an old address has at most {MAX_OLD_PATH} bytes when encoded, this one has {0}")]
    Length(usize),
}

/// Longest old path, in bytes.
const MAX_OLD_PATH: usize = 2000;

/// RFC 3986: unreserved characters, sub-delimiters, `:` and `@` stand for themselves in a path segment.
const OLD_SEGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'/')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// `raw`, a path with its query or a whole address, in the one form old addresses are stored and looked up in:
/// begins with `/`, without host, fragment, doubled slashes and slash at the end, and with only those octets
/// percent-encoded that must be, in capitals. The query stays as it is otherwise (`/?p=12`).
pub fn normalise_old_path(raw: &str) -> Result<String, OldPathError> {
    let (_, rest) = split_host(raw.trim()).map_err(|()| OldPathError::Scheme(raw.to_owned()))?;
    if raw.trim().is_empty() {
        return Err(OldPathError::Empty);
    }
    let rest = rest.split('#').next().unwrap_or_default();
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let mut normal = String::with_capacity(raw.len() + 8);
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        let octets: Vec<u8> = percent_decode_str(segment).collect();
        if octets == b"." || octets == b".." {
            return Err(OldPathError::Dots(raw.to_owned()));
        }
        normal.push('/');
        normal.extend(percent_encode(&octets, OLD_SEGMENT));
    }
    if normal.is_empty() {
        normal.push('/');
    }
    if !query.is_empty() {
        normal.push('?');
        write_query(&mut normal, query);
    }
    if normal.len() > MAX_OLD_PATH { Err(OldPathError::Length(normal.len())) } else { Ok(normal) }
}

/// Pairs of a query that are looked at: WordPress writes one.
const MOST_PAIRS: usize = 8;

/// The forms in which an old address may be stored, the exact one first: as it is; with only the keys WordPress itself
/// reads; its path alone. Links gather tracking parameters on their way. `raw` is in normal form.
pub fn old_path_forms(raw: &str) -> Vec<String> {
    let Some((path, query)) = raw.split_once('?') else { return vec![raw.to_owned()] };
    let mut forms = vec![raw.to_owned()];
    let root = if path == "/index.php" { "/" } else { path };
    let mut add = |form: String| {
        if !forms.contains(&form) {
            forms.push(form);
        }
    };
    let is_read = |pair: &&str| ["p=", "page_id=", "attachment_id="].iter().any(|key| pair.starts_with(key));
    for pair in query.split('&').filter(is_read).take(MOST_PAIRS) {
        add(format!("{root}?{pair}"));
    }
    if root != "/" {
        add(root.to_owned());
    }
    forms
}

/// Escapes of what a query may hold as it stands are undone, except of what would then separate or mean a space.
fn write_query(out: &mut String, query: &str) {
    const PART: &AsciiSet = &OLD_SEGMENT.remove(b'/').remove(b'?').add(b'&').add(b'=').add(b'+').add(b';');
    let mut rest = query;
    while let Some(at) = rest.find(['&', '=', '+', ';']) {
        out.extend(percent_encode(&percent_decode_str(&rest[..at]).collect::<Vec<u8>>(), PART));
        out.push_str(&rest[at..=at]);
        rest = &rest[at + 1..];
    }
    out.extend(percent_encode(&percent_decode_str(rest).collect::<Vec<u8>>(), PART));
}

/// The host, if `raw` is a whole http or https address or begins with `//`, and the rest; an error for other schemes.
fn split_host(raw: &str) -> Result<(Option<&str>, &str), ()> {
    let is_scheme = |scheme: &str| scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let after_scheme = match raw.split_once("//") {
        Some(("", rest)) => rest,
        Some((scheme, rest)) if scheme.strip_suffix(':').is_some_and(is_scheme) => rest,
        _ => {
            let first = raw.split(['/', '?', '#']).next().unwrap_or_default();
            return if first.contains(':') { Err(()) } else { Ok((None, raw)) };
        }
    };
    let end = after_scheme.find(['/', '?', '#']).unwrap_or(after_scheme.len());
    let (host, rest) = after_scheme.split_at(end);
    Ok((Some(host), rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn site(base_url: &str) -> Site {
        Site {
            base_url: Url::parse(base_url).unwrap(),
            publisher: "Présidence".into(),
            default_locale: Locale::parse("fr").unwrap(),
        }
    }

    #[rstest]
    #[case("https://koulouba.ml", EntryKind::Article, "visite", "https://koulouba.ml/fr/articles/visite")]
    #[case("https://koulouba.ml/", EntryKind::Person, "assimi-goita", "https://koulouba.ml/fr/people/assimi-goita")]
    #[case(
        "http://127.0.0.1:8080/site/?x#y",
        EntryKind::Event,
        "sommet",
        "http://127.0.0.1:8080/site/fr/events/sommet"
    )]
    #[case("https://koulouba.ml", EntryKind::Topic, "بيان", "https://koulouba.ml/fr/topics/%D8%A8%D9%8A%D8%A7%D9%86")]
    #[case("https://koulouba.ml", EntryKind::Asset, "x", "https://koulouba.ml/")]
    fn pages_have_addresses(#[case] base: &str, #[case] kind: EntryKind, #[case] slug: &str, #[case] url: &str) {
        let fr = Locale::parse("fr").unwrap();
        assert_eq!(site(base).page_url(kind, &fr, &Slug::parse(slug).unwrap()), url);
    }

    #[rstest]
    #[case("/fr/articles/visite")]
    #[case("/fr/articles/visite/")]
    #[case("/FR/articles/visite?utm_source=x&p=1")]
    #[case("/fr/articles/visite#suite")]
    #[case("/fr/%61rticles/v%69site")]
    #[case("https://KOULOUBA.ml/fr/articles/visite")]
    #[case("//koulouba.ml/fr/articles/visite/?x")]
    fn addresses_lead_to_pages(#[case] path: &str) {
        let (locale, kind, slug) = site("https://koulouba.ml").parse_path(path).unwrap();
        assert_eq!((locale.as_str(), kind, slug.as_str()), ("fr", EntryKind::Article, "visite"));
    }

    #[rstest]
    fn other_addresses_lead_to_none(
        #[values(
            "",
            "/",
            "fr/articles/visite",
            "/fr",
            "/fr/articles",
            "/fr/articles/",
            "/fr/articles/a/b",
            "/fr/articles/a//",
            "/fr//a",
            "//fr/articles/visite",
            "/fr/articles/..",
            "/fr/articles/%2e%2e",
            "/../fr/articles/a",
            "/fr/articles/a%2Fb",
            "/fr/articles/a%00",
            "/fr/articles/%FF",
            "/fr/assets/a",
            "/x_y/articles/a",
            "/fr/articles/Visite",
            "https://evil.example/fr/articles/visite",
            "javascript:/fr/articles/visite"
        )]
        path: &str,
    ) {
        assert_eq!(site("https://koulouba.ml").parse_path(path), None);
    }

    #[test]
    fn old_addresses_are_found_behind_tracking_parameters() {
        assert_eq!(old_path_forms("/?p=12"), ["/?p=12"]);
        assert_eq!(old_path_forms("/?utm_source=x&p=12"), ["/?utm_source=x&p=12", "/?p=12"]);
        assert_eq!(old_path_forms("/index.php?p=12"), ["/index.php?p=12", "/?p=12"]);
        assert_eq!(old_path_forms("/a/b?utm_source=x"), ["/a/b?utm_source=x", "/a/b"]);
        assert_eq!(old_path_forms("/a/b"), ["/a/b"]);
    }

    #[test]
    fn a_site_below_a_path_knows_only_addresses_below_it() {
        let site = site("https://example.org/mali/");
        assert!(site.parse_path("/mali/fr/people/x").is_some());
        assert_eq!(site.parse_path("/fr/people/x"), None);
        assert_eq!(site.parse_path("/malifr/people/x"), None);
    }

    #[rstest]
    #[case("/2023/07/visite/", "/2023/07/visite")]
    #[case("https://www.Koulouba.ML/2023/07/visite/#top", "/2023/07/visite")]
    #[case("HTTP://koulouba.ml", "/")]
    #[case("http://koulouba.ml/?p=12", "/?p=12")]
    #[case("http://koulouba.ml?p=12", "/?p=12")]
    #[case("?p=12", "/?p=12")]
    #[case("//koulouba.ml/a", "/a")]
    #[case(" /a//b/ ", "/a/b")]
    #[case("a/b", "/a/b")]
    #[case("/a/?", "/a")]
    #[case("/a/?p=12&preview=true#x", "/a?p=12&preview=true")]
    #[case("/l%e2%80%99%c3%89tat/", "/l%E2%80%99%C3%89tat")]
    #[case("/l’État", "/l%E2%80%99%C3%89tat")]
    #[case("/%61%2Fb%3F%25", "/a%2Fb%3F%25")]
    #[case("/a:b/(c)", "/a:b/(c)")]
    #[case("/?s=a%26b%3Dc+d%20e", "/?s=a%26b%3Dc+d%20e")]
    #[case("/100%", "/100%25")]
    #[case("/%FF", "/%FF")]
    #[case("/?next=//a/b", "/?next=//a/b")]
    fn old_addresses_have_one_form(#[case] raw: &str, #[case] normal: &str) {
        assert_eq!(normalise_old_path(raw).as_deref(), Ok(normal));
    }

    #[rstest]
    #[case(" ", OldPathError::Empty)]
    #[case("mailto:a@b.ml", OldPathError::Scheme("mailto:a@b.ml".into()))]
    #[case("ftp://a.ml/x", OldPathError::Scheme("ftp://a.ml/x".into()))]
    #[case("/a/../b", OldPathError::Dots("/a/../b".into()))]
    #[case("/a/%2E%2e/b", OldPathError::Dots("/a/%2E%2e/b".into()))]
    #[case("/./a", OldPathError::Dots("/./a".into()))]
    fn what_is_no_old_address_is_refused(#[case] raw: &str, #[case] error: OldPathError) {
        assert_eq!(normalise_old_path(raw), Err(error));
    }

    #[test]
    fn old_addresses_have_a_limit() {
        assert_eq!(normalise_old_path(&"a".repeat(2000)), Err(OldPathError::Length(2001)));
        assert!(normalise_old_path(&"a".repeat(1999)).is_ok());
    }

    proptest! {
        #[test]
        fn a_page_is_found_again_by_its_address(
            words in "[a-z0-9éɛɔɲŋبيان-]{1,20}",
            kind in prop::sample::select(vec![EntryKind::Article, EntryKind::Person, EntryKind::Institution, EntryKind::Event, EntryKind::Topic]),
            locale in prop::sample::select(vec!["fr", "en-GB", "ar", "nqo", "bm-Nkoo"]),
            base in prop::sample::select(vec!["https://koulouba.ml", "https://example.org/a/b/"]),
        ) {
            let (site, locale, slug) = (site(base), Locale::parse(locale).unwrap(), Slug::parse(&words).unwrap());
            let expected = Some((locale.clone(), kind, slug.clone()));
            let url = site.page_url(kind, &locale, &slug);
            prop_assert_eq!(Url::parse(&url).unwrap().to_string(), url.clone());
            prop_assert_eq!(&site.parse_path(&url), &expected);
            prop_assert_eq!(&site.parse_path(&site.page_path(kind, &locale, &slug)), &expected);
        }

        #[test]
        fn the_form_of_an_old_address_is_its_own_form(raw in "[/a?#&=+%;: .0-9A-Fé’\\\\]{0,30}") {
            if let Ok(normal) = normalise_old_path(&raw) {
                prop_assert!(normal.starts_with('/') && normal.is_ascii() && !normal.starts_with("//"));
                prop_assert_eq!(normalise_old_path(&normal), Ok(normal.clone()));
                prop_assert_eq!(normalise_old_path(&format!("https://old.example{normal}")), Ok(normal));
            }
        }

        #[test]
        fn any_text_is_read_or_refused(raw in "\\PC{0,40}") {
            let parsed = site("https://koulouba.ml").parse_path(&raw);
            prop_assert!(parsed.is_none() || raw.matches('/').count() >= 3, "{:?}", parsed);
            match normalise_old_path(&raw) {
                Ok(normal) => prop_assert!(normal.starts_with('/') && normal.is_ascii()),
                Err(error) => prop_assert!(matches!(error, OldPathError::Empty) || error.to_string().contains(&raw)),
            }
        }
    }
}
