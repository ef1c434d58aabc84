//! One act of an editor, from the first look at the draft to the commit.

use griot_domain::EntryId;
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, QuerySelect};

use super::acts;
use super::stored::{Publishing, to_json};
use super::{EditorialStore, no_head};
use crate::entity::{act, drafting_head};
use crate::{Act, Outcome, PublishTx, StoreError, StoreName};

/// An open transaction over the editorial store and those it publishes into. Other editors wait for it. Dropped, it is
/// as if it had never been.
#[derive(Debug)]
pub struct EditorialTx<'s> {
    pub(super) store: &'s EditorialStore,
    pub(super) tx: PublishTx,
    pub(super) head: drafting_head::Model,
    published: Option<PublishTx>,
    embargoed: Option<PublishTx>,
}

/// What is sure after a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Committed {
    /// What became public is seen.
    Applied,
    /// It is acknowledged and will become public, but a public store could not be written just now.
    Pending,
}

impl EditorialStore {
    /// Begins an act.
    pub async fn begin(&self) -> Result<EditorialTx<'_>, StoreError> {
        let tx = self.editorial.begin().await?;
        let head = drafting_head::Entity::find().lock_exclusive().one(&tx.tx).await?.ok_or_else(no_head)?;
        Ok(EditorialTx { store: self, tx, head, published: None, embargoed: None })
    }
}

impl EditorialTx<'_> {
    /// Makes `publishings` take effect in a public store with the commit. Refused parts leave nothing behind, but
    /// then the whole act has to be given up: drop the transaction.
    pub async fn act(
        &mut self,
        store: StoreName,
        publishings: &[Publishing],
        act: &Act,
    ) -> Result<Vec<(EntryId, Outcome)>, StoreError> {
        self.open(store).await?;
        let target = self.opened(store)?;
        let outcomes = acts::take_up(target, publishings, act).await?;
        let last = self.last(store);
        *last += 1;
        let number = *last;
        self.opened(store)?.set_applied(number).await?;
        let row = act::ActiveModel::from(act::Model {
            store: store.as_str().to_owned(),
            number,
            at: griot_domain::micros(act.at),
            origin: act.origin.clone(),
            content: to_json(publishings),
        });
        act::Entity::insert(row).exec_without_returning(&self.tx.tx).await?;
        Ok(outcomes)
    }

    /// Ends the act and keeps it: first what it says, then what it does.
    pub async fn commit(self) -> Result<Committed, StoreError> {
        let drafting_head::Model { published, embargoed, audit, audit_hash, .. } = self.head;
        drafting_head::Entity::update_many()
            .col_expr(drafting_head::Column::Published, Expr::value(published))
            .col_expr(drafting_head::Column::Embargoed, Expr::value(embargoed))
            .col_expr(drafting_head::Column::Audit, Expr::value(audit))
            .col_expr(drafting_head::Column::AuditHash, Expr::value(audit_hash))
            .exec(&self.tx.tx)
            .await?;
        self.tx.commit().await?;
        for target in [self.published, self.embargoed].into_iter().flatten() {
            if let Err(err) = target.commit().await {
                tracing::error!(error = %err, "an acknowledged act is not public yet; it is tried again");
                return Ok(Committed::Pending);
            }
        }
        Ok(Committed::Applied)
    }

    /// Opens a public store and brings it up to the last act.
    pub(super) async fn open(&mut self, store: StoreName) -> Result<(), StoreError> {
        if self.slot(store).is_none() {
            let target = self.store.target(store).begin().await?;
            let last = acts::catch_up(&self.tx, &target, store).await?;
            let head = self.last(store);
            if *head < last {
                // The editorial store is new, or an older copy of it was put back: its numbers go on where the
                // public store is, or what it says next would be taken for known.
                tracing::warn!(store = store.as_str(), last, head = *head, "the editorial store has lost acts");
                *head = last;
            }
            *self.slot(store) = Some(target);
        }
        Ok(())
    }

    /// The open transaction of the published store.
    pub(super) fn published(&self) -> Option<&PublishTx> {
        self.published.as_ref()
    }

    fn opened(&mut self, store: StoreName) -> Result<&PublishTx, StoreError> {
        self.slot(store).as_ref().ok_or_else(|| StoreError::corrupt(store.as_str(), "no act takes effect there"))
    }

    /// Number of the last act for a public store.
    fn last(&mut self, store: StoreName) -> &mut i64 {
        match store {
            StoreName::Embargoed => &mut self.head.embargoed,
            StoreName::Published | StoreName::Editorial => &mut self.head.published,
        }
    }

    fn slot(&mut self, store: StoreName) -> &mut Option<PublishTx> {
        match store {
            StoreName::Embargoed => &mut self.embargoed,
            StoreName::Published | StoreName::Editorial => &mut self.published,
        }
    }
}
