//! Sitemaps, judged by the schema of the protocol.

use std::collections::BTreeSet;
use std::path::Path;

use griot_domain::{Clock, SystemClock};
use griot_testbed::Backend;
use griot_tests::{Record, workspace};
use rstest::rstest;
use serde_json::json;

use super::office::{Office, issued, publish, with};
use crate::issued::{files, get, save};
use crate::tools::xmllint;

/// Lets the schema judge the sitemaps in a folder.
fn judge(folder: &Path) {
    let schema = workspace().join("tests/schemas/sitemap/all.xsd");
    xmllint(&["--nonet", "--schema", schema.to_str().expect("UTF-8")], &files(folder));
}

#[rstest]
fn sitemaps_name_the_pages_there_are(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let office = Office::open(backend);
    let index = get(&office.server, "/sitemap.xml", &[]);
    assert_eq!(index.status, 200);
    let mut pages = Vec::new();
    let mut languages = 0;
    let folder = office.record.directory().join("sitemaps");
    save(&folder, "xml", "/sitemap.xml", &index.body);
    for address in index.body.split("<loc>").skip(1).map(|rest| rest.split('<').next().unwrap()) {
        let path = address.strip_prefix(office.server.address()).unwrap_or_else(|| panic!("{address}"));
        let part = get(&office.server, path, &[]);
        assert_eq!(part.status, 200, "{path}: {}", part.body);
        save(&folder, "xml", path, &part.body);
        languages += part.body.matches("<xhtml:link ").count();
        pages.extend(part.body.split("<loc>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()));
    }
    judge(&folder.join("xml"));
    assert!(languages >= 2, "none names its languages");
    let unique: BTreeSet<&String> = pages.iter().collect();
    assert_eq!(unique.len(), pages.len(), "each page once");
    let route = "query($path: String!) { route(path: $path) { status } }";
    for page in &pages {
        let found = office.server.data(route, json!({ "path": page }));
        assert_eq!(found, json!({ "route": { "status": 200 } }), "{page}");
    }
    let all = "{ articles(first: 1) { totalCount } people(first: 1) { totalCount } }";
    let all = office.server.data(all, json!({}));
    let least = all["articles"]["totalCount"].as_u64().unwrap() + all["people"]["totalCount"].as_u64().unwrap();
    assert!(pages.len() as u64 > least, "{} of more than {least}", pages.len());
    let news = get(&office.server, "/sitemaps/news.xml", &[]);
    assert_eq!((news.status, news.body.matches("<news:news>").count()), (200, 0), "the demo is older than two days");
    save(&folder, "xml", "no-news.xml", &news.body);
    judge(&folder.join("xml"));
    for missing in ["/sitemaps/1900-01.xml", "/sitemaps/nothing.xml", "/sitemaps/people"] {
        assert_eq!(get(&office.server, missing, &[]).status, 404, "{missing}");
    }
    println!("{backend:?}: {} pages", pages.len());
}

#[rstest]
fn sitemaps_of_an_empty_record_are_sitemaps(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let record = Record::new(backend);
    record.run(&["migrate"]).expect_success();
    let server = record.serve(&[]);
    let folder = record.directory().join("sitemaps");
    for path in ["/sitemap.xml", "/sitemaps/news.xml"] {
        let sitemap = get(&server, path, &[]);
        assert_eq!((sitemap.status, sitemap.body.matches("<loc>").count()), (200, 1), "{path}: {}", sitemap.body);
        save(&folder, "xml", path, &sitemap.body);
    }
    judge(&folder.join("xml"));
}

#[rstest]
fn what_is_new_is_told_to_google_news_until_it_is_killed(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Office { record, server, desk, partner, .. } = Office::open(backend);
    let now = SystemClock.now().to_rfc3339();
    publish(&desk, &issued(&desk, "Le pont est ouvert & <sûr>", &now));
    let false_one = publish(&desk, &issued(&desk, "FALSEWORD", &now));
    let embargoed = issued(&desk, "CANARITODAY", &now);
    desk.done("contentEmbargo", json!({ "items": [embargoed], "at": "2099-01-01T00:00:00Z" }));
    let scheduled = issued(&desk, "CANARITOMORROW", &now);
    desk.done("contentSchedule", json!({ "items": [scheduled], "at": "2099-01-01T00:00:00Z" }));

    let folder = record.directory().join("news");
    let bearer = format!("Bearer {partner}");
    let told = |name: &str| {
        let news = get(&server, "/sitemaps/news.xml", &[]);
        assert_eq!((news.status, news.headers["content-type"].as_str()), (200, "application/xml; charset=utf-8"));
        assert!(!news.body.contains("CANARI"), "{}", news.body);
        let entitled = get(&server, "/sitemaps/news.xml", &[("authorization", &bearer)]);
        assert_eq!(entitled.body, news.body, "it is for everybody");
        save(&folder, "xml", name, &news.body);
        news.body
    };
    let both = told("both.xml");
    assert_eq!(both.matches("<url>").count(), 2, "nothing but what was issued today: {both}");
    assert!(both.contains("<news:title>Le pont est ouvert &amp; &lt;sûr&gt;</news:title>"), "{both}");
    assert!(both.contains("<news:title>FALSEWORD</news:title>"), "{both}");
    assert_eq!(both.matches("<news:language>fr</news:language>").count(), 2, "{both}");
    assert_eq!(both.matches("<loc>https://www.example.org/").count(), 2, "{both}");

    desk.done("contentKill", with(&false_one, "reason", json!("Il était faux.")));
    let one = told("one.xml");
    assert_eq!(one.matches("<url>").count(), 1, "{one}");
    assert!(one.contains("Le pont est ouvert") && !one.to_uppercase().contains("FALSEWORD"), "{one}");
    judge(&folder.join("xml"));
}
