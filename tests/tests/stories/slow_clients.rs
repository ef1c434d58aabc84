//! Clients that say nothing, dawdle, or never read: others are served meanwhile, and nothing is left of them.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use griot_testbed::Backend;
use griot_tests::requests::{Ask, Wire};
use griot_tests::{Record, Server};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::json;

/// Time limits that end a test in seconds, and room for all from one address.
const SETTINGS: &str = "[limits]\nbody_timeout_ms = 3000\n[server]\nheader_read_timeout_ms = 3000\nwrite_stall_timeout_ms = 3000\n\
    max_connections_per_address = 0\n[metrics]\nbind = \"127.0.0.1:0\"\n";
/// Requests of a client that reads none of the answers: together more than the system holds for it.
const UNREAD: usize = 1_500;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    Silent,
    SlowHead,
    SlowBody,
    NeverReads,
}

const MANNERS: [Manner; 4] = [Manner::Silent, Manner::SlowHead, Manner::SlowBody, Manner::NeverReads];

#[test]
fn slow_clients_harm_nobody_and_leave_nothing() {
    let count: usize = std::env::var("GRIOT_SLOW_CLIENTS").map_or(200, |count| count.parse().expect("a number"));
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum }).unwrap();
    let record = Record::with_demo(Backend::Sqlite);
    std::fs::write(record.directory().join("griot.toml"), SETTINGS).unwrap();
    let server = record.serve(&[]);
    while server.figure("griot_tail_blind") > 0.0 {
        std::thread::yield_now();
    }
    let page = "{ articles(first: 20) { totalCount nodes { title slug summary } } }";
    let encoded: String = page.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let ask = Ask::get(format!("/graphql?query={encoded}"));
    let expected = Wire::to(server.address()).send(&ask);
    assert!(expected.status == 200 && expected.header("etag").is_some(), "{expected:?}");
    let alone = times(&server, &ask, &expected.body);
    let before = held(&server);

    let address = server.address().trim_start_matches("http://").to_owned();
    let mut clients: Vec<(Manner, TcpStream)> = Vec::new();
    // The first may be ended before the last has come.
    let mut during = before;
    for number in 0..count {
        let manner = MANNERS[number % MANNERS.len()];
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.set_nonblocking(true).unwrap();
        let begun = match manner {
            Manner::Silent => String::new(),
            Manner::SlowHead => "GET /graphql HTTP/1.1\r\nHost: x\r\nX-Slow: ".to_owned(),
            Manner::SlowBody => {
                "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n{"
                    .to_owned()
            }
            Manner::NeverReads => format!("GET {} HTTP/1.1\r\nHost: x\r\n\r\n", ask.target).repeat(UNREAD),
        };
        // What does not fit is not sent: the server has stopped to read.
        let _ = stream.write(begun.as_bytes());
        clients.push((manner, stream));
        if (number + 1) % 50 == 0 {
            let [descriptors, mebibytes] = held(&server);
            during = [during[0].max(descriptors), during[1].max(mebibytes)];
        }
    }
    let begun = Instant::now();
    let mut among = Vec::new();
    while begun.elapsed() < Duration::from_millis(2_500) {
        for (manner, stream) in &mut clients {
            if matches!(manner, Manner::SlowHead | Manner::SlowBody) {
                let _ = stream.write(b"a");
            }
        }
        among.extend(times(&server, &ask, &expected.body));
    }
    let most = held(&server);
    // They stay; the server ends them.
    let ended = Instant::now();
    loop {
        for (manner, stream) in &mut clients {
            if matches!(manner, Manner::SlowHead | Manner::SlowBody) {
                let _ = stream.write(b"a");
            }
        }
        let now = held(&server);
        if now[0] <= before[0] + 20 {
            break;
        }
        assert!(ended.elapsed() < Duration::from_secs(60), "{count} clients, before {before:?}, now {now:?}");
        std::thread::sleep(Duration::from_millis(200));
    }
    println!(
        "{count} slow clients: others' p50, p99 {:?} alone, {:?} among them; descriptors and MiB {before:?} before, {during:?} and \
         {most:?} with them, {:?} when they were ended, {:?} later",
        of(alone),
        of(among),
        held(&server),
        ended.elapsed()
    );
    assert!(during[0] >= before[0] + count / 4, "they were let in: {during:?}");
    assert!(most[1] < 512, "{most:?}");
    assert!(server.data("{ topics { totalCount } }", json!({}))["topics"]["totalCount"].is_number());
}

/// How long requests of a client take that does as it should.
fn times(server: &Server, ask: &Ask, expected: &[u8]) -> Vec<Duration> {
    // A connection of before may have been idle for too long.
    let wire = Wire::to(server.address());
    (0..12)
        .map(|_| {
            let begun = Instant::now();
            let answer = wire.send(ask);
            let taken = begun.elapsed();
            assert_eq!((answer.status, answer.body.as_slice()), (200, expected));
            taken
        })
        .collect()
}

fn of(mut times: Vec<Duration>) -> [Duration; 2] {
    times.sort_unstable();
    [0.5, 0.99].map(|share| times[((times.len() - 1) as f64 * share) as usize])
}

/// Descriptors, and MiB of memory.
fn held(server: &Server) -> [usize; 2] {
    let fds = std::fs::read_dir(format!("/proc/{}/fd", server.pid())).unwrap().count();
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("memory is told of");
    let kilobytes: usize = line.split_whitespace().next().unwrap().parse().unwrap();
    [fds, kilobytes / 1024]
}
