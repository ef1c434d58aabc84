//! What can be done on the editorial side, and which role may do it.

use std::fmt;
use std::fmt::Write;

use crate::Role;

macro_rules! acts {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// Everything that can be done on the editorial side.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum EditorialAct {
            $($(#[$doc])* $name,)*
        }

        impl EditorialAct {
            /// Every act, in the order documents list them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Lower-case word used in the audit log and in documents.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }
        }
    };
}

acts! {
    /// See drafts, their history and the differences between revisions.
    Read = "read",
    /// Begin an entry.
    Create = "create",
    /// Change the working state of an entry, its body included.
    Edit = "edit",
    /// Add another language to an entry.
    Translate = "translate",
    /// Bring an uploaded file in.
    Upload = "upload",
    /// Put a file on an entry.
    Attach = "attach",
    /// Decide whom a naming in a text means.
    Resolve = "resolve",
    /// Bring an earlier revision back as the working state.
    Restore = "restore",
    /// Hand in for review.
    Submit = "submit",
    /// Make a token that shows an entry before it is public.
    Preview = "preview",
    /// Give a person a post, or end it.
    Appoint = "appoint",
    /// Give a person a rank, or end it.
    Rank = "rank",
    /// Make one of two entries that stand for the same.
    Merge = "merge",
    /// Put an entry away that nobody works on any more.
    Archive = "archive",
    /// Find what was handed in fit to be published, or hand it back.
    Approve = "approve",
    /// Make public at once.
    Publish = "publish",
    /// Make public at an instant to come, or call that off.
    Schedule = "schedule",
    /// Show to entitled keys before the public, or move the instant.
    Embargo = "embargo",
    /// Publish a correction with its public note.
    Correct = "correct",
    /// Take back from the public.
    Withdraw = "withdraw",
    /// Take the text out of the record at every instant, for ever.
    Kill = "kill",
    /// Make, list and revoke keys.
    ManageKeys = "manage keys",
    /// Add and change partners and products.
    ManagePartners = "manage partners",
    /// Read who did what.
    ReadAudit = "read audit",
}

impl EditorialAct {
    /// Whether it brings content before readers, so that the two-person rule applies. Taking something back does not
    /// wait for a second person.
    pub fn is_release(self) -> bool {
        match self {
            Self::Approve | Self::Publish | Self::Schedule | Self::Embargo | Self::Correct => true,
            Self::Read
            | Self::Create
            | Self::Edit
            | Self::Translate
            | Self::Upload
            | Self::Attach
            | Self::Resolve
            | Self::Restore
            | Self::Submit
            | Self::Preview
            | Self::Appoint
            | Self::Rank
            | Self::Merge
            | Self::Archive
            | Self::Withdraw
            | Self::Kill
            | Self::ManageKeys
            | Self::ManagePartners
            | Self::ReadAudit => false,
        }
    }
}

impl fmt::Display for EditorialAct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether a role may do something.
pub fn may(role: Role, act: EditorialAct) -> bool {
    cells(act)[role as usize]
}

const YES: bool = true;
const NOT: bool = false;

/// One row of the table, a cell for each of [`Role::ALL`]. A new act has no row, and a new role makes every row too
/// short: neither builds before the missing cells are written.
fn cells(act: EditorialAct) -> [bool; Role::ALL.len()] {
    match act {
        //                          author editor publisher administrator
        EditorialAct::Read => [YES, YES, YES, YES],
        EditorialAct::Create => [YES, YES, YES, YES],
        EditorialAct::Edit => [YES, YES, YES, YES],
        EditorialAct::Translate => [YES, YES, YES, YES],
        EditorialAct::Upload => [YES, YES, YES, YES],
        EditorialAct::Attach => [YES, YES, YES, YES],
        EditorialAct::Resolve => [YES, YES, YES, YES],
        EditorialAct::Restore => [YES, YES, YES, YES],
        EditorialAct::Submit => [YES, YES, YES, YES],
        EditorialAct::Preview => [YES, YES, YES, YES],
        EditorialAct::Appoint => [NOT, YES, YES, YES],
        EditorialAct::Rank => [NOT, YES, YES, YES],
        EditorialAct::Merge => [NOT, YES, YES, YES],
        EditorialAct::Archive => [NOT, YES, YES, YES],
        EditorialAct::Approve => [NOT, YES, YES, YES],
        EditorialAct::Publish => [NOT, NOT, YES, YES],
        EditorialAct::Schedule => [NOT, NOT, YES, YES],
        EditorialAct::Embargo => [NOT, NOT, YES, YES],
        EditorialAct::Correct => [NOT, NOT, YES, YES],
        EditorialAct::Withdraw => [NOT, NOT, YES, YES],
        EditorialAct::Kill => [NOT, NOT, YES, YES],
        EditorialAct::ManageKeys => [NOT, NOT, NOT, YES],
        EditorialAct::ManagePartners => [NOT, NOT, NOT, YES],
        EditorialAct::ReadAudit => [NOT, NOT, NOT, YES],
    }
}

/// The table in Markdown, as `docs/access.md` shows it.
pub fn table() -> String {
    let mut text = String::from("| act |");
    for role in Role::ALL {
        write!(text, " {role} |").expect("a string takes what is written");
    }
    text.push_str("\n|---|");
    text.push_str(&"---|".repeat(Role::ALL.len()));
    for act in EditorialAct::ALL {
        write!(text, "\n| {act} |").expect("a string takes what is written");
        for role in Role::ALL {
            text.push_str(if may(role, *act) { " yes |" } else { " – |" });
        }
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_all_the_one_before_it_may() {
        for act in EditorialAct::ALL {
            let row = Role::ALL.map(|role| may(role, *act));
            assert!(row.is_sorted(), "{act}: {row:?}");
            assert!(may(Role::Administrator, *act), "{act}: somebody must be able to do it");
        }
    }

    #[test]
    fn cells_stand_in_the_order_of_roles() {
        for (index, role) in Role::ALL.into_iter().enumerate() {
            assert_eq!(role as usize, index);
        }
    }

    #[test]
    fn an_author_makes_nothing_public_and_takes_nothing_back() {
        let public = EditorialAct::ALL.iter().filter(|act| act.is_release());
        for act in public.chain(&[EditorialAct::Withdraw, EditorialAct::Kill]) {
            assert!(!may(Role::Author, *act), "{act}");
        }
    }

    #[test]
    fn words_of_acts_differ() {
        let words: std::collections::BTreeSet<_> = EditorialAct::ALL.iter().map(|act| act.as_str()).collect();
        assert_eq!(words.len(), EditorialAct::ALL.len());
    }

    #[test]
    fn the_documented_table_is_this_one() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/access.md");
        let page = std::fs::read_to_string(path).unwrap();
        assert!(page.contains(&table()), "docs/access.md has drifted; its table has to be:\n{}", table());
    }
}
