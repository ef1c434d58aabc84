//! What every item has, whatever it holds: identity, rights, status, notes and links.

use griot_domain::{Direction, EntryKind, Locale};

use super::parts::{issuer, timestamp};
use super::xml::Element;
use crate::item::{Article, Content, DRILL_PROFILE, Issuer, Item, Picture};
use crate::policy::Policy;

const NAMESPACE: &str = "http://iptc.org/std/nar/2006-10-01/";
/// As the IPTC's examples write it, `http` and `www` included: its parser has the catalogue under this name only.
const CATALOGUE: &str = "http://www.iptc.org/std/catalog/catalog.IPTC-G2-Standards_41.xml";
/// The IPTC's own term for the alternative text of an image; its description roles have none.
const ALT_TEXT: &str = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/AltTextAccessibility";

/// ODRL's own term for the terms of use of something; no item relation of the IPTC says it.
const HAS_POLICY: &str = "http://www.w3.org/ns/odrl/2/hasPolicy";

pub(super) fn root(item: &Item, name: &'static str) -> Element {
    Element::new(name)
        .with("xmlns", NAMESPACE)
        .with("standard", "NewsML-G2")
        .with("standardversion", "2.35")
        .with("conformance", "power")
        .with("guid", item.uri())
        .with("version", item.version.to_string())
        .with("xml:lang", item.locale.as_str())
        .with_some("dir", direction(&item.locale))
        .child(Element::new("catalogRef").with("href", CATALOGUE))
}

/// Right to left; left to right goes without saying.
pub(super) fn direction(locale: &Locale) -> Option<&'static str> {
    (locale.direction() == Direction::RightToLeft).then_some("rtl")
}

pub(super) fn rights(item: &Item) -> Element {
    let terms = article(item).and_then(|article| article.rights.as_deref());
    let policy = Policy::of(item).map(|policy| policy.address(&item.issuer));
    Element::new("rightsInfo")
        .child(issuer("copyrightHolder", &item.issuer))
        .children(terms.map(|terms| Element::of_text("usageTerms", terms)))
        .children(policy.map(|policy| Element::new("link").with("reluri", HAS_POLICY).with("href", policy)))
}

/// Management data, in the order the schema asks for.
pub(super) fn item_meta(item: &Item) -> Element {
    let moment = |name, at| Element::of_text(name, &timestamp(at));
    let class = match item.kind {
        EntryKind::Article => "ninat:text",
        EntryKind::Asset => "ninat:picture",
        _ => "cinat:concept",
    };
    Element::new("itemMeta")
        .child(Element::of_code("itemClass", class))
        .child(issuer("provider", &item.issuer))
        .child(moment("versionCreated", item.version_created))
        .child(moment("firstCreated", item.first_created))
        .children(item.embargoed_until.map(|until| moment("embargoed", until)))
        .child(Element::of_code("pubStatus", &format!("stat:{}", item.status().code())))
        .children(item.is_drill.then(|| Element::of_text("profile", DRILL_PROFILE)))
        .child(Element::of_line("title", &item.title()))
        .children(item.editors_note().map(|note| Element::of_text("edNote", &note)))
        .children(item.signal.iptc_code().map(|code| Element::of_code("signal", &format!("sig:{code}"))))
        .children(page(item))
        .children(translations(item))
        .children(article(item).into_iter().flat_map(|article| pictures(article, &item.issuer)))
}

fn article(item: &Item) -> Option<&Article> {
    if let Content::Article(article) = &item.content { Some(article) } else { None }
}

fn page(item: &Item) -> Option<Element> {
    let link = Element::new("link").with("rel", "irel:seeAlso").with("contenttype", "text/html");
    item.page.as_ref().map(|page| link.with("href", page))
}

fn translations(item: &Item) -> impl Iterator<Item = Element> {
    item.translations.iter().filter_map(|translation| {
        let language = translation.locale.as_str();
        let title = Element::of_line("title", &translation.title).with("xml:lang", language);
        let tag = Element::new("language").with("tag", language);
        let link = Element::new("link").with("rel", "irel:seeAlso").with("contenttype", "text/html");
        Some(link.with("href", translation.page.as_ref()?).child(title).child(tag))
    })
}

/// Links to the pictures that go with an article, lead image first. They are no renditions of its text, which is what a
/// `contentSet` holds, and no items of their own before they are taken back, so each link carries what is to be known of
/// its target.
fn pictures<'a>(article: &'a Article, issuer: &'a Issuer) -> impl Iterator<Item = Element> + 'a {
    article.pictures.iter().zip(1..).map(move |(picture, rank): (_, u32)| {
        Element::new("link")
            .with("rel", "irel:associatedWith")
            .with("rank", rank.to_string())
            .with("href", &picture.url)
            .with("residref", picture.uri(issuer))
            .with_some("contenttype", picture.mime_type.as_deref())
            .with_some("size", picture.bytes.map(|bytes| bytes.to_string()))
            .child(Element::of_code("itemClass", "ninat:picture"))
            .children(picture_hints(picture))
    })
}

fn picture_hints(picture: &Picture) -> impl Iterator<Item = Element> {
    let headline = picture.title.as_deref().map(|title| Element::of_line("headline", title));
    let caption =
        picture.caption.as_deref().map(|text| Element::of_text("description", text).with("role", "drol:caption"));
    let alt = picture.alt.as_deref().map(|text| Element::of_text("description", text).with("roleuri", ALT_TEXT));
    let credit = picture.credit.as_deref().map(|credit| Element::of_line("creditline", credit));
    let terms = picture.rights.as_deref().map(|rights| Element::of_text("usageTerms", rights));
    [headline, caption, alt, credit, terms].into_iter().flatten()
}
