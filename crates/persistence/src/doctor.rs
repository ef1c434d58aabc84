//! Checks on the stores.

use griot_domain::{Body, Entry, EntryKind, Text};
use sea_orm::sea_query::{Expr, ExprTrait, Func, Query};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    Statement,
};

use crate::entity::{edition, entry_version, journal, journal_head, link, slug};
use crate::location::Access;
use crate::{Location, PublishedStore, StoreError, StoreName, migrate};

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at, in a few words.
    pub check: String,
    #[allow(missing_docs)]
    pub level: Level,
    /// What was seen.
    pub detail: String,
    /// What to do about it; empty when all is well.
    pub remedy: String,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As it should be.
    Ok,
    /// Works, but somebody should look.
    Warning,
    /// Has to be mended.
    Failure,
}

impl Finding {
    fn ok(check: &str, detail: impl Into<String>) -> Self {
        Self { check: check.to_owned(), level: Level::Ok, detail: detail.into(), remedy: String::new() }
    }

    fn bad(check: &str, level: Level, detail: impl Into<String>, remedy: &str) -> Self {
        Self { check: check.to_owned(), level, detail: detail.into(), remedy: remedy.to_owned() }
    }
}

/// Looks the stores over: reachable, migrated, whole, the journal without gaps, links and slugs in order, and
/// delivery confined to reading what is published. Never changes anything.
pub async fn doctor(location: &Location) -> Vec<Finding> {
    let mut findings = Vec::new();
    for store in StoreName::ALL {
        match location.connect(store, Access::Write).await {
            Err(err) => {
                let remedy = "check the address, the file and their permissions; `griot migrate` creates a record";
                findings.push(Finding::bad(
                    &format!("{} store", store.as_str()),
                    Level::Failure,
                    err.to_string(),
                    remedy,
                ));
            }
            Ok(db) => {
                look_at_store(&db, location, store, &mut findings).await;
                let _ = db.close().await;
            }
        }
    }
    match PublishedStore::open(location).await {
        Ok(delivery) => confinement(&delivery, location, &mut findings).await,
        Err(err) => findings.push(Finding::bad(
            "delivery",
            Level::Failure,
            err.to_string(),
            "run `griot migrate` as the owner of the database: it grants delivery what it needs",
        )),
    }
    findings
}

async fn look_at_store(db: &DatabaseConnection, location: &Location, store: StoreName, findings: &mut Vec<Finding>) {
    let check = |what: &str| format!("{} store: {what}", store.as_str());
    if let Err(err) = migrate::check(db, location, store).await {
        findings.push(Finding::bad(&check("migrations"), Level::Failure, err.to_string(), "run `griot migrate`"));
        return;
    }
    findings.push(Finding::ok(&check("migrations"), "up to date"));
    let checks = [
        ("integrity", integrity(db).await),
        ("journal", journal_gaps(db).await),
        ("versions", versions(db).await),
        ("links", dangling_links(db).await),
        ("slugs", slugs(db).await),
        ("content", content(db).await),
        ("texts", texts(db).await),
    ];
    for (what, result) in checks {
        findings.push(match result {
            Ok(Ok(detail)) => Finding::ok(&check(what), detail),
            Ok(Err((level, detail, remedy))) => Finding::bad(&check(what), level, detail, remedy),
            Err(err) => Finding::bad(&check(what), Level::Failure, err.to_string(), "see the database's own log"),
        });
    }
}

