//! The stores on SQLite and PostgreSQL: what is published and what is read back, now and at any moment.

#![expect(clippy::unwrap_used, reason = "helpers of tests unwrap like the tests themselves")]

mod acts;
mod confinement;
mod doctor;
mod editorial;
mod journal;
mod keys;
mod layers;
mod links;
mod lists;
mod locales;
mod migrations;
mod model;
mod partners;
mod planner;
mod posts;
mod publish;
mod refusals;
mod retractions;
mod seq;
mod slugs;
mod stated;
mod subscriptions;
mod support;
mod time;
mod touched;
mod traces;
mod webhooks;
