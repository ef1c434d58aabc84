//! Articles, communiqués, speeches and the like; standing pages are an `Article`, the rest a `NewsArticle`.

use griot_domain::ArticleKind;
use serde_json::{Value, json};

use super::thing;
use crate::item::{Article, Correction, Item};
use crate::json::{instant, instant_not_before, local_instant, object};
use crate::policy::Policy;
use crate::wording::Wording;

pub fn fields(item: &Item, article: &Article) -> Value {
    let issued_at = local_instant(article.issued_at);
    let is_modified = item.version_created > article.issued_at;
    let (about, mentions) = named(item, article);
    object([
        ("@type", json!(type_word(article.form))),
        ("@id", json!(item.uri())),
        ("url", json!(item.page)),
        ("mainEntityOfPage", json!(item.page)),
        ("headline", json!(article.headline)),
        ("alternativeHeadline", json!(article.kicker)),
        ("description", json!(article.summary)),
        ("articleBody", if article.text.is_empty() { Value::Null } else { json!(article.text) }),
        ("wordCount", json!(article.words)),
        ("articleSection", json!(article.topics.first().map(|topic| &topic.name))),
        ("keywords", article.topics.iter().map(|topic| json!(topic.name)).collect()),
        ("inLanguage", json!(item.locale.as_str())),
        ("dateModified", json!(if is_modified { instant(item.version_created) } else { issued_at.clone() })),
        ("datePublished", json!(issued_at)),
        ("version", json!(item.version)),
        ("dateline", dateline(article)),
        ("locationCreated", article.place.as_ref().map_or(Value::Null, thing::place)),
        ("isAccessibleForFree", json!(true)),
        ("conditionsOfAccess", embargo(item)),
        ("usageInfo", thing::usage(article.rights.as_deref(), Policy::of(item), &item.issuer)),
        ("creditText", json!(item.issuer.name)),
        ("copyrightHolder", thing::issuer(&item.issuer)),
        ("author", authors(item, article)),
        ("publisher", thing::issuer(&item.issuer)),
        ("image", article.pictures.iter().map(|one| thing::picture(one, &item.issuer)).collect()),
        ("about", json!(about)),
        ("mentions", json!(mentions)),
        ("correction", article.corrections.iter().map(|one| correction(item, one)).collect()),
        ("workTranslation", translations(item, article)),
    ])
}

fn type_word(form: ArticleKind) -> &'static str {
    if form == ArticleKind::Page { "Article" } else { "NewsArticle" }
}

/// `dateline` belongs to news alone.
fn dateline(article: &Article) -> Value {
    let is_news = article.form != ArticleKind::Page;
    json!(article.place.as_ref().filter(|_| is_news).map(|place| &place.name))
}

/// Whom and what it is about, its topics last, and whom and what it names besides.
fn named(item: &Item, article: &Article) -> (Vec<Value>, Vec<Value>) {
    let Item { issuer, .. } = item;
    let people = article.people.iter().map(|person| (person.is_subject, thing::person(issuer, person)));
    let things = article.institutions.iter().chain(&article.events);
    let things = things.map(|one| (one.is_subject, thing::thing(issuer, one)));
    let topics = article.topics.iter().map(|topic| (true, thing::topic(issuer, topic)));
    let (about, mentions): (Vec<_>, Vec<_>) = people.chain(things).chain(topics).partition(|(is_about, _)| *is_about);
    let nodes = |named: Vec<(bool, Value)>| named.into_iter().map(|(_, node)| node).collect();
    (nodes(about), nodes(mentions))
}

/// Who signs it; the office where nobody does.
fn authors(item: &Item, article: &Article) -> Value {
    if article.byline.is_empty() {
        return json!([thing::issuer(&item.issuer)]);
    }
    article.byline.iter().map(|byline| thing::signatory(&item.issuer, byline)).collect()
}

/// Until when it must not be published, as a sentence and to the second.
fn embargo(item: &Item) -> Value {
    item.embargoed_until
        .map_or(Value::Null, |until| json!(format!("{} {}", Wording::of(item).embargo(), instant_not_before(until))))
}

fn correction(item: &Item, correction: &Correction) -> Value {
    json!({
        "@type": "CorrectionComment",
        "name": Wording::of(item).correction(correction.kind),
        "text": correction.note,
        "datePublished": instant(correction.at),
    })
}

fn translations(item: &Item, article: &Article) -> Value {
    let translation = item.translations.iter().map(|translation| {
        object([
            ("@type", json!(type_word(article.form))),
            ("@id", json!(item.uri_in(&translation.locale))),
            ("identifier", json!(item.uri_in(&translation.locale))),
            ("headline", json!(translation.title)),
            ("inLanguage", json!(translation.locale.as_str())),
            ("url", json!(translation.page)),
        ])
    });
    translation.collect()
}
