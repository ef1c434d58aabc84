//! What is taken, from whom, and for which asset.

use std::time::Duration;

use chrono::TimeDelta;
use griot_access::{Grant, Role};
use griot_domain::EntryId;
use griot_testbed::Backend;
use rstest::rstest;
use serde_json::{Value, json};

use super::studio::{PDF, Studio, item, png, stored};

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
    for (width, height) in [(0, 0), (0, 480), (640, 0)] {
        let refused = studio.send("a.png", &png(width, height));
        assert_eq!(refused.status, 415, "{refused:?}");
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
