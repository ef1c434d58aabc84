//! A person is named as of the day of the article, whatever came later.

use griot_testbed::Backend;
use griot_tests::{Record, Server};
use rstest::rstest;
use serde_json::{Value, json};

/// The first article issued on `day`, and how it names Assimi GOÏTA.
fn named_on(server: &Server, day: &str, next_day: &str) -> Value {
    const DOCUMENT: &str = "query ($from: DateTime!, $until: DateTime!) {
      articles(first: 5, view: { locale: \"fr\" }, filter: { issuedAt: { from: $from, until: $until } }) {
        nodes { slug people { style titles { title institution { name } } person { slug } } }
      }
    }";
    let window = json!({ "from": format!("{day}T00:00:00Z"), "until": format!("{next_day}T00:00:00Z") });
    let data = server.data(DOCUMENT, window);
    let people =
        data["articles"]["nodes"].as_array().into_iter().flatten().flat_map(|node| node["people"].as_array()).flatten();
    let named: Vec<_> = people.filter(|person| person["person"]["slug"] == "assimi-goita").collect();
    (*named.first().unwrap_or_else(|| panic!("nobody is named on {day}: {data}"))).clone()
}

#[rstest]
fn an_article_keeps_the_rank_of_its_day(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let record = Record::with_demo(backend);
    let server = record.serve(&[]);
    let style = |day, next| named_on(&server, day, next)["style"].as_str().expect("a style is text").to_owned();

    let in_2023 = style("2023-07-29", "2023-07-30");
    assert!(in_2023.contains("Colonel") && !in_2023.contains("Général"), "{in_2023}");
    let in_2025 = style("2025-07-03", "2025-07-04");
    assert!(in_2025.contains("Général") && !in_2025.contains("Colonel"), "{in_2025}");
}

#[rstest]
fn the_communique_of_2020_names_the_vice_president(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let record = Record::with_demo(backend);
    let server = record.serve(&[]);
    let named = named_on(&server, "2020-11-01", "2020-12-01");
    let title = named["titles"][0]["title"].as_str().expect("he has a title");
    assert!(title.starts_with("Vice-président"), "{named}");
}
