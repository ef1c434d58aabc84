//! Where in an input an error of the desk is. The desk speaks of the content (`texts.fr.headline`), a client of what it
//! sent (`texts`, `0`, `headline`).

use griot_domain::{EntryId, Locale};
use griot_editorial::UserError;

/// The shape of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The fields of an entry, and texts in these languages.
    Fields(Vec<Locale>),
    /// A list `items` of these entries.
    Items(Vec<EntryId>),
    /// An entry each in `keep` and `drop`.
    Pair { keep: EntryId, drop: EntryId },
    /// Whatever the act takes, and nothing of the content.
    Act,
}

impl Place {
    /// The steps from `input` to the field at fault; `None` when it is not about one field of the input.
    pub fn path(&self, error: &UserError) -> Option<Vec<String>> {
        let mut steps = steps(&error.path);
        match self {
            Self::Fields(locales) => match steps.first().map(String::as_str) {
                Some("entry") => drop(steps.remove(0)),
                Some("texts") if steps.len() > 1 => {
                    match locales.iter().position(|locale| locale.as_str() == steps[1]) {
                        Some(position) => steps[1] = position.to_string(),
                        // A text that was not touched is at odds with what was.
                        None => steps.truncate(1),
                    }
                }
                _ => {}
            },
            Self::Items(ids) => {
                if content(&error.path).is_some() {
                    steps.clear();
                }
                let of = error.entry.and_then(|entry| ids.iter().position(|id| *id == entry));
                if let Some(position) = of.filter(|_| steps.first().is_none_or(|step| step != "items")) {
                    steps.splice(0..0, ["items".to_owned(), position.to_string()]);
                } else if let Some(position) = of {
                    steps.push(position.to_string());
                }
            }
            Self::Pair { keep, drop } => {
                if content(&error.path).is_some() {
                    steps.clear();
                }
                let of = error.entry.and_then(|entry| match entry {
                    entry if entry == *keep => Some("keep"),
                    entry if entry == *drop => Some("drop"),
                    _ => None,
                });
                if let Some(of) = of.filter(|_| steps.first().is_none_or(|step| step != "keep" && step != "drop")) {
                    steps.insert(0, of.to_owned());
                }
            }
            Self::Act => {
                if content(&error.path).is_some() {
                    steps.clear();
                }
            }
        }
        (!steps.is_empty()).then_some(steps)
    }

    /// Whether the input names this entry.
    pub fn names(&self, id: EntryId) -> bool {
        match self {
            Self::Items(ids) => ids.contains(&id),
            Self::Pair { keep, drop } => id == *keep || id == *drop,
            Self::Fields(_) | Self::Act => false,
        }
    }
}

/// The field of the draft an error is about, if it is about one.
pub(super) fn content(path: &str) -> Option<&str> {
    let is_content =
        |part: &str| path.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
    ["entry", "texts", "externalIds", "oldPaths"].into_iter().any(is_content).then_some(path)
}

fn steps(path: &str) -> Vec<String> {
    path.split(['.', '[', ']']).filter(|step| !step.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use griot_editorial::UserErrorCode;
    use rstest::rstest;

    use super::*;

    fn id(number: u128) -> EntryId {
        EntryId(uuid::Uuid::from_u128(number))
    }

    fn error(path: &str, entry: Option<u128>) -> UserError {
        UserError {
            code: UserErrorCode::Invalid,
            message: String::new(),
            path: path.to_owned(),
            entry: entry.map(id),
            detail: Box::default(),
        }
    }

    #[rstest]
    #[case("entry.ranks[0].until", &["ranks", "0", "until"])]
    #[case("entry", &[])]
    #[case("texts.fr-CA.headline", &["texts", "1", "headline"])]
    #[case("texts.ar.slug", &["texts"])]
    #[case("texts", &["texts"])]
    #[case("expectedRevision", &["expectedRevision"])]
    fn fields_of_an_entry_are_found(#[case] path: &str, #[case] steps: &[&str]) {
        let place = Place::Fields(["en", "fr-CA"].map(|tag| Locale::parse(tag).unwrap()).to_vec());
        assert_eq!(place.path(&error(path, None)).unwrap_or_default(), steps);
    }

    #[rstest]
    #[case("texts.fr.body", Some(2), &["items", "1"])]
    #[case("expectedRevision", Some(2), &["items", "1", "expectedRevision"])]
    #[case("", Some(1), &["items", "0"])]
    #[case("items", Some(1), &["items", "0"])]
    #[case("items", None, &["items"])]
    #[case("at", None, &["at"])]
    fn entries_of_a_set_are_found(#[case] path: &str, #[case] entry: Option<u128>, #[case] steps: &[&str]) {
        let place = Place::Items(vec![id(1), id(2)]);
        assert_eq!(place.path(&error(path, entry)).unwrap_or_default(), steps);
    }

    #[rstest]
    #[case("entry.variants", Some(1), &["keep"])]
    #[case("expectedRevision", Some(2), &["drop", "expectedRevision"])]
    #[case("drop", Some(2), &["drop"])]
    #[case("texts.fr.slug", Some(3), &[])]
    #[case("idempotencyKey", None, &["idempotencyKey"])]
    fn entries_of_a_pair_are_found(#[case] path: &str, #[case] entry: Option<u128>, #[case] steps: &[&str]) {
        let place = Place::Pair { keep: id(1), drop: id(2) };
        assert_eq!(place.path(&error(path, entry)).unwrap_or_default(), steps);
    }

    #[rstest]
    #[case("texts.fr.body", None, Some("texts.fr.body"))]
    #[case("edits[3]", Some(&["edits", "3"][..]), None)]
    #[case("", None, None)]
    fn an_act_has_no_content(#[case] path: &str, #[case] steps: Option<&[&str]>, #[case] field: Option<&str>) {
        let found = Place::Act.path(&error(path, Some(1)));
        assert_eq!(
            found.as_deref().map(|steps| steps.iter().map(String::as_str).collect::<Vec<_>>()).as_deref(),
            steps
        );
        assert_eq!(content(path), field);
    }
}
