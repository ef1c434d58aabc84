//! Documents as partners fetch them, and programs that nobody here wrote to judge them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use griot_tests::{Server, workspace};
use serde_json::{Value, json};

use crate::tools::{node, xmllint};

/// The endings of all forms.
pub const FORMS: [&str; 5] = [".ninjs.json", ".g2.xml", ".jsonld", ".html", ".txt"];

/// An answer to a GET.
pub struct Got {
    pub status: u16,
    /// One that came several times has all its values, with commas between them.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Got {
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|err| panic!("{err}: {}", self.body))
    }
}

pub fn get(server: &Server, path: &str, headers: &[(&str, &str)]) -> Got {
    let mut request = ureq::get(format!("{}{path}", server.address()));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut response = request.config().http_status_as_error(false).build().call().expect("it answers");
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in response.headers() {
        let value = value.to_str().unwrap_or_default();
        headers
            .entry(name.to_string())
            .and_modify(|values| *values += &format!(", {value}"))
            .or_insert(value.to_owned());
    }
    Got { status: response.status().as_u16(), headers, body: response.body_mut().read_to_string().expect("UTF-8") }
}

/// Every document of the record, as files in folders by form: of what was taken back too.
pub fn collect(server: &Server, into: &Path) -> usize {
    let mut found = 0;
    let mut after = Value::Null;
    loop {
        let query = "query($after: String) { changes(after: $after) { nextCursor hasMore changes { contentId kind tombstone } } }";
        let page = server.data(query, json!({ "after": after }))["changes"].take();
        for change in page["changes"].as_array().expect("a list") {
            let kind = change["kind"].as_str().expect("a kind");
            let is_picture = kind == "ASSET" && !change["tombstone"].is_null();
            if !is_picture && !["ARTICLE", "PERSON", "INSTITUTION", "EVENT"].contains(&kind) {
                continue;
            }
            for locale in ["", "-fr", "-en"] {
                for form in FORMS {
                    let path = format!("/v1/items/{}{locale}{form}", change["contentId"].as_str().expect("an id"));
                    let got = get(server, &path, &[]);
                    let has_none = form == ".ninjs.json" && ["PERSON", "INSTITUTION"].contains(&kind);
                    match got.status {
                        200 => assert!(!has_none, "{path}"),
                        406 => assert!(has_none, "{path}: {}", got.body),
                        // Not every entry is there in English; the HTML of what was taken back is gone.
                        404 if locale == "-en" => continue,
                        410 if form == ".html" => {}
                        other => panic!("{path}: {other} {}", got.body),
                    }
                    if !has_none {
                        save(into, &form[1..], &path, &got.body);
                        found += 1;
                    }
                    found += earlier(server, into, form, &got);
                }
            }
        }
        after = page["nextCursor"].clone();
        if page["hasMore"] == false {
            return found;
        }
    }
}

/// The versions before the one that was got, where they may be used.
fn earlier(server: &Server, into: &Path, form: &str, got: &Got) -> usize {
    let Some(address) = got.headers.get("content-location").filter(|_| got.status == 200) else { return 0 };
    let path = address.strip_prefix(server.address()).and_then(|path| path.strip_suffix(form)).expect("its own");
    let (item, last) = path.split_once("/versions/").expect("the address of a version");
    let mut found = 0;
    for number in 1..last.parse().expect("a number") {
        let path = format!("{item}/versions/{number}{form}");
        let got = get(server, &path, &[]);
        match got.status {
            200 => {
                save(into, &form[1..], &path, &got.body);
                found += 1;
            }
            // A withdrawal has a number too, and of what was taken back no version is left.
            404 | 410 => {}
            other => panic!("{path}: {other} {}", got.body),
        }
    }
    found
}

pub fn save(into: &Path, folder: &str, path: &str, body: &str) -> PathBuf {
    let folder = into.join(folder);
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join(path.trim_start_matches('/').replace('/', "_"));
    std::fs::write(&file, body).unwrap();
    file
}

pub fn files(of: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(of).unwrap_or_else(|err| panic!("{}: {err}", of.display()));
    let mut files: Vec<String> = entries.map(|entry| entry.unwrap().path().to_string_lossy().into_owned()).collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

/// Lets each form of the documents in a folder be judged by its own schema.
pub fn judge(folder: &Path) {
    let schemas = workspace().join("tests/schemas");
    let schemas = schemas.to_str().expect("UTF-8");
    let documents = files(&folder.join("ninjs.json"));
    node("ninjs.mjs", &[schemas].into_iter().chain(documents.iter().map(String::as_str)).collect::<Vec<_>>());
    for form in ["jsonld", "html"] {
        node("jsonld.mjs", &files(&folder.join(form)).iter().map(String::as_str).collect::<Vec<_>>());
    }
    let schema = format!("{schemas}/newsml-g2/NewsML-G2_2.35-spec-All-Power.xsd");
    xmllint(&["--schema", &schema], &files(&folder.join("g2.xml")));
}
