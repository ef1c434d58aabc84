//! Stories over the built binary: what a person or a site does, on SQLite and PostgreSQL.

mod answers;
mod audit;
mod commands;
mod crash;
mod delivery_only;
mod documents;
mod embargo;
mod exchange;
mod keys;
mod serving;
mod styles;
