//! Terms of use that stand at addresses of their own, for machines and in words. Source: ODRL 2.2, "Information Model" and
//! "Vocabulary & Expression", in its JSON-LD.

use serde_json::{Value, json};

use crate::item::{Content, Issuer, Item, Picture};
use crate::json::sorted;
use crate::relation::Relation;

/// Media type of [`Policy::document`].
pub const MEDIA_TYPE: &str = "application/ld+json";

/// Terms of use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Texts may be reproduced by whoever names the office.
    Reproduction,
    /// So may its photos, unchanged.
    Photo,
    /// Nothing may be published before the hour.
    Embargo,
}

impl Policy {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::Reproduction, Self::Photo, Self::Embargo];

    /// The end of its address.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reproduction => "reproduction",
            Self::Photo => "photo",
            Self::Embargo => "embargo",
        }
    }

    /// The address by which documents name it, the same for every version.
    pub fn address(self, issuer: &Issuer) -> String {
        format!("{}/v1/policies/{}", issuer.base, self.name())
    }

    /// How links call it: a licence, or else terms.
    pub fn link_relation(self) -> &'static str {
        if self == Self::Embargo { "terms-of-service" } else { "license" }
    }

    /// That of an article. An article with terms of its own has no other, except an embargo; nor has what is no article, and
    /// what was taken back may not be used at all.
    pub fn of(item: &Item) -> Option<Self> {
        let Content::Article(article) = &item.content else { return None };
        match (item.embargoed_until, &article.rights) {
            (Some(_), _) => Some(Self::Embargo),
            (None, None) => Some(Self::Reproduction),
            (None, Some(_)) => None,
        }
    }

    /// That of a picture. One with terms of its own has no other; nor has one that is credited to somebody else, since the
    /// office cannot give away what others hold.
    pub fn of_picture(picture: &Picture, issuer: &Issuer) -> Option<Self> {
        let is_own = picture.credit.as_ref().is_none_or(|credit| *credit == issuer.name);
        (is_own && picture.rights.is_none()).then_some(Self::Photo)
    }

    /// The terms as ODRL.
    pub fn document(self, issuer: &Issuer) -> Value {
        let (title, words) = self.words(issuer);
        let mut offer = json!({
            "@context": "http://www.w3.org/ns/odrl.jsonld",
            "type": "Offer",
            "uid": self.address(issuer),
            "assigner": { "type": "Party", "uid": issuer.site, "vcard:fn": issuer.name },
            "dct:title": title,
            "dct:description": words,
        });
        let rules = match self {
            Self::Reproduction => vec![
                ("permission", granted(issuer, "items", &["reproduce", "distribute", "display", "print", "translate"])),
                ("obligation", deleted(issuer, "items")),
            ],
            Self::Photo => vec![
                ("permission", granted(issuer, "photos", &["reproduce", "distribute", "display", "print"])),
                ("prohibition", json!({ "target": collection(issuer, "photos"), "action": "modify" })),
                ("obligation", deleted(issuer, "photos")),
            ],
            Self::Embargo => vec![
                ("permission", json!({ "target": collection(issuer, "embargoed"), "action": ["read", "archive"] })),
                ("prohibition", until_the_hour(issuer)),
                ("obligation", deleted(issuer, "embargoed")),
            ],
        };
        for (name, rule) in rules {
            offer[name] = json!([rule]);
        }
        sorted(offer)
    }

    /// Title and text in French and in English.
    fn words(self, issuer: &Issuer) -> (Value, Value) {
        let office = &issuer.name;
        let (titles, texts) = match self {
            Self::Reproduction => (
                ["Reproduction libre avec mention de la source", "Free reproduction with credit"],
                [
                    format!(
                        "Les textes de {office} peuvent être reproduits, diffusés, imprimés et traduits librement, à \
                         condition de citer {office}. Un texte annulé doit être supprimé."
                    ),
                    format!(
                        "Texts of {office} may be reproduced, distributed, printed and translated freely by whoever \
                         credits {office}. A text that is cancelled has to be deleted."
                    ),
                ],
            ),
            Self::Photo => (
                ["Photos : reproduction avec crédit, sans modification", "Photos: reproduction with credit, unchanged"],
                [
                    format!(
                        "Les photos de {office} peuvent être reproduites avec leur crédit, sans modification. Celles \
                         d’autres auteurs ne sont pas concernées. Une photo annulée doit être supprimée."
                    ),
                    format!(
                        "Photos of {office} may be reproduced with their credit, unchanged. Those of others are not \
                         covered. A photo that is cancelled has to be deleted."
                    ),
                ],
            ),
            Self::Embargo => (
                ["Sous embargo", "Under embargo"],
                [
                    format!(
                        "Ce que {office} transmet sous embargo peut être lu et préparé, mais rien n’en est publié avant \
                         l’heure indiquée. Ensuite valent les conditions du texte publié."
                    ),
                    format!(
                        "What {office} sends under embargo may be read and prepared, but nothing of it is published \
                         before the hour told. After that the terms of the published text hold."
                    ),
                ],
            ),
        };
        let [titles, texts] = [titles.map(str::to_owned), texts];
        (in_both(&titles), in_both(&texts))
    }
}

fn in_both([french, english]: &[String; 2]) -> Value {
    json!([{ "@language": "fr", "@value": french }, { "@language": "en", "@value": english }])
}

/// What the office offers.
fn collection(issuer: &Issuer, name: &str) -> Value {
    json!({ "type": "AssetCollection", "uid": format!("{}/v1/policies/#{name}", issuer.base) })
}

/// May be done by whoever names the office.
fn granted(issuer: &Issuer, what: &str, actions: &[&str]) -> Value {
    json!({
        "target": collection(issuer, what),
        "action": actions,
        "duty": [{ "action": "attribute", "attributedParty": issuer.site }],
    })
}

fn deleted(issuer: &Issuer, what: &str) -> Value {
    let after = when(issuer, "gt", Relation::Cancellation);
    json!({ "target": collection(issuer, what), "action": "delete", "constraint": [after] })
}

fn until_the_hour(issuer: &Issuer) -> Value {
    json!({
        "target": collection(issuer, "embargoed"),
        "action": ["reproduce", "distribute", "display", "print"],
        "constraint": [when(issuer, "lt", Relation::EmbargoEnd)],
    })
}

/// Before (`lt`) or after (`gt`) an event.
fn when(issuer: &Issuer, operator: &str, event: Relation) -> Value {
    json!({ "leftOperand": "event", "operator": operator, "rightOperand": { "@id": event.address(issuer) } })
}
