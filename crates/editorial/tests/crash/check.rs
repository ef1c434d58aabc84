//! What must hold after every kill.

use std::collections::HashMap;
use std::path::Path;

use griot_domain::{EntryId, EntryKind, Publication};
use griot_persistence::{EditorialStore, Level, Location, Publisher, StoreName, doctor};

use crate::ledger;
use crate::writer::IMPORTED_NAME;

/// What was found.
#[derive(Debug, Default)]
pub struct Report {
    pub acknowledged: u64,
    pub publications: u64,
    pub imported: usize,
    pub audited: i64,
}

pub async fn check(location: &Location, ledger: &Path, when: &str) -> Report {
    // Finishes what was acknowledged.
    let store = EditorialStore::open(location).await.unwrap();
    assert!(!store.finish().await.unwrap(), "{when}: opening has finished everything");
    let published = Publisher::open(location, StoreName::Published).await.unwrap();
    let mut report = Report::default();

    let mut journal: HashMap<EntryId, Vec<Publication>> = HashMap::new();
    let mut last = 0;
    loop {
        let page = published.journal_page(last, 1_000).await.unwrap();
        let Some((end, _)) = page.last() else { break };
        let end = *end;
        for (seq, publication) in page {
            last += 1;
            assert_eq!(seq, last, "{when}: seq has no gap");
            journal.entry(publication.id).or_default().push(publication);
        }
        assert_eq!(end, last);
    }
    report.audited = store.verify_audit().await.unwrap().unwrap_or_else(|flaw| panic!("{when}: {flaw}"));
    let published_acts = audited_publications(&store).await;
    let articles: HashMap<_, _> =
        journal.iter().filter(|(_, publications)| publications[0].kind == EntryKind::Article).collect();
    for (id, publications) in &articles {
        // Each publication of the writers changed something, so each made one record, and no more.
        assert_eq!(
            Some(publications.len()),
            published_acts.get(*id).copied(),
            "{when}: {id} is published as often as done"
        );
    }
    assert_eq!(articles.len(), published_acts.len(), "{when}: whatever is done is published");
    report.publications = published_acts.values().sum::<usize>() as u64;

    let live: HashMap<EntryId, u64> = published
        .live_entries(EntryKind::Article)
        .await
        .unwrap()
        .into_iter()
        .map(|one| (one.id, headline(one.texts.values().next().unwrap().display_title(&one.entry))))
        .collect();
    for line in ledger::read(ledger) {
        report.acknowledged += 1;
        let draft = store.draft(line.id).await.unwrap();
        let draft = draft.unwrap_or_else(|| panic!("{when}: {line:?} was acknowledged and is gone"));
        assert!(draft.revision >= line.revision, "{when}: {line:?}, but the last revision is {}", draft.revision);
        if let Some(number) = line.published {
            let seen = live.get(&line.id).copied();
            assert!(seen >= Some(number), "{when}: {line:?}, but {seen:?} is public");
        }
    }
    let topics = published.live_entries(EntryKind::Topic).await.unwrap();
    let names = topics.iter().map(|one| one.texts.values().next().unwrap().display_title(&one.entry).to_owned());
    report.imported = names.filter(|name| name.starts_with(IMPORTED_NAME)).count();
    for finding in doctor(location).await {
        assert!(finding.level != Level::Failure, "{when}: {finding:?}");
    }
    published.close().await.unwrap();
    store.close().await.unwrap();
    report
}

/// How often each entry was published, as the log says.
async fn audited_publications(store: &EditorialStore) -> HashMap<EntryId, usize> {
    let mut found: HashMap<EntryId, usize> = HashMap::new();
    let mut before = None;
    loop {
        let page = store.audit_page(before, 1_000).await.unwrap();
        let Some(last) = page.last() else { return found };
        before = Some(last.number);
        for audited in page.into_iter().filter(|one| one.record.verb == "publish") {
            for id in audited.record.subjects {
                *found.entry(id).or_default() += 1;
            }
        }
    }
}

fn headline(text: &str) -> u64 {
    text.parse().unwrap()
}
