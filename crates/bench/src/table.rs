//! Figures as text: Markdown tables, and one line for each goal.

use std::time::Duration;

use griot_testbed::Backend;

use crate::load::Tally;
use crate::publishing::Publishing;
use crate::record::{Figures, Record};
use crate::snapshot::Snapshot;
use crate::workload::{Keeps, Page};

/// Articles a second that an import of a WordPress export has to reach on SQLite.
const IMPORT_GOAL: f64 = 2_000.0;
/// Most a deep page may take of a first page's time.
const DEEP_GOAL: f64 = 1.2;
/// Most an article page of the largest record may take of the smallest one's.
const GROWTH_GOAL: f64 = 1.2;

/// Least share of the floor that answers kept reach when one page is asked for again and again.
const HOT_GOAL: f64 = 0.95;
/// Least share of the floor that answers kept reach over 10,000 pages, or 1,000 documents.
const HOT_MANY_GOAL: f64 = 0.65;
/// Most milliseconds from the start to the first answer.
const START_GOAL: f64 = 100.0;
/// Milliseconds of one search, in the middle and for 99 of 100.
const SEARCH_GOALS: (f64, f64) = (3.0, 6.0);
/// Most that memory may grow in a first copy after its first tenth, in megabytes.
const FLAT_GOAL: f64 = 16.0;
/// Most memory after the start, and after the load, in megabytes.
const MEMORY_GOALS: (f64, f64) = (80.0, 512.0);

/// Least share of the floor for a page.
fn share_goal(backend: Backend, keeps: Keeps, page: Page) -> Option<f64> {
    match (keeps, page, backend) {
        (Keeps::Answers, page, _) if page == Page::Article || page.is_document() => Some(HOT_MANY_GOAL),
        // Their floor has the whole of a feed in it.
        (_, Page::AtomKnown | Page::RssKnown | Page::JsonFeedKnown, _) => None,
        (Keeps::Answers, _, _) => Some(HOT_GOAL),
        (Keeps::Records, Page::Article, _) => Some(0.25),
        (Keeps::Records, Page::Front, _) => Some(0.15),
        (Keeps::Nothing, Page::Article, Backend::Sqlite) => Some(0.10),
        (Keeps::Nothing, Page::Article, Backend::Postgres) => Some(0.05),
        _ => None,
    }
}

/// How the import went.
pub fn print_import(backend: Backend, record: &Record) {
    let articles = record.articles as f64;
    println!(
        "{}, {} articles: WordPress import {:.1} s, {} articles/s, {} MB of memory at most; JSON lines {:.1} s, {} MB{}",
        name(backend),
        whole(articles),
        record.wordpress.elapsed.as_secs_f64(),
        whole(articles / record.wordpress.elapsed.as_secs_f64()),
        megabytes(record.wordpress.peak_bytes),
        record.json.elapsed.as_secs_f64(),
        megabytes(record.json.peak_bytes),
        record.file_bytes.map(|bytes| format!("; {} MB on disk", megabytes(bytes))).unwrap_or_default()
    );
}

/// What each page costs.
pub fn print_pages(backend: Backend, record: &Record) {
    println!("\n{}, {} articles\n", name(backend), whole(record.articles as f64));
    println!("| page | kept | requests/s | of the floor | floor | p50 ms | p99 ms | server µs/request | KB |");
    println!("|---|---|---:|---:|---:|---:|---:|---:|---:|");
    for page in record.pages() {
        let floor = record.floors.get(&page.floor()).map(Tally::rate);
        for keeps in Keeps::ALL {
            let Some(figures) = record.figures.get(&(keeps, page)) else { continue };
            println!("{}", row(page, keeps, figures, floor));
        }
    }
    println!("\nmemory of the server after it, mapped files aside: {} MB", megabytes(record.server_bytes()));
}

fn row(page: Page, keeps: Keeps, figures: &Figures, floor: Option<f64>) -> String {
    let tally = &figures.tally;
    let count = tally.count.max(1) as f64;
    format!(
        "| {} | {} | {} | {} | {} | {:.2} | {:.2} | {} | {:.1} |",
        label(page),
        kept(keeps),
        whole(tally.rate()),
        floor.map_or("–".to_owned(), |floor| format!("{:.3}", tally.rate() / floor)),
        floor.map_or("–".to_owned(), whole),
        tally.quantile_ms(0.5),
        tally.quantile_ms(0.99),
        whole(figures.server_cpu.as_micros() as f64 / count),
        tally.bytes as f64 / count / 1_000.0
    )
}

