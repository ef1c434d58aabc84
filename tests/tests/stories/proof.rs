//! Proof of origin: statements and their log, judged by programs that nobody here wrote.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use griot_testbed::Backend;
use griot_tests::{Client, Record, Server};
use rstest::rstest;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::tools::{go, node, python};

mod log;
mod unsigned;

/// Endings, and what statements call the forms.
const FORMS: [(&str, &str); 5] =
    [(".ninjs.json", "ninjs"), (".jsonld", "json-ld"), (".g2.xml", "newsml-g2"), (".html", "html"), (".txt", "text")];

struct Got {
    status: u16,
    headers: BTreeMap<String, Vec<String>>,
    body: Vec<u8>,
}

impl Got {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("UTF-8")
    }

    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|err| panic!("{err}: {}", self.text()))
    }

    fn has(&self, name: &str, part: &str) -> bool {
        self.headers.get(name).is_some_and(|values| values.iter().any(|value| value.contains(part)))
    }
}

fn get(server: &Server, path: &str) -> Got {
    asked(server, path, "identity")
}

fn asked(server: &Server, path: &str, coding: &str) -> Got {
    let request = ureq::get(format!("{}{path}", server.address())).header("accept-encoding", coding);
    let mut response = request.config().http_status_as_error(false).build().call().expect("it answers");
    let mut headers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in response.headers() {
        headers.entry(name.to_string()).or_default().push(value.to_str().unwrap_or_default().to_owned());
    }
    let status = response.status().as_u16();
    Got { status, headers, body: response.body_mut().read_to_vec().expect("it is read") }
}

