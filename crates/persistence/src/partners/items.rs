//! Which items are in which product, and what changed in it: each item once, at its last change.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use griot_domain::{EntryId, Locale};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, OnConflict, Order, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, DatabaseTransaction, EntityTrait, FromQueryResult, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{Parents, PartnerStore, PictureChange, no_head, parent, picture, product};
use crate::StoreError;
use crate::entity::{product as product_row, product_head, product_item};

/// Rows written at a time; SQLite takes 32,766 values in a statement.
pub(super) const ROWS: usize = 500;

/// Some entries, judged by some products.
#[derive(Clone, Debug, Default)]
pub struct Round<'a> {
    /// How far the journal was sorted when they were read; the round counts only while that is so.
    pub from: i64,
    /// How far it is sorted with them.
    pub to: i64,
    /// Products that judged them.
    pub products: &'a [Uuid],
    #[allow(missing_docs)]
    pub entries: &'a [Sorting],
    /// Pictures that were taken back, or may be used again.
    pub pictures: &'a [PictureChange],
    /// What topics and institutions among the entries belong to, where that is another than was written down.
    pub parents: Parents,
    /// Products that everything is to be sorted by anew.
    pub unsorted: &'a [Uuid],
}

/// An entry, judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sorting {
    #[allow(missing_docs)]
    pub id: EntryId,
    /// Its last publication.
    pub seq: i64,
    /// Whether that is new, so that it is told of even where it stays in the same products.
    pub is_news: bool,
    /// What is public of it; none when it was taken back.
    pub items: Vec<Placed>,
}

/// An entry in a language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    #[allow(missing_docs)]
    pub locale: Locale,
    /// The products it belongs to, of those that judged it.
    pub products: Vec<Uuid>,
}

/// The last change of an item, as some products have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemChange {
    /// Rises with every change.
    pub number: i64,
    /// The last publication of the entry.
    pub seq: i64,
    #[allow(missing_docs)]
    pub entry: EntryId,
    #[allow(missing_docs)]
    pub locale: Locale,
    /// Whether it is in one of these products now.
    pub is_in: bool,
    /// Whether it was public before and has come into these products since, when it, a product or what it is about changed.
    pub has_entered: bool,
    /// Whether it is known from products of before alone: then only its end is to be told.
    pub is_former: bool,
}

/// What somebody is told of.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Received {
    /// Products they receive.
    pub products: Vec<Uuid>,
    /// Products they received before: whoever was told of an item is told when it is killed.
    pub former: Vec<Former>,
}

/// A product that a partner received before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Former {
    #[allow(missing_docs)]
    pub product: Uuid,
    /// The number of the last change that was told of it.
    pub until: i64,
}

#[derive(FromQueryResult)]
struct ChangeRow {
    number: i64,
    seq: i64,
    entry_id: Uuid,
    locale: String,
    is_in: i64,
    entered: i64,
}

impl PartnerStore {
    /// The last publication that was sorted, and the number of the last change; both 0 in the beginning.
    pub async fn sorted_to(&self) -> Result<(i64, i64), StoreError> {
        let head = product_head::Entity::find().one(&self.reads).await?.ok_or_else(no_head)?;
        Ok((head.seq, head.number))
    }

