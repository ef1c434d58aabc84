//! Files of assets: who may bring one in, and who gets it when.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use griot_access::{Grant, Role};
use griot_domain::{EntryId, RandomIds};
use griot_editorial::{Desk, Scheduler};
use griot_persistence::EditorialStore;
use griot_testbed::Backend;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Answer, World};

/// Nobody has this name.
const RANDOM: &str = "/media/00000000000000000000000000000000.pdf";
const PDF: &[u8] = b"%PDF-1.7\nprojet de remaniement\n";

/// A PNG of this size, as far as its header goes, and then what a browser would run.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend(b"\x08\x06\0\0\0\0\0\0\0<!DOCTYPE html><script>alert(1)</script>");
    bytes
}

/// A world and an editor who may publish.
struct Studio {
    world: World,
    key: String,
}

impl Studio {
    async fn open(backend: Backend) -> Self {
        let world = World::open(backend).await;
        let (_, key) = world.key("Paula", Grant::Editorial(Role::Publisher)).await;
        Self { world, key }
    }

    fn send(&self, name: &str, bytes: &[u8]) -> Answer {
        self.world.put_as(&self.key, &format!("/editorial/uploads?name={name}"), &[], bytes)
    }

    #[track_caller]
    fn uploaded(&self, name: &str, bytes: &[u8]) -> Value {
        let answer = self.send(name, bytes);
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()
    }

    /// Does it, a second after what was done before.
    #[track_caller]
    fn act(&self, field: &str, input_type: &str, input: Value) -> Value {
        self.world.wait(TimeDelta::seconds(1));
        let result = match field {
            "contentPublish" | "contentEmbargo" => "drafts { contentId revision }",
            _ => "draft { contentId revision content }",
        };
        self.world.mutate(&self.key, field, input_type, result, input)
    }

    #[track_caller]
    fn done(&self, field: &str, input_type: &str, input: Value) -> Value {
        let mut payload = self.act(field, input_type, input);
        assert_eq!(payload["userErrors"], json!([]), "{field}");
        payload["draft"].take()
    }

    /// An asset of the kind with the upload, as a draft.
    #[track_caller]
    fn asset(&self, kind: &str, upload: &Value) -> Value {
        let texts = json!([{ "locale": "fr", "title": "Pièce", "alt": "Une page" }]);
        self.done("assetCreate", "AssetCreateInput", json!({ "kind": kind, "upload": upload["id"], "texts": texts }))
    }

    #[track_caller]
    fn publish(&self, draft: &Value) {
        self.done("contentPublish", "ContentPublishInput", json!({ "items": [item(draft)] }));
    }

    fn shown(&self, key: Option<&str>, path: &str, draft: &Value) -> Value {
        let query = format!("{{ asset(contentId: {}) {{ url fileName byteSize }} }}", draft["contentId"]);
        let headers: Vec<_> = key.into_iter().map(|key| ("authorization", key)).collect();
        self.world.ask(path, &query, &headers).json()["data"]["asset"].take()
    }

    /// Files there are: not public, and public.
    fn files(&self) -> (Vec<String>, Vec<String>) {
        let names = |folder: &std::path::Path| {
            let names = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
            let mut names: Vec<_> = names.collect();
            names.sort();
            names
        };
        (names(self.world.folders.uploads()), names(self.world.folders.media()))
    }
}

fn item(draft: &Value) -> Value {
    json!({ "contentId": draft["contentId"], "expectedRevision": draft["revision"] })
}

/// The name in the data folder.
fn stored(draft: &Value) -> String {
    draft["content"]["entry"]["file"]["stored"].as_str().unwrap().to_owned()
}

