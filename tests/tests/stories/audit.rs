//! The audit log is checked at the command line.

use std::path::Path;

use griot_testbed::Backend;
use griot_tests::Record;
use rstest::rstest;

#[rstest]
fn a_log_that_was_cut_is_found_out(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let record = Record::new(backend);
    record.run(&["migrate"]).expect_success();
    let whole = record.run(&["audit", "verify"]).expect_success();
    assert!(whole.stdout.contains("is whole"), "{whole:?}");
    if backend == Backend::Postgres {
        record.sql("UPDATE editorial.drafting_head SET audit = 1");
        let broken = record.run(&["audit", "verify"]).expect_code(1);
        assert!(broken.stdout.contains("the log ends with record 0, but 1 were written"), "{broken:?}");
    }
}

#[rstest]
fn a_log_whose_end_was_cut_off_with_its_head_is_found_out_by_an_earlier_line(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let record = Record::new(backend);
    record.run(&["migrate"]).expect_success();
    record.key(&["--role", "editor", "--name", "Awa"]);
    let verify = |args: &[&str]| record.run(&[&["audit", "verify"], args].concat());
    let last_line = || verify(&[]).expect_success().stdout.lines().last().unwrap().to_owned();
    let first = last_line();
    assert!(first.starts_with("1:") && first.len() == 66, "{first}");
    let backup = record.directory().join("backup");
    if backend == Backend::Sqlite {
        std::fs::create_dir(&backup).unwrap();
        copy_files(&record.data(), &backup);
    }
    record.key(&["--role", "author", "--name", "Moussa"]);
    let second = last_line();
    verify(&["--expect", &first]).expect_success();
    verify(&["--expect", &second]).expect_success();

    match backend {
        Backend::Sqlite => copy_files(&backup, &record.data()),
        Backend::Postgres => {
            let hash = first.strip_prefix("1:").unwrap();
            record.sql(&format!(
                "SET search_path TO editorial; DROP TRIGGER audit_append_only ON audit; DELETE FROM audit WHERE \
                 number = 2; UPDATE drafting_head SET audit = 1, audit_hash = '{hash}'"
            ));
        }
    }
    assert_eq!(last_line(), first, "by itself it looks whole");
    let cut = verify(&["--expect", &second]).expect_code(1);
    let told = "the audit log is broken: record 2 was in the log before and is not any more: the log now ends with \
                record 1\n";
    assert_eq!(cut.stdout, told);

    record.key(&["--role", "author", "--name", "Eve"]);
    let replaced = verify(&["--expect", &second]).expect_code(1);
    assert!(replaced.stdout.contains("record 2 is another one than before"), "{replaced:?}");
    let wrong = verify(&["--expect", "2"]).expect_code(2);
    assert!(wrong.stderr.contains("NUMBER:HASH"), "{}", wrong.stderr);
}

/// Copies the files of a directory over those of another, and takes away what the other has besides.
fn copy_files(from: &Path, to: &Path) {
    let files = |of: &Path| std::fs::read_dir(of).unwrap().map(|one| one.unwrap().path()).filter(|path| path.is_file());
    for file in files(to).collect::<Vec<_>>() {
        std::fs::remove_file(file).unwrap();
    }
    for file in files(from).collect::<Vec<_>>() {
        std::fs::copy(&file, to.join(file.file_name().unwrap())).unwrap();
    }
}

#[test]
fn a_record_that_is_not_there_has_no_log() {
    let record = Record::new(Backend::Sqlite);
    let refused = record.run(&["audit", "verify"]).expect_code(1);
    assert!(refused.stderr.contains("there is no record in"), "{}", refused.stderr);
}
