//! Two records that are equal to the last byte, and what is kept of each.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use griot_domain::{CorrectionKind, EntryId};
use griot_editorial::Command as Act;
use griot_persistence::Location;
use griot_testbed::Backend;
use griot_tests::{Receiver, Record};
use serde_json::{Value, json};

use crate::house::{House, Kept, item, kind_of, patch};

/// The same for both: an address of its own would show in links. The page for trying queries holds a random number.
const SETTINGS: &str = "public_url = \"https://api.example.org\"
graphiql.enabled = false
[site]
url = \"https://www.example.org\"
[log]
level = \"debug\"
[limits]
deadline_ms = 60000
";

/// The partner who is sent what happens, and the product it receives.
pub const JOURNAL: &str = "Journal";
pub const PRODUCT: &str = "news";

/// Two worlds. The first is what the public record looks like when there is nothing else.
pub struct Pair {
    pub backend: Backend,
    pub plain: Record,
    pub secret: Record,
    /// Opens what the public sees.
    pub key: String,
    /// An editor's, which opens no more than that on the side of delivery.
    pub editor_key: String,
    /// Opens what is under embargo too.
    pub early_key: String,
    /// Of a partner that receives everything, and of one that accepted the terms of embargo too.
    pub partner_keys: [String; 2],
    /// Of the partner who receives one product.
    pub journal_key: String,
    /// Publishes, by the editorial API.
    pub press_key: String,
    /// Where each world sends what happens, when it is told to.
    pub receivers: [Receiver; 2],
    /// An article in French that both worlds have and nobody has published yet; it names what is public.
    pub draft: Kept,
    /// Lines of the import format, one for each entry that is public.
    pub public: Vec<Value>,
    /// Those of the articles that were withdrawn and killed.
    pub gone: [Value; 2],
}

impl Pair {
    /// The demo and more articles, with a correction, a withdrawal and a kill, all of it stated in a log, and a copy of that.
    pub fn new(backend: Backend) -> Self {
        let plain = Record::with_demo(backend);
        std::fs::write(plain.directory().join("more.jsonl"), more_articles()).unwrap();
        plain.run(&["import", "json", "more.jsonl"]).expect_success();
        let secret = Record::new(backend);
        let receivers = [(); 2].map(|()| Receiver::start());
        let [first, second] = receivers.each_ref().map(Receiver::place);
        let hosts = format!("allowed_hosts = [\"{first}\", \"{second}\"]\n");
        let settings = format!("{SETTINGS}[webhooks]\n{hosts}[websub]\n{hosts}");
        for record in [&plain, &secret] {
            std::fs::write(record.directory().join("griot.toml"), &settings).unwrap();
        }
        let key = |args: &[&str]| {
            plain.run(&[&["key", "create", "--name"], args].concat()).expect_success().stdout.trim().to_owned()
        };
        let (delivery, editor) = (key(&["site", "--delivery"]), key(&["Awa", "--role", "editor"]));
        let early_key = key(&["partner", "--delivery", "--embargo"]);
        let partner = |name: &str, terms: &[&str]| {
            plain.run(&[&["partner", "add", name], terms].concat()).expect_success();
            plain.run(&["partner", "key", name]).expect_success().stdout.trim().to_owned()
        };
        let partner_keys = [partner("Agency", &[]), partner("Entitled", &["--embargo-terms", "1"])];
        plain.run(&["product", "add", PRODUCT, "--all", "kind:NEWS"]).expect_success();
        let journal_key = partner(JOURNAL, &["--product", PRODUCT]);
        let press_key = key(&["Press", "--role", "administrator"]);
        let mut public = lines(&plain);
        let articles = public.iter().enumerate().filter(|(_, line)| line["kind"] == "article");
        let (first, second) = (articles.clone().nth(0).unwrap().0, articles.clone().nth(1).unwrap().0);
        let killed = public.remove(second);
        let gone = [public.remove(first), killed];
        let draft = in_runtime(async {
            let location = location(&plain, backend);
            take_back(&location, &public, &gone).await;
            write_draft(&location, &public).await
        });
        state(&plain);
        copy(backend, &plain, &secret);
        let (key, editor_key) = (delivery, editor);
        Self {
            backend,
            plain,
            secret,
            key,
            editor_key,
            early_key,
            partner_keys,
            journal_key,
            press_key,
            receivers,
            draft,
            public,
            gone,
        }
    }

