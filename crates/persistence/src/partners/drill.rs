//! Drills: kills of nothing, and items that are issued to be killed.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use griot_domain::{EntryId, Locale, from_micros, micros};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use uuid::Uuid;

use super::PartnerStore;
use crate::StoreError;
use crate::entity::{drill, product, product_head, product_item, receipt};

/// An exercise, to see whether everybody hears of a kill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drill {
    /// Told as the id of the entry.
    pub id: EntryId,
    /// What partners are told.
    pub note: String,
    /// When it was begun.
    pub at: DateTime<Utc>,
    /// What was issued; where there is nothing, it is a kill of nothing.
    pub issued: Option<Issued>,
}

/// What a drill issued, for partners alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// The language it is in.
    pub locale: Locale,
    /// Since when it is killed.
    pub killed_at: Option<DateTime<Utc>>,
}

/// The note of a drill is empty, or longer than [`Drill::LONGEST_NOTE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the note of a drill has 1 to {} characters", Drill::LONGEST_NOTE)]
pub struct DrillNoteError;

/// Why a drill cannot be killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DrillKillError {
    #[allow(missing_docs)]
    #[error("there is no such drill")]
    Unknown,
    /// It is killed, or was nothing but a kill.
    #[error("the kill of this drill was told already")]
    Told,
}

impl Drill {
    /// Characters of a note.
    pub const LONGEST_NOTE: usize = 500;
    /// What every note begins with.
    const MARK: &str = "EXERCICE — ";

    /// A kill of nothing that says of itself that it is an exercise.
    pub fn new(id: Uuid, note: &str, at: DateTime<Utc>) -> Result<Self, DrillNoteError> {
        let note = note.trim();
        if note.is_empty() || note.chars().count() > Self::LONGEST_NOTE {
            return Err(DrillNoteError);
        }
        Ok(Self { id: EntryId(id), note: format!("{}{note}", Self::MARK), at, issued: None })
    }

    /// The same as an item, which is to be killed later.
    pub fn issued_in(self, locale: Locale) -> Self {
        Self { issued: Some(Issued { locale, killed_at: None }), ..self }
    }

    /// The note, without the word that says that it is an exercise.
    pub fn words(&self) -> &str {
        self.note.strip_prefix(Self::MARK).unwrap_or(&self.note)
    }

    /// When its kill was told, if it was.
    pub fn killed_at(&self) -> Option<DateTime<Utc>> {
        self.issued.as_ref().map_or(Some(self.at), |issued| issued.killed_at)
    }
}

impl PartnerStore {
    /// Tells every product of a drill: of what it issues, or else of a kill of nothing, in `locale`.
    pub async fn start_drill(&self, new: &Drill, locale: &Locale) -> Result<(), StoreError> {
        let locale = new.issued.as_ref().map_or(locale, |issued| &issued.locale);
        let tx = self.begin().await?;
        let head = Self::take_head(&tx).await?;
        let number = head.number + 1;
        let row = drill::ActiveModel {
            id: Set(new.id.0),
            note: Set(new.note.clone()),
            at: Set(micros(new.at)),
            locale: Set(new.issued.as_ref().map(|issued| issued.locale.as_str().to_owned())),
            killed_at: Set(None),
        };
        drill::Entity::insert(row).exec_without_returning(&tx).await?;
        let products = product::Entity::find().filter(product::Column::RemovedCode.is_null()).all(&tx).await?;
        let items = products.into_iter().map(|product| product_item::ActiveModel {
            product_id: Set(product.id),
            entry_id: Set(new.id.0),
            locale: Set(locale.as_str().to_owned()),
            number: Set(number),
            seq: Set(head.seq),
            is_in: Set(new.issued.is_some()),
            entered: Set(0),
            first_number: Set(number),
        });
        product_item::Entity::insert_many(items).exec_without_returning(&tx).await?;
        set_number(&tx, number).await?;
        let act = if new.issued.is_some() { "drill issue" } else { "drill" };
        self.note(&tx, || json!({ "act": act, "drill": new.id.to_string(), "note": new.note })).await?;
        Ok(tx.commit().await?)
    }

    /// Tells whoever was told of what a drill issued that it is killed. Receipts of before are forgotten: those for the kill
    /// are waited for.
    pub async fn kill_drill(
        &self,
        id: EntryId,
        at: DateTime<Utc>,
    ) -> Result<Result<Drill, DrillKillError>, StoreError> {
        let tx = self.begin().await?;
        // Others that kill it wait here.
        let head = Self::take_head(&tx).await?;
        let Some(row) = drill::Entity::find_by_id(id.0).one(&tx).await? else {
            return Ok(Err(DrillKillError::Unknown));
        };
        let mut drill = read(row)?;
        let Some(issued) = drill.issued.as_mut().filter(|issued| issued.killed_at.is_none()) else {
            return Ok(Err(DrillKillError::Told));
        };
        issued.killed_at = from_micros(micros(at));
        drill::Entity::update_many()
            .col_expr(drill::Column::KilledAt, Expr::value(micros(at)))
            .filter(drill::Column::Id.eq(id.0))
            .exec(&tx)
            .await?;
        let number = head.number + 1;
        product_item::Entity::update_many()
            .col_expr(product_item::Column::Number, Expr::value(number))
            .col_expr(product_item::Column::Seq, Expr::value(head.seq))
            .col_expr(product_item::Column::IsIn, Expr::value(false))
            .filter(product_item::Column::EntryId.eq(id.0))
            .exec(&tx)
            .await?;
        set_number(&tx, number).await?;
        receipt::Entity::delete_many().filter(receipt::Column::EntryId.eq(id.0)).exec(&tx).await?;
        self.note(&tx, || json!({ "act": "drill kill", "drill": id.to_string(), "note": drill.note })).await?;
        tx.commit().await?;
        Ok(Ok(drill))
    }

    /// Every drill, the last one first.
    pub async fn drills(&self) -> Result<Vec<Drill>, StoreError> {
        let rows = drill::Entity::find().order_by_desc(drill::Column::At).all(&self.reads).await?;
        rows.into_iter().map(read).collect()
    }

    /// Those of `ids` that are drills.
    pub async fn drills_among(&self, ids: &[EntryId]) -> Result<BTreeMap<EntryId, Drill>, StoreError> {
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let rows = drill::Entity::find().filter(drill::Column::Id.is_in(ids.iter().map(|id| id.0)));
        let drills = rows.all(&self.reads).await?.into_iter().map(|row| Ok((EntryId(row.id), read(row)?)));
        drills.collect()
    }
}

async fn set_number(tx: &sea_orm::DatabaseTransaction, number: i64) -> Result<(), StoreError> {
    product_head::Entity::update_many().col_expr(product_head::Column::Number, Expr::value(number)).exec(tx).await?;
    Ok(())
}

fn read(row: drill::Model) -> Result<Drill, StoreError> {
    let corrupt = |detail: String| StoreError::corrupt(format!("drill {}", row.id), detail);
    let instant = |at: i64| from_micros(at).ok_or_else(|| corrupt(format!("{at} is no instant")));
    let issued = match &row.locale {
        None => None,
        Some(written) => Some(Issued {
            locale: Locale::parse(written).map_err(|err| corrupt(err.to_string()))?,
            killed_at: row.killed_at.map(instant).transpose()?,
        }),
    };
    let at = instant(row.at)?;
    Ok(Drill { id: EntryId(row.id), note: row.note, at, issued })
}
