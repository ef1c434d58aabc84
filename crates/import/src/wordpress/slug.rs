//! Slugs from WordPress' percent-encoded names.

use griot_domain::Slug;
use percent_encoding::percent_decode_str;

/// The slug WordPress gave, else one made of the title.
pub(crate) fn slug(given: &str, title: &str) -> Option<Slug> {
    let decoded = percent_decode_str(given.trim()).decode_utf8_lossy().to_lowercase();
    let known = Slug::parse(&decoded).ok();
    known.or_else(|| Slug::from_title(&decoded)).or_else(|| Slug::from_title(title))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_decoded_and_missing_ones_made() {
        let of = |given, title| slug(given, title).map(String::from);
        assert_eq!(of("%d8%a8%d9%8a%d8%a7%d9%86", "").as_deref(), Some("بيان"));
        assert_eq!(of("visite-%C3%A0-Gao", "x").as_deref(), Some("visite-à-gao"));
        assert_eq!(of("", "Visite à Gao").as_deref(), Some("visite-a-gao"));
        assert_eq!(of("a_b", "x").as_deref(), Some("a-b"));
        assert_eq!(of("%ff%fe", " – "), None);
    }
}
