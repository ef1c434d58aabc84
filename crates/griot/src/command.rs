//! One file for each command.

pub mod audit;
pub mod clock;
pub mod doctor;
pub mod export;
pub mod import;
pub mod key;
pub mod migrate;
pub mod operations;
pub mod partner;
pub mod product;
pub mod reindex;
pub mod schema;
pub mod serve;
pub mod signing_key;
pub mod verify;
pub mod webhook;
pub mod websub;
