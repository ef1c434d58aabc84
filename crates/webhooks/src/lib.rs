//! Webhooks, as Standard Webhooks 1.0 has them: what is new goes to endpoints of partners, signed, in order for each item, and
//! tried again for three days. An endpoint that does not answer delays no other.
//!
//! What is to be sent waits in the editorial store and is taken out when it arrived or was given up: a sender that is killed
//! loses nothing, and sends again under the same id what was on its way. Feeds go to subscribers of theirs by WebSub.

mod address;
mod caller;
mod endpoints;
mod event;
mod figures;
mod hub;
mod line;
mod schedule;
mod secret;
mod sender;
mod signature;
mod slots;
mod verdict;

pub use address::{AddressError, address};
pub use caller::{Caller, CallerSettings, Reply};
pub use endpoints::{Changes, EndpointError, Endpoints, MOST_ENDPOINTS, NewEndpoint, ROTATION};
pub use event::{
    DISABLED, IDLE, MOST_BYTES, TEST, TYPES, UnknownType, VERIFICATION, event_body, event_id, is_wanted, types,
};
pub use figures::Figures;
pub use hub::{Asking, Content, Hub, HubError, HubSettings, Making, Topics, Unmade};
pub use schedule::{Failed, GIVEN_UP_AFTER, next_try};
pub use secret::{Secret, SecretError};
pub use sender::{Sender, SenderHandle, SenderSettings};
pub use signature::{sign, signatures};
