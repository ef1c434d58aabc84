//! nginx as a shared cache, set up as `docs/cdn.md` says: nobody gets what was kept for somebody else.

use std::collections::HashMap;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command};
use std::time::Instant;

use griot_testbed::Backend;
use griot_tests::requests::{Ask, Wire};
use griot_tests::{Record, workspace};
use rstest::rstest;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::scopes::get;
use crate::servers::{keeping_nothing, wait_until};

const REQUESTS: usize = 1_200;
/// Requests between two changes of what only entitled keys see.
const CHANGED_EVERY: usize = 100;

const ASKED: [&str; 7] = [
    "{ articles(first: 5) { totalCount nodes { title slug contentId } } }",
    "{ article(slug: \"remaniement\") { title summary } }",
    "{ route(path: \"/fr/articles/remaniement\") { status content { displayTitle } } }",
    "{ topics(first: 20) { totalCount nodes { name articles(first: 3) { totalCount nodes { title } } } } }",
    "{ people(first: 5) { nodes { name style mentionedIn(first: 2) { totalCount } } } }",
    "{ article(slug: \"sans-titre\") { title } nothing }",
    "{ articles(filter: { text: \"remaniement\" }) { totalCount nodes { title } } }",
];

/// How nginx is set up.
#[derive(Clone, Copy, Debug)]
enum Setup {
    /// To the letter of the page.
    Documented,
    /// Without the lines that keep requests with a key away from the cache: what answers say is enough.
    Heeding,
}

/// An nginx with a folder of its own; ended on drop.
struct Nginx {
    child: Child,
    folder: tempfile::TempDir,
    address: String,
}

impl Nginx {
    fn before(origin: &str, setup: Setup) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let text = configuration(origin, port, setup, folder.path());
        let file = folder.path().join("nginx.conf");
        std::fs::write(&file, text).unwrap();
        // Debian keeps it where only root looks.
        let usual = Path::new("/usr/sbin/nginx");
        let program = if usual.exists() { usual } else { Path::new("nginx") };
        let child = Command::new(program)
            .arg("-p")
            .arg(folder.path())
            .arg("-c")
            .arg(&file)
            .arg("-e")
            .arg(folder.path().join("error.log"))
            .spawn()
            .expect("nginx is there: make test-tools");
        let address = format!("http://127.0.0.1:{port}");
        let mut nginx = Self { child, folder, address };
        wait_until(|| {
            assert_eq!(nginx.child.try_wait().unwrap(), None, "{}", nginx.log());
            std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        nginx
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("error.log")).unwrap_or_default()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Its workers end with it, unless it is killed.
        if let Some(pid) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            kill_process(pid, Signal::TERM).ok();
        }
        self.child.wait().ok();
    }
}

/// The page's own settings, with this machine's addresses and folders in place of the usual ones.
fn configuration(origin: &str, port: u16, setup: Setup, folder: &Path) -> String {
    let page = std::fs::read_to_string(workspace().join("docs/cdn.md")).unwrap();
    let (_, from) = page.split_once("```nginx\n").expect("the page has settings of nginx");
    let settings = from.split_once("```").expect("the block ends").0;
    let replace = |settings: String, old: &str, new: &str| {
        assert!(settings.contains(old), "the page says `{old}` no more");
        settings.replace(old, new)
    };
    let mut settings =
        replace(settings.to_owned(), "/var/cache/nginx/griot", &folder.join("kept").display().to_string());
    settings = replace(settings, "127.0.0.1:8080", origin.trim_start_matches("http://"));
    settings = replace(settings, "listen 443 ssl;", &format!("listen 127.0.0.1:{port};"));
    let counted = "proxy_cache griot; add_header X-Found $upstream_cache_status always;";
    settings = replace(settings, "proxy_cache griot;", counted);
    for line in ["proxy_cache_bypass $http_authorization;", "proxy_no_cache $http_authorization;"] {
        settings = replace(settings, line, if matches!(setup, Setup::Heeding) { "" } else { line });
    }
    // Started by root, its worker would be somebody else, who has no way into the folder.
    let user = if rustix::process::getuid().is_root() { "user root;" } else { "" };
    let folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("{name}_temp_path {};", folder.join(name).display()))
        .join("\n");
    format!(
        "{user}\ndaemon off;\npid {};\nevents {{}}\nhttp {{\naccess_log off;\n{folders}\n{settings}\n}}\n",
        folder.join("pid").display()
    )
}

