//! Clients that do not read are cut off; nobody waits for them.

use std::time::{Duration, Instant};

use griot_testbed::Backend;
use griot_tests::Server;
use serde_json::json;

use crate::desk::{Desk, article, publish, text, with};
use crate::wire::{Heard, PATIENCE, Wire};

/// Sockets that never read; `make soak` wants more.
fn sleepers() -> usize {
    std::env::var("GRIOT_TEST_SLEEPERS").ok().and_then(|count| count.parse().ok()).unwrap_or(50)
}

const READERS: usize = 5;
/// Bytes of the text of each event.
const TEXT: usize = 100_000;
const BODIES: &str = "subscription { articlePublished { article { title body { plainText } } } }";

/// Mebibytes of memory a process holds.
pub fn resident(server: &Server) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse::<f64>().unwrap() / 1_024.0
}

#[test]
fn those_who_do_not_read_are_cut_off_and_the_others_hear_everything() {
    let desk = Desk::open(Backend::Sqlite);
    let limit = (sleepers() + READERS + 10).to_string();
    let server = desk.serve(&[("GRIOT_LIVE_CONNECTIONS_PER_ADDRESS", limit.as_str()), ("GRIOT_LIVE_QUEUE", "8")]);
    let at_desk = desk.at(&server);
    let mut one = publish(&at_desk, &article(&at_desk, "0", &"a".repeat(TEXT)));

    let mut asleep: Vec<Wire> = (0..sleepers()).map(|_| Wire::open_narrow(&server).init()).collect();
    asleep.iter_mut().for_each(|wire| wire.subscribe("1", BODIES, json!({})));
    let mut awake: Vec<Wire> = (0..READERS).map(|_| Wire::open(&server).init()).collect();
    awake.iter_mut().for_each(|wire| wire.subscribe("1", BODIES, json!({})));
    let all = (sleepers() + READERS) as f64;
    while server.figure("griot_live_subscriptions") < all {
        std::thread::sleep(Duration::from_millis(10));
    }
    let before = resident(&server);

    let slow = || {
        if server.metrics().contains("reason=\"slow\"") {
            server.figure("griot_live_closed_total{reason=\"slow\"}")
        } else {
            0.0
        }
    };
    let (start, mut published, mut peak) = (Instant::now(), 0, before);
    while slow() < sleepers() as f64 {
        published += 1;
        let texts = text(&published.to_string(), &"b".repeat(TEXT));
        one = publish(&at_desk, &at_desk.draft("articleUpdate", with(&one, "texts", texts)));
        for wire in &mut awake {
            let heard = wire.hear().message();
            assert_eq!(heard["payload"]["data"]["articlePublished"]["article"]["title"], published.to_string());
        }
        peak = peak.max(resident(&server));
        assert!(start.elapsed() < 10 * PATIENCE, "{} of {} were cut off after {published}", slow(), sleepers());
    }
    // They wake up, and find what was sent before and the reason at its end.
    let closed: Vec<Heard> = std::thread::scope(|scope| {
        let waking = asleep.into_iter().map(|mut wire| {
            scope.spawn(move || {
                loop {
                    match wire.hear() {
                        Heard::Message(_) => {}
                        end => return end,
                    }
                }
            })
        });
        let waking: Vec<_> = waking.collect();
        waking.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let told = closed.iter().filter(|end| matches!(end, Heard::Closed(1013, _))).count();
    assert!(told > 0, "{closed:?}");
    assert!(closed.iter().all(|end| matches!(end, Heard::Closed(1013, _) | Heard::Cut)), "{closed:?}");
    awake.iter_mut().for_each(Wire::assert_alive);
    while server.figure("griot_live_sockets") > READERS as f64 {
        std::thread::sleep(Duration::from_millis(10));
    }
    let after = resident(&server);
    println!(
        "{} sockets that never read: all cut off with 1013 after {published} events of {TEXT} bytes ({told} read the \
         reason); memory {before:.0} MiB before, {peak:.0} at most, {after:.0} after",
        sleepers()
    );
    assert!(peak < before + 128.0, "{peak} MiB: what waits is kept once for all");
}
