//! Messages of the JSON library in words for people: those of docs/import-format.md.

/// What the shapes of the library are called on the page.
const SHAPES: [(&str, &str); 13] = [
    ("struct ", "an object of fields"),
    ("a map", "an object"),
    ("map", "an object"),
    ("a sequence", "a list"),
    ("sequence", "a list"),
    ("a string", "a text"),
    ("a boolean", "true or false"),
    ("f64", "a number"),
    ("u", "a whole number, not below 0"),
    ("i", "a whole number"),
    ("enum ", "one of the words listed for it"),
    ("variant identifier", "one of the words listed for it"),
    ("an RFC 3339", INSTANT),
];

const INSTANT: &str = "an instant such as 2024-10-21T16:45:00Z";

/// What is said of an instant that cannot be read.
const UNREAD_INSTANT: [&str; 7] = [
    "input is out of range",
    "no possible date and time matching input",
    "input is not enough for unique date and time",
    "input contains invalid characters",
    "premature end of input",
    "trailing input",
    "bad or unsupported format string",
];

/// A message of the JSON library without its names of types; one that is plain already stays.
pub fn plain_words(message: String) -> String {
    // The library says only that no variant fits.
    if message.contains("untagged enum EventTime") {
        return "a time has `startsAt` (an instant such as 2025-06-21T09:00:00+00:00) or `startsOn` (a day), with the \
                `endsAt` or `endsOn` that belongs to it and a `timeZone`"
            .to_owned();
    }
    if message.contains("untagged enum Localized") {
        return "give a text, or an object of texts by language such as {\"fr\":\"Général\"}".to_owned();
    }
    if UNREAD_INSTANT.contains(&message.as_str()) {
        return format!("{message}; give {INSTANT}");
    }
    if let Some(field) = message.strip_prefix("missing field ") {
        return format!("the field {field} is missing; add it");
    }
    if let Some(rest) = message.strip_prefix("unknown variant ") {
        return format!("unknown word {rest}");
    }
    let parts = ["invalid type: ", "invalid value: ", "invalid length "]
        .iter()
        .find_map(|prefix| Some((*prefix, message.strip_prefix(prefix)?.rsplit_once(", expected ")?)));
    match parts {
        Some(("invalid length ", (length, wanted))) => {
            format!("here stands a list of {length}; give {}", shape(wanted))
        }
        Some((_, (found, wanted))) => format!("here stands {}; give {}", found_words(found), shape(wanted)),
        None => message,
    }
}

fn shape(wanted: &str) -> String {
    let known = SHAPES.iter().find(|(shape, _)| match *shape {
        "u" | "i" => wanted.strip_prefix(shape).is_some_and(|bits| bits.parse::<u8>().is_ok()),
        _ => wanted.starts_with(shape),
    });
    known.map_or(wanted, |(_, words)| words).to_owned()
}

fn found_words(found: &str) -> String {
    for (kind, words) in [("string ", "the text "), ("integer ", ""), ("floating point ", ""), ("boolean ", "")] {
        if let Some(value) = found.strip_prefix(kind) {
            return format!("{words}{value}");
        }
    }
    shape(found)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(
        "invalid length 0, expected struct Topic with 2 elements",
        "here stands a list of 0; give an object of fields"
    )]
    #[case(
        "invalid type: string \"/a\", expected struct OldPath",
        "here stands the text \"/a\"; give an object of fields"
    )]
    #[case("invalid type: map, expected a sequence", "here stands an object; give a list")]
    #[case("invalid type: integer `5`, expected a string", "here stands `5`; give a text")]
    #[case("invalid type: null, expected a boolean", "here stands null; give true or false")]
    #[case("invalid value: integer `-1`, expected u32", "here stands `-1`; give a whole number, not below 0")]
    #[case("missing field `name`", "the field `name` is missing; add it")]
    #[case("premature end of input", "premature end of input; give an instant such as 2024-10-21T16:45:00Z")]
    #[case("`24` is not a date: use YYYY", "`24` is not a date: use YYYY")]
    fn messages_use_the_words_of_the_page(#[case] message: &str, #[case] expected: &str) {
        assert_eq!(plain_words(message.to_owned()), expected);
    }
}
