//! A partner's feed for who resolves its GraphQL.

use std::sync::Arc;

use axum::http::Extensions;
use griot_domain::EntryId;
use griot_persistence::Partner;

use super::products::Feed;
use super::{Asking, Partners};
use crate::documents::Early;
use crate::graphql::delivery::error::Answer;
use crate::graphql::delivery::{Delivery, Loads};

/// Where feeds of partners come from.
#[derive(Clone)]
pub(crate) struct Source {
    pub partners: Arc<Partners>,
    pub public: Arc<Delivery>,
    pub early: Early,
}

/// That whoever asks is a partner: what `changes` tells it, and nobody else.
#[derive(Clone)]
pub(crate) struct Receiving {
    source: Source,
    partner: Arc<Partner>,
    asking: Asking,
}

impl Source {
    /// What whoever sent a request receives, where its key is that of a partner.
    pub fn of(&self, extensions: &Extensions) -> Option<Receiving> {
        let asking = extensions.get::<Asking>()?.clone();
        Some(Receiving { source: self.clone(), partner: asking.partner.clone()?, asking })
    }
}

impl Receiving {
    pub fn feed(&self) -> Feed<'_> {
        let Self { source, partner, asking } = self;
        let early = Some(&source.early).filter(|_| asking.sees_embargoed);
        Feed { partners: &source.partners, partner, early }
    }

    /// What is public, read anew: nothing of the answer is kept.
    pub fn public(&self) -> Loads {
        Loads::new(Arc::clone(&self.source.public), None)
    }

    /// Whether the partner sees a state of an entry that is under embargo.
    pub async fn has_early(&self, id: EntryId) -> Answer<bool> {
        match self.feed().early {
            Some(early) => Ok(early.embargoes().await?.contains_key(&id)),
            None => Ok(false),
        }
    }

    /// Counts changes told.
    pub fn told(&self, count: usize) {
        self.asking.told(count);
    }
}
