//! Names under which files are kept.

use std::fmt;
use std::io;

use crate::FileKind;

/// A name given here: 32 hexadecimal digits and the ending of a known type. No other text can become one, so a path
/// made with it stays in its folder.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StoredName(String);

impl StoredName {
    /// A new name for a file of this type: 128 random bits, so that it cannot be guessed.
    pub fn random(kind: FileKind) -> io::Result<Self> {
        Ok(Self(format!("{}.{}", random_hex()?, kind.ending)))
    }

    /// `None` for what is no such name.
    pub fn parse(raw: &str) -> Option<Self> {
        let (stem, ending) = raw.split_once('.')?;
        let is_ours = stem.len() == 32 && stem.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        (is_ours && FileKind::of_ending(ending).is_some()).then(|| Self(raw.to_owned()))
    }

    #[allow(missing_docs)]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The type its ending stands for.
    pub fn kind(&self) -> FileKind {
        let ending = self.0.split_once('.').map_or("", |(_, ending)| ending);
        FileKind::of_ending(ending).expect("a name is made with the ending of a known type")
    }
}

impl fmt::Display for StoredName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// 128 random bits.
pub(crate) fn random_hex() -> io::Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(hex(&bytes))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_given_here_are_names() {
        let name = StoredName::parse("0123456789abcdef0123456789abcdef.jpg").unwrap();
        assert_eq!(name.kind().mime_type, "image/jpeg");
        let stem = "0123456789abcdef0123456789abcdef";
        for raw in [
            "../editorial.db".to_owned(),
            format!("{stem}.svg"),
            format!("{stem}.png.png"),
            format!("{}.png", stem.to_uppercase()),
            format!("{}.png", &stem[1..]),
            format!("{stem}.png/"),
            format!("{stem}\0.png"),
            format!(".{stem}.part"),
            "x/../y.png".to_owned(),
            String::new(),
        ] {
            assert_eq!(StoredName::parse(&raw), None, "{raw}");
        }
    }

    #[test]
    fn a_random_name_is_a_name() {
        for kind in FileKind::ALL {
            let name = StoredName::random(kind).unwrap();
            assert_eq!(StoredName::parse(name.as_str()), Some(name.clone()));
            assert_eq!(name.kind(), kind);
        }
    }
}
