//! From an entry to what is to be stated of it.

use std::collections::BTreeSet;

use griot_domain::{EntryId, EntryKind, Locale, TOLD_KINDS};
use griot_proof::Subject;
use griot_syndication::item::Item;

use crate::documents::{Asked, Form, Found, locales, view_in};
use crate::graphql::delivery::Loads;
use crate::graphql::delivery::error::Answer;

/// Kinds that have documents; of a picture that is the notice that it was taken back.
pub(super) const STATED: [EntryKind; 5] = TOLD_KINDS;

/// One version of an item, as its documents are at this moment.
pub(super) struct Made {
    pub id: EntryId,
    pub locale: Locale,
    pub version: u32,
    pub uri: String,
    /// The site that issues it.
    pub site: String,
    pub pub_status: &'static str,
    pub signal: Option<String>,
    pub subjects: Vec<Subject>,
}

/// Every version of an entry that has a document, in each language, oldest first. Of what was taken back that is the notice
/// alone.
pub(super) async fn versions_of(id: EntryId, loads: &Loads) -> Answer<Vec<Made>> {
    let mut made = Vec::new();
    for locale in languages(id, loads).await? {
        let asked = |version| Asked { id, locale: Some(locale.clone()), version };
        let last = match asked(None).find(loads).await? {
            Found::Nothing => continue,
            Found::Gone(item) => {
                made.push(of(&item));
                continue;
            }
            Found::Item(item, _) => item,
        };
        let known = loads.versions(&view_in(Some(&locale), loads), id, &locale).await?;
        for version in known.iter().filter(|version| version.number < last.version) {
            if let Found::Item(item, _) = asked(Some(version.number)).find(loads).await? {
                made.push(of(&item));
            }
        }
        made.push(of(&last));
    }
    Ok(made)
}

/// The languages that an entry has or had.
async fn languages(id: EntryId, loads: &Loads) -> Answer<BTreeSet<Locale>> {
    let Some(trace) = loads.store.traces(&[id]).await?.remove(&id) else { return Ok(BTreeSet::new()) };
    let mut languages = locales(&trace, loads);
    // A name alone may have no address.
    if let Some(record) = loads.record(&view_in(None, loads), id).await? {
        languages.insert(record.locale.clone());
        languages.extend(record.alternates.iter().map(|other| other.locale.clone()));
    }
    Ok(languages)
}

/// What is to be stated of an item.
pub(super) fn of(item: &Item) -> Made {
    let forms = Form::ALL.into_iter().filter_map(|form| Some((form, form.write(item)?)));
    let subjects = forms.map(|(form, bytes)| Subject::of(form.stated_as(), form.media_type(item), &bytes));
    let signal = item.signal.iptc_code();
    Made {
        id: item.id,
        locale: item.locale.clone(),
        version: item.version,
        uri: item.uri(),
        site: item.issuer.site.clone(),
        pub_status: item.status().code(),
        signal: signal.map(|code| format!("http://cv.iptc.org/newscodes/signal/{code}")),
        subjects: subjects.collect(),
    }
}