    pub fn secret_location(&self) -> Location {
        location(&self.secret, self.backend)
    }

    /// The data folder of the second world.
    pub fn secret_data(&self) -> PathBuf {
        self.secret.data()
    }

    /// All bytes of the files in a folder of the second world, and their names.
    pub fn files_of(&self, folder: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        for file in std::fs::read_dir(self.secret.data().join(folder)).into_iter().flatten() {
            let file = file.unwrap();
            bytes.extend(file.file_name().into_encoded_bytes());
            bytes.extend(std::fs::read(file.path()).unwrap());
        }
        bytes
    }

    /// All bytes of one of the stores of the second world.
    pub fn bytes_of(&self, store: &str) -> Vec<u8> {
        if self.backend == Backend::Postgres {
            return psql(self.secret.url(), &format!("SELECT schema_to_xml('{store}', true, false, '')"));
        }
        let mut bytes = Vec::new();
        for ending in ["db", "db-wal", "db-shm"] {
            bytes.extend(std::fs::read(self.secret.data().join(format!("{store}.{ending}"))).unwrap_or_default());
        }
        bytes
    }
}

/// Articles about the demo's people, enough of them to turn pages.
fn more_articles() -> String {
    let people = ["Assimi GOÏTA", "Vladimir POUTINE", "Alfousseyni DIAWARA"];
    let line = |number: usize| {
        let (person, day) =
            (people[number % people.len()], format!("2024-{:02}-{:02}T08:00:00Z", number % 12 + 1, number % 28 + 1));
        let text = |headline: String, slug: String| {
            let block = json!({ "_type": "block", "_key": "a", "style": "normal", "markDefs": [],
                "children": [{ "_type": "span", "_key": "a0", "text": format!("{headline}, {person}."), "marks": [] }] });
            json!({ "slug": slug, "headline": headline, "summary": person, "body": [block] })
        };
        let mut texts = json!({ "fr": text(format!("{person} reçoit {number}"), format!("audience-{number}")) });
        if number.is_multiple_of(2) {
            texts["en"] = text(format!("{person} receives {number}"), format!("audience-{number}-en"));
        }
        let kind = ["NEWS", "SPEECH", "PAGE"][number % 3];
        json!({ "kind": "article", "liveFrom": day, "texts": texts, "entry": { "kind": kind, "issuedAt": day } })
    };
    (0..40).map(|number| line(number).to_string() + "\n").collect()
}

/// Runs to its end, with nothing left open behind it.
pub fn in_runtime<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(future)
}

/// Public facts about things that are no longer public, and entries with several versions.
async fn take_back(location: &Location, public: &[Value], [withdrawn, killed]: &[Value; 2]) {
    let house = House::open(location, "desk").await;
    let of_kind = |kind: &str| id_of(public.iter().find(|line| line["kind"] == kind).unwrap());
    let change = |text: Value| patch(json!({}), json!({ "fr": text }));
    let correct = Act::Correct {
        id: of_kind("article"),
        expected: 0,
        patch: change(json!({ "kicker": "Corrigé" })),
        kind: CorrectionKind::Correction,
        public_note: "Une date a été corrigée.".into(),
        note: None,
    };
    house.done("1", correct).await;
    let patch = change(json!({ "knownAs": "Chef de l’État" }));
    let person = house.kept("2", Act::Edit { id: of_kind("person"), expected: 0, patch, note: None }).await;
    house.done("3", Act::Publish { items: vec![item(person)] }).await;

    let patch = change(json!({ "kicker": "Annulé" }));
    let (id, expected) = house.kept("4", Act::Edit { id: id_of(withdrawn), expected: 0, patch, note: None }).await;
    house.done("5", Act::Withdraw { id, expected, locales: None, reason: Some("Erreur".to_owned()) }).await;
    house.done("6", Act::Kill { id: id_of(killed), expected: 0, reason: "Droits".to_owned() }).await;
    house.close().await;
}

