//! Sitemaps, judged by the schema of the protocol.

use std::collections::BTreeSet;
use std::path::Path;

use griot_testbed::Backend;
use griot_tests::workspace;
use rstest::rstest;
use serde_json::json;

use super::office::Office;
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
    assert_eq!((news.status, news.body.matches("<url>").count()), (200, 0), "the demo is older than two days");
    for missing in ["/sitemaps/1900-01.xml", "/sitemaps/nothing.xml", "/sitemaps/people"] {
        assert_eq!(get(&office.server, missing, &[]).status, 404, "{missing}");
    }
    println!("{backend:?}: {} pages", pages.len());
}