#[rstest]
fn nobody_gets_from_nginx_what_was_kept_for_somebody_else(#[values(Setup::Documented, Setup::Heeding)] setup: Setup) {
    let seed = crate::seed();
    println!("GRIOT_TEST_SEED={seed}");
    let mut rng = fastrand::Rng::with_seed(seed);
    let record = Record::with_demo(Backend::Sqlite);
    let settings = "public_url = \"https://api.example.org\"\n[site]\nurl = \"https://www.example.org\"\n[metrics]\nbind = \"127.0.0.1:0\"\n";
    std::fs::write(record.directory().join("griot.toml"), settings).unwrap();
    let manifest: serde_json::Map<String, serde_json::Value> =
        ASKED.iter().take(5).enumerate().map(|(number, text)| (format!("page-{number}"), json!(text))).collect();
    std::fs::write(record.directory().join("manifest.json"), json!(manifest).to_string()).unwrap();
    record.run(&["operations", "import", "manifest.json"]).expect_success();
    let desk_key = record.key(&["--role", "administrator", "--name", "Desk"]);
    let keys = [
        None,
        None,
        Some(record.key(&["--delivery", "--name", "Site"])),
        Some(record.key(&["--delivery", "--embargo", "--name", "Partner"])),
        Some(record.key(&["--role", "editor", "--name", "Awa"])),
        Some("griot_d_nobody".to_owned()),
    ];
    let kept = record.serve(&[]);
    let plain = keeping_nothing(&record, &[]);
    [&kept, &plain].into_iter().for_each(griot_tests::Server::wait_for_index);
    wait_until(|| kept.figure("griot_tail_blind") == 0.0);
    let desk = kept.client("/editorial/graphql", Some(&desk_key));
    let embargo = |number: usize| {
        let slug = if number == 0 { "remaniement".to_owned() } else { format!("remaniement-{number}") };
        let text = json!({ "locale": "fr", "headline": "Remaniement", "slug": slug, "body": { "markdown": "Un.\n" } });
        let draft =
            desk.draft("articleCreate", json!({ "kind": "NEWS", "issuedAt": "2026-03-01T09:00:00Z", "texts": [text] }));
        desk.done("contentEmbargo", json!({ "items": [draft], "at": "2099-01-01T00:00:00Z" }));
    };
    embargo(0);
    let nginx = Nginx::before(kept.address(), setup);
    let (through, made) = (Wire::to(&nginx.address), Wire::to(plain.address()));
    let mut tags: HashMap<String, String> = HashMap::new();
    let mut bodies: HashMap<String, Vec<u8>> = HashMap::new();
    let (mut found, mut early, mut known) = (0, 0, 0);
    let begun = Instant::now();
    for number in 0..REQUESTS {
        // The public's answers stay as they are: nginx may give them for their time.
        if number % CHANGED_EVERY == CHANGED_EVERY - 1 {
            embargo(number);
        }
        let which = rng.usize(..ASKED.len());
        let mut ask = match rng.u8(..3) {
            0 if which < 5 => Ask { headers: get("").headers, ..Ask::get(format!("/graphql?documentId=page-{which}")) },
            1 => Ask { method: "HEAD", ..get(ASKED[which]) },
            _ => get(ASKED[which]),
        };
        if rng.u8(..4) == 0 {
            ask.headers = vec![("accept", "application/json".to_owned())];
        }
        let key = &keys[rng.usize(..keys.len())];
        ask.headers.extend(key.as_ref().map(|key| ("authorization", format!("Bearer {key}"))));
        if rng.u8(..3) == 0 {
            ask.headers
                .push(("accept-encoding", ["gzip", "gzip, deflate, br;q=0", "identity"][rng.usize(..3)].to_owned()));
        }
        if let Some(tag) = tags.get(&ask.target).filter(|_| rng.u8(..3) == 0) {
            ask.headers.push(("if-none-match", tag.clone()));
        }
        let mut whole = ask.clone();
        whole.headers.retain(|(name, _)| !["if-none-match", "accept-encoding"].contains(name));
        let (got, expected) = (through.send(&ask), made.send(&whole));
        let told = format!("seed {seed}, request {number}: {ask:?}\n{got:?}\n{expected:?}\n{}", nginx.log());
        if got.status == 304 {
            let tag = ask.headers.iter().find(|(name, _)| *name == "if-none-match").map(|(_, tag)| tag.as_str());
            let body = made.send(&Ask { method: "GET", ..whole }).body;
            assert_eq!(tag.and_then(|tag| bodies.get(tag)), Some(&body), "{told}");
        } else {
            let body = if ask.method == "HEAD" { Vec::new() } else { got.decoded() };
            assert_eq!((got.status, body), (expected.status, expected.body.clone()), "{told}");
            assert_eq!(got.header("content-type"), expected.header("content-type"), "{told}");
        }
        let header = |name: &str| String::from_utf8_lossy(got.header(name).unwrap_or_default()).into_owned();
        let is_early = ask.method == "GET" && got.decoded().windows(11).any(|bytes| bytes == b"Remaniement");
        match key {
            Some(_) => {
                let control = header("cache-control");
                assert!(["private, no-store", "no-store"].contains(&control.as_str()), "{told}");
                assert_ne!(header("x-found"), "HIT", "{told}");
            }
            None => {
                assert!(!is_early, "{told}");
                found += usize::from(header("x-found") == "HIT");
                if !header("etag").is_empty() && got.status == 200 && ask.method == "GET" {
                    bodies.insert(header("etag"), got.decoded());
                    tags.insert(ask.target.clone(), header("etag"));
                }
            }
        }
        known += usize::from(got.status == 304);
        early += usize::from(is_early);
    }
    println!(
        "{setup:?}: {REQUESTS} answers alike in {:.1} s, {found} found by nginx, {known} not modified, {early} with what only entitled keys see",
        begun.elapsed().as_secs_f64()
    );
    assert!(found * 8 > REQUESTS, "what is never found proves nothing: {found}");
    assert!(early * 40 > REQUESTS, "an entitled key sees more than the public: {early}");
    assert!(known > 10, "{known}");
}
