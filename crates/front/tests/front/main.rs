//! The front as clients and attackers meet it, over a toy schema.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

mod attacks;
mod caching;
mod corpus;
mod costs;
mod endpoint;
mod limits;
mod logs;
mod persisted;
mod sdl;
mod serving;
mod support;
mod toy;
