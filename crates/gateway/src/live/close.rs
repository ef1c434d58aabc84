//! Why a connection is closed.

use std::borrow::Cow;

/// A reason to close a connection: the code of a WebSocket, and words for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Close {
    pub code: u16,
    /// At most 123 bytes, as a close frame has room for.
    pub reason: Cow<'static, str>,
    /// What it is counted as.
    pub label: &'static str,
}

const fn close(code: u16, reason: &'static str, label: &'static str) -> Close {
    Close { code, reason: Cow::Borrowed(reason), label }
}

/// The codes from 4400 on, and most of their words, are those of the protocol graphql-transport-ws.
impl Close {
    /// The client went: there is nobody to tell.
    pub const GONE: Self = close(1006, "gone", "gone");
    pub const IDLE: Self = close(1000, "no subscription for some time", "idle");
    pub const STOPPED: Self = close(1001, "the server stops: connect again", "stopped");
    pub const DEAD: Self = close(1001, "no sign of life", "dead");
    pub const BROKEN: Self = close(1002, "not the WebSocket protocol", "broken");
    pub const NOT_TEXT: Self = close(4400, "Messages are text", "bad_message");
    pub const TOO_LONG: Self = close(1009, "the message is too long", "too_long");
    pub const LOST: Self = close(1012, "the next event is not to be had: connect again with the last cursor", "lost");
    pub const SLOW: Self = close(1013, "events were not taken in time: connect again with the last cursor", "slow");
    pub const BUSY: Self = close(1013, "credentials cannot be looked up at present: try again later", "busy");
    pub const UNAUTHORIZED: Self = close(4401, "Unauthorized", "unauthorized");
    pub const FORBIDDEN: Self = close(4403, "Forbidden", "forbidden");
    pub const REVOKED: Self = close(4403, "Forbidden: the key opens nothing any more", "revoked");
    pub const SUBPROTOCOL: Self = close(4406, "Subprotocol not acceptable", "subprotocol");
    pub const NO_INIT: Self = close(4408, "Connection initialisation timeout", "no_init");
    pub const TOO_MANY_INITS: Self = close(4429, "Too many initialisation requests", "too_many_inits");

    /// A message that is none of the protocol.
    pub fn bad_message(problem: impl Into<Cow<'static, str>>) -> Self {
        Self { code: 4400, reason: within_frame(problem.into()), label: "bad_message" }
    }

    /// A subscription with an id that another one has.
    pub fn already_exists(id: &str) -> Self {
        // The words after the id would be cut off by a long one.
        let room: String = id.chars().take(20).collect();
        let shown = if room.len() == id.len() { id.to_owned() } else { format!("{room}…") };
        Self {
            code: 4409,
            reason: within_frame(format!("Subscriber for {shown} already exists").into()),
            label: "already_exists",
        }
    }
}

/// What a close frame has room for.
fn within_frame(reason: Cow<'static, str>) -> Cow<'static, str> {
    const MOST: usize = 123;
    if reason.len() <= MOST {
        return reason;
    }
    let end = (0..=MOST).rev().find(|end| reason.is_char_boundary(*end)).unwrap_or_default();
    reason[..end].to_owned().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_fits_a_close_frame() {
        let long = "ɛ".repeat(200);
        for close in [Close::bad_message(long.clone()), Close::already_exists(&long), Close::LOST, Close::SLOW] {
            assert!(close.reason.len() <= 123, "{close:?}");
        }
        assert_eq!(Close::bad_message("é".repeat(62)).reason.len(), 122, "no half character");
        assert_eq!(Close::already_exists("1").reason, "Subscriber for 1 already exists");
    }
}
