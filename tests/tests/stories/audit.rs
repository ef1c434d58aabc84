//! The audit log is checked at the command line.

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

#[test]
fn a_record_that_is_not_there_has_no_log() {
    let record = Record::new(Backend::Sqlite);
    let refused = record.run(&["audit", "verify"]).expect_code(1);
    assert!(refused.stderr.contains("there is no record in"), "{}", refused.stderr);
}
