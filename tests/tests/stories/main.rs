//! Stories over the built binary: what a person or a site does, on SQLite and PostgreSQL.

#![expect(clippy::unwrap_used, reason = "helpers of tests unwrap like the tests themselves")]

mod answers;
mod audit;
mod clock;
mod commands;
mod crash;
mod delivery_only;
mod documents;
mod drills;
mod embargo;
mod exchange;
mod files;
mod issued;
mod keys;
mod metrics;
mod oidc;
mod operations;
mod partner;
mod proof;
mod punctual;
mod purge;
mod reshuffle;
mod search;
mod serving;
mod slow_clients;
mod styles;
mod syndication;
mod tools;
mod two_gateways;
mod webhooks;
mod websub;
