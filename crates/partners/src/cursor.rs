//! Places in a partner's feed of changes, as text that only we can write.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::{digest, hmac};
use uuid::Uuid;

const FORM: u8 = 1;
const FIELDS: usize = 5;
const PAYLOAD: usize = 1 + SCOPE + FIELDS * 8;
const SCOPE: usize = 8;
const MAC: usize = 16;

/// Whose feed it is, and of which products.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    #[allow(missing_docs)]
    pub partner: Uuid,
    /// In order.
    pub products: Vec<Uuid>,
}

/// How far a partner has been told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Number of the last change told; 0 in the beginning.
    pub number: i64,
    /// The last publication that was sorted then, and when it was made, in microseconds: another record has another one
    /// under the number.
    pub sorted: (i64, i64),
    /// While a first copy is made: the number of the last change when it was begun.
    pub snapshot: Option<i64>,
    /// Stands for what was told to be under embargo; 0 for nothing.
    pub embargoed: u64,
}

/// Why a text is no place to go on from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CursorError {
    /// Nobody here has written it.
    #[error("not a token of this feed")]
    Foreign,
    /// It was written for another partner, or for other products.
    #[error("the token is of other products than are received now")]
    OtherScope,
}

impl Scope {
    fn digest(&self) -> [u8; SCOPE] {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(self.partner.as_bytes());
        self.products.iter().for_each(|product| context.update(product.as_bytes()));
        let mut short = [0; SCOPE];
        short.copy_from_slice(&context.finish().as_ref()[..SCOPE]);
        short
    }
}

/// Writes places as text, and reads them back.
#[derive(Clone, Debug)]
pub struct Cursors {
    key: hmac::Key,
}

impl Cursors {
    /// Cursors signed with a key.
    pub fn new(key: &[u8; 32]) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, key) }
    }

    /// Whether a text has the form of a place, whoever wrote it.
    pub fn is_like(text: &str) -> bool {
        decode(text).is_ok()
    }

    /// A place as text: 87 letters, digits, `-` and `_`.
    pub fn write(&self, scope: &Scope, place: &Place) -> String {
        let mut bytes = Vec::with_capacity(PAYLOAD + MAC);
        bytes.push(FORM);
        bytes.extend(scope.digest());
        let (seq, at) = place.sorted;
        for field in [place.number, seq, at, place.snapshot.unwrap_or(-1), place.embargoed.cast_signed()] {
            bytes.extend(field.to_be_bytes());
        }
        let mac = hmac::sign(&self.key, &bytes);
        bytes.extend(&mac.as_ref()[..MAC]);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The place a text stands for.
    pub fn read(&self, scope: &Scope, text: &str) -> Result<Place, CursorError> {
        let bytes = decode(text)?;
        let (payload, mac) = bytes.split_at(PAYLOAD);
        // What is compared is no secret of ours: whoever guesses may go on guessing, 128 bits long.
        if hmac::sign(&self.key, payload).as_ref()[..MAC] != *mac {
            return Err(CursorError::Foreign);
        }
        if payload[1..=SCOPE] != scope.digest() {
            return Err(CursorError::OtherScope);
        }
        let mut fields = [0; FIELDS];
        for (field, bytes) in fields.iter_mut().zip(payload[1 + SCOPE..].chunks_exact(8)) {
            *field = i64::from_be_bytes(bytes.try_into().map_err(|_| CursorError::Foreign)?);
        }
        let [number, seq, at, snapshot, embargoed] = fields;
        Ok(Place {
            number,
            sorted: (seq, at),
            snapshot: (snapshot >= 0).then_some(snapshot),
            embargoed: embargoed.cast_unsigned(),
        })
    }
}

fn decode(text: &str) -> Result<Vec<u8>, CursorError> {
    let bytes = URL_SAFE_NO_PAD.decode(text.get(..text.len().min(128)).ok_or(CursorError::Foreign)?);
    let is_one = |bytes: &Vec<u8>| bytes.len() == PAYLOAD + MAC && bytes[0] == FORM;
    bytes.ok().filter(is_one).ok_or(CursorError::Foreign)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(products: &[u128]) -> Scope {
        Scope { partner: Uuid::from_u128(1), products: products.iter().copied().map(Uuid::from_u128).collect() }
    }

    const PLACE: Place =
        Place { number: 7, sorted: (5, 1_700_000_000_000_001), snapshot: Some(0), embargoed: u64::MAX };

    #[test]
    fn a_place_is_read_back_by_whom_it_was_written_for() {
        let cursors = Cursors::new(&[7; 32]);
        let text = cursors.write(&scope(&[1, 2]), &PLACE);
        assert_eq!(text.len(), 87);
        assert_eq!(cursors.read(&scope(&[1, 2]), &text), Ok(PLACE));
        assert_eq!(cursors.read(&scope(&[1]), &text), Err(CursorError::OtherScope));
        let other = Scope { partner: Uuid::from_u128(2), ..scope(&[1, 2]) };
        assert_eq!(cursors.read(&other, &text), Err(CursorError::OtherScope));
        assert_eq!(Cursors::new(&[8; 32]).read(&scope(&[1, 2]), &text), Err(CursorError::Foreign));
    }

    #[test]
    fn nobody_else_can_write_one() {
        let cursors = Cursors::new(&[7; 32]);
        let text = cursors.write(&scope(&[1]), &PLACE);
        for at in 0..text.len() {
            let mut slip = text.clone().into_bytes();
            slip[at] = if slip[at] == b'A' { b'B' } else { b'A' };
            let read = cursors.read(&scope(&[1]), std::str::from_utf8(&slip).unwrap());
            // The last letter has bits to spare, which a decoder refuses too.
            assert_eq!(read, Err(CursorError::Foreign), "at {at}");
            assert!(cursors.read(&scope(&[1]), &text[..at]).is_err(), "cut at {at}");
        }
        assert!(cursors.read(&scope(&[1]), &"é".repeat(100)).is_err());
    }
}