    /// Forgets what is in which product, so that everything is sorted anew: the journal is another one than was sorted.
    pub async fn begin_anew(&self) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        Self::take_head(&tx).await?;
        product_item::Entity::update_many().col_expr(product_item::Column::IsIn, Expr::value(false)).exec(&tx).await?;
        product_head::Entity::update_many().col_expr(product_head::Column::Seq, Expr::value(0i64)).exec(&tx).await?;
        Ok(tx.commit().await?)
    }

    /// Writes down a round. `false` when another process was faster: then nothing was written, and the round is to be made
    /// anew.
    pub async fn sort(&self, round: &Round<'_>) -> Result<bool, StoreError> {
        let tx = self.begin().await?;
        let mut head = Self::take_head(&tx).await?;
        if head.seq != round.from {
            return Ok(false);
        }
        let known = known(&tx, round).await?;
        // One that was removed meanwhile, and that nobody ever received, has no items any more.
        let there: Vec<Uuid> = product_row::Entity::find().all(&tx).await?.into_iter().map(|row| row.id).collect();
        let products: Vec<Uuid> = round.products.iter().copied().filter(|id| there.contains(id)).collect();
        let mut rows = Vec::new();
        for entry in round.entries {
            rows.extend(changed(entry, &products, known.get(&entry.id), &mut head.number));
        }
        write(&tx, &rows).await?;
        // After the items of the round, which may be the first to show one.
        for one in round.pictures {
            write(&tx, &picture::changed(&tx, one, &products, &mut head.number).await?).await?;
        }
        parent::note(&tx, &round.parents).await?;
        product::unsort(&tx, round.unsorted).await?;
        product_head::Entity::update_many()
            .col_expr(product_head::Column::Seq, Expr::value(round.to))
            .col_expr(product_head::Column::Number, Expr::value(head.number))
            .exec(&tx)
            .await?;
        tx.commit().await?;
        Ok(true)
    }

    /// The items of any of the products received whose last change has a higher number than `after`, in the order of these
    /// numbers, at most `limit`; with those of former products that are in none of them now. One statement for each product;
    /// what is sorted between two of them is left for the next time, so that whoever goes on after the last number has missed
    /// nothing.
    pub async fn item_changes(
        &self,
        received: &Received,
        after: i64,
        limit: u64,
    ) -> Result<Vec<ItemChange>, StoreError> {
        let (_, upto) = self.sorted_to().await?;
        let Received { products, former } = received;
        let mut merged: BTreeMap<(i64, Uuid, String), ItemChange> = BTreeMap::new();
        let now = products.iter().map(|product| (select(*product, products, (after, upto), limit), false));
        let before = former.iter().map(|former| (select_former(former, products, (after, upto), limit), true));
        for (query, is_former) in now.chain(before) {
            let statement = self.reads.get_database_backend().build(&query);
            for row in ChangeRow::find_by_statement(statement).all(&self.reads).await? {
                let change = ItemChange {
                    number: row.number,
                    seq: row.seq,
                    entry: EntryId(row.entry_id),
                    locale: locale_of(row.entry_id, &row.locale)?,
                    is_in: row.is_in != 0,
                    has_entered: row.entered != 0,
                    is_former,
                };
                let place = (row.number, row.entry_id, row.locale);
                // What leaves one product for another stays in what is received.
                let has_entered = change.has_entered && merged.get(&place).is_none_or(|known| known.has_entered);
                merged.insert(place, ItemChange { has_entered, ..change });
            }
        }
        Ok(merged.into_values().take(usize::try_from(limit).unwrap_or(usize::MAX)).collect())
    }

    /// The number of the last change before all those of publication `seq` and later ones.
    pub async fn number_before(&self, seq: i64) -> Result<i64, StoreError> {
        let first = product_item::Entity::find()
            .select_only()
            .column_as(product_item::Column::Number.min(), "first")
            .filter(product_item::Column::Seq.gte(seq))
            .into_tuple::<Option<i64>>()
            .one(&self.reads)
            .await?;
        match first.flatten() {
            Some(number) => Ok(number - 1),
            None => Ok(self.sorted_to().await?.1),
        }
    }

    /// Of `products` those that items of `entries` are in, by entry and language. One statement.
    pub async fn products_with(
        &self,
        products: &[Uuid],
        entries: &[EntryId],
    ) -> Result<HashMap<(EntryId, Locale), Vec<Uuid>>, StoreError> {
        let rows = product_item::Entity::find()
            .filter(product_item::Column::EntryId.is_in(entries.iter().map(|entry| entry.0)))
            .filter(product_item::Column::ProductId.is_in(products.iter().copied()))
            .filter(product_item::Column::IsIn.eq(true))
            .all(&self.reads)
            .await?;
        let mut found: HashMap<(EntryId, Locale), Vec<Uuid>> = HashMap::new();
        for row in rows {
            let locale = locale_of(row.entry_id, &row.locale)?;
            found.entry((EntryId(row.entry_id), locale)).or_default().push(row.product_id);
        }
        Ok(found)
    }

    /// The key that cursors are signed with, which is `fresh` where there was none.
    pub async fn cursor_key(&self, fresh: [u8; 32]) -> Result<[u8; 32], StoreError> {
        let tx = self.begin().await?;
        let head = Self::take_head(&tx).await?;
        if let Some(key) = head.cursor_key {
            return key
                .try_into()
                .map_err(|key: Vec<u8>| StoreError::corrupt("product_head", format!("a key of {} bytes", key.len())));
        }
        product_head::Entity::update_many()
            .col_expr(product_head::Column::CursorKey, Expr::value(fresh.to_vec()))
            .exec(&tx)
            .await?;
        tx.commit().await?;
        Ok(fresh)
    }
}

