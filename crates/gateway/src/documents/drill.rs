//! Drills that are items: for whoever asks with the key of a partner, as if there were none for everybody else.

use axum::extract::Request;
use griot_domain::{ArticleKind, EntryId, EntryKind, Locale};
use griot_front::Page;
use griot_persistence::{Drill, Issued};
use griot_syndication::item::{Article, Content, Item, Signal};

use super::form::Form;
use super::{Asked, Shelf, Told, issuer, nothing, page_of, view_in};
use crate::graphql::delivery::Loads;
use crate::graphql::delivery::error::Answer;
use crate::partners::Asking;

/// Whether whoever asks is told of drills.
pub(crate) fn hears_of_drills(request: &Request) -> bool {
    request.extensions().get::<Asking>().is_some_and(|asking| asking.partner.is_some())
}

/// The drill with this id, if it issued something.
pub(crate) async fn drill_of(id: EntryId, shelf: &Shelf) -> Answer<Option<Drill>> {
    let Some(early) = &shelf.early else { return Ok(None) };
    let drill = early.partners.drills_among(&[id]).await?.remove(&id);
    Ok(drill.filter(|drill| drill.issued.is_some()))
}

/// What a drill issued, as it is now; none for a kill of nothing.
pub(crate) fn drill_item(drill: &Drill, loads: &Loads) -> Option<Item> {
    let Issued { locale, killed_at } = drill.issued.as_ref()?;
    let (version, version_created, signal, content) = match killed_at {
        None => (1, drill.at, Signal::New, Content::Article(Box::new(article(drill, locale)))),
        Some(at) => (2, *at, Signal::Retraction(Some(drill.words().to_owned())), Content::Canceled),
    };
    Some(Item {
        id: drill.id,
        kind: EntryKind::Article,
        locale: locale.clone(),
        issued_on: drill.at.date_naive(),
        version,
        signal,
        first_created: drill.at,
        version_created,
        embargoed_until: None,
        is_drill: true,
        page: None,
        translations: Vec::new(),
        issuer: issuer(&view_in(Some(locale), loads), loads),
        content,
    })
}

/// A text that says in every part of it that it is none.
fn article(drill: &Drill, locale: &Locale) -> Article {
    let is_french = locale.as_str().split('-').next() == Some("fr");
    let word = |french: &str, english: &str| if is_french { french.to_owned() } else { english.to_owned() };
    let text = word(
        "Ceci est un exercice : rien ici n’est à publier. Cet article va être annulé. Traitez son annulation comme une \
         vraie, et accusez-en réception.",
        "This is an exercise: nothing here is to be published. This article is going to be killed. Treat its kill as a \
         real one, and acknowledge it.",
    );
    Article {
        form: ArticleKind::News,
        issued_at: drill.at.fixed_offset(),
        headline: format!("{} — {}", word("EXERCICE", "EXERCISE"), drill.words()),
        kicker: None,
        summary: Some(word("Exercice, à ne pas publier.", "An exercise, not for publication.")),
        slug: None,
        html: format!("<p>{text}</p>"),
        words: text.split_whitespace().count(),
        text,
        byline: Vec::new(),
        place: None,
        urgency: None,
        people: Vec::new(),
        institutions: Vec::new(),
        events: Vec::new(),
        topics: Vec::new(),
        pictures: Vec::new(),
        corrections: Vec::new(),
        rights: Some(word("Exercice : aucune utilisation permise.", "An exercise: no use is permitted.")),
    }
}

/// What is at an address of a drill, in the first of `forms`.
pub(super) fn drill_page(drill: &Drill, asked: &Asked, forms: &[Form], is_stated: bool, loads: &Loads) -> Page {
    let Some(item) = drill_item(drill, loads) else { return nothing() };
    let is_there = asked.locale.as_ref().is_none_or(|locale| *locale == item.locale)
        && asked.version.is_none_or(|number| (1..=item.version).contains(&number));
    if !is_there {
        return nothing();
    }
    let (is_gone, is_versioned) = (drill.killed_at().is_some(), asked.version.is_some());
    page_of(Told { item: &item, predecessor: None, is_gone, is_versioned, is_stated }, forms)
}