fn sha256(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

/// A record whose documents have the same bytes wherever it is served.
fn record(backend: Backend) -> Record {
    let record = Record::with_demo(backend);
    let settings = "public_url = \"https://api.example.org\"\n[site]\nurl = \"https://www.example.org\"\n";
    std::fs::write(record.directory().join("griot.toml"), settings).unwrap();
    record
}

/// A record that is stated, and the key of its log.
fn office(backend: Backend) -> (Record, String) {
    let record = record(backend);
    let made = record.run(&["key", "init"]).expect_success();
    let verifier = made.stdout.trim().to_owned();
    assert!(verifier.starts_with("api.example.org/log+"), "{verifier}");
    (record, verifier)
}

fn desk(record: &Record, server: &Server) -> Client {
    server.client("/editorial/graphql", Some(&record.key(&["--role", "administrator", "--name", "Desk"])))
}

fn article(desk: &Client, headline: &str) -> Value {
    let body = json!({ "markdown": format!("{headline}, the whole of it & <more>.\n\nÉté : second paragraph.") });
    let text = json!([{ "locale": "fr", "headline": headline, "body": body }]);
    desk.draft("articleCreate", json!({ "kind": "COMMUNIQUE", "issuedAt": "2025-01-02T10:00:00+00:00", "texts": text }))
}

fn publish(desk: &Client, draft: &Value) -> Value {
    desk.done("contentPublish", json!({ "items": [draft] }))["drafts"][0].clone()
}

fn act(desk: &Client, mutation: &str, item: &Value) {
    let input =
        json!({ "contentId": item["contentId"], "expectedRevision": item["revision"], "reason": "Il était faux." });
    desk.done(mutation, input);
}

fn correct(desk: &Client, item: &Value, headline: &str) {
    let input = json!({ "correctionKind": "CORRECTION", "publicNote": { "fr": "Un nom était faux." },
        "contentId": item["contentId"], "expectedRevision": item["revision"],
        "texts": [{ "locale": "fr", "headline": headline }] });
    desk.done("articleCorrect", input);
}

fn version(item: &Value, number: u32) -> String {
    format!("/v1/items/{}-fr/versions/{number}", item["contentId"].as_str().expect("an id"))
}

/// The statement of a version, once it is stated.
#[track_caller]
fn stated(server: &Server, version: &str) -> String {
    let begun = Instant::now();
    loop {
        let got = get(server, &format!("{version}.jws"));
        if got.status == 200 {
            assert!(got.has("content-type", "application/jose"));
            return got.text().to_owned();
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "{version}: {}\n{}", got.text(), server.said());
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn payload(jws: &str) -> Value {
    let payload = jws.split('.').nth(1).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).expect("base64url")).expect("JSON")
}

fn size(checkpoint: &str) -> u64 {
    checkpoint.lines().nth(1).expect("a checkpoint").parse().expect("a size")
}

/// The checkpoint, once something is stated.
#[track_caller]
fn checkpoint(server: &Server) -> String {
    let begun = Instant::now();
    loop {
        let got = get(server, "/log/checkpoint");
        if got.status == 200 && size(got.text()) > 0 {
            return got.text().to_owned();
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{}\n{}", got.text(), server.said());
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A version as a partner keeps it: every form, the statement and the proof.
struct Copy {
    files: BTreeMap<String, PathBuf>,
    jws: PathBuf,
    proof: PathBuf,
}

fn copy(server: &Server, folder: &Path, version: &str) -> Copy {
    let folder = folder.join(version.trim_start_matches('/').replace('/', "_"));
    std::fs::create_dir_all(&folder).unwrap();
    let keep = |name: &str, bytes: &[u8]| {
        std::fs::write(folder.join(name), bytes).unwrap();
        folder.join(name)
    };
    let jws = keep("version.jws", stated(server, version).as_bytes());
    let proof = get(server, &format!("{version}.tlog-proof"));
    assert_eq!(proof.status, 200, "{}", proof.text());
    let proof = keep("version.tlog-proof", &proof.body);
    let forms = FORMS.into_iter().filter_map(|(ending, name)| {
        let got = get(server, &format!("{version}{ending}"));
        let digest = format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(&got.body)));
        match got.status {
            200 | 410 => assert!(got.has("repr-digest", &digest), "{version}{ending}: {:?}", got.headers),
            406 => return None,
            other => panic!("{version}{ending}: {other}"),
        }
        let link = format!("{version}.jws>; rel=\"describedby\"; type=\"application/jose\"");
        assert!(got.has("link", &link), "{:?}", got.headers);
        Some((name.to_owned(), keep(&format!("version{ending}"), &got.body)))
    });
    Copy { files: forms.collect(), jws, proof }
}

fn keys(server: &Server, folder: &Path) -> PathBuf {
    std::fs::create_dir_all(folder).unwrap();
    let file = folder.join("jwks.json");
    std::fs::write(&file, get(server, "/.well-known/jwks.json").body).unwrap();
    file
}

fn path(file: &Path) -> &str {
    file.to_str().expect("UTF-8")
}

/// Every version of what the demo has in four kinds.
fn of_the_demo(server: &Server) -> Vec<String> {
    let query = "{ articles(first: 2) { nodes { contentId } } people(first: 1) { nodes { contentId } } \
                 institutions(first: 1) { nodes { contentId } } events(first: 1) { nodes { contentId } } }";
    let all = server.data(query, json!({}));
    let nodes =
        ["articles", "people", "institutions", "events"].map(|list| all[list]["nodes"].as_array().unwrap().clone());
    nodes.concat().iter().map(|item| version(item, 1)).collect()
}

#[rstest]
fn statements_and_proofs_are_accepted_by_others_and_a_flipped_bit_by_nobody(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (record, verifier) = office(backend);
    let server = record.serve(&[]);
    let desk = desk(&record, &server);
    let folder = record.directory().join("copies");
    let corrected = publish(&desk, &article(&desk, "CORRECTEDWORD"));
    correct(&desk, &corrected, "RIGHTWORD");
    let withdrawn = publish(&desk, &article(&desk, "WITHDRAWNWORD"));
    let killed = publish(&desk, &article(&desk, "KILLEDWORD"));
    let photo = json!({ "kind": "IMAGE", "url": "https://photos.example/KILLEDWORD.jpg", "texts": [{ "locale": "fr", "alt": "KILLEDWORD" }] });
    let photo = publish(&desk, &desk.draft("assetCreate", photo));
    // Partners keep what they got before.
    let mut copies =
        vec![copy(&server, &folder, &version(&withdrawn, 1)), copy(&server, &folder, &version(&killed, 1))];
    act(&desk, "contentWithdraw", &withdrawn);
    act(&desk, "contentKill", &killed);
    act(&desk, "contentKill", &photo);
    let corrected = [version(&corrected, 1), version(&corrected, 2)];
    let gone = [&withdrawn, &killed, &photo].map(|item| version(item, 2));
    let versions = corrected.into_iter().chain(gone).chain(of_the_demo(&server));
    copies.extend(versions.map(|version| copy(&server, &folder, &version)));

    let keys = keys(&server, &folder);
    let statements = copies.iter().map(|copy| json!({ "jws": copy.jws, "forms": copy.files }));
    let manifest = json!({ "keys": keys, "statements": statements.collect::<Vec<_>>() });
    let manifest_file = folder.join("manifest.json");
    std::fs::write(&manifest_file, manifest.to_string()).unwrap();
    node("statement.mjs", &[path(&manifest_file)]);
    python("statement_check.py", &[path(&manifest_file)]);
    let log = format!("{}/log", server.address());
    let proofs = copies.iter().map(|copy| path(&copy.proof));
    go("tlog/main.go", &[log.as_str(), &verifier, "-"].into_iter().chain(proofs).collect::<Vec<_>>());

    let (mut genuine, mut flipped) = (0, 0);
    for file in copies.iter().flat_map(|copy| copy.files.values()) {
        let check = ["verify", path(file), "--keys", path(&keys), "--log-key", &verifier];
        let said = record.run(&check).expect_success().stdout;
        assert!(
            said.contains("genuine") && said.contains("byte by byte") && said.contains("api.example.org/log"),
            "{said}"
        );
        genuine += 1;
        let bytes = std::fs::read(file).unwrap();
        for nth in 0..4 {
            let mut altered = bytes.clone();
            let at = (bytes.len() - 1) * nth / 3;
            altered[at] ^= 1 << (nth * 2 % 5);
            std::fs::write(file, &altered).unwrap();
            let refused = record.run(&check).expect_code(1).stderr;
            assert!(refused.contains("is not what was issued"), "{}, byte {at}: {refused}", file.display());
            flipped += 1;
        }
        std::fs::write(file, &bytes).unwrap();
    }
    println!("{backend:?}: {} statements, {genuine} files genuine, {flipped} flipped bits found", copies.len());
    for (altered, says) in [(&copies[0].jws, "statement"), (&copies[0].proof, "proof")] {
        let file = &copies[0].files["text"];
        let whole = std::fs::read_to_string(altered).unwrap();
        let at = whole.len() / 2;
        let other = if &whole[at..=at] == "A" { "B" } else { "A" };
        std::fs::write(altered, format!("{}{other}{}", &whole[..at], &whole[at + 1..])).unwrap();
        let check = ["verify", path(file), "--keys", path(&keys), "--log-key", &verifier];
        let refused = record.run(&check).expect_code(1);
        assert!(refused.stderr.contains(says) && refused.stdout.is_empty(), "{} {}", refused.stdout, refused.stderr);
        std::fs::write(altered, whole).unwrap();
    }
    // The proof of another version proves nothing of this one.
    let (file, other) = (&copies[0].files["text"], &copies[1].proof);
    let check = ["verify", path(file), "--keys", path(&keys), "--log-key", &verifier, "--proof", path(other)];
    let refused = record.run(&check).expect_code(1).stderr;
    assert!(refused.contains("of another statement"), "{refused}");
    // What a CMS makes of it is still the same.
    let text = std::fs::read_to_string(&copies[2].files["text"]).unwrap();
    let pasted = folder.join("pasted.txt");
    std::fs::write(&pasted, format!("\u{feff}\r\n{}\r\n", text.replace('\n', " \r\n").replace('é', "e\u{301}")))
        .unwrap();
    let said = record.run(&["verify", path(&pasted), "--keys", path(&keys), "--jws", path(&copies[2].jws)]);
    let said = said.expect_success().stdout;
    assert!(said.contains("the same text") && said.contains("not checked"), "{said}");
}

#[rstest]
fn whoever_holds_a_copy_is_told_what_became_of_it(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let (record, _) = office(backend);
    let server = record.serve(&[]);
    let desk = desk(&record, &server);
    let embargoed = article(&desk, "CANARIEMBARGO");
    desk.done("contentEmbargo", json!({ "items": [embargoed], "at": "2099-01-01T00:00:00Z" }));
    let item = publish(&desk, &article(&desk, "FIRSTWORD"));
    let first = version(&item, 1);
    let statement = stated(&server, &first);
    let text = get(&server, &format!("{first}.txt")).body;
    let told = |bytes: &[u8]| get(&server, &format!("/v1/verify?sha256={}", sha256(bytes))).json();
    let asked = |bytes: &[u8]| {
        let query = "query($sha256: String!) { verify(sha256: $sha256) { state version lastVersion form matched contentId \
                     language pubStatus statementUrl proofUrl lastUrl uri } }";
        server.data(query, json!({ "sha256": sha256(bytes) }))["verify"].take()
    };
    let known = told(&text);
    assert_eq!((&known["genuine"], &known["state"], &known["form"]), (&json!(true), &json!("current"), &json!("text")));
    assert_eq!((&known["content_id"], &known["version"]), (&item["contentId"], &json!(1)));
    let of_api = asked(&text);
    assert_eq!(
        (&of_api["state"], &of_api["matched"], &of_api["lastVersion"]),
        (&json!("CURRENT"), &json!("BYTES"), &json!(1))
    );
    assert_eq!((&of_api["statementUrl"], &of_api["uri"]), (&known["links"]["statement"], &known["uri"]));
    // A text that was pasted has the hash of its text.
    let ninjs: Value = get(&server, &format!("{first}.ninjs.json")).json();
    assert_eq!(told(&serde_json::to_vec(&ninjs).unwrap())["genuine"], json!(true), "keys stand in this order already");

    correct(&desk, &item, "SECONDWORD");
    let second = stated(&server, &version(&item, 2));
    assert_eq!(payload(&second)["previous"], json!(sha256(statement.as_bytes())));
    assert_eq!(payload(&statement)["previous"], Value::Null);
    assert_eq!(payload(&second)["signal"], json!("http://cv.iptc.org/newscodes/signal/correction"));
    let (known, of_api) = (told(&text), asked(&text));
    assert_eq!((&known["state"], &known["last_version"]), (&json!("corrected"), &json!(2)));
    assert_eq!((&of_api["state"], &of_api["lastVersion"]), (&json!("CORRECTED"), &json!(2)));
    let later = get(&server, &format!("{}.txt", version(&item, 2)));
    assert!(later.has("link", &format!("{first}.txt>; rel=\"predecessor-version\"")), "{:?}", later.headers);

    let draft = desk
        .data("query($id: ID!) { draft(contentId: $id) { contentId revision } }", json!({ "id": item["contentId"] }));
    act(&desk, "contentKill", &draft["draft"]);
    for bytes in [&text, &later.body] {
        let (known, of_api) = (told(bytes), asked(bytes));
        assert_eq!((&known["state"], &known["last_version"]), (&json!("killed"), &Value::Null));
        assert_eq!((&of_api["state"], &of_api["lastVersion"]), (&json!("KILLED"), &Value::Null));
    }
    let last = stated(&server, &version(&item, 3));
    assert_eq!(payload(&last)["pub_status"], json!("canceled"));
    assert_eq!(payload(&last)["previous"], json!(sha256(second.as_bytes())));

    let unknown = get(&server, &format!("/v1/verify?sha256={}", sha256(b"something else")));
    assert_eq!((unknown.status, &unknown.json()["genuine"]), (404, &json!(false)));
    assert_eq!(asked(b"something else"), Value::Null);
    for nonsense in ["", "?sha256=", "?sha256=abc", "?sha256=%00", "?other=1"] {
        assert_eq!(get(&server, &format!("/v1/verify{nonsense}")).status, 400, "{nonsense}");
    }
    // Nothing of what is under embargo is in the log, and no word of what was killed.
    let size = size(&checkpoint(&server));
    let tile = get(&server, &format!("/log/tile/entries/000.p/{size}"));
    assert_eq!(
        (tile.status, tile.has("cache-control", "immutable")),
        (200, true),
        "{size} {}",
        String::from_utf8_lossy(&tile.body)
    );
    let entries = String::from_utf8_lossy(&tile.body).into_owned();
    let hidden = embargoed["contentId"].as_str().unwrap();
    assert!(!entries.contains(hidden) && entries.contains(item["contentId"].as_str().unwrap()));
    assert!(!entries.contains("WORD"), "{entries}");
    assert_eq!(get(&server, &format!("/v1/items/{hidden}-fr/versions/1.jws")).status, 404);
    for missing in ["/log/tile/0/001", "/log/tile/x", "/log/tile/0/000.p/0", &format!("/log/tile/0/000.p/{}", size + 1)]
    {
        assert_eq!(get(&server, missing).status, 404, "{missing}");
    }
}
