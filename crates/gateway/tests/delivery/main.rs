//! What the delivery schema answers, over the real stores.

mod lists;
mod pages;
mod support;
mod times;