/// What is published later, in both worlds.
async fn write_draft(location: &Location, public: &[Value]) -> Kept {
    let house = House::open(location, "desk").await;
    let of_kind = |kind: &str| public.iter().find(|line| line["kind"] == kind).unwrap()["id"].clone();
    let entry = json!({ "kind": "NEWS", "issuedAt": "2024-05-05T10:00:00Z", "topics": [of_kind("topic")],
        "byline": [{ "name": "La rédaction", "entry": of_kind("institution") }], "related": [of_kind("article")] });
    let headline = "Le pont est ouvert";
    let block = json!({ "_type": "block", "_key": "a", "style": "normal", "markDefs": [],
        "children": [{ "_type": "span", "_key": "a0", "text": format!("{headline}, le texte."), "marks": [] }] });
    let texts = json!({ "fr": { "slug": "le-pont", "headline": headline, "summary": headline, "body": [block] } });
    let create = Act::Create { kind: kind_of("article"), patch: patch(entry, texts), note: None };
    let kept = house.kept("7", create).await;
    house.close().await;
    kept
}

/// Has everything stated: both worlds then have the same statements, and the same log.
fn state(record: &Record) {
    record.run(&["key", "init", "--log", "api.example.org/log"]).expect_success();
    let _server = record.serve(&[]);
    let begun = Instant::now();
    while !record.run(&["doctor"]).stdout.contains("all there is to state") {
        assert!(begun.elapsed() < Duration::from_secs(120), "{}", record.run(&["doctor"]).stdout);
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn id_of(line: &Value) -> EntryId {
    serde_json::from_value(line["id"].clone()).unwrap()
}

/// One line for each entry: its last, with the texts of the earlier ones.
fn lines(record: &Record) -> Vec<Value> {
    let mut lines: Vec<Value> = Vec::new();
    for line in record.export().lines() {
        let mut line: Value = serde_json::from_str(line).unwrap();
        if let Some(known) = lines.iter().position(|known| known["id"] == line["id"]) {
            let mut texts = lines.remove(known)["texts"].take();
            for (locale, text) in line["texts"].as_object().unwrap() {
                texts[locale] = text.clone();
            }
            line["texts"] = texts;
        }
        lines.push(line);
    }
    lines
}

fn location(record: &Record, backend: Backend) -> Location {
    match backend {
        Backend::Sqlite => Location::Sqlite { data_dir: record.data() },
        Backend::Postgres => Location::Postgres { url: record.url().to_owned(), delivery_url: None },
    }
}

fn copy(backend: Backend, from: &Record, to: &Record) {
    copy_folder(&from.data(), &to.data());
    if backend == Backend::Postgres {
        let (server, name) = from.url().rsplit_once('/').unwrap();
        let (_, copy) = to.url().rsplit_once('/').unwrap();
        let maintenance = format!("{server}/postgres");
        psql(&maintenance, &format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"));
        psql(&maintenance, &format!("DROP DATABASE {copy} WITH (FORCE)"));
        psql(&maintenance, &format!("CREATE DATABASE {copy} TEMPLATE {name}"));
    }
}

/// Copies the files, a `-wal` that was left included: whoever wrote them has closed them.
fn copy_folder(from: &Path, to: &Path) {
    let output = Command::new("cp").arg("-a").arg(from).arg(to).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// What one statement prints.
fn psql(url: &str, statement: &str) -> Vec<u8> {
    let args = ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1", "--command"];
    let output = Command::new("psql").args(args).args([statement, url]).output().expect("psql runs");
    assert!(output.status.success(), "{statement}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}
