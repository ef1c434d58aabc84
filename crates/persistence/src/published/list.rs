//! What a list is asked for.

use griot_domain::{EntryId, EntryKind, LinkRole, Locale};

/// One page of one list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub struct ListQuery {
    pub kind: EntryKind,
    /// All must hold.
    pub conditions: Vec<Condition>,
    pub order: Order,
    pub window: Window,
}

/// What entries of a list have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    /// One of these entries.
    Ids(Vec<EntryId>),
    /// Of one of these forms, see [`griot_domain::Entry::facet`].
    Facets(Vec<&'static str>),
    /// Of none of these forms.
    NotFacets(Vec<&'static str>),
    /// Linking to any of these.
    LinksTo {
        #[allow(missing_docs)]
        role: LinkRole,
        #[allow(missing_docs)]
        targets: Vec<EntryId>,
    },
    /// Linking to nothing by this role.
    LinksNowhere(LinkRole),
    /// A person who holds a post at any of these, at the instant in microseconds if one is given.
    HoldsPostAt {
        #[allow(missing_docs)]
        institutions: Vec<EntryId>,
        #[allow(missing_docs)]
        at: Option<i64>,
    },
    /// Dated in this half-open range of microseconds.
    DatedWithin {
        #[allow(missing_docs)]
        from: Option<i64>,
        #[allow(missing_docs)]
        until: Option<i64>,
    },
    /// Going on at some instant of this half-open range of microseconds. An event without an end is over once it
    /// has begun; an appointment without an end lasts.
    GoingOn {
        #[allow(missing_docs)]
        from: Option<i64>,
        #[allow(missing_docs)]
        until: Option<i64>,
    },
    /// Existing in this language.
    InLocale(Locale),
    /// With these folded words, next to each other, in name, headline or summary of the text seen.
    Words(String),
    /// All hold.
    All(Vec<Condition>),
    /// At least one holds.
    Any(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
}

/// Order of a list; ties go by id in the same direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub struct Order {
    pub by: OrderedBy,
    pub is_descending: bool,
}

/// What a list is ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OrderedBy {
    /// Issue of an article, start of an event, first day of an appointment.
    Date,
    /// Folded name or headline of the text seen, by code point.
    Name,
}

/// The part of a list to read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// Only what comes after this place.
    pub after: Option<OrderKey>,
    /// Only what comes before this place.
    pub before: Option<OrderKey>,
    /// How many at most.
    pub limit: u64,
    /// Count `limit` from the end.
    pub from_end: bool,
}

/// A place in an ordered list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum OrderKey {
    /// Microseconds and id.
    Date(i64, EntryId),
    /// Folded form and id.
    Name(String, EntryId),
}

impl OrderKey {
    /// The entry that stands there.
    pub fn id(&self) -> EntryId {
        match self {
            Self::Date(_, id) | Self::Name(_, id) => *id,
        }
    }
}
