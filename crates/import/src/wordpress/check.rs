//! What an item has to satisfy before it is written: the checks of JSON lines, so that every export can be read again.

use griot_domain::Publication;
use griot_domain::check::MAX_NAME;

/// The first fault of a publication, as a sentence for the report.
pub(crate) fn check(publication: &Publication) -> Result<(), String> {
    if let Some(entry) = &publication.entry {
        entry.check().and_then(|()| entry.check_parent(publication.id)).map_err(|error| error.to_string())?;
    }
    publication.editions.values().try_for_each(|edition| {
        edition.text.check().map_err(|error| error.to_string())?;
        edition.body.validate().map_err(|error| error.to_string())
    })
}

/// A name of at most [`MAX_NAME`] characters. For what others refer to: without it they could not go in either.
/// `notes` says when something was cut off.
pub(crate) fn shortened(name: String, what: &str, notes: &mut Vec<String>) -> String {
    let length = name.chars().count();
    if length <= MAX_NAME {
        return name;
    }
    notes.push(format!("its {what} of {length} characters was cut off after {MAX_NAME}"));
    name.chars().take(MAX_NAME - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_to_what_fits() {
        let mut notes = Vec::new();
        assert_eq!(shortened("é".repeat(MAX_NAME), "name", &mut notes), "é".repeat(MAX_NAME));
        assert_eq!(notes, [""; 0]);
        let cut = shortened("é".repeat(MAX_NAME + 1), "name", &mut notes);
        assert_eq!((cut.chars().count(), cut.chars().last()), (MAX_NAME, Some('…')));
        assert_eq!(notes, ["its name of 1001 characters was cut off after 1000"]);
    }
}
