//! Quotes of pages, for other sites.

use chrono::TimeDelta;
use griot_testbed::Backend;
use rstest::rstest;
use serde_json::{Value, json};

use crate::agency::Agency;
use crate::support::Answer;

/// An address as it stands in a query.
fn encoded(address: &str) -> String {
    address.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

impl Agency {
    fn quote(&self, page: &str, more: &str) -> Answer {
        self.world.get(&format!("/v1/oembed?url={}{more}", encoded(page)))
    }

    /// The address of the page of an article.
    fn page(&self, article: &Value) -> String {
        let path = format!("/v1/items/{}-fr.ninjs.json", article["contentId"].as_str().unwrap());
        self.world.get(&path).json()["renditions"][0]["href"].as_str().unwrap().to_owned()
    }

    fn headed(&self, headline: &str) -> Value {
        let body = json!({ "markdown": "Texte." });
        let texts =
            json!([{ "locale": "fr", "headline": headline, "summary": "<img src=x> & le reste", "body": body }]);
        let input = json!({ "kind": "NEWS", "issuedAt": "2026-05-01T08:00:00Z", "texts": texts });
        let draft = self.desk().made("article", input);
        self.desk().publish(&[&draft]);
        draft
    }
}

const HOSTILE: &str = "</blockquote><script>alert(1)</script>\" onload='x'";

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_quoted_until_it_is_taken_back(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let agency = Agency::open(backend).await;
    let [killed, withdrawn] = [HOSTILE, "Titre simple"].map(|headline| agency.headed(headline));
    let pages = [&killed, &withdrawn].map(|article| agency.page(article));
    agency.world.tail.catch_up().await;
    let quote = agency.quote(&pages[0], "");
    assert_eq!((quote.status, quote.header("content-type")), (200, "application/json"));
    let told = quote.json();
    assert_eq!((&told["type"], &told["version"], &told["title"]), (&json!("rich"), &json!("1.0"), &json!(HOSTILE)));
    assert_eq!((&told["provider_name"], &told["width"]), (&json!("Présidence"), &json!(600)));
    let html = told["html"].as_str().unwrap();
    assert!(
        !html.contains("<script") && !html.contains("<img") && html.matches("</blockquote>").count() == 1,
        "{html}"
    );
    assert!(html.contains("&lt;script&gt;") && html.contains("&lt;img src=x&gt; &amp; le reste"), "{html}");
    assert!(html.contains(&format!("href=\"{}\"", pages[0])) && html.contains("2026-05-01"), "{html}");
    let small = agency.quote(&pages[0], "&format=json&maxwidth=200&maxheight=100&theme=dark");
    assert_eq!((&small.json()["width"], &small.json()["height"]), (&json!(200), &json!(100)));
    assert!(small.json()["html"].as_str().unwrap().contains("max-width:200px"), "{small:?}");

    // The same address leads to it whichever way it is written, and is kept.
    assert_eq!(agency.quote(&format!("{}/#top", pages[0]), "").body, quote.body);
    let tag = quote.header("etag");
    assert!(tag.starts_with('"'), "{quote:?}");
    let path = format!("/v1/oembed?url={}", encoded(&pages[0]));
    assert_eq!(agency.world.get_with(&path, &[("if-none-match", tag)]).status, 304);
    let document = format!("/v1/items/{}-fr.html", killed["contentId"].as_str().unwrap());
    let linked = agency.world.get(&document).body;
    let linked = linked.split("type=\"application/json+oembed\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let linked = linked.replace("&amp;", "&");
    assert_eq!(agency.world.get(linked.strip_prefix("https://api.example").unwrap()).body, quote.body);

    agency.world.wait(TimeDelta::minutes(1));
    agency.kill(&killed);
    let mut input = withdrawn.clone();
    input["reason"] = json!("Il est <revu>.");
    agency.act("contentWithdraw", "ContentWithdrawInput", input);
    agency.world.tail.catch_up().await;
    for (page, title) in pages.iter().zip(["Annulé : Erreur sur la personne", "Retiré : Il est <revu>."]) {
        let told = agency.quote(page, "");
        assert_eq!((told.status, &told.json()["title"]), (200, &json!(title)));
        assert!(!told.body.contains("simple") && !told.body.contains("onload"), "{told:?}");
        assert_ne!(told.header("etag"), tag);
    }
    assert!(!agency.world.get(&document).body.contains("oembed"), "what is gone is not offered");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_quoted_is_refused(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let agency = Agency::open(backend).await;
    let page = agency.page(&agency.headed("Titre"));
    let path = page.strip_prefix("https://presidence.example").unwrap();
    for other in ["https://presidence.example/fr/articles/rien", "https://presidence.example/"] {
        assert_eq!(agency.quote(other, "").status, 404, "{other}");
    }
    for host in ["https://other.example", "https://presidence.example:81", "https://x@presidence.example"] {
        let refused = agency.quote(&format!("{host}{path}"), "");
        assert!(refused.status == 404 && refused.body.contains("of this site"), "{host}: {refused:?}");
    }
    for (more, status, told) in [
        ("&format=xml", 501, "format=json"),
        ("&format=yaml", 400, "write json"),
        ("&maxwidth=0", 400, "1 or more"),
        ("&maxheight=-1", 400, "`maxheight` is `-1`"),
        ("&url=x", 400, "once each"),
    ] {
        let refused = agency.quote(&page, more);
        assert!(refused.status == status && refused.body.contains(told), "{more}: {refused:?}");
    }
    for bad in [path, "javascript:alert(1)", "", &format!("{page}?{}", "x".repeat(2_000))] {
        assert_eq!(agency.quote(bad, "").status, 400, "{bad}");
    }
    let refused = agency.world.get("/v1/oembed");
    assert!(refused.status == 400 && refused.body.contains("?url="), "{refused:?}");
}
