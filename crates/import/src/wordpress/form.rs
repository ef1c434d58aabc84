//! The form of an article, from the categories it is filed under.

use std::collections::BTreeMap;

use griot_domain::ArticleKind;
use griot_domain::fold::fold;

use super::item::Item;

/// Words in the slug of a category that tell the form of what is filed there.
const WORDS: [(&str, ArticleKind); 18] = [
    ("communique", ArticleKind::Communique),
    ("communiques", ArticleKind::Communique),
    ("statement", ArticleKind::Communique),
    ("statements", ArticleKind::Communique),
    ("discours", ArticleKind::Speech),
    ("speech", ArticleKind::Speech),
    ("speeches", ArticleKind::Speech),
    ("allocution", ArticleKind::Speech),
    ("allocutions", ArticleKind::Speech),
    ("interview", ArticleKind::Interview),
    ("interviews", ArticleKind::Interview),
    ("entretien", ArticleKind::Interview),
    ("entretiens", ArticleKind::Interview),
    ("avis", ArticleKind::Advisory),
    ("agenda", ArticleKind::Advisory),
    ("agendas", ArticleKind::Advisory),
    ("advisory", ArticleKind::Advisory),
    ("advisories", ArticleKind::Advisory),
];

/// The form told by the first category that tells one; `rules` by whole slug come before the built-in words.
pub(crate) fn form(item: &Item, rules: &BTreeMap<String, ArticleKind>) -> ArticleKind {
    let slugs = || item.filed("category").map(|filing| filing.nicename.as_str());
    let ruled = slugs().find_map(|slug| rules.get(slug));
    ruled.copied().or_else(|| slugs().find_map(by_words)).unwrap_or(ArticleKind::News)
}

fn by_words(slug: &str) -> Option<ArticleKind> {
    let folded = fold(&percent_encoding::percent_decode_str(slug).decode_utf8_lossy());
    folded.split('-').find_map(|word| WORDS.iter().find(|(known, _)| *known == word)).map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::super::item::Filing;
    use super::*;

    #[rstest]
    #[case(&["actualites"], ArticleKind::News)]
    #[case(&["actualites", "communiques-de-presse"], ArticleKind::Communique)]
    #[case(&["communiqu%C3%A9s"], ArticleKind::Communique)]
    #[case(&["discours-et-messages"], ArticleKind::Speech)]
    #[case(&["entretiens"], ArticleKind::Interview)]
    #[case(&["agenda-du-president"], ArticleKind::Advisory)]
    #[case(&["le-mot", "discours"], ArticleKind::Interview)]
    #[case(&[], ArticleKind::News)]
    fn categories_tell_the_form(#[case] slugs: &[&str], #[case] expected: ArticleKind) {
        let filing = |slug: &&str| Filing { domain: "category".into(), nicename: (*slug).into(), name: String::new() };
        let item = Item { filings: slugs.iter().map(filing).collect(), ..Item::default() };
        let rules = BTreeMap::from([("le-mot".to_owned(), ArticleKind::Interview)]);
        assert_eq!(form(&item, &rules), expected);
    }
}
