//! The stores' tables, one file per change. Both stores hold the same content tables; the editorial store
//! has some of its own. A migration names tables and columns itself and never imports an entity, so that it
//! means the same thing next year.

use sea_orm_migration::prelude::*;

mod m20261124_000001_record;
mod m20261124_000002_suggestions;
mod m20261124_000003_notices;
mod m20261124_000004_access;
mod m20261124_000005_drafting;
mod m20261124_000006_files;
mod m20261124_000006_schedule_seq;
mod m20261124_000006_uploads;
mod m20261124_000007_writers;
mod m20261124_000008_merged_ids;
mod m20261124_000009_preview_entries;
mod m20261124_000010_clock_traces;
mod m20261124_000011_answered_suggestions;
mod m20261124_000012_operations;
mod m20261124_000013_key_operations;
mod m20261124_000014_journal_entry;
mod m20261130_000015_partners;
mod m20261130_000016_webhooks;
mod m20261130_000017_statements;
mod m20261130_000018_receipts;
mod m20261130_000019_subscriptions;
mod m20261130_000021_entered;
mod m20261130_000022_parents;
mod m20261130_000023_former;
mod m20261130_000025_drills;
mod m20261201_000024_removed_products;
mod m20261201_000026_journal_post;

/// Brings the published store up to date.
pub struct PublishedMigrator;

#[async_trait::async_trait]
impl MigratorTrait for PublishedMigrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261124_000001_record::Migration),
            Box::new(m20261124_000003_notices::Migration),
            Box::new(m20261124_000006_files::Migration),
            Box::new(m20261124_000008_merged_ids::Migration),
            Box::new(m20261124_000012_operations::Migration),
            Box::new(m20261124_000014_journal_entry::Migration),
            Box::new(m20261130_000017_statements::Migration),
            Box::new(m20261201_000026_journal_post::Migration),
        ]
    }
}

/// Brings the editorial store up to date.
pub struct EditorialMigrator;

#[async_trait::async_trait]
impl MigratorTrait for EditorialMigrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261124_000001_record::Migration),
            Box::new(m20261124_000002_suggestions::Migration),
            Box::new(m20261124_000003_notices::Migration),
            Box::new(m20261124_000004_access::Migration),
            Box::new(m20261124_000005_drafting::Migration),
            Box::new(m20261124_000006_files::Migration),
            Box::new(m20261124_000006_schedule_seq::Migration),
            Box::new(m20261124_000006_uploads::Migration),
            Box::new(m20261124_000007_writers::Migration),
            Box::new(m20261124_000008_merged_ids::Migration),
            Box::new(m20261124_000009_preview_entries::Migration),
            Box::new(m20261124_000010_clock_traces::Migration),
            Box::new(m20261124_000011_answered_suggestions::Migration),
            Box::new(m20261124_000013_key_operations::Migration),
            Box::new(m20261124_000014_journal_entry::Migration),
            Box::new(m20261130_000015_partners::Migration),
            Box::new(m20261130_000016_webhooks::Migration),
            Box::new(m20261130_000018_receipts::Migration),
            Box::new(m20261130_000019_subscriptions::Migration),
            Box::new(m20261130_000021_entered::Migration),
            Box::new(m20261130_000022_parents::Migration),
            Box::new(m20261130_000023_former::Migration),
            Box::new(m20261130_000025_drills::Migration),
            Box::new(m20261201_000024_removed_products::Migration),
            Box::new(m20261201_000026_journal_post::Migration),
        ]
    }
}
