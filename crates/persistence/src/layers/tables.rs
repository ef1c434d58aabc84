//! What a layer is made of: the tables every content store has.

/// A table whose rows belong to entries.
pub(super) struct Table {
    pub name: &'static str,
    /// The column that says whose row it is.
    pub entry: &'static str,
    pub columns: &'static [Column],
}

pub(super) enum Column {
    /// A number the database gave the row; each store counts for itself.
    RowId(&'static str),
    /// The id of an entry.
    Entry(&'static str),
    #[allow(missing_docs)]
    Text(&'static str),
    #[allow(missing_docs)]
    Number(&'static str),
}

use Column::{Entry, Number, RowId, Text};

impl Column {
    pub(super) fn name(&self) -> &'static str {
        match self {
            RowId(name) | Entry(name) | Text(name) | Number(name) => name,
        }
    }
}

impl Table {
    /// Whether its rows end: of those of a draft, all but the last are revisions it had before.
    pub(super) fn has_past(&self) -> bool {
        self.columns.iter().any(|column| column.name() == "live_to")
    }
}

/// The tables that are laid over each other.
pub(super) const LAYERED: [Table; 9] = [
    Table { name: "entry", entry: "id", columns: &[Entry("id"), Text("kind")] },
    Table {
        name: "external_id",
        entry: "entry_id",
        columns: &[Text("scheme"), Text("value"), Entry("entry_id"), Number("seq"), Entry("merged_from")],
    },
    Table {
        name: "old_path",
        entry: "entry_id",
        columns: &[Text("path"), Entry("entry_id"), Text("locale"), Number("seq")],
    },
    Table {
        name: "slug",
        entry: "entry_id",
        columns: &[
            RowId("id"),
            Text("kind"),
            Text("locale"),
            Text("slug"),
            Entry("entry_id"),
            Number("live_from"),
            Number("live_to"),
        ],
    },
    Table {
        name: "entry_version",
        entry: "entry_id",
        columns: &[
            RowId("id"),
            Entry("entry_id"),
            Text("kind"),
            Number("seq"),
            Number("since"),
            Number("live_from"),
            Number("live_to"),
            Text("digest"),
            Text("content"),
            Text("facet"),
            Number("ordered_at"),
            Number("ends_at"),
            Text("file"),
        ],
    },
    Table {
        name: "edition",
        entry: "entry_id",
        columns: &[
            RowId("id"),
            Entry("entry_id"),
            Text("kind"),
            Text("locale"),
            Number("position"),
            Number("seq"),
            Number("live_from"),
            Number("live_to"),
            Text("slug"),
            Text("digest"),
            Text("content"),
            Text("body"),
        ],
    },
    Table {
        name: "naming",
        entry: "entry_id",
        columns: &[
            RowId("id"),
            Entry("entry_id"),
            Text("kind"),
            Text("locale"),
            Number("position"),
            Text("sort_form"),
            Text("filter_form"),
            Number("live_from"),
            Number("live_to"),
        ],
    },
    Table {
        name: "link",
        entry: "source_id",
        columns: &[
            RowId("id"),
            Entry("source_id"),
            Text("source_kind"),
            Text("role"),
            Entry("target_id"),
            Text("facet"),
            Number("ordered_at"),
            Number("ends_at"),
            Number("live_from"),
            Number("live_to"),
        ],
    },
    Table {
        name: "notice",
        entry: "entry_id",
        columns: &[
            Number("seq"),
            Entry("entry_id"),
            Text("kind"),
            Text("act"),
            Number("at"),
            Number("until"),
            Text("reason"),
            Text("files"),
            Entry("successor"),
        ],
    },
];

/// The tables that a layer shows as the published store has them.
pub(super) const AS_PUBLISHED: [&str; 10] = [
    "journal",
    "journal_head",
    "applied",
    "operation",
    "operation_head",
    "statement",
    "statement_digest",
    "log_hash",
    "statement_head",
    "seaql_migrations",
];
