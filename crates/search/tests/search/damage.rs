//! An index that is damaged is made anew, and never brings back what was taken back.

use std::fs;
use std::path::{Path, PathBuf};

use griot_domain::RetractionAct;
use griot_testbed::Backend;
use rstest::rstest;

use crate::corpus;
use crate::support::{Desk, ask};

/// The files of the index, the largest first.
fn files(index: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(index).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some() && !file.ends_with("meta.json"));
    files.sort_by_key(|file| std::cmp::Reverse(fs::metadata(file).unwrap().len()));
    files
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[derive(Clone, Copy, Debug)]
enum Harm {
    Truncated,
    Flipped,
    Deleted,
    Garbled,
    Unlisted,
    Unreadable,
    Emptied,
    Replaced,
}

fn harm(index: &Path, harm: Harm) {
    let file = &files(index)[0];
    let mut bytes = fs::read(file).unwrap();
    match harm {
        Harm::Truncated => fs::write(file, &bytes[..bytes.len() / 2]).unwrap(),
        Harm::Flipped => {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 0b0001_0000;
            fs::write(file, bytes).unwrap();
        }
        Harm::Deleted => fs::remove_file(file).unwrap(),
        Harm::Garbled => fs::write(index.join("meta.json"), "{\"segments\":[").unwrap(),
        Harm::Unlisted => fs::remove_file(index.join(".managed.json")).unwrap(),
        Harm::Unreadable => {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(file, fs::Permissions::from_mode(0o000)).unwrap();
        }
        Harm::Emptied => {
            fs::remove_dir_all(index).unwrap();
            fs::create_dir(index).unwrap();
        }
        Harm::Replaced => {
            fs::remove_dir_all(index).unwrap();
            fs::write(index, "not a folder").unwrap();
        }
    }
}

#[rstest]
#[tokio::test]
async fn a_damaged_index_is_made_anew(
    #[values(
        Harm::Truncated,
        Harm::Flipped,
        Harm::Deleted,
        Harm::Garbled,
        Harm::Unlisted,
        Harm::Unreadable,
        Harm::Emptied,
        Harm::Replaced
    )]
    kind: Harm,
) {
    let mut desk = Desk::open(Backend::Sqlite).await;
    desk.publish(corpus::publications()).await;
    let before = desk.slugs(ask("kidal")).await;
    assert_eq!(desk.slugs(ask("barrage markala")).await[0], "barrage-markala");
    desk.take_back("barrage-markala", RetractionAct::Killed).await;
    desk.restart();
    let index = desk.dir.join("0/index");
    harm(&index, kind);
    assert_eq!(desk.slugs(ask("kidal")).await, before);
    assert!(!desk.slugs(ask("barrage markala")).await.contains(&"barrage-markala".to_owned()));
    // Whoever runs as root may read what nobody may.
    let is_sound = matches!(kind, Harm::Unreadable) && fs::read(&files(&index)[0]).is_ok();
    let made = desk.search.figures().rebuilds();
    println!("{kind:?}: made anew {made} times");
    assert!(made == 1 || is_sound || matches!(kind, Harm::Unlisted), "{kind:?}");
    desk.restart();
    assert_eq!(desk.slugs(ask("kidal")).await, before);
    assert_eq!(desk.search.figures().rebuilds(), 0, "the new one is sound");
}

#[rstest]
#[tokio::test]
async fn the_index_of_yesterday_brings_nothing_back(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(RetractionAct::Killed, RetractionAct::Withdrawn)] act: RetractionAct,
) {
    let mut desk = Desk::open(backend).await;
    desk.publish(corpus::publications()).await;
    desk.slugs(ask("kidal")).await;
    desk.restart();
    let (index, yesterday) = (desk.dir.join("0/index"), desk.dir.join("yesterday"));
    copy(&index, &yesterday);
    desk.take_back("kidal", act).await;
    assert!(!desk.slugs(ask("kidal position")).await.contains(&"kidal".to_owned()));
    desk.restart();
    fs::remove_dir_all(&index).unwrap();
    fs::rename(&yesterday, &index).unwrap();
    assert!(!desk.slugs(ask("kidal position")).await.contains(&"kidal".to_owned()));
    assert_eq!(desk.search.figures().rebuilds(), 0, "it is brought up to date, not made anew");
}

#[tokio::test]
async fn the_index_of_another_record_is_not_used() {
    let mut desk = Desk::open(Backend::Sqlite).await;
    desk.publish(corpus::publications()).await;
    desk.slugs(ask("kidal")).await;
    let mut other = Desk::open(Backend::Sqlite).await;
    other.publish(vec![crate::support::article("alone", "2024-01-01", "Tout seul", "", "")]).await;
    desk.restart();
    fs::create_dir_all(other.dir.join("0")).unwrap();
    copy(&desk.dir.join("0/index"), &other.dir.join("0/index"));
    assert_eq!(other.slugs(ask("")).await, ["alone"]);
}
