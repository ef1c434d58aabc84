//! What must hold after every kill.

use std::collections::HashMap;

use griot_domain::{EntryId, EntryKind, Publication};
use griot_persistence::{Act, EditorialStore, Level, Location, Publisher, StoreName, doctor, migrate};
use griot_testbed::Backend;
use griot_tests::Record;

use crate::ledger::Ledger;
use crate::writer::Writer;

/// How the names of imported topics begin.
pub const IMPORTED_NAME: &str = "Imported";

/// What was found; all of it is printed at the end.
#[derive(Debug, Default)]
#[expect(dead_code, reason = "Debug reads it")]
pub struct Report {
    pub acknowledged: usize,
    pub publications: usize,
    pub imported: usize,
    pub audited: i64,
}

/// What the audit log says was done.
#[derive(Default)]
struct Deeds {
    /// How often each entry was published.
    publications: HashMap<EntryId, usize>,
    by_author: HashMap<String, usize>,
}

pub async fn check(location: &Location, ledger: &Ledger, writers: &[Writer], when: &str) -> Report {
    // Finishes what was acknowledged.
    let store = EditorialStore::open(location).await.unwrap();
    assert!(!store.finish().await.unwrap(), "{when}: opening has finished everything");
    let published = Publisher::open(location, StoreName::Published).await.unwrap();
    let journal = journal(&published, when).await;
    let audited = store.verify_audit(None).await.unwrap().unwrap_or_else(|flaw| panic!("{when}: {flaw}")).number;
    let deeds = deeds(&store).await;

    let acknowledged = ledger.by_author();
    for writer in writers {
        let of = |counts: &HashMap<String, usize>| counts.get(&writer.author).copied().unwrap_or_default();
        let (done, told) = (of(&deeds.by_author), of(&acknowledged));
        // What was asked last may have been done without an answer.
        let most = told + usize::from(writer.waits());
        assert!((told..=most).contains(&done), "{when}: {} was told of {told} acts, {done} were done", writer.author);
    }

    let mut articles: HashMap<EntryId, Vec<&Publication>> = HashMap::new();
    for one in journal.iter().filter(|one| one.kind == EntryKind::Article) {
        articles.entry(one.id).or_default().push(one);
    }
    for (id, publications) in &articles {
        // Each publication of the writers changed something, so each made one record, and no more.
        let done = deeds.publications.get(id).copied();
        assert_eq!(Some(publications.len()), done, "{when}: {id} is published as often as done");
    }
    assert_eq!(articles.len(), deeds.publications.len(), "{when}: whatever is done is published");

    let live = published.live_entries(EntryKind::Article).await.unwrap();
    assert_eq!(live.len(), articles.len(), "{when}: what the journal says is public");
    let mut public: HashMap<EntryId, u64> = HashMap::new();
    for one in live {
        let last = articles[&one.id].last().unwrap().editions.values().next().unwrap();
        let text = one.texts.values().next().unwrap();
        assert_eq!(text, &last.text, "{when}: {} is what the journal says last", one.id);
        public.insert(one.id, text.display_title(&one.entry).parse().unwrap());
    }
    for (id, least) in ledger.by_entry() {
        let draft = store.draft(id).await.unwrap();
        let draft = draft.unwrap_or_else(|| panic!("{when}: {id} was acknowledged and is gone: {least:?}"));
        assert!(draft.revision >= least.revision, "{when}: {id} is at revision {}, not {least:?}", draft.revision);
        let seen = public.get(&id).copied();
        assert!(seen >= least.published, "{when}: of {id} {seen:?} is public, not {least:?}");
    }
    let topics = published.live_entries(EntryKind::Topic).await.unwrap();
    let names = topics.iter().map(|one| one.texts.values().next().unwrap().display_title(&one.entry).to_owned());
    let imported = names.filter(|name| name.starts_with(IMPORTED_NAME)).count();
    for finding in doctor(location).await {
        assert!(finding.level != Level::Failure, "{when}: {finding:?}");
    }
    published.close().await.unwrap();
    store.close().await.unwrap();
    Report { acknowledged: ledger.len(), publications: deeds.publications.values().sum(), imported, audited }
}

/// Every publication, in the order of `seq`, which has no gap.
async fn journal(published: &Publisher, when: &str) -> Vec<Publication> {
    let mut journal: Vec<Publication> = Vec::new();
    loop {
        let page = published.journal_page(journal.len() as i64, 1_000).await.unwrap();
        if page.is_empty() {
            return journal;
        }
        for (seq, publication) in page {
            journal.push(publication);
            assert_eq!(seq, journal.len() as i64, "{when}: seq has no gap");
        }
    }
}

/// Publishes the journal of `record` again in a fresh place, which then exports the same bytes.
pub async fn replay(location: &Location, record: &Record) {
    let published = Publisher::open(location, StoreName::Published).await.unwrap();
    let journal = journal(&published, "replayed").await;
    published.close().await.unwrap();
    let copy = Record::new(Backend::Sqlite);
    let place = Location::sqlite(copy.data());
    migrate(&place).await.unwrap();
    let publisher = Publisher::open(&place, StoreName::Published).await.unwrap();
    for publication in &journal {
        let act = Act { origin: "replay".to_owned(), at: publication.live_from };
        publisher.publish(std::slice::from_ref(publication), &act).await.unwrap();
    }
    publisher.close().await.unwrap();
    assert_eq!(copy.export(), record.export(), "the published store is what the journal says");
}

async fn deeds(store: &EditorialStore) -> Deeds {
    let mut found = Deeds::default();
    let mut before = None;
    loop {
        let page = store.audit_page(before, 1_000).await.unwrap();
        let Some(last) = page.last() else { return found };
        before = Some(last.number);
        for audited in page {
            *found.by_author.entry(audited.record.author).or_default() += 1;
            if audited.record.verb == "publish" {
                for id in audited.record.subjects {
                    *found.publications.entry(id).or_default() += 1;
                }
            }
        }
    }
}