fn id_of(draft: &Value) -> EntryId {
    serde_json::from_value(draft["contentId"].clone()).unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_for_nobody_but_previews_until_its_asset_is_public(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let studio = Studio::open(backend).await;
    let world = &studio.world;
    let upload = studio.uploaded("remaniement.pdf", PDF);
    let told = json!({ "id": upload["id"], "name": "remaniement.pdf", "mimeType": "application/pdf",
        "byteSize": PDF.len(), "sha256": upload["sha256"], "width": null, "height": null,
        "expiresAt": "2026-06-02T12:00:00Z" });
    assert_eq!(upload, told);
    let draft = studio.asset("DOCUMENT", &upload);
    let name = stored(&draft);
    assert_eq!(draft["content"]["entry"]["url"], json!(format!("https://api.example/media/{name}")));
    let (path, in_preview) = (format!("/media/{name}"), format!("/preview/media/{name}"));

    let (_, token) = world.preview_token(id_of(&draft)).await;
    let (_, other) = world.preview_token(EntryId(Default::default())).await;
    let (_, partner) = world.delivery_key("Partner", true).await;
    let shown = studio.shown(Some(&token), "/preview/graphql", &draft);
    let address = format!("https://api.example{in_preview}");
    assert_eq!(shown, json!({ "url": address, "fileName": "remaniement.pdf", "byteSize": PDF.len() as f64 }));
    let file = world.get_as(&token, &in_preview);
    assert_eq!((file.status, file.body.as_bytes()), (200, PDF));
    assert_eq!(file.header("cache-control"), "private, no-store");
    assert!(file.header("x-robots-tag").contains("noindex"), "{file:?}");
    assert_eq!(file.header("content-disposition"), "attachment");
    let asked = world.preflight(&in_preview, "https://desk.example");
    assert_eq!((asked.status, asked.header("access-control-allow-headers")), (204, "Authorization"));
    for answer in [&file, &asked] {
        assert_eq!(answer.header("access-control-allow-origin"), "*", "from the pages of an editing tool");
    }

    let nothing = world.get(RANDOM);
    assert_eq!((nothing.status, &*nothing.body), (404, ""));
    assert_eq!(world.get(&path), nothing);
    for key in [&partner, &studio.key] {
        assert_eq!(world.get_as(key, &path), world.get_as(key, RANDOM));
        assert_eq!(world.get_as(key, &path).status, 404);
    }
    assert_eq!(world.get_as(&token, &path).status, 401, "a preview token opens previews alone");
    assert_eq!(world.get_as(&other, &in_preview).status, 404, "the preview of something else");
    assert_eq!([world.get(&in_preview).status, world.get_as(&partner, &in_preview).status], [401, 401]);
    assert_eq!(studio.files(), (vec![name.clone()], vec![]));

    studio.publish(&draft);
    let file = world.get(&path);
    assert_eq!((file.status, file.body.as_bytes()), (200, PDF));
    assert_eq!(file.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!([world.get_as(&partner, &path).status, world.get_as(&token, &in_preview).status], [200, 200]);
    assert_eq!(studio.shown(None, "/graphql", &draft)["url"], json!(format!("https://api.example{path}")));
    assert_eq!(studio.files(), (vec![], vec![name]));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn under_embargo_a_file_is_for_entitled_keys_until_its_time(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let studio = Studio::open(backend).await;
    let world = &studio.world;
    let start = Instant::now();
    let mut scheduler = Scheduler::new(world.desk.clone()).without_database_clock();
    let draft = studio.asset("DOCUMENT", &studio.uploaded("discours.pdf", PDF));
    let path = format!("/media/{}", stored(&draft));
    let input = json!({ "items": [item(&draft)], "at": "2026-06-01T18:00:00Z" });
    studio.done("contentEmbargo", "ContentScheduleInput", input);

    let (_, early) = world.delivery_key("Partner", true).await;
    let (_, plain) = world.delivery_key("Site", false).await;
    assert_eq!(studio.shown(Some(&early), "/graphql", &draft)["url"], json!(format!("https://api.example{path}")));
    let file = world.get_as(&early, &path);
    assert_eq!((file.status, file.body.as_bytes()), (200, PDF));
    assert_eq!(
        (file.header("cache-control"), file.header("vary")),
        ("private, no-store", "Accept, Accept-Encoding, Authorization")
    );
    assert_eq!(world.get(&path), world.get(RANDOM));
    assert_eq!(world.get_as(&plain, &path), world.get_as(&plain, RANDOM));
    assert_eq!([world.get(&path).status, world.get_as(&plain, &path).status], [404, 404]);

    world.wait(TimeDelta::hours(6));
    assert_eq!(scheduler.tick(start + Duration::from_secs(6 * 3_600)).await.unwrap().done, 1);
    for file in [world.get(&path), world.get_as(&plain, &path), world.get_as(&early, &path)] {
        assert_eq!((file.status, file.body.as_bytes()), (200, PDF));
    }
    assert_eq!(studio.files().0, Vec::<String>::new());
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_back_is_gone_and_what_is_killed_is_removed(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let studio = Studio::open(backend).await;
    let world = &studio.world;
    let first = studio.asset("DOCUMENT", &studio.uploaded("un.pdf", PDF));
    studio.publish(&first);
    let input = json!({ "contentId": first["contentId"], "expectedRevision": 1, "upload":
        studio.uploaded("deux.pdf", b"%PDF-1.7\ndeux\n")["id"] });
    let second = studio.done("assetUpdate", "AssetUpdateInput", input);
    let [old, new] = [&first, &second].map(|draft| format!("/media/{}", stored(draft)));
    assert_eq!([world.get(&old).status, world.get(&new).status], [200, 404], "the change is not public");
    studio.publish(&second);
    assert_eq!([world.get(&old).status, world.get(&new).status], [200, 200], "the record tells of both");

    studio.done("contentWithdraw", "ContentWithdrawInput", item(&second));
    let gone = world.get(&old);
    assert_eq!((gone.status, &*gone.body, gone.header("cache-control")), (410, "", "no-store"));
    assert_eq!(world.get(&new), gone);
    studio.publish(&second);
    assert_eq!([world.get(&old).status, world.get(&new).status], [200, 200], "it came back");

    let input = json!({ "contentId": first["contentId"], "expectedRevision": 2, "upload":
        studio.uploaded("trois.pdf", b"%PDF-1.7\ntrois\n")["id"] });
    let third = studio.done("assetUpdate", "AssetUpdateInput", input);
    assert_eq!((studio.files().0.len(), studio.files().1.len()), (1, 2));
    let mut kill = item(&third);
    kill["reason"] = json!("Droits");
    studio.done("contentKill", "ContentKillInput", kill);
    assert_eq!([world.get(&old), world.get(&new)], [gone.clone(), gone]);
    assert_eq!(studio.files(), (vec![], vec![]), "with the one in its draft");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_a_crash_left_undone_is_done_at_the_next_start(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let studio = Studio::open(backend).await;
    let world = &studio.world;
    let public = studio.asset("DOCUMENT", &studio.uploaded("un.pdf", PDF));
    let killed = studio.asset("DOCUMENT", &studio.uploaded("deux.pdf", PDF));
    let draft = studio.asset("DOCUMENT", &studio.uploaded("trois.pdf", PDF));
    studio.uploaded("quatre.pdf", PDF);
    studio.publish(&killed);
    // A process that ends between the commit and the file.
    let store = EditorialStore::open(&world.location).await.unwrap();
    let other = Desk::new(store, world.clock.clone(), Arc::new(RandomIds), Default::default());
    let doing = griot_editorial::Doing {
        principal: griot_access::Principal {
            id: "key:a".to_owned(),
            name: "A".to_owned(),
            role: Role::Publisher,
            origin: griot_access::Origin::Key { id: "a".to_owned() },
        },
        origin: "test".to_owned(),
        idempotency_key: None,
    };
    let items = vec![griot_editorial::PublishItem { id: id_of(&public), expected: 1, locales: None }];
    other.perform(&doing, &griot_editorial::Command::Publish { items }).await.unwrap().unwrap();
    let kill = griot_editorial::Command::Kill { id: id_of(&killed), expected: 1, reason: "Droits".to_owned() };
    other.perform(&doing, &kill).await.unwrap().unwrap();
    let [path, gone] = [&public, &killed].map(|draft| format!("/media/{}", stored(draft)));
    assert_eq!([world.get(&path).status, world.get(&gone).status], [404, 410]);

    world.wait(TimeDelta::hours(24));
    for _ in 0..2 {
        Scheduler::new(world.desk.clone()).without_database_clock().tick(Instant::now()).await.unwrap();
        assert_eq!([world.get(&path).status, world.get(&gone).status], [200, 410]);
        assert_eq!(studio.files(), (vec![stored(&draft)], vec![stored(&public)]), "what no asset took is swept");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_what_its_first_bytes_say_and_served_as_that() {
    let studio = Studio::open(Backend::Sqlite).await;
    let world = &studio.world;
    let upload = studio.uploaded("page.html", &png(640, 480));
    assert_eq!(
        (&upload["mimeType"], &upload["width"], &upload["height"]),
        (&json!("image/png"), &json!(640), &json!(480))
    );
    let draft = studio.asset("IMAGE", &upload);
    studio.publish(&draft);
    let file = world.get(&format!("/media/{}", stored(&draft)));
    assert_eq!((file.header("content-type"), file.header("x-content-type-options")), ("image/png", "nosniff"));
    assert_eq!(file.header("content-security-policy"), "sandbox; default-src 'none'");
    let before = studio.files();

    let html: &[u8] = b"<!DOCTYPE html><html><script>alert(1)</script></html>";
    let svg: &[u8] = b"<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>";
    let path = "/editorial/uploads?name=a.png";
    for (headers, bytes) in [
        (&[][..], html),
        (&[], svg),
        (&[], b""),
        (&[], b"PK\x03\x04"),
        (&[("content-type", "image/png")], html),
        (&[("content-type", "image/png")], PDF),
        (&[("content-type", "text/html")], PDF),
        (&[("content-type", "image/svg+xml")], svg),
        (&[("content-encoding", "gzip")], PDF),
        // The signature of a PNG and no header.
        (&[], b"\x89PNG\r\n\x1a\n"),
    ] {
        let refused = world.put_as(&studio.key, path, headers, bytes);
        assert_eq!(refused.status, 415, "{headers:?} {refused:?}");
        assert_eq!(refused.json()["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    }
    for (width, height) in [(12_001, 10), (10, 12_001), (8_000, 5_001), (u32::MAX, u32::MAX)] {
        let refused = studio.send("a.png", &png(width, height));
        assert_eq!(refused.status, 413, "{refused:?}");
    }
    for headers in [("content-type", "application/octet-stream"), ("content-type", "Application/PDF; a=b")] {
        assert_eq!(world.put_as(&studio.key, path, &[headers], PDF).status, 201);
    }
    assert_eq!(studio.files().0.len(), before.0.len() + 2, "what was refused left nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_or_breaks_off_leaves_no_file() {
    let studio = Studio::open(Backend::Sqlite).await;
    let world = &studio.world;
    let mut large = PDF.to_vec();
    large.resize((1 << 20) + 1, b'a');
    let refused = world.raw(
        format!(
            "PUT /editorial/uploads?name=a.pdf HTTP/1.1\r\nHost: a\r\nAuthorization: {}\r\nContent-Length: {}\r\n\r\n",
            studio.key,
            large.len()
        )
        .as_bytes(),
    );
    assert!(refused.starts_with("HTTP/1.1 413 "), "declared: {refused}");
    assert!(refused.contains("at most 1048576 bytes are taken"), "{refused}");
    let head = |fields: &str| {
        format!(
            "PUT /editorial/uploads?name=a.pdf HTTP/1.1\r\nHost: a\r\nAuthorization: {}\r\n{fields}\r\n",
            studio.key
        )
    };
    let chunked = [
        head("Transfer-Encoding: chunked\r\n").as_bytes(),
        format!("{:x}\r\n", large.len()).as_bytes(),
        &large,
        b"\r\n0\r\n\r\n",
    ]
    .concat();
    let refused = world.raw(&chunked);
    assert!(refused.is_empty() || refused.starts_with("HTTP/1.1 413 "), "undeclared: {refused}");
    large.truncate(1 << 20);
    assert_eq!(studio.send("a.pdf", &large).status, 201, "just as large as may be");
    assert_eq!(studio.files().0.len(), 1);

    let cut = [head("Content-Length: 1000\r\n").as_bytes(), PDF].concat();
    let refused = world.raw(&cut);
    assert!(refused.is_empty() || refused.starts_with("HTTP/1.1 400 "), "{refused}");
    let cut = [head("Transfer-Encoding: chunked\r\n").as_bytes(), b"1f\r\n", PDF, b"\r\n"].concat();
    world.raw(&cut);
    for _ in 0..100 {
        if studio.files().0.len() == 1 {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(studio.files().0.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_those_who_work_here_bring_files_in_and_it_is_written_down() {
    let studio = Studio::open(Backend::Sqlite).await;
    let world = &studio.world;
    let path = "/editorial/uploads?name=note.pdf";
    let (_, partner) = world.delivery_key("Partner", true).await;
    let (_, token) = world.preview_token(EntryId(Default::default())).await;
    for key in [&partner, &token, &"Bearer x".to_owned()] {
        let refused = world.put_as(key, path, &[], PDF);
        assert_eq!((refused.status, refused.header("www-authenticate")), (401, "Bearer"), "{refused:?}");
    }
    assert_eq!(studio.files().0, Vec::<String>::new());
    let (id, author) = world.key("Awa", Grant::Editorial(Role::Author)).await;
    let answer = world.put_as(&author, path, &[], PDF);
    assert_eq!((answer.status, answer.header("cache-control")), (201, "private, no-store"));
    assert_eq!(world.get_as(&author, path).status, 405);
    let asked = world.preflight("/editorial/uploads", "https://desk.example");
    assert_eq!((asked.status, asked.header("access-control-allow-methods")), (204, "PUT"));
    let asked = world.preflight("/editorial/uploads", "https://elsewhere.example");
    assert_eq!((asked.status, asked.header("access-control-allow-methods")), (204, ""));
    for name in ["..", "%2e%2e%2fa", "/etc/passwd", "a%00.pdf", &"a".repeat(4_096), "a%E2%80%AEfdp.exe"] {
        let refused = studio.send(name, PDF);
        assert_eq!(
            (refused.status, &refused.json()["errors"][0]["extensions"]["code"]),
            (400, &json!("BAD_USER_INPUT"))
        );
    }
    assert_eq!(studio.uploaded("%252e%252e", PDF)["name"], "%2e%2e", "a fact, and no path");
    let log = world.desk.store().audit_page(None, 10).await.unwrap();
    let record = &log.last().unwrap().record;
    assert_eq!((&*record.author, &*record.verb, &*record.origin), (&*format!("key:{id}"), "upload", "127.0.0.1"));
    let upload = answer.json();
    let detail = json!({ "upload": upload["id"], "name": "note.pdf", "mimeType": "application/pdf",
        "byteSize": PDF.len(), "sha256": upload["sha256"] });
    assert_eq!(record.detail, detail);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_asset_has_an_upload_or_an_address(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let studio = Studio::open(backend).await;
    let refused = |field: &str, input_type: &str, input: Value| {
        let errors = studio.act(field, input_type, input)["userErrors"].take();
        json!([errors[0]["code"], errors[0]["path"]])
    };
    let texts = json!([{ "locale": "fr", "title": "Pièce" }]);
    let create = |fields: Value| {
        let mut input = json!({ "kind": "DOCUMENT", "texts": texts });
        input.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        refused("assetCreate", "AssetCreateInput", input)
    };
    let upload = studio.uploaded("un.pdf", PDF)["id"].take();
    let url = "https://media.example/a.pdf";
    assert_eq!(create(json!({})), json!(["REQUIRED", ["url"]]));
    assert_eq!(create(json!({ "upload": upload, "url": url })), json!(["INVALID", ["upload"]]));
    assert_eq!(create(json!({ "upload": upload, "file": { "name": "x" } })), json!(["INVALID", ["file"]]));
    assert_eq!(create(json!({ "upload": upload, "kind": "IMAGE" })), json!(["INVALID", ["kind"]]));
    for unknown in ["x", "00000000-0000-4000-8000-000000000009"] {
        assert_eq!(create(json!({ "upload": unknown })), json!(["NOT_FOUND", ["upload"]]));
    }
    let draft = studio.asset("DOCUMENT", &json!({ "id": upload }));
    assert_eq!(create(json!({ "upload": upload })), json!(["TAKEN", ["upload"]]));
    let update = |fields: Value| {
        let mut input = item(&draft);
        input.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        input
    };
    let change = |fields: Value| refused("assetUpdate", "AssetUpdateInput", update(fields));
    assert_eq!(change(json!({ "upload": null })), json!(["REQUIRED", ["upload"]]));
    assert_eq!(change(json!({ "url": null })), json!(["REQUIRED", ["url"]]));
    assert_eq!(change(json!({ "file": { "width": 9 } })), json!(["INVALID", ["file"]]));
    let same = studio.done("assetUpdate", "AssetUpdateInput", update(json!({ "upload": upload })));
    assert_eq!(same["revision"], 1, "it has it already");
    let other = studio.uploaded("deux.pdf", PDF)["id"].take();
    studio.world.wait(TimeDelta::hours(24));
    assert_eq!(change(json!({ "upload": other })), json!(["NOT_FOUND", ["upload"]]), "it has expired");
    let moved = studio.done("assetUpdate", "AssetUpdateInput", update(json!({ "url": url })));
    assert_eq!(moved["content"]["entry"], json!({ "kind": "DOCUMENT", "url": url }));
}
