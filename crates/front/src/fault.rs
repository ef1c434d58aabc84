use std::error::Error;

/// Why a resolver failed, for the log alone: put it into [`async_graphql::Error::source`].
#[derive(Debug)]
pub struct Fault(pub Box<dyn Error + Send + Sync>);

impl Fault {
    /// The cause and those below it. One that is named by the text above it is not named again.
    pub(crate) fn chain(&self) -> String {
        let mut text = self.0.to_string();
        let mut below = self.0.source();
        while let Some(cause) = below {
            let cause_text = cause.to_string();
            if !text.contains(&cause_text) {
                text = format!("{text}: {cause_text}");
            }
            below = cause.source();
        }
        text
    }
}