/// What first copies took.
pub fn print_snapshots(backend: Backend, record: &Record) {
    println!(
        "\n| {}, first copy of {} articles | items | seconds | items/s | MB read | MB of the server before | at most, first \
         tenth | at most, later | after |",
        name(backend),
        whole(record.articles as f64)
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|");
    for (whose, Snapshot { items, bytes, elapsed, memory, .. }) in &record.snapshots {
        let seconds = elapsed.as_secs_f64();
        println!(
            "| {whose} | {} | {seconds:.1} | {} | {} | {} |",
            whole(*items as f64),
            whole(*items as f64 / seconds),
            megabytes(*bytes as u64),
            memory.map(megabytes).join(" | ")
        );
    }
}

fn print_flatness(record: &Record, size: &str) {
    for (whose, Snapshot { memory: [_, early, late, _], .. }) in &record.snapshots {
        let growth = late.saturating_sub(*early) as f64 / 1e6;
        println!(
            "{}: {size} articles, first copy, {whose}: memory grew by {growth:.0} MB (goal: at most {FLAT_GOAL})",
            verdict(growth <= FLAT_GOAL)
        );
    }
}

/// What publishing costs, and what readers notice of it.
pub fn print_publishing(backend: Backend, records: &[Record]) {
    println!(
        "\n| {}, articles | publish p50 / p99 ms | while read | ArticlePage/s | beside 5 publishes/s |",
        name(backend)
    );
    println!("|---:|---:|---:|---:|---:|");
    for record in records {
        let Some(Publishing { alone, busy, quiet, beside }) = &record.publishing else { continue };
        let times = |tally: &Tally| format!("{:.1} / {:.1}", tally.quantile_ms(0.5), tally.quantile_ms(0.99));
        println!(
            "| {} | {} | {} | {} | {} ({:.2}) |",
            whole(record.articles as f64),
            times(alone),
            times(busy),
            whole(quiet.rate()),
            whole(beside.rate()),
            beside.rate() / quiet.rate()
        );
    }
}

/// Whether the goals are met, in words.
pub fn print_goals(backend: Backend, records: &[Record]) {
    println!();
    for record in records {
        let size = whole(record.articles as f64);
        if backend == Backend::Sqlite {
            let speed = record.articles as f64 / record.wordpress.elapsed.as_secs_f64();
            println!(
                "{}: import of {size} articles at {} articles/s (goal: at least {})",
                verdict(speed >= IMPORT_GOAL),
                whole(speed),
                whole(IMPORT_GOAL)
            );
        }
        print_shares(backend, record, &size);
        print_start(record, &size);
        print_searches(record, &size);
        print_flatness(record, &size);
        for deep in [Page::TopicDeep, Page::TopicDeepest] {
            if let Some(times) = ratio(record, Page::Topic, record, deep) {
                println!(
                    "{}: {size} articles, {} takes {times:.2} times the first page (goal: at most {DEEP_GOAL})",
                    verdict(times <= DEEP_GOAL),
                    label(deep)
                );
            }
        }
    }
    if let [smallest, .., largest] = records
        && let Some(times) = ratio(smallest, Page::Article, largest, Page::Article)
    {
        println!(
            "{}: {} of {} articles takes {times:.2} times that of {} (goal: at most {GROWTH_GOAL})",
            verdict(times <= GROWTH_GOAL),
            label(Page::Article),
            whole(largest.articles as f64),
            whole(smallest.articles as f64)
        );
    }
}

fn print_shares(backend: Backend, record: &Record, size: &str) {
    for (page, keeps) in record.pages().flat_map(|page| Keeps::ALL.map(|keeps| (page, keeps))) {
        let goal = share_goal(backend, keeps, page);
        let seen = record.figures.get(&(keeps, page)).zip(record.floors.get(&page.floor()));
        if let (Some(goal), Some((figures, floor))) = (goal, seen) {
            let share = figures.tally.rate() / floor.rate();
            println!(
                "{}: {size} articles, {} with {} kept at {share:.3} of the floor (goal: at least {goal})",
                verdict(share >= goal),
                label(page),
                kept(keeps)
            );
        }
    }
}

fn print_start(record: &Record, size: &str) {
    let ms = |time: Duration| time.as_secs_f64() * 1_000.0;
    println!(
        "{}: {size} articles, start to first answer in {:.0} ms, the first one in {:.0} (goal: at most {START_GOAL})",
        verdict(ms(record.start()) <= START_GOAL),
        ms(record.start()),
        ms(record.first_start)
    );
    let (idle, loaded) = (record.idle_bytes as f64 / 1e6, record.server_bytes() as f64 / 1e6);
    println!(
        "{}: {size} articles, {idle:.0} MB after the start, {loaded:.0} after the load (goal: at most {} and {})",
        verdict(idle <= MEMORY_GOALS.0 && loaded <= MEMORY_GOALS.1),
        MEMORY_GOALS.0,
        MEMORY_GOALS.1
    );
}

fn print_searches(record: &Record, size: &str) {
    if let Some(figures) = record.figures.get(&(Keeps::Records, Page::Search)) {
        let (p50, p99) = (figures.tally.quantile_ms(0.5), figures.tally.quantile_ms(0.99));
        println!(
            "{}: {size} articles, one search in {p50:.1} ms, p99 {p99:.1} (goal: at most {} and {})",
            verdict(p50 <= SEARCH_GOALS.0 && p99 <= SEARCH_GOALS.1),
            SEARCH_GOALS.0,
            SEARCH_GOALS.1
        );
    }
}

/// Time of a request of the second kind, in times of the first.
fn ratio(base_record: &Record, base: Page, record: &Record, page: Page) -> Option<f64> {
    let rate = |record: &Record, page| Some(record.figures.get(&(Keeps::Nothing, page))?.tally.rate());
    Some(rate(base_record, base)? / rate(record, page)?)
}

fn verdict(is_met: bool) -> &'static str {
    if is_met { "PASS" } else { "MISS" }
}

