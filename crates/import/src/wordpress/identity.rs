//! Gives items and terms their entries: those they became in an earlier import, else new ones.

use std::collections::{BTreeSet, HashMap};

use griot_domain::EntryId;
use griot_persistence::{Holder, StoreError};

use super::items::Items;
use super::standing::Standing;
use super::survey::Survey;
use super::topic;
use crate::Target;

/// External ids asked for at a time.
const CHUNK: usize = 2_000;

/// Fills in the entries of all that is to be imported.
pub(crate) async fn identify(survey: &mut Survey, target: &Target<'_>) -> Result<(), StoreError> {
    let scheme = survey.site.scheme.clone();
    let numbers: Vec<u64> = survey.items.iter().map(|(number, _)| number).collect();
    let mut known: HashMap<u64, EntryId> = HashMap::new();
    for chunk in numbers.chunks(CHUNK) {
        let values: Vec<String> = chunk.iter().map(|number| format!("post:{number}")).collect();
        let found = target.holders(&scheme, &values, true).await?;
        known.extend(chunk.iter().zip(&values).filter_map(|(number, value)| Some((*number, found.get(value)?.id))));
    }
    settle(survey, &known, target);
    let values: Vec<String> = survey.terms.iter().map(topic::external_value).collect();
    let known = target.holders(&scheme, &values, true).await?;
    settle_terms(survey, &values.iter().map(|value| known.get(value).copied()).collect::<Vec<_>>(), target);
    Ok(())
}

/// Translations share the entry of what they translate, unless the record knows them apart already.
fn settle(survey: &mut Survey, known: &HashMap<u64, EntryId>, target: &Target<'_>) {
    let items = &mut survey.items;
    let numbers = items.iter().map(|(number, _)| number);
    let followers: BTreeSet<u64> = numbers.filter(|number| items.leader(*number) != *number).collect();
    // A leader without an entry takes that of the first translation that has one.
    let mut lent: HashMap<u64, EntryId> = HashMap::new();
    for number in &followers {
        if let Some(id) = known.get(number) {
            lent.entry(items.leader(*number)).or_insert(*id);
        }
    }
    let mut fresh: Vec<u64> = Vec::new();
    for (number, fact) in items.iter_mut() {
        let own = known.get(&number).copied();
        fact.is_known = own.is_some();
        if !followers.contains(&number) {
            let entry = own.or_else(|| lent.get(&number).copied());
            fact.entry = entry.unwrap_or_else(|| EntryId(target.ids.next_id()));
            if entry.is_none() && fact.standing == Standing::Published {
                fresh.push(number);
            }
        }
    }
    put_in_order(items, &fresh);
    for number in followers {
        let Some(shared) = items.get(items.leader(number)).map(|fact| fact.entry) else { continue };
        let entry = known.get(&number).copied().unwrap_or(shared);
        if entry != shared {
            items.part(number);
        }
        if let Some(fact) = items.get_mut(number) {
            fact.entry = entry;
        }
    }
}

/// Hands the ids of these items out again, the smallest first. What is written one after the other then stands side by
/// side in the indexes of a large record, which halves the work of the disk. Not for drafts: their ids would say when
/// they were begun.
fn put_in_order(items: &mut Items, numbers: &[u64]) {
    let mut ids: Vec<EntryId> = numbers.iter().filter_map(|number| Some(items.get(*number)?.entry)).collect();
    ids.sort_unstable();
    for (number, id) in numbers.iter().zip(ids) {
        if let Some(fact) = items.get_mut(*number) {
            fact.entry = id;
        }
    }
}

/// As for items; `holders` stand in the order of the terms.
fn settle_terms(survey: &mut Survey, holders: &[Option<Holder>], target: &Target<'_>) {
    let known: Vec<Option<EntryId>> = holders.iter().map(|holder| holder.map(|holder| holder.id)).collect();
    let mut chosen: HashMap<usize, EntryId> = HashMap::new();
    let leaders: Vec<usize> = survey.terms.iter().map(|fact| fact.leader).collect();
    for (position, id) in known.iter().enumerate().filter_map(|(position, id)| Some((position, (*id)?))) {
        if leaders[position] == position {
            chosen.insert(position, id);
        }
    }
    for (position, id) in known.iter().enumerate().filter_map(|(position, id)| Some((position, (*id)?))) {
        chosen.entry(leaders[position]).or_insert(id);
    }
    for (position, fact) in survey.terms.iter_mut().enumerate() {
        let entry = *chosen.entry(fact.leader).or_insert_with(|| EntryId(target.ids.next_id()));
        fact.entry = entry;
        fact.is_known = known[position].is_some();
        fact.is_merged = holders[position].is_some_and(|holder| holder.is_merged);
        if let Some(own) = known[position].filter(|own| *own != entry) {
            fact.entry = own;
            fact.leader = position;
        }
    }
}
