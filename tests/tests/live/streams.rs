//! Event streams, line by line.

use std::io::{BufRead, BufReader};

use griot_testbed::Backend;
use griot_tests::Server;
use serde_json::{Value, json};

use crate::desk::{CHANGED, Desk, publish, topic};

pub struct Stream {
    lines: Box<dyn BufRead>,
    pub status: u16,
    pub headers: Vec<(String, String)>,
}

/// An event that has a name.
#[derive(Debug, PartialEq)]
pub struct Event {
    pub name: String,
    pub id: Option<String>,
    pub data: Value,
}

impl Stream {
    pub fn open(server: &Server, query: &str, variables: Value, headers: &[(&str, &str)]) -> Self {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let mut request = agent.post(format!("{}/graphql", server.address())).header("accept", "text/event-stream");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Self::of(request.send_json(json!({ "query": query, "variables": variables })).unwrap())
    }

    /// As a browser's own `EventSource` does.
    pub fn get(server: &Server, query: &str, headers: &[(&str, &str)]) -> Self {
        let mut request = ureq::get(format!("{}/graphql", server.address())).query("query", query);
        for (name, value) in headers.iter().chain(&[("accept", "text/event-stream")]) {
            request = request.header(*name, *value);
        }
        Self::of(request.call().unwrap())
    }

    fn of(response: ureq::http::Response<ureq::Body>) -> Self {
        let (parts, body) = response.into_parts();
        let headers = parts.headers.iter();
        let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
        Self { lines: Box::new(BufReader::new(body.into_reader())), status: parts.status.as_u16(), headers }
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        (self.lines.read_line(&mut line).unwrap() > 0).then(|| line.trim_end_matches('\n').to_owned())
    }

    /// The comment every stream begins with: from then on, it hears what is published.
    #[track_caller]
    pub fn hear_begin(&mut self) {
        self.hear_comment();
    }

    #[track_caller]
    pub fn hear_comment(&mut self) {
        assert_eq!(self.line().as_deref(), Some(":"));
        assert_eq!(self.line().as_deref(), Some(""));
    }

    /// The next event; `None` when the stream is over.
    pub fn hear(&mut self) -> Option<Event> {
        let (mut name, mut id, mut data) = (None, None, Value::Null);
        loop {
            let line = self.line()?;
            match line.split_once(": ").unwrap_or((&line, "")) {
                ("", _) if name.is_some() => return Some(Event { name: name?, id, data }),
                ("event", value) => name = Some(value.to_owned()),
                ("id", value) => id = Some(value.to_owned()),
                ("data", value) if !value.is_empty() => data = serde_json::from_str(value).unwrap(),
                _ => {}
            }
        }
    }

    /// Why the stream ended.
    pub fn hear_end(&mut self) -> String {
        let mut last = String::new();
        while let Some(line) = self.line() {
            if let Some(comment) = line.strip_prefix(": ") {
                last = comment.to_owned();
            }
        }
        last
    }

    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

#[test]
fn a_stream_tells_events_with_their_cursors_and_goes_on_from_one() {
    let desk = Desk::open(Backend::Sqlite);
    let server = desk.serve(&[]);
    let at_desk = desk.at(&server);
    let mut stream = Stream::open(&server, CHANGED, json!({}), &[]);
    assert_eq!(stream.status, 200);
    assert_eq!(stream.header("content-type"), "text/event-stream; charset=utf-8");
    assert_eq!(stream.header("cache-control"), "no-store");
    assert_eq!(stream.header("access-control-allow-origin"), "*");
    stream.hear_begin();
    let first = publish(&at_desk, &topic(&at_desk, "First"));
    let event = stream.hear().unwrap();
    let change = &event.data["data"]["changed"];
    assert_eq!((event.name.as_str(), &change["contentId"]), ("next", &first["contentId"]));
    assert_eq!(event.id.as_deref(), change["cursor"].as_str());
    drop(stream);

    let second = publish(&at_desk, &topic(&at_desk, "Second"));
    let cursor = event.id.unwrap();
    let again = [
        Stream::open(&server, CHANGED, json!({ "after": cursor }), &[]),
        Stream::get(&server, "subscription { changed { cursor contentId } }", &[("last-event-id", &cursor)]),
    ];
    for mut stream in again {
        stream.hear_begin();
        let event = stream.hear().unwrap();
        assert_eq!(event.data["data"]["changed"]["contentId"], second["contentId"]);
    }
}

#[test]
fn what_cannot_be_listened_to_is_told_in_the_stream() {
    let desk = Desk::open(Backend::Sqlite);
    let server = desk.serve(&[]);
    for (query, code) in [
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ articles { totalCount } }", "OPERATION_RESOLUTION_FAILURE"),
        ("subscription { changed(after: \"x\") { at } }", "BAD_USER_INPUT"),
    ] {
        let mut stream = Stream::open(&server, query, json!({}), &[]);
        assert_eq!(stream.status, 200);
        let event = stream.hear().unwrap();
        assert_eq!(event.data["errors"][0]["extensions"]["code"], code, "{event:?}");
        assert_eq!(stream.hear(), Some(Event { name: "complete".to_owned(), id: None, data: Value::Null }));
        assert_eq!(stream.hear(), None);
    }
    // One that takes plain answers too gets those, and no subscription runs there.
    let both = ureq::Agent::config_builder().http_status_as_error(false).build();
    let request = ureq::Agent::from(both).post(format!("{}/graphql", server.address()));
    let request = request.header("accept", "application/graphql-response+json, text/event-stream");
    let mut answer = request.send_json(json!({ "query": CHANGED })).unwrap();
    assert_eq!(answer.status(), 400);
    let body: Value = answer.body_mut().read_json().unwrap();
    assert!(body["errors"][0]["message"].as_str().unwrap().contains("text/event-stream"), "{body}");
}
