//! Memory does not grow with the file. This program starts itself as the process that is measured, for the peak of a
//! test's process is that of all its tests; so it has a `main` of its own.

#![expect(clippy::unwrap_used, reason = "helpers of tests unwrap like the tests themselves")]

#[expect(dead_code, reason = "the other tests of the importer use the rest")]
#[path = "../wordpress/support.rs"]
mod support;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;

use griot_import::WordPressOptions;
use griot_testbed::Backend;

use crate::support::{Record, post};

/// Size of the export, in MB. The limit holds for 1 GB as well; what is remembered grows by some 200 bytes for
/// each item.
const SIZE: usize = 100;
const LIMIT: u64 = 200;
/// Names the export to the process that is measured.
const EXPORT: &str = "GRIOT_TEST_EXPORT";

fn write_export(file: &Path) -> u64 {
    let mut out = BufWriter::new(File::create(file).unwrap());
    let frame = crate::support::export("#");
    let (head, tail) = frame.split_once('#').unwrap();
    out.write_all(head.as_bytes()).unwrap();
    // A hundred long texts and a great many that are passed over: the store's own cost is not what is measured.
    let paragraph = format!("<p>{}</p>\n", "Un mot après l’autre. ".repeat(40));
    let content = paragraph.repeat(SIZE * 1_000_000 / 2_000 / paragraph.len());
    let mut count = 0;
    for number in 1..=2_000 {
        let item = post(number, &format!("article-{number}"), &content);
        let item = if number % 20 == 0 { item } else { item.replace(">publish<", ">trash<") };
        count += u64::from(number % 20 == 0);
        out.write_all(item.as_bytes()).unwrap();
    }
    // Tags that make a block each, as many as there may be, several in a row.
    for number in 3_000..3_004 {
        out.write_all(post(number, &format!("article-{number}"), &"<p>x".repeat(1 << 20)).as_bytes()).unwrap();
    }
    out.write_all(tail.as_bytes()).unwrap();
    count + 4
}

fn main() {
    if let Ok(file) = std::env::var(EXPORT) {
        return tokio::runtime::Runtime::new().unwrap().block_on(import(Path::new(&file)));
    }
    let name = "a_large_file_is_imported_in_little_memory";
    // Asked by tools that list tests.
    if std::env::args().any(|argument| argument == "--list") {
        return println!("{name}: test");
    }
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("large.xml");
    write_export(&file);
    let output = Command::new(std::env::current_exe().unwrap()).env(EXPORT, &file).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let peak = text.lines().find_map(|line| line.strip_prefix("peak ")).unwrap().parse::<u64>().unwrap();
    println!("{name}: {SIZE} MB of export, at most {peak} MB of memory");
    assert!(peak < LIMIT, "{peak} MB");
}

/// What is measured.
async fn import(file: &Path) {
    let record = Record::fresh(Backend::Sqlite).await;
    let report = record.import(file, &WordPressOptions::default()).await.unwrap();
    assert_eq!(report.counts.values().map(|counts| counts.created).sum::<u64>(), 104, "{report}");
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kilobytes: u64 = peak.trim().trim_end_matches(" kB").trim().parse().unwrap();
    println!("peak {}", kilobytes / 1024);
}
