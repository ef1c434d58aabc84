//! The stores of a record, on SQLite and PostgreSQL alike. SeaORM stops here: nothing of it is in the API.
//!
//! [`Publisher`] writes a store and [`PublishedStore`] reads what is published; delivery holds only the latter.

mod bell;
mod doctor;
mod editorial;
mod entity;
mod error;
mod keys;
mod layers;
mod location;
mod lock;
mod migrate;
mod near;
mod operations;
mod partners;
mod publish;
mod published;
mod roles;
mod statements;
mod stating;
mod suggestion;
mod webhooks;

pub use bell::Bell;
pub use doctor::{Finding, Level, doctor};
pub use editorial::{
    Actor, AuditFlaw, AuditMark, AuditMarkError, AuditRecord, Audited, ClockTrace, Committed, DraftFilter, DraftState,
    Drafted, EditorialStore, EditorialTx, OpenSuggestion, Publishing, Replay, Revision, Saving, Schedule,
    ScheduleState, SuggestionFilter, Upload, UploadPlace,
};
pub use error::StoreError;
pub use keys::{AccessKey, AccessKeys, KeyCreation, KeyGrant, LIVE_KEYS, PreviewToken, principal_of};
pub use layers::PreviewScope;
pub use location::{Location, StoreName};
pub use lock::{ImportLock, SenderLock};
pub use migrate::{MigrationReport, migrate, migrate_down};
pub use operations::{OperationImport, Operations, StoredOperation};
pub use partners::{
    Drill, DrillKillError, DrillNoteError, EVERYTHING_PRODUCT, Embargo, Former, Issued, ItemChange, LanguagesIn,
    Parents, Partner, PartnerSaving, PartnerStore, PictureChange, Placed, Product, ProductRemoval, ProductSaving,
    Receipt, ReceiptState, Received, Round, Sorting, Usage, UsageOf,
};
pub use publish::{Act, Holder, LiveEntry, Outcome, PublishTx, Publisher, Refusal};
pub use published::{
    Alternate, Change, Condition, FileState, Found, HashRun, ListQuery, LiveText, Notice, Order, OrderKey, OrderedBy,
    Page, PageRow, PublishedAct, PublishedStore, Record, Related, Stated, StatedDigest, StatementHead, Touched, Trace,
    Version, Window,
};
pub use roles::{DELIVERY_ROLE, EARLY_ROLE, EDITORIAL_ROLE, PREVIEW_ROLE};
pub use statements::StatementCount;
pub use stating::{Addition, StatementLog};
pub use suggestion::Suggestion;
pub use webhooks::{
    Attempt, Attempted, Delivery, DeliveryState, Dispatch, Endpoint, EndpointChange, EndpointId, EndpointState, Health,
    Lane, LoggedAttempt, NewDelivery, QueueFigures, SigningSecrets, Subscription, SubscriptionCount, SubscriptionThen,
    Then, Webhooks,
};