type Looked = Result<Result<String, (Level, String, &'static str)>, StoreError>;

async fn integrity(db: &DatabaseConnection) -> Looked {
    if db.get_database_backend() != DbBackend::Sqlite {
        return Ok(Ok("left to PostgreSQL".to_owned()));
    }
    let rows = db.query_all_raw(Statement::from_string(DbBackend::Sqlite, "PRAGMA quick_check")).await?;
    let said: Vec<String> = rows.iter().filter_map(|row| row.try_get_by_index(0).ok()).collect();
    Ok(if said == ["ok"] {
        Ok("the file is whole".to_owned())
    } else {
        Err((Level::Failure, said.join("; "), "restore the file from a backup"))
    })
}

async fn journal_gaps(db: &DatabaseConnection) -> Looked {
    let head = journal_head::Entity::find().one(db).await?.map_or(0, |row| row.seq);
    let count = journal::Entity::find().count(db).await? as i64;
    let last: Option<i64> = {
        let query = Query::select().expr(Func::max(Expr::col(journal::Column::Seq))).from(journal::Entity).take();
        let row = db.query_one(&query).await?;
        row.map(|row| row.try_get_by_index::<Option<i64>>(0)).transpose()?.flatten()
    };
    let last = last.unwrap_or(0);
    Ok(if (count, last) == (head, head) {
        Ok(format!("{count} publications, no gap"))
    } else {
        Err((
            Level::Failure,
            format!("{count} records, the last is {last}, the head says {head}"),
            "restore from a backup; the journal has lost records",
        ))
    })
}

async fn versions(db: &DatabaseConnection) -> Looked {
    let neutral = Query::select()
        .column(entry_version::Column::EntryId)
        .from(entry_version::Entity)
        .and_where(Expr::col(entry_version::Column::LiveTo).is_null())
        .take();
    let orphans = edition::Entity::find()
        .filter(Expr::col(edition::Column::LiveTo).is_null())
        .filter(Expr::col(edition::Column::EntryId).not_in_subquery(neutral))
        .count(db)
        .await?;
    let editions = Query::select()
        .column(edition::Column::EntryId)
        .from(edition::Entity)
        .and_where(Expr::col(edition::Column::LiveTo).is_null())
        .take();
    let silent = entry_version::Entity::find()
        .filter(Expr::col(entry_version::Column::LiveTo).is_null())
        .filter(Expr::col(entry_version::Column::EntryId).not_in_subquery(editions))
        .count(db)
        .await?;
    Ok(if orphans + silent == 0 {
        Ok("every live entry has a neutral part and a text".to_owned())
    } else {
        Err((
            Level::Failure,
            format!("{orphans} texts without their entry, {silent} entries without any text"),
            "export the record and import it into a new one",
        ))
    })
}

async fn dangling_links(db: &DatabaseConnection) -> Looked {
    let live = Query::select()
        .column(entry_version::Column::EntryId)
        .from(entry_version::Entity)
        .and_where(Expr::col(entry_version::Column::LiveTo).is_null())
        .take();
    let dangling = link::Entity::find()
        .filter(Expr::col(link::Column::LiveTo).is_null())
        .filter(Expr::col(link::Column::TargetId).not_in_subquery(live))
        .count(db)
        .await?;
    Ok(if dangling == 0 {
        Ok("all lead somewhere".to_owned())
    } else {
        let detail = format!("{dangling} links lead to entries that are not live; readers do not see them");
        Err((Level::Warning, detail, "publish what is missing, or import it"))
    })
}

/// Every live text with a page is found under its slug.
async fn slugs(db: &DatabaseConnection) -> Looked {
    let own = Query::select()
        .expr(Expr::val(1))
        .from(slug::Entity)
        .and_where(Expr::col((slug::Entity, slug::Column::LiveTo)).is_null())
        .and_where(Expr::col((slug::Entity, slug::Column::EntryId)).equals((edition::Entity, edition::Column::EntryId)))
        .and_where(Expr::col((slug::Entity, slug::Column::Locale)).equals((edition::Entity, edition::Column::Locale)))
        .and_where(Expr::col((slug::Entity, slug::Column::Slug)).equals((edition::Entity, edition::Column::Slug)))
        .take();
    let live = || {
        edition::Entity::find()
            .filter(Expr::col((edition::Entity, edition::Column::LiveTo)).is_null())
            .filter(Expr::col((edition::Entity, edition::Column::Slug)).is_not_null())
    };
    let texts = live().count(db).await?;
    let lost = live().filter(Expr::exists(own).not()).count(db).await?;
    Ok(if lost == 0 {
        Ok(format!("{texts} texts with a page, each under its slug"))
    } else {
        Err((
            Level::Failure,
            format!("{lost} of {texts} texts are not found under their slug"),
            "export the record and import it into a new one",
        ))
    })
}

/// Reads every live version through the domain.
async fn content(db: &DatabaseConnection) -> Looked {
    let (mut last, mut count, mut unfit) = (0i64, 0u64, Vec::new());
    loop {
        let rows = entry_version::Entity::find()
            .filter(Expr::col(entry_version::Column::LiveTo).is_null())
            .filter(Expr::col(entry_version::Column::Id).gt(last))
            .order_by_asc(entry_version::Column::Id)
            .limit(1_000)
            .all(db)
            .await?;
        let Some(end) = rows.last() else { break };
        last = end.id;
        count += rows.len() as u64;
        for row in &rows {
            let kind: Result<EntryKind, _> = row.kind.parse();
            if !kind.is_ok_and(|kind| Entry::from_json(kind, &row.content).is_ok()) {
                unfit.push(row.entry_id.to_string());
            }
        }
    }
    Ok(if unfit.is_empty() {
        Ok(format!("{count} live entries, all readable"))
    } else {
        unfit.truncate(5);
        let detail = format!("entries that do not fit their kind, among them {}", unfit.join(", "));
        Err((Level::Failure, detail, "restore from a backup, or import these entries again"))
    })
}

/// Reads every live text and body through the domain.
async fn texts(db: &DatabaseConnection) -> Looked {
    let (mut last, mut count, mut unfit) = (0i64, 0u64, Vec::new());
    loop {
        let rows = edition::Entity::find()
            .filter(Expr::col(edition::Column::LiveTo).is_null())
            .filter(Expr::col(edition::Column::Id).gt(last))
            .order_by_asc(edition::Column::Id)
            .limit(1_000)
            .all(db)
            .await?;
        let Some(end) = rows.last() else { break };
        last = end.id;
        count += rows.len() as u64;
        for row in &rows {
            let kind: Result<EntryKind, _> = row.kind.parse();
            let fits = kind.is_ok_and(|kind| Text::from_json(kind, &row.content).is_ok())
                && serde_json::from_str::<Body>(&row.body).is_ok();
            if !fits {
                unfit.push(format!("{} ({})", row.entry_id, row.locale));
            }
        }
    }
    Ok(if unfit.is_empty() {
        Ok(format!("{count} live texts, all readable"))
    } else {
        unfit.truncate(5);
        let detail = format!("texts that do not fit their kind, among them {}", unfit.join(", "));
        Err((Level::Failure, detail, "restore from a backup, or import these entries again"))
    })
}

/// What delivery must be refused.
async fn confinement(delivery: &PublishedStore, location: &Location, findings: &mut Vec<Finding>) {
    let mut forbidden = vec![("write what is published", "UPDATE journal_head SET seq = seq")];
    if matches!(location, Location::Postgres { .. }) {
        forbidden.push(("read the editorial store", "SELECT 1 FROM editorial.entry LIMIT 1"));
        forbidden.push(("read the embargoed store", "SELECT 1 FROM embargoed.entry LIMIT 1"));
    }
    for (what, sql) in forbidden {
        let check = format!("delivery cannot {what}");
        findings.push(match delivery.try_raw(sql).await {
            Err(_) => Finding::ok(&check, "refused, as it should be"),
            Ok(()) => Finding::bad(
                &check,
                Level::Failure,
                "the database allowed it",
                "give delivery a login of its own (delivery_database_url) with the role griot_delivery only",
            ),
        });
    }
}
