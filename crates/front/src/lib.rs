//! GraphQL over HTTP: transport, guards and cost in front of an [async-graphql](async_graphql) schema. It knows no
//! content type.
//!
//! A request passes, in this order: size of target and body, `Accept` and `Content-Type`, JSON, a linear [`scan`] of
//! brackets and tokens, the parser, the size of the document with its fragments expanded, validation to the letter of the
//! specification (apollo-compiler), values, coercion of variables, [`cost`]. What is left runs under a deadline, and a
//! panic ends it alone. The executor gets the document as it was validated and never parses text itself.
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema, ValidationMode};
//! use griot_front::{Front, FrontOptions, Limits, ServeOptions, directive::List, serve, shell};
//!
//! struct Query;
//!
//! #[Object]
//! impl Query {
//!     /// The largest towns.
//!     #[graphql(directive = List::apply(10))]
//!     async fn towns(&self) -> Vec<String> {
//!         vec!["Bamako".to_owned()]
//!     }
//! }
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let schema = Schema::build(Query, EmptyMutation, EmptySubscription)
//!     .validation_mode(ValidationMode::Fast) // the front has validated already
//!     .disable_suggestions()
//!     .finish();
//! let limits = Limits::default();
//! let options = FrontOptions {
//!     // Called for each request: the place to put a loader into its context.
//!     prepare: Some(Arc::new(|request, _parts| request.data("made for this request"))),
//!     ..FrontOptions::default()
//! };
//! let front = Arc::new(Front::new(schema.clone(), &schema.sdl(), limits.clone(), options)?);
//! let router = shell(front.routes("/graphql"), &limits);
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
//! serve(listener, router, ServeOptions::default(), std::future::pending()).await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Errors
//! Every error carries one of the codes in [`code`]. A resolver's error is shown when its `extensions.code` is one of
//! them (other than `INTERNAL`); any other becomes "internal error" with a trace id, and its text goes to the log once. Where its
//! `source` is a [`Fault`], that cause and those below it are logged instead.
//! Values of variables are never logged.
//!
//! # Persisted documents
//! A document may be named by an id or a hash, and [`OperationMode`] among a request's extensions says which documents it
//! may have run. [`Front::trust`] gives those that are trusted; clients register others by Apollo's protocol, within a
//! budget of bytes and only if they may run.
//!
//! # Subscriptions
//! [`Front::listen`] checks one as the endpoint does a request, and [`Front::tell`] runs it anew for each event: how events
//! get to subscribers is no business of the front.
//!
//! # Cost
//! [`directive`] has what the schema's fields must carry, [`lists_without_cost`] names those that do not. A request with
//! the header `GraphQL-Cost` is told its cost in `extensions.cost.requested`; answers to others carry no extensions, so
//! that their bytes depend on nothing but what was asked.
//!
//! # Time
//! A request with the header `GraphQL-Timing` is told where its time went, in `Server-Timing`. What takes longer than
//! [`FrontOptions::slow_after`] is logged, by the hash of its document.

mod cache;
mod check;
pub mod cost;
pub mod directive;
mod fault;
pub mod fresh;
pub mod graphiql;
mod http;
pub mod json;
pub mod lean;
mod lifetime;
mod limits;
mod lines;
mod listen;
mod nul;
pub mod parts;
mod persisted;
mod refusal;
mod responses;
pub mod scan;
mod schema;
mod selections;
mod serve;
mod shape;
mod shell;
mod timing;
mod translate;
mod values;

pub use check::{Checked, OperationKind};
pub use fault::Fault;
pub use http::answer::refuse;
pub use http::{COST_HEADER, Front, FrontOptions, Observe, Page, Prepare, StatusProfile};
pub use limits::Limits;
pub use listen::{Listen, Unanswered};
pub use persisted::{OPERATIONS, OperationCounts, OperationMode, TrustedDocument, document_hash};
pub use refusal::{Location, Passed, Problem, ProblemExtensions, Refusal, code};
pub use responses::{Caching, Counts, EVERYTHING, MANY, Now, Personal, Shared};
pub use schema::{FrontError, lists_without_cost};
pub use selections::Selected;
pub use serve::{Connections, Peer, PeerAddress, Peers, ServeOptions, serve, serve_counted};
pub use shell::shell;
pub use timing::TIMING_HEADER;
pub use values::ScalarCheck;
