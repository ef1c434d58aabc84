//! The forms in which an item is written.

use axum::http::HeaderValue;
use griot_syndication::item::Item;
use griot_syndication::{html, json_ld, newsml, ninjs, text};

/// A form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Ninjs,
    JsonLd,
    NewsMl,
    Html,
    Text,
}

impl Form {
    /// Those that go first where a client does not say are first.
    pub const ALL: [Self; 5] = [Self::Ninjs, Self::JsonLd, Self::NewsMl, Self::Html, Self::Text];

    /// The word for it where forms are listed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ninjs => "ninjs",
            Self::JsonLd => "json_ld",
            Self::NewsMl => "newsml_g2",
            Self::Html => "html",
            Self::Text => "text",
        }
    }

    /// What statements call it.
    pub fn stated_as(self) -> &'static str {
        match self {
            Self::Ninjs => "ninjs",
            Self::JsonLd => "json-ld",
            Self::NewsMl => "newsml-g2",
            Self::Html => "html",
            Self::Text => "text",
        }
    }

    /// The form that statements call `name`.
    pub fn of_statement(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.stated_as() == name)
    }

    /// The end of the addresses of documents in this form.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Ninjs => ".ninjs.json",
            Self::JsonLd => ".jsonld",
            Self::NewsMl => ".g2.xml",
            Self::Html => ".html",
            Self::Text => ".txt",
        }
    }

    /// A name without its ending, and the form that this tells.
    pub fn of_name(name: &str) -> (&str, Option<Self>) {
        let told = Self::ALL.into_iter().find_map(|form| Some((name.strip_suffix(form.ending())?, Some(form))));
        told.unwrap_or((name, None))
    }

    /// What a client asks for this form by.
    pub fn accepted_as(self) -> &'static str {
        match self {
            Self::Ninjs => "application/json",
            Self::JsonLd => "application/ld+json",
            Self::NewsMl => "application/vnd.iptc.g2.newsitem+xml",
            Self::Html => "text/html",
            Self::Text => "text/plain",
        }
    }

    /// What it is of an item.
    pub fn media_type(self, item: &Item) -> &'static str {
        match self {
            Self::NewsMl => newsml::media_type(item.kind),
            _ => self.accepted_as(),
        }
    }

    pub fn content_type(self, item: &Item) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::NewsMl => newsml::media_type(item.kind),
            Self::Html => "text/html; charset=utf-8",
            Self::Text => "text/plain; charset=utf-8",
            Self::Ninjs | Self::JsonLd => self.accepted_as(),
        })
    }

    /// Whether the standard has such a form for the item's kind.
    pub fn is_of(self, item: &Item) -> bool {
        self != Self::Ninjs || ninjs::has_form(item.kind)
    }

    /// The item in this form; `None` where the standard has none for its kind.
    pub fn write(self, item: &Item) -> Option<Vec<u8>> {
        match self {
            Self::Ninjs => ninjs::document(item).map(|document| document.to_string().into_bytes()),
            Self::JsonLd => Some(json_ld::document(item).to_string().into_bytes()),
            Self::NewsMl => Some(newsml::document(item).into_bytes()),
            Self::Html => Some(html::document(item).into_bytes()),
            Self::Text => Some(text::document(item).into_bytes()),
        }
    }
}

/// What NewsML-G2 of a person, institution or event is: whether an item is one is not known where a form is chosen.
const CONCEPT: &str = "application/vnd.iptc.g2.conceptitem+xml";

/// The forms that `Accept` allows, best first; all of them when there is no such header.
pub(super) fn accepted(accept: Option<&HeaderValue>) -> Vec<Form> {
    let Some(accept) = accept else { return Form::ALL.to_vec() };
    let accept = accept.to_str().unwrap_or_default().to_ascii_lowercase().replace(CONCEPT, Form::NewsMl.accepted_as());
    let ranges: Vec<(&str, f32)> = accept.split(',').filter_map(range).collect();
    let quality = |form: Form| {
        let name = form.accepted_as();
        let fits = |range: &str| match range.strip_suffix("/*") {
            Some("*") => Some(0),
            Some(family) => name.split('/').next().filter(|own| *own == family).map(|_| 1),
            None => (range == name).then_some(2),
        };
        // The range that names it best decides (RFC 9110, 12.5.1).
        let best = ranges.iter().filter_map(|(range, quality)| Some((fits(range)?, *quality)));
        best.max_by_key(|(precision, _)| *precision).map_or(0.0, |(_, quality)| quality)
    };
    let mut forms: Vec<(Form, f32)> = Form::ALL.into_iter().map(|form| (form, quality(form))).collect();
    forms.retain(|(_, quality)| *quality > 0.0);
    forms.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    forms.into_iter().map(|(form, _)| form).collect()
}

fn range(part: &str) -> Option<(&str, f32)> {
    let mut parts = part.split(';').map(str::trim);
    let range = parts.next().filter(|range| !range.is_empty())?;
    let quality = parts.find_map(|parameter| parameter.strip_prefix("q=")).map_or(Ok(1.0), str::parse);
    Some((range, quality.ok().filter(|quality| (0.0..=1.0).contains(quality))?))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("*/*", &Form::ALL)]
    #[case("application/ld+json", &[Form::JsonLd])]
    #[case("text/html,application/xhtml+xml,*/*;q=0.8", &[Form::Html, Form::Ninjs, Form::JsonLd, Form::NewsMl, Form::Text])]
    #[case("text/*;q=0.5, text/html;q=0.1", &[Form::Text, Form::Html])]
    #[case("application/json;q=0, */*;q=0.1", &[Form::JsonLd, Form::NewsMl, Form::Html, Form::Text])]
    #[case("application/vnd.iptc.g2.conceptitem+xml", &[Form::NewsMl])]
    #[case("Text/HTML;Q=0.5", &[Form::Html])]
    #[case("image/png", &[])]
    #[case("", &[])]
    #[case("text/plain;q=nonsense", &[])]
    fn the_best_form_a_client_accepts_is_first(#[case] accept: &str, #[case] forms: &[Form]) {
        assert_eq!(accepted(Some(&HeaderValue::try_from(accept).unwrap())), forms);
    }

    #[test]
    fn names_tell_forms() {
        assert_eq!(Form::of_name("3.ninjs.json"), ("3", Some(Form::Ninjs)));
        assert_eq!(Form::of_name("3.g2.xml"), ("3", Some(Form::NewsMl)));
        assert_eq!(Form::of_name("3.json"), ("3.json", None));
        assert_eq!(Form::of_name("3"), ("3", None));
    }
}
