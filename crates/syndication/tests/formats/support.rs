//! What the tests of feeds share: feeds of samples, and the checkers of others.

use std::io::Write;
use std::process::{Command, Stdio};

use griot_syndication::feed::{Feed, Part};
use griot_syndication::item::{Content, Item, Status};
use griot_syndication::sitemap::Listed;

use crate::samples;

/// A feed of the items, in the part where each belongs.
pub fn feed(items: impl IntoIterator<Item = Item>) -> Feed {
    let (entries, gone) = items.into_iter().partition(|item: &Item| item.status() == Status::Usable);
    Feed {
        title: "Tout; le fil, « A & B »".to_owned(),
        issuer: samples::issuer(),
        locale: Some(samples::article().locale),
        address: "https://contenus.koulouba.example/v1/feeds/all".to_owned(),
        page: Some("https://koulouba.example/fr?a=1&b=2".to_owned()),
        updated: samples::instant("2023-11-08T09:00:00Z"),
        entries,
        gone,
        hub: Some("https://contenus.koulouba.example/v1/websub/hub".to_owned()),
        part: Part::Subscription {
            prev_archive: Some("https://contenus.koulouba.example/v1/feeds/all/archive/2023-10".to_owned()),
        },
    }
}

/// A feed such as there could be: no entry twice.
pub fn likely_feed() -> Feed {
    let mut seen = Vec::new();
    let mut items = samples::all();
    // The corrected article rather than its first version.
    items.sort_by_key(|(name, _)| *name != "article-corrected");
    items.retain(|(_, item)| {
        let is_new = item.embargoed_until.is_none() && !seen.contains(&item.tag());
        seen.push(item.tag());
        is_new
    });
    feed(items.into_iter().map(|(_, item)| item))
}

/// One month of it.
pub fn archive() -> Feed {
    let base = "https://contenus.koulouba.example/v1/feeds/all/archive";
    let part = Part::Archive {
        address: format!("{base}/2023-11"),
        prev_archive: Some(format!("{base}/2023-10")),
        next_archive: Some(format!("{base}/2023-12")),
    };
    Feed { part, ..likely_feed() }
}

/// The body an item came with.
pub fn html(item: &Item) -> &str {
    match &item.content {
        Content::Article(article) => &article.html,
        Content::Event(event) => &event.html,
        Content::Person(person) => &person.html,
        Content::Institution(institution) => &institution.html,
        Content::Withheld | Content::Canceled => "",
    }
}

/// Refused by no rule of the grammar, which is a file in `tests/schemas`.
pub fn assert_follows_grammar(xml: &str, grammar: &str) {
    let grammar = format!("{}/../../tests/schemas/{grammar}", env!("CARGO_MANIFEST_DIR"));
    xmllint(xml, &["--relaxng", &grammar]);
}

/// Read by a parser that takes nothing but XML.
pub fn assert_well_formed(xml: &str) {
    xmllint(xml, &[]);
}

fn xmllint(xml: &str, arguments: &[&str]) {
    let mut child = Command::new("xmllint")
        .args(["--noout", "--nonet"])
        .args(arguments)
        .arg("-")
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("xmllint, of the Debian package libxml2-utils");
    child.stdin.take().expect("a pipe").write_all(xml.as_bytes()).expect("xmllint reads");
    let output = child.wait_with_output().expect("xmllint ends");
    assert!(output.status.success(), "{}\n{xml}", String::from_utf8_lossy(&output.stderr));
}

/// The page of an item that has one.
pub fn listed(item: &Item) -> Listed {
    Listed {
        page: item.page.clone().expect("a page"),
        locale: item.locale.clone(),
        title: item.title(),
        publisher: item.issuer.name.clone(),
        first_created: item.first_created,
        updated: item.version_created,
        translations: item.translations.clone(),
    }
}
