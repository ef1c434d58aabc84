//! What is told without a key, and the page that verifies.

use std::time::Duration;

use griot_testbed::Backend;

use super::*;

#[test]
fn without_a_key_nothing_is_stated_and_the_remedy_is_told() {
    let record = record(Backend::Sqlite);
    let server = record.serve(&[]);
    let of_demo = of_the_demo(&server).remove(0);
    for missing in
        ["/log/checkpoint", "/.well-known/jwks.json", &format!("{of_demo}.jws"), &format!("{of_demo}.tlog-proof")]
    {
        let got = get(&server, missing);
        assert!(got.status == 404 && got.text().contains("griot key init"), "{missing}: {}", got.text());
    }
    let document = get(&server, &format!("{of_demo}.ninjs.json"));
    assert!(document.status == 200 && !document.has("link", "describedby"), "{:?}", document.headers);

    // The digest is of what was coded, so it does not go with what is coded.
    let mut coded = asked(&server, &format!("{of_demo}.html"), "gzip");
    for _ in 0..200 {
        if coded.headers.contains_key("content-encoding") {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
        coded = asked(&server, &format!("{of_demo}.html"), "gzip");
    }
    assert!(coded.has("content-encoding", "gzip"), "{:?}", coded.headers);
    assert!(!coded.headers.contains_key("repr-digest"), "{:?}", coded.headers);
    drop(server);

    // A key that others may read stops the start, before anything is signed with it.
    record.run(&["key", "init"]).expect_success();
    let key = std::fs::read_dir(record.data().join("keys")).unwrap().next().unwrap().unwrap().path();
    std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    let refused = record.run(&["serve", "--bind", "127.0.0.1:0"]).expect_code(1).stderr;
    assert!(refused.contains("chmod 0400") && refused.contains("0644"), "{refused}");
}

#[test]
fn the_page_that_verifies_runs_its_own_script_alone() {
    let server = record(Backend::Sqlite).serve(&[]);
    let page = get(&server, "/verify");
    assert_eq!(page.status, 200);
    assert!(page.has("content-security-policy", "default-src 'none'; script-src 'self'"));
    assert!(!page.headers["content-security-policy"][0].contains("unsafe"));
    for (path, kind) in [("/verify/page.js", "text/javascript"), ("/verify/page.css", "text/css")] {
        assert!(page.text().contains(path));
        let part = get(&server, path);
        assert!(part.status == 200 && part.has("content-type", kind), "{path}");
    }
    assert!(!page.text().contains("<script>") && !page.text().contains(" style=") && !page.text().contains("onclick"));
}
