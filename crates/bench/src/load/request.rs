//! The bytes of a request.

use sha2::{Digest, Sha256};

use super::{Method, Workload};

/// The extension that names a document.
pub fn naming(document: &str) -> String {
    format!("{{\"persistedQuery\":{{\"version\":1,\"sha256Hash\":\"{:x}\"}}}}", Sha256::digest(document))
}

/// Requests of one workload, all but the variables written beforehand.
pub struct Requests {
    /// Up to the length of the body, or to what of the address is drawn.
    head: String,
    rest: Rest,
}

/// Where the variables go.
enum Rest {
    /// Into the body, after this.
    Body(String),
    /// Into the query, before this.
    Query(String),
    /// As the whole address, before this.
    Path(String),
}

impl Requests {
    /// See the type.
    pub fn of(workload: &Workload) -> Self {
        let Workload { address, path, .. } = workload;
        let known = workload.known.as_ref().map(|tag| format!("If-None-Match: {tag}\r\n")).unwrap_or_default();
        match workload.method {
            Method::Post => Self {
                head: format!(
                    "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
                     Accept: application/graphql-response+json\r\n{known}Content-Length: "
                ),
                rest: Rest::Body(format!("{{\"query\":{},\"variables\":", serde_json::Value::from(workload.document))),
            },
            Method::Get => {
                let naming = naming(workload.document);
                let naming: String = form_urlencoded::byte_serialize(naming.as_bytes()).collect();
                let accept = "Accept: application/graphql-response+json";
                Self {
                    head: format!("GET {path}?extensions={naming}&variables="),
                    rest: Rest::Query(format!(" HTTP/1.1\r\nHost: {address}\r\n{accept}\r\n{known}\r\n")),
                }
            }
            Method::Path => Self {
                head: "GET ".to_owned(),
                rest: Rest::Path(format!(" HTTP/1.1\r\nHost: {address}\r\n{known}\r\n")),
            },
        }
    }

    /// Writes one over what `request` held.
    pub fn write(&self, variables: &str, request: &mut Vec<u8>) {
        use std::io::Write;
        request.clear();
        request.extend_from_slice(self.head.as_bytes());
        match &self.rest {
            Rest::Query(tail) => {
                request.extend(form_urlencoded::byte_serialize(variables.as_bytes()).flat_map(str::bytes));
                request.extend_from_slice(tail.as_bytes());
            }
            Rest::Path(tail) => {
                request.extend_from_slice(variables.as_bytes());
                request.extend_from_slice(tail.as_bytes());
            }
            Rest::Body(begin) => {
                let length = begin.len() + variables.len() + 1;
                write!(request, "{length}\r\n\r\n").expect("a vector takes all bytes");
                request.extend_from_slice(begin.as_bytes());
                request.extend_from_slice(variables.as_bytes());
                request.push(b'}');
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::rc::Rc;

    use super::*;

    fn workload(document: &'static str) -> Workload {
        let address = SocketAddr::from(([127, 0, 0, 1], 80));
        let variables = Rc::from([]);
        Workload { address, path: "/one".into(), document, method: Method::Post, known: None, variables, expects: "" }
    }

    #[test]
    fn a_page_is_asked_for_at_its_path_and_by_what_is_known_of_it() {
        let known = Some("\"7\"".to_owned());
        let workload = Workload { method: Method::Path, known, ..workload("query($a: Int) { a }") };
        let mut request = Vec::new();
        Requests::of(&workload).write("/v1/feeds/all.atom", &mut request);
        assert_eq!(
            String::from_utf8(request).unwrap(),
            "GET /v1/feeds/all.atom HTTP/1.1\r\nHost: 127.0.0.1:80\r\nIf-None-Match: \"7\"\r\n\r\n"
        );
    }

    #[test]
    fn a_request_is_whole_json_of_the_length_it_says() {
        let workload = workload("query($a: Int) { a }");
        let mut request = Vec::new();
        Requests::of(&workload).write("{\"a\":22}", &mut request);
        let text = String::from_utf8(request).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.ends_with(&format!("Content-Length: {}", body.len())));
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["query"], "query($a: Int) { a }");
        assert_eq!(body["variables"]["a"], 22);
    }
}
