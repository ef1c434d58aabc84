//! Translations as Polylang keeps them: a term whose description is a PHP array of languages and ids.

/// The pairs of a serialised PHP array such as `a:2:{s:2:"fr";i:12;s:2:"en";i:34;}`.
pub(crate) fn members(serialised: &str) -> Vec<(String, u64)> {
    let mut found = Vec::new();
    let mut rest = serialised;
    while let Some(at) = rest.find(":\"") {
        rest = &rest[at + 2..];
        let Some((language, after)) = rest.split_once("\";") else { break };
        rest = after;
        let number = after.strip_prefix("i:").and_then(|value| value.split(';').next()?.parse().ok());
        if let Some(number) = number.filter(|number| *number > 0) {
            found.push((language.replace('_', "-"), number));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_and_ids_are_read() {
        let expected = vec![("fr".to_owned(), 12), ("pt-br".to_owned(), 34)];
        assert_eq!(members("a:2:{s:2:\"fr\";i:12;s:5:\"pt_br\";i:34;}"), expected);
        assert_eq!(members("a:3:{s:4:\"sync\";a:0:{}s:2:\"fr\";i:12;s:2:\"en\";i:0;}"), vec![("fr".to_owned(), 12)]);
        assert_eq!(members("Un texte"), vec![]);
    }
}
