//! Tells partners of changes at endpoints of theirs: makes events of what changes in their products, and lets them manage
//! their endpoints.

mod dispatcher;
mod event;
mod figures;
mod routes;

pub use self::dispatcher::Dispatcher;
pub(crate) use self::figures::SendingFigures;
pub(crate) use self::routes::endpoint_routes;
