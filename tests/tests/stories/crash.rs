//! An import killed at any moment leaves whole entries or nothing, and the next run finishes it.

use std::process::{Child, Stdio};
use std::time::Duration;

use griot_testbed::Backend;
use griot_tests::{Record, Server, workspace};
use rstest::rstest;
use serde_json::json;

/// Fifteen transactions of the importer.
const ARTICLES: u64 = 3_000;
/// Milliseconds an import lives after its first transaction has been seen.
const LIVES: [u64; 6] = [0, 3, 7, 15, 30, 60];

#[rstest]
fn a_killed_import_leaves_nothing_half_written(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let record = Record::new(backend);
    let people = workspace().join("demo/record.jsonl");
    record.run(&["import", "json", people.to_str().expect("the path is UTF-8")]).expect_success();
    std::fs::write(record.directory().join("many.xml"), many_articles(ARTICLES)).expect("the file can be written");
    let import = ["import", "wordpress", "many.xml"];
    // Reads on all the while, and sees each transaction when it is whole.
    let server = record.serve(&[]);

    let mut counts = vec![articles(&server)];
    for life in LIVES {
        let mut child =
            record.command(&import).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the binary starts");
        wait_for_more(&server, &mut child);
        std::thread::sleep(Duration::from_millis(life));
        child.kill().ok();
        child.wait().expect("a child can be waited for");
        let doctor = record.run(&["doctor"]).expect_success();
        assert!(doctor.stdout.contains("no gap"), "{}", doctor.stdout);
        counts.push(articles(&server));
    }
    println!("articles after each kill: {counts:?}");
    assert!(counts.is_sorted(), "articles were lost: {counts:?}");
    assert!(counts[1] > 0 && counts[1] < ARTICLES, "no kill fell into the import: {counts:?}");

    record.run(&import).expect_success();
    assert_eq!(articles(&server), ARTICLES, "after kills that left {counts:?}");
    let before = record.export();
    let again = record.run(&import).expect_success();
    assert!(again.stdout.contains(&format!(" 0 new, 0 changed, {ARTICLES} as before")), "{}", again.stdout);
    assert_eq!(record.export(), before);
}

/// Returns when a transaction has come in, or the import has ended.
fn wait_for_more(server: &Server, import: &mut Child) {
    let before = articles(server);
    while articles(server) == before && import.try_wait().expect("a child can be asked").is_none() {
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn articles(server: &Server) -> u64 {
    server.data("{ articles(first: 1) { totalCount } }", json!({}))["articles"]["totalCount"].as_u64().expect("a count")
}

/// A WordPress export of `count` posts, each with an address of its own.
fn many_articles(count: u64) -> String {
    use std::fmt::Write;
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" xmlns:excerpt=\"http://wordpress.org/export/1.2/excerpt/\" \
         xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
         xmlns:wp=\"http://wordpress.org/export/1.2/\">\n<channel><title>Many</title><link>https://many.example</link><language>fr</language>\n\
         <wp:wxr_version>1.2</wp:wxr_version><wp:base_site_url>https://many.example</wp:base_site_url>\
         <wp:base_blog_url>https://many.example</wp:base_blog_url>\n",
    );
    for number in 1..=count {
        writeln!(
            text,
            "<item><title>Article {number}</title><link>https://many.example/article-{number}/</link>\
             <guid isPermaLink=\"false\">https://many.example/?p={number}</guid><dc:creator>a</dc:creator>\
             <content:encoded><![CDATA[<p>Le Colonel Assimi GOÏTA a reçu la délégation numéro {number}.</p>]]></content:encoded>\
             <excerpt:encoded><![CDATA[]]></excerpt:encoded><wp:post_id>{number}</wp:post_id>\
             <wp:post_date>2023-07-29 19:30:00</wp:post_date><wp:post_date_gmt>2023-07-29 19:30:00</wp:post_date_gmt>\
             <wp:post_modified>2023-07-29 19:30:00</wp:post_modified><wp:post_modified_gmt>2023-07-29 19:30:00</wp:post_modified_gmt>\
             <wp:post_name>article-{number}</wp:post_name><wp:status>publish</wp:status><wp:post_parent>0</wp:post_parent>\
             <wp:post_type>post</wp:post_type><wp:post_password></wp:post_password><wp:is_sticky>0</wp:is_sticky></item>"
        )
        .expect("a string takes what is written");
    }
    text + "</channel></rss>\n"
}
