//! The form of keys and preview tokens: `griot_<family>_<public id>_<secret>_<checksum>`.
//!
//! The prefix lets scanners of source code find a key that was left lying about, and the checksum lets them, and us,
//! tell a mistyped one without asking the store.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretBox, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

const PREFIX: &str = "griot_";
const ID: usize = 12;
const SECRET: usize = 43;
const CHECKSUM: usize = 8;
const LENGTH: usize = PREFIX.len() + 2 + ID + 1 + SECRET + 1 + CHECKSUM;

/// What a key is for; a letter of it says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// `e`: the editorial side.
    Editorial,
    /// `d`: delivery.
    Delivery,
    /// `p`: the preview of one entry.
    Preview,
}

/// The text is no key: misspelled, or cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a key of Griot")]
pub struct KeyFormatError;

/// A key or preview token in hand, its secret included. `Debug` and `Display` show the public part only.
pub struct Token {
    family: Family,
    id: String,
    secret: SecretBox<[u8; 32]>,
}

impl Family {
    fn letter(self) -> char {
        match self {
            Self::Editorial => 'e',
            Self::Delivery => 'd',
            Self::Preview => 'p',
        }
    }
}

impl Token {
    /// Draws a new one: 60 random bits of public id, 256 of secret. Fails when the machine gives no random bits.
    pub fn draw(family: Family) -> Result<Self, getrandom::Error> {
        // 32 letters without those that are easily taken for another.
        const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
        let mut bits = [0; ID];
        getrandom::fill(&mut bits)?;
        let id = bits.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
        let mut secret = SecretBox::new(Box::new([0; 32]));
        getrandom::fill(secrecy::ExposeSecretMut::expose_secret_mut(&mut secret))?;
        Ok(Self { family, id, secret })
    }

    /// Reads one; the checksum is looked at before anything else is believed.
    pub fn parse(text: &str) -> Result<Self, KeyFormatError> {
        // The secret may hold `_` itself, so the parts are told by their lengths.
        if text.len() != LENGTH || !text.is_ascii() {
            return Err(KeyFormatError);
        }
        let (body, checksum) = text.split_at(LENGTH - CHECKSUM - 1);
        if checksum[1..] != checksum_of(body) || !checksum.starts_with('_') {
            return Err(KeyFormatError);
        }
        let body = body.strip_prefix(PREFIX).ok_or(KeyFormatError)?;
        let family = match body.as_bytes()[0] {
            b'e' => Family::Editorial,
            b'd' => Family::Delivery,
            b'p' => Family::Preview,
            _ => return Err(KeyFormatError),
        };
        let (id, secret) = body[1..].split_at(1 + ID);
        let id = id.strip_prefix('_').ok_or(KeyFormatError)?;
        if !id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) {
            return Err(KeyFormatError);
        }
        let mut bytes = SecretBox::new(Box::new([0; 32]));
        let encoded = secret.strip_prefix('_').ok_or(KeyFormatError)?;
        let room = secrecy::ExposeSecretMut::expose_secret_mut(&mut bytes);
        match URL_SAFE_NO_PAD.decode_slice(encoded, room) {
            Ok(32) => Ok(Self { family, id: id.to_owned(), secret: bytes }),
            _ => Err(KeyFormatError),
        }
    }

    /// Whether a bearer token is meant to be one of ours.
    pub fn is_meant(text: &str) -> bool {
        text.starts_with(PREFIX)
    }

    /// What it is for.
    pub fn family(&self) -> Family {
        self.family
    }

    /// The public part: 12 lower-case letters and digits.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// SHA-256 of the secret: all that is kept of it. 256 random bits need no slow hash.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.secret.expose_secret()).into()
    }

    /// Whether `hash` is that of the secret, in a time that does not tell how much of it is right.
    pub fn has_hash(&self, hash: &[u8; 32]) -> bool {
        self.hash().ct_eq(hash).into()
    }

    /// All of it, to be shown once to whoever will hold it.
    pub fn reveal(&self) -> SecretString {
        let secret = URL_SAFE_NO_PAD.encode(self.secret.expose_secret());
        let mut text = format!("{PREFIX}{}_{}_{secret}", self.family.letter(), self.id);
        let checksum = checksum_of(&text);
        text.push('_');
        text.push_str(&checksum);
        text.into()
    }
}

/// CRC-32 (IEEE) in 8 hexadecimal digits.
fn checksum_of(body: &str) -> String {
    format!("{:08x}", crc32fast::hash(body.as_bytes()))
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({self})")
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}_{}_…", self.family.letter(), self.id)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn reveal(token: &Token) -> String {
        token.reveal().expose_secret().to_owned()
    }

    #[rstest]
    fn a_key_is_read_back(#[values(Family::Editorial, Family::Delivery, Family::Preview)] family: Family) {
        // Enough of them to meet `_` and `-` in secrets.
        for _ in 0..200 {
            let drawn = Token::draw(family).unwrap();
            let text = reveal(&drawn);
            assert_eq!(text.len(), LENGTH);
            assert!(Token::is_meant(&text));
            let read = Token::parse(&text).unwrap();
            assert_eq!((read.family(), read.id(), read.hash()), (family, drawn.id(), drawn.hash()));
            assert!(read.has_hash(&drawn.hash()));
        }
    }

    #[test]
    fn the_form_is_the_documented_one() {
        let token = Token {
            family: Family::Editorial,
            id: "abc234def567".to_owned(),
            secret: SecretBox::new(Box::new([7; 32])),
        };
        insta::assert_snapshot!(
            reveal(&token),
            @"griot_e_abc234def567_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc_ddc011a8"
        );
    }

    #[test]
    fn any_slip_of_the_pen_is_noticed() {
        let text = reveal(&Token::draw(Family::Editorial).unwrap());
        for at in 0..text.len() {
            let mut slip = text.clone().into_bytes();
            slip[at] = if slip[at] == b'a' { b'b' } else { b'a' };
            assert_eq!(Token::parse(&String::from_utf8(slip).unwrap()).err(), Some(KeyFormatError), "at {at}");
            assert_eq!(Token::parse(&text[..at]).err(), Some(KeyFormatError), "cut at {at}");
        }
        assert!(Token::parse(&format!("{text} ")).is_err());
        assert!(Token::parse(&"é".repeat(LENGTH / 2)).is_err());
    }

    #[test]
    fn another_secret_has_another_hash() {
        let (one, other) = (Token::draw(Family::Editorial).unwrap(), Token::draw(Family::Editorial).unwrap());
        assert!(one.id() != other.id() && !one.has_hash(&other.hash()));
    }

    #[test]
    fn the_secret_is_shown_on_demand_only() {
        let token = Token::draw(Family::Delivery).unwrap();
        let text = reveal(&token);
        let secret = &text[PREFIX.len() + 2 + ID + 1..][..SECRET];
        let shown = format!("{token} {token:?} {:?}", token.reveal());
        assert!(shown.contains(token.id()) && !shown.contains(secret), "{shown}");
    }
}
