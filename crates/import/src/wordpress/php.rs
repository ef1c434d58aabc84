//! Values as PHP serialises them, of which WordPress keeps facts about files: numbers, texts and arrays. Objects are
//! not read, nor is anything whose lengths do not agree.

/// Deepest nesting of arrays.
const MAX_DEPTH: usize = 16;

/// A value of PHP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    Text(&'a str),
    Array(Vec<(Value<'a>, Value<'a>)>),
    /// A number, a truth value or nothing, as it is written.
    Other(&'a str),
}

impl<'a> Value<'a> {
    /// Reads a value that takes up the whole of `serialised`. Lengths of texts are in bytes.
    pub(crate) fn read(serialised: &'a str) -> Option<Self> {
        let (value, rest) = value(serialised, MAX_DEPTH)?;
        rest.trim().is_empty().then_some(value)
    }

    /// The value of an array under a key that is a text.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        let Self::Array(pairs) = self else { return None };
        pairs.iter().find(|(known, _)| known.text() == Some(key)).map(|(_, value)| value)
    }

    pub(crate) fn text(&self) -> Option<&'a str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

/// A value and what stands behind it.
fn value(rest: &str, depth: usize) -> Option<(Value<'_>, &str)> {
    if let Some(rest) = rest.strip_prefix("s:") {
        let (length, rest) = rest.split_once(":\"")?;
        let (text, rest) = rest.split_at_checked(length.parse().ok()?)?;
        return Some((Value::Text(text), rest.strip_prefix("\";")?));
    }
    if let Some(rest) = rest.strip_prefix("a:") {
        let (count, mut rest) = rest.split_once(":{")?;
        let mut pairs = Vec::new();
        for _ in 0..count.parse::<usize>().ok()? {
            let (key, after_key) = value(rest, 0)?;
            let (item, after) = value(after_key, depth.checked_sub(1)?)?;
            pairs.push((key, item));
            rest = after;
        }
        return Some((Value::Array(pairs), rest.strip_prefix('}')?));
    }
    let (scalar, rest) = rest.split_once(';')?;
    let is_scalar = scalar == "N" || ["i:", "b:", "d:"].iter().any(|tag| scalar.starts_with(tag));
    is_scalar.then_some((Value::Other(scalar), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_by_key_whatever_stands_around() {
        let value = Value::read(
            "a:3:{s:5:\"sizes\";a:1:{i:0;a:0:{}}s:1:\"a\";s:5:\"\";}é\";s:1:\"b\";a:2:{s:1:\"c\";d:0.5;s:1:\"d\";s:2:\"é\";}}\n",
        )
        .unwrap();
        assert_eq!(value.get("a").and_then(Value::text), Some("\";}é"));
        assert_eq!(value.get("b").and_then(|b| b.get("d")?.text()), Some("é"));
        assert_eq!(value.get("b").and_then(|b| b.get("c")?.text()), None);
        assert_eq!(value.get("0"), None);
    }

    #[test]
    fn what_does_not_agree_is_not_read() {
        let deep = "a:1:{i:0;".repeat(100_000);
        for text in ["", "s:3:\"ab\";", "s:1:\"é\";", "a:2:{i:0;i:1;}", "a:1:{i:0;i:1;}x", "O:1:\"A\":0:{}", "N", &deep]
        {
            assert_eq!(Value::read(text), None, "{}", text.get(..20).unwrap_or(text));
        }
        assert_eq!(Value::read("a:9999999999:{}"), None);
    }
}
