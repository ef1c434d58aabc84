//! Places deep in a topic's list, found the way a client finds them: page by page.

use std::net::SocketAddr;
use std::rc::Rc;

use serde_json::Value;

use crate::documents::TOPIC_WALK;
use crate::generate::Slugs;
use crate::load::{LoadError, Method, Workload, ask};

/// Articles of a page.
const PAGE: usize = 20;

/// How far into a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// A page that begins with this article, counted from 1.
    From(usize),
    /// The last whole page of the shortest list, and the same place in all others.
    Last,
}

/// Variables of every topic's first page.
pub fn first_pages(slugs: &Slugs) -> Rc<[String]> {
    slugs.topics.iter().map(|topic| format!("{{\"topic\":\"{topic}\"}}")).collect()
}

/// Variables of one page of every topic that is long enough.
pub async fn deep_pages(address: SocketAddr, slugs: &Slugs, depth: Depth) -> Result<Rc<[String]>, LoadError> {
    let mut cursors = Vec::with_capacity(slugs.topics.len());
    for topic in &slugs.topics {
        cursors.push(walk(address, topic).await?);
    }
    Ok(variables(&slugs.topics, &cursors, depth))
}

fn variables(topics: &[String], cursors: &[Vec<String>], depth: Depth) -> Rc<[String]> {
    let shortest = cursors.iter().map(Vec::len).min().unwrap_or_default();
    let first = match depth {
        Depth::From(first) => first,
        Depth::Last => (shortest + 1).saturating_sub(PAGE),
    };
    let whole = |cursors: &&Vec<String>| first >= 2 && cursors.len() + 1 >= first + PAGE;
    let lists = topics.iter().zip(cursors);
    let deep = lists.filter(|(_, cursors)| whole(cursors)).map(|(topic, cursors)| {
        let after = &cursors[first - 2];
        format!("{{\"topic\":\"{topic}\",\"after\":\"{after}\"}}")
    });
    deep.collect()
}

/// The cursor of every article of a topic.
async fn walk(address: SocketAddr, topic: &str) -> Result<Vec<String>, LoadError> {
    let workload = Workload {
        address,
        path: "/graphql".to_owned(),
        method: Method::Post,
        known: None,
        document: TOPIC_WALK,
        variables: Rc::from([]),
        expects: "\"hasNextPage\":",
    };
    let mut cursors: Vec<String> = Vec::new();
    loop {
        let after = cursors.last().map_or(Value::Null, |cursor| cursor.as_str().into());
        let body = ask(&workload, &format!("{{\"topic\":\"{topic}\",\"after\":{after}}}")).await?;
        let answer: Value = serde_json::from_slice(&body).map_err(|err| LoadError::Malformed(err.to_string()))?;
        let list = &answer["data"]["articles"];
        let edges = list["edges"].as_array().map_or(&[][..], Vec::as_slice);
        cursors.extend(edges.iter().filter_map(|edge| edge["cursor"].as_str()).map(str::to_owned));
        if list["pageInfo"]["hasNextPage"] != true || edges.is_empty() {
            return Ok(cursors);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists(lengths: [usize; 2]) -> Vec<Vec<String>> {
        lengths.map(|length| (1..=length).map(|place| format!("c{place}")).collect()).to_vec()
    }

    #[test]
    fn a_deep_page_begins_after_the_article_before_it_and_is_whole() {
        let topics = ["a".to_owned(), "b".to_owned()];
        let deep = |lengths, depth| variables(&topics, &lists(lengths), depth).to_vec();
        assert_eq!(deep([319, 318], Depth::From(300)), [r#"{"topic":"a","after":"c299"}"#]);
        assert_eq!(deep([60, 45], Depth::Last), [r#"{"topic":"a","after":"c25"}"#, r#"{"topic":"b","after":"c25"}"#]);
        assert!(deep([20, 90], Depth::Last).is_empty());
    }
}
