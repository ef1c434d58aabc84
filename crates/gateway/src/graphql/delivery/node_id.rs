//! View ids: what identifies an object together with the view it was seen in, so that a client's normalised cache
//! never mixes languages or points in time.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use griot_domain::{EntryId, EntryKind, Locale, Moment, View, from_micros, micros};

use super::loads::Loads;
use super::view;

/// What an id says. The text is base64url of `1|kind|uuid|locale|fallbacks|as of`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NodeId {
    pub kind: EntryKind,
    pub id: EntryId,
    wanted: Locale,
    /// `None` for the site's own chain.
    fallback: Option<Vec<Locale>>,
    as_of: Option<DateTime<Utc>>,
}

impl NodeId {
    pub fn new(kind: EntryKind, id: EntryId, view: &View) -> Self {
        let chain = &view.locales;
        Self {
            kind,
            id,
            wanted: chain.wanted().clone(),
            fallback: (!chain.or_any).then(|| chain.locales[1..].to_vec()),
            as_of: match view.moment {
                Moment::Now => None,
                Moment::AsOf(at) => Some(at),
            },
        }
    }

    /// Reads an id; `None` when it is not one of ours.
    pub fn decode(raw: &str) -> Option<Self> {
        if raw.len() > 400 {
            return None;
        }
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(raw).ok()?).ok()?;
        let [version, kind, id, wanted, fallback, as_of] = text.split('|').collect::<Vec<_>>().try_into().ok()?;
        let fallback = match fallback {
            "*" => None,
            "" => Some(Vec::new()),
            tags => Some(tags.split(',').map(|tag| Locale::parse(tag).ok()).collect::<Option<Vec<_>>>()?),
        };
        let as_of = match as_of {
            "" => None,
            at => Some(from_micros(at.parse().ok()?)?),
        };
        let (kind, id, wanted) = (kind.parse().ok()?, id.parse().ok()?, Locale::parse(wanted).ok()?);
        (version == "1").then_some(Self { kind, id, wanted, fallback, as_of })
    }

    pub fn encode(&self) -> String {
        let fallback = match &self.fallback {
            None => "*".to_owned(),
            Some(chain) => chain.iter().map(Locale::as_str).collect::<Vec<_>>().join(","),
        };
        let as_of = self.as_of.map(|at| micros(at).to_string()).unwrap_or_default();
        let text = format!("1|{}|{}|{}|{fallback}|{as_of}", self.kind, self.id, self.wanted);
        URL_SAFE_NO_PAD.encode(text)
    }

    /// The view the id was given out in.
    pub fn view(&self, loads: &Loads) -> View {
        view::view(Some(self.wanted.clone()), self.fallback.clone(), self.as_of, loads)
    }
}

#[cfg(test)]
mod tests {
    use griot_domain::LocaleChain;

    use super::*;

    #[test]
    fn ids_come_back_as_they_went() {
        let id: EntryId = "5b0c6d1e-5c5a-4d3c-9a57-0f7d8f3f2a11".parse().unwrap();
        let locale = |tag| Locale::parse(tag).unwrap();
        for (locales, or_any, moment) in [
            (vec![locale("fr")], true, Moment::Now),
            (vec![locale("en"), locale("fr")], false, Moment::AsOf(from_micros(1_700_000_000_123_456).unwrap())),
            (vec![locale("nqo")], false, Moment::Now),
        ] {
            let node = NodeId::new(EntryKind::Person, id, &View { moment, locales: LocaleChain { locales, or_any } });
            assert_eq!(NodeId::decode(&node.encode()), Some(node));
        }
    }

    #[test]
    fn other_texts_are_no_ids() {
        for raw in ["", "x", "MXxhcnRpY2xl", "é", &"A".repeat(500)] {
            assert_eq!(NodeId::decode(raw), None, "{raw}");
        }
    }
}
