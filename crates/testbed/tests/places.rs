//! The harness keeps its promises: fresh places, and nothing left behind.

use std::path::Path;
use std::process::Command;

use griot_testbed::{Backend, Place, database};

#[test]
fn each_call_gives_another_empty_place() {
    let (one, two) = (database(Backend::Sqlite), database(Backend::Sqlite));
    assert_ne!(one.place(), two.place());
    assert_eq!(std::fs::read_dir(one.data_dir()).unwrap().count(), 0);

    let (one, two) = (database(Backend::Postgres), database(Backend::Postgres));
    assert_ne!(one.url(), two.url());
    let Place::Postgres { url } = one.place() else { panic!("asked for PostgreSQL") };
    assert_eq!(psql(&url, "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"), "0");
}

#[test]
fn a_role_gets_the_address_of_the_same_database() {
    let place = database(Backend::Postgres);
    psql(place.url(), "CREATE ROLE reader_of_testbed LOGIN");
    let url = place.url_as("reader_of_testbed");
    assert_eq!(
        psql(&url, "SELECT current_user || ' ' || (current_database() LIKE 'griot_test_%')"),
        "reader_of_testbed true"
    );
}

#[test]
fn a_dropped_place_is_gone() {
    let sqlite = database(Backend::Sqlite);
    let dir = sqlite.data_dir().to_owned();
    drop(sqlite);
    assert!(!dir.exists());

    let (kept, dropped) = (database(Backend::Postgres), database(Backend::Postgres));
    let name = dropped.url().rsplit('/').next().unwrap().to_owned();
    let count = format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'");
    assert_eq!(psql(kept.url(), &count), "1");
    drop(dropped);
    assert_eq!(psql(kept.url(), &count), "0");
}

/// Runs this very test program once more, killed while it holds a cluster.
#[test]
fn a_killed_test_process_leaves_no_cluster_behind() {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "hold_a_cluster_until_killed", "--nocapture"])
        .env("GRIOT_TESTBED_HOLD", "1")
        .env_remove("GRIOT_TEST_POSTGRES_URL")
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    let data = lines.find_map(|line| Some(line.unwrap().split_once("cluster in ")?.1.to_owned())).unwrap();
    let (data, own_dir) = data.split_once(" beside ").unwrap();
    let dir = Path::new(data).parent().unwrap();
    assert!(dir.exists());
    child.kill().unwrap();
    child.wait().unwrap();
    std::fs::remove_dir(own_dir).unwrap();
    // The watchdog ends by itself; the bound only keeps a broken one from hanging the suite.
    let gone = (0..600).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(100));
        !dir.exists()
    });
    assert!(gone, "{} is still there", dir.display());
}

#[test]
fn hold_a_cluster_until_killed() {
    if std::env::var_os("GRIOT_TESTBED_HOLD").is_none() {
        return; // a part of the test above, nothing by itself
    }
    let place = database(Backend::Postgres);
    println!("\ncluster in {} beside {}", psql(place.url(), "SHOW data_directory"), place.data_dir().display());
    std::thread::park();
}

fn psql(url: &str, sql: &str) -> String {
    let output = Command::new("psql").args(["--no-psqlrc", "-At", "-c", sql, url]).output().expect("psql runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("psql prints UTF-8").trim().to_owned()
}
