//! What a test's own thread logs, while others run beside it.

use std::cell::RefCell;
use std::io::Write;
use std::marker::PhantomData;
use std::sync::LazyLock;

use tracing::callsite::rebuild_interest_cache;
use tracing::subscriber::set_global_default;
use tracing_subscriber::filter::dynamic_filter_fn;
use tracing_subscriber::fmt::layer;
use tracing_subscriber::prelude::*;
use tracing_subscriber::registry;

thread_local! {
    static WRITTEN: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// One for the whole process, and for ever: what each test sets for its own thread does not reach places in the code
/// that a thread without one came to first, since what they are told then is kept.
static SUBSCRIBER: LazyLock<()> = LazyLock::new(|| {
    let is_recorded = dynamic_filter_fn(|_, _| WRITTEN.with_borrow(Option::is_some));
    let lines = layer().json().with_writer(|| Lines).with_filter(is_recorded);
    set_global_default(registry().with(lines)).unwrap_or_else(|err| panic!("the log is recorded: {err}"));
    // For places that were asked between the subscriber's making and its being set.
    rebuild_interest_cache();
});

/// A record of what the thread it is made on logs, down to the finest level, until it is dropped: JSON, one object a line.
#[derive(Debug)]
pub struct Log(PhantomData<*const ()>);

impl Log {
    /// Begins a record, without what was written before.
    #[expect(clippy::new_without_default, reason = "it is a guard, not a value")]
    pub fn new() -> Self {
        LazyLock::force(&SUBSCRIBER);
        WRITTEN.set(Some(Vec::new()));
        Self(PhantomData)
    }

    /// All that was written so far.
    pub fn text(&self) -> String {
        let written = WRITTEN.with_borrow(|written| written.clone().unwrap_or_default());
        String::from_utf8(written).unwrap_or_else(|err| panic!("the log is text: {err}"))
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        WRITTEN.set(None);
    }
}

struct Lines;

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        WRITTEN.with_borrow_mut(|written| written.as_mut().map_or(Ok(bytes.len()), |lines| lines.write(bytes)))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
