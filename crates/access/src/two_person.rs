//! Four eyes: what one person wrote last, another one makes public.

use std::collections::BTreeSet;

use griot_domain::EntryKind;

use crate::EditorialAct;

/// Kinds of entry that one person alone cannot make public.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TwoPerson {
    /// None by default.
    pub kinds: BTreeSet<EntryKind>,
}

/// One person would have done both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("you changed this {kind} last, so somebody else has to {act} it")]
pub struct SamePerson {
    #[allow(missing_docs)]
    pub kind: EntryKind,
    #[allow(missing_docs)]
    pub act: EditorialAct,
}

impl TwoPerson {
    /// Refuses an act that brings an entry of a protected kind before readers when the principal `by` is also its
    /// `last_editor`. Both are [`crate::Principal::id`], which stays the same when a holder's key is replaced.
    pub fn judge(&self, kind: EntryKind, act: EditorialAct, by: &str, last_editor: &str) -> Result<(), SamePerson> {
        if act.is_release() && by == last_editor && self.kinds.contains(&kind) {
            return Err(SamePerson { kind, act });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_protected_kind_needs_a_second_person_to_reach_readers() {
        let rule = TwoPerson { kinds: [EntryKind::Article].into() };
        for act in EditorialAct::ALL.iter().copied() {
            let alone = rule.judge(EntryKind::Article, act, "key:a", "key:a");
            assert_eq!(alone.is_err(), act.is_release(), "{act}");
            assert_eq!(rule.judge(EntryKind::Article, act, "key:b", "key:a"), Ok(()), "{act}");
            assert_eq!(rule.judge(EntryKind::Event, act, "key:a", "key:a"), Ok(()), "{act}");
        }
        let refused = rule.judge(EntryKind::Article, EditorialAct::Publish, "key:a", "key:a").unwrap_err();
        assert_eq!(refused.to_string(), "you changed this article last, so somebody else has to publish it");
    }

    #[test]
    fn no_kind_is_protected_unless_it_is_said() {
        let rule = TwoPerson::default();
        for kind in EntryKind::ALL {
            assert_eq!(rule.judge(kind, EditorialAct::Publish, "key:a", "key:a"), Ok(()));
        }
    }
}