/// The language in a row about an entry.
pub(super) fn locale_of(entry: Uuid, written: &str) -> Result<Locale, StoreError> {
    Locale::parse(written).map_err(|err| StoreError::corrupt(format!("item {entry} of a product"), err))
}

/// What is written about some entries.
type Known = HashMap<EntryId, Vec<Kept>>;

/// An item in a product, as it is written.
struct Kept {
    product: Uuid,
    locale: Locale,
    is_in: bool,
    entered: i64,
}

async fn known(tx: &DatabaseTransaction, round: &Round<'_>) -> Result<Known, StoreError> {
    let rows = product_item::Entity::find()
        .filter(product_item::Column::EntryId.is_in(round.entries.iter().map(|entry| entry.id.0)))
        .filter(product_item::Column::ProductId.is_in(round.products.iter().copied()))
        .all(tx)
        .await?;
    let mut known = Known::new();
    for row in rows {
        let locale = locale_of(row.entry_id, &row.locale)?;
        let kept = Kept { product: row.product_id, locale, is_in: row.is_in, entered: row.entered };
        known.entry(EntryId(row.entry_id)).or_default().push(kept);
    }
    Ok(known)
}

async fn write(tx: &DatabaseTransaction, rows: &[product_item::ActiveModel]) -> Result<(), StoreError> {
    use product_item::Column;
    for some in rows.chunks(ROWS) {
        let columns = [Column::Number, Column::Seq, Column::IsIn, Column::Entered];
        let key = [Column::ProductId, Column::EntryId, Column::Locale];
        product_item::Entity::insert_many(some.to_vec())
            .on_conflict(OnConflict::columns(key).update_columns(columns).to_owned())
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

/// The rows to write about an entry. All that changes of an item at once has one number.
fn changed(
    entry: &Sorting,
    products: &[Uuid],
    known: Option<&Vec<Kept>>,
    number: &mut i64,
) -> Vec<product_item::ActiveModel> {
    let known = known.map(Vec::as_slice).unwrap_or_default();
    let locales: BTreeSet<&Locale> =
        entry.items.iter().map(|item| &item.locale).chain(known.iter().map(|kept| &kept.locale)).collect();
    let is_gone = entry.items.is_empty();
    let mut rows = Vec::new();
    for locale in locales {
        let placed = entry.items.iter().find(|item| item.locale == *locale);
        let was_public = !entry.is_news || known.iter().any(|kept| kept.locale == *locale && kept.is_in);
        let next = *number + 1;
        let told: Vec<(Uuid, bool, i64)> = products
            .iter()
            .filter_map(|product| {
                let is_in = placed.is_some_and(|item| item.products.contains(product));
                let kept = known.iter().find(|kept| kept.product == *product && kept.locale == *locale);
                // Whoever was told of an item has to hear that it was taken back, even after it had left their product.
                let is_told = match kept {
                    None => is_in,
                    Some(kept) => kept.is_in != is_in || entry.is_news && (is_in || is_gone),
                };
                let entered = match kept.filter(|kept| kept.is_in) {
                    _ if !is_in => 0,
                    Some(kept) => kept.entered,
                    None if was_public => next,
                    None => 0,
                };
                is_told.then_some((*product, is_in, entered))
            })
            .collect();
        if told.is_empty() {
            continue;
        }
        *number = next;
        rows.extend(told.into_iter().map(|(product, is_in, entered)| product_item::ActiveModel {
            product_id: Set(product),
            entry_id: Set(entry.id.0),
            locale: Set(locale.as_str().to_owned()),
            number: Set(*number),
            seq: Set(entry.seq),
            is_in: Set(is_in),
            entered: Set(entered),
            first_number: Set(*number),
        }));
    }
    rows
}

fn select(product: Uuid, products: &[Uuid], (after, upto): (i64, i64), limit: u64) -> SelectStatement {
    let this = || Alias::new("this");
    let other = |name: &'static str| {
        let column = move |column| (Alias::new(name), column);
        let same = |of: product_item::Column| Expr::col(column(of)).equals((this(), of));
        let conditions = Condition::all()
            .add(same(product_item::Column::EntryId))
            .add(same(product_item::Column::Locale))
            .add(Expr::col(column(product_item::Column::ProductId)).is_in(products.iter().copied()));
        Query::select()
            .expr(Expr::val(1))
            .from_as(product_item::Entity, Alias::new(name))
            .cond_where(conditions)
            .to_owned()
    };
    let later = other("later")
        .and_where(
            Expr::col((Alias::new("later"), product_item::Column::Number))
                .gt(Expr::col((this(), product_item::Column::Number))),
        )
        .take();
    let inside =
        other("inside").and_where(Expr::col((Alias::new("inside"), product_item::Column::IsIn)).eq(true)).take();
    // In one of them already, at the place that is asked from.
    let stayed = other("stayed")
        .and_where(Expr::col((Alias::new("stayed"), product_item::Column::IsIn)).eq(true))
        .and_where(Expr::col((Alias::new("stayed"), product_item::Column::Entered)).lte(after))
        .take();
    let column = |column| (this(), column);
    let has_entered = Expr::col(column(product_item::Column::Entered)).gt(after).and(Expr::exists(stayed).not());
    let entered = Expr::case(has_entered, 1i64).finally(0i64);
    Query::select()
        .columns(
            [
                product_item::Column::Number,
                product_item::Column::Seq,
                product_item::Column::EntryId,
                product_item::Column::Locale,
            ]
            .map(column),
        )
        .expr_as(Expr::case(Expr::exists(inside), 1i64).finally(0i64), Alias::new("is_in"))
        .expr_as(entered, Alias::new("entered"))
        .from_as(product_item::Entity, this())
        .and_where(Expr::col(column(product_item::Column::ProductId)).eq(product))
        .and_where(Expr::col(column(product_item::Column::Number)).gt(after))
        .and_where(Expr::col(column(product_item::Column::Number)).lte(upto))
        .and_where(Expr::exists(later).not())
        .order_by(column(product_item::Column::Number), Order::Asc)
        .limit(limit)
        .take()
}

/// What went out of a former product, and is in none that is received now.
fn select_former(former: &Former, products: &[Uuid], (after, upto): (i64, i64), limit: u64) -> SelectStatement {
    let (this, other) = (|| Alias::new("this"), || Alias::new("other"));
    let column = |column| (this(), column);
    let same = |of: product_item::Column| Expr::col((other(), of)).equals(column(of));
    let known = Query::select()
        .expr(Expr::val(1))
        .from_as(product_item::Entity, other())
        .and_where(same(product_item::Column::EntryId))
        .and_where(same(product_item::Column::Locale))
        .and_where(Expr::col((other(), product_item::Column::ProductId)).is_in(products.iter().copied()))
        .take();
    Query::select()
        .columns(
            [
                product_item::Column::Number,
                product_item::Column::Seq,
                product_item::Column::EntryId,
                product_item::Column::Locale,
            ]
            .map(column),
        )
        .expr_as(Expr::val(0i64), Alias::new("is_in"))
        .expr_as(Expr::val(0i64), Alias::new("entered"))
        .from_as(product_item::Entity, this())
        .and_where(Expr::col(column(product_item::Column::ProductId)).eq(former.product))
        .and_where(Expr::col(column(product_item::Column::Number)).gt(after))
        .and_where(Expr::col(column(product_item::Column::Number)).lte(upto))
        .and_where(Expr::col(column(product_item::Column::FirstNumber)).lte(former.until))
        .and_where(Expr::col(column(product_item::Column::IsIn)).eq(false))
        .and_where(Expr::exists(known).not())
        .order_by(column(product_item::Column::Number), Order::Asc)
        .limit(limit)
        .take()
}
