//! Addresses in content: what they may be, and what of the site they mean.

use griot_domain::{AssetId, EntryId};
use url::Url;

/// What the converter asks of the site the content comes from.
pub trait Site {
    /// The entry shown at an address of the site.
    fn entry_at(&self, url: &Url) -> Option<EntryId>;
    /// The asset behind an address, in any of its sizes.
    fn asset_at(&self, url: &Url) -> Option<KnownAsset<'_>>;
    /// The asset made from the upload with this WordPress id.
    fn asset_numbered(&self, id: u64) -> Option<KnownAsset<'_>>;
    /// The pictures uploaded to the item, for a gallery that names none.
    fn own_pictures(&self) -> Vec<KnownAsset<'_>>;
    /// Address of the item, for relative addresses.
    fn base(&self) -> &Url;
}

/// An asset of the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownAsset<'a> {
    #[allow(missing_docs)]
    pub id: AssetId,
    /// Address of the original.
    pub url: &'a str,
}

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Address(String),
    Entry(EntryId),
}

/// The target of a link: http, https, mailto, tel, or a path of the site; nothing for all others, and for
/// places within the same page.
pub(super) fn target(raw: &str, site: &dyn Site) -> Option<Target> {
    let raw = tidy(raw)?;
    if raw.starts_with('#') {
        return None;
    }
    match scheme(&raw) {
        Some("http" | "https") | None => {
            let url = site.base().join(&raw).ok().filter(is_web)?;
            if let Some(entry) = site.entry_at(&url) {
                return Some(Target::Entry(entry));
            }
            let is_path = raw.starts_with('/') && !raw.starts_with("//");
            Some(Target::Address(if is_path { url[url::Position::BeforePath..].to_owned() } else { url.into() }))
        }
        Some("mailto" | "tel") => {
            let needs_code = |c: char| matches!(c, ' ' | '"' | '\'' | '<' | '>' | '`' | '\\');
            (!raw.contains(needs_code)).then_some(Target::Address(raw))
        }
        Some(_) => None,
    }
}

/// An absolute http or https address.
pub(super) fn web_address(raw: &str, site: &dyn Site) -> Option<Url> {
    let raw = tidy(raw)?;
    site.base().join(&raw).ok().filter(is_web)
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.host_str().is_some()
}

/// `raw` as a browser reads it: without line ends and tabs, and nothing with other control characters.
fn tidy(raw: &str) -> Option<String> {
    let text: String = raw.trim().chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).collect();
    (!text.is_empty() && !text.chars().any(char::is_control)).then_some(text)
}

/// The scheme in lower case, when there is one of those that matter.
fn scheme(raw: &str) -> Option<&'static str> {
    let end = raw.find([':', '/', '?', '#']).filter(|at| raw.as_bytes()[*at] == b':')?;
    let known = ["http", "https", "mailto", "tel"];
    Some(known.into_iter().find(|known| raw[..end].eq_ignore_ascii_case(known)).unwrap_or("other"))
}

#[cfg(test)]
pub(super) mod tests {
    use rstest::rstest;
    use uuid::Uuid;

    use super::*;

    /// A site of two uploads and one page.
    pub(in crate::html) struct SmallSite(Url);

    pub(in crate::html) const PHOTO: &str = "https://koulouba.ml/wp-content/uploads/2023/07/photo.jpg";

    impl SmallSite {
        pub(in crate::html) fn new() -> Self {
            Self(Url::parse("https://koulouba.ml/2023/07/visite/").unwrap())
        }
    }

    impl Site for SmallSite {
        fn entry_at(&self, url: &Url) -> Option<EntryId> {
            (url.path() == "/discours/" && url.host_str() == Some("koulouba.ml")).then(|| EntryId(Uuid::from_u128(9)))
        }

        fn asset_at(&self, url: &Url) -> Option<KnownAsset<'_>> {
            let file = url.path().rsplit('/').next()?;
            file.starts_with("photo").then(|| KnownAsset { id: AssetId(Uuid::from_u128(1)), url: PHOTO })
        }

        fn asset_numbered(&self, id: u64) -> Option<KnownAsset<'_>> {
            (id < 3).then(|| KnownAsset { id: AssetId(Uuid::from_u128(u128::from(id))), url: PHOTO })
        }

        fn own_pictures(&self) -> Vec<KnownAsset<'_>> {
            self.asset_numbered(2).into_iter().collect()
        }

        fn base(&self) -> &Url {
            &self.0
        }
    }

    #[rstest]
    #[case("https://example.org/a b", Some("https://example.org/a%20b"))]
    #[case("//example.org/a", Some("https://example.org/a"))]
    #[case("/contact/?a=1#b", Some("/contact/?a=1#b"))]
    #[case("photos/", Some("https://koulouba.ml/2023/07/visite/photos/"))]
    #[case("mailto:presse@koulouba.ml", Some("mailto:presse@koulouba.ml"))]
    #[case("TEL:+22320", Some("TEL:+22320"))]
    #[case("java\nscript:alert(1)", None)]
    #[case("JavaScript:alert(1)", None)]
    #[case("data:text/html,x", None)]
    #[case("vbscript:x", None)]
    #[case("file:///etc/passwd", None)]
    #[case("\u{1}javascript:x", None)]
    #[case("https://", None)]
    #[case("#notes", None)]
    fn links_lead_to_the_web_and_the_site_only(#[case] raw: &str, #[case] expected: Option<&str>) {
        let expected = expected.map(|address| Target::Address(address.to_owned()));
        assert_eq!(target(raw, &SmallSite::new()), expected);
    }

    #[test]
    fn addresses_of_the_site_mean_entries() {
        let entry = Some(Target::Entry(EntryId(Uuid::from_u128(9))));
        assert_eq!(target("/discours/", &SmallSite::new()), entry);
        assert_eq!(target("https://koulouba.ml/discours/", &SmallSite::new()), entry);
    }
}