fn name(backend: Backend) -> &'static str {
    match backend {
        Backend::Sqlite => "SQLite",
        Backend::Postgres => "PostgreSQL",
    }
}

fn label(page: Page) -> &'static str {
    match page {
        Page::Article => "ArticlePage",
        Page::OneArticle => "ArticlePage, always the same",
        Page::OneByGet => "ArticlePage, always the same by GET",
        Page::OneKnown => "ArticlePage, always the same, 304",
        Page::Front => "FrontPage",
        Page::FrontByGet => "FrontPage by GET",
        Page::Person => "PersonPage",
        Page::Topic => "Topic, first page",
        Page::TopicDeep => "Topic, from the 300th article",
        Page::TopicDeepest => "Topic, the last page",
        Page::Search => "Search, one client",
        Page::FullSearch => "Search with highlights and facets, one client",
        Page::Ninjs => "Article as ninjs",
        Page::NewsMl => "as NewsML-G2",
        Page::JsonLd => "as JSON-LD",
        Page::Text => "as text",
        Page::Html => "as HTML",
        Page::Atom => "Atom, 100 articles",
        Page::AtomKnown => "Atom, 304",
        Page::Rss => "RSS, 100 articles",
        Page::RssKnown => "RSS, 304",
        Page::JsonFeed => "JSON Feed, 100 articles",
        Page::JsonFeedKnown => "JSON Feed, 304",
    }
}

fn kept(keeps: Keeps) -> &'static str {
    match keeps {
        Keeps::Nothing => "nothing",
        Keeps::Records => "records",
        Keeps::Answers => "answers",
    }
}

fn megabytes(bytes: u64) -> String {
    whole(bytes as f64 / 1e6)
}

/// Rounded, with a comma between thousands.
pub fn whole(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([0.4, 999.6, 1_000.0, 1_234_567.0].map(whole), ["0", "1,000", "1,000", "1,234,567"]);
    }

    #[test]
    fn a_row_gives_rates_shares_and_costs_of_one_request() {
        let mut tally =
            Tally { count: 200, bytes: 400_000, elapsed: std::time::Duration::from_secs(2), ..Tally::default() };
        tally.latencies.record_n(1_500, 200).unwrap();
        let figures = Figures { tally, server_cpu: std::time::Duration::from_millis(100) };
        assert_eq!(
            row(Page::Front, Keeps::Records, &figures, Some(1_000.0)),
            "| FrontPage | records | 100 | 0.100 | 1,000 | 1.50 | 1.50 | 500 | 2.0 |"
        );
    }
}
