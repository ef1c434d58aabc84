//! Four eyes: what somebody wrote, somebody else makes public.

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
#[error("you wrote some of what is new in this {kind}, so somebody else has to {act} it")]
pub struct SamePerson {
    #[allow(missing_docs)]
    pub kind: EntryKind,
    #[allow(missing_docs)]
    pub act: EditorialAct,
}

impl TwoPerson {
    /// Refuses an act that brings an entry of a protected kind before readers when the principal `by` is among its
    /// `writers`: all who changed it since it was approved or published last. They are [`crate::Principal::id`]s, which
    /// stay the same when a holder's key is replaced.
    pub fn judge(
        &self,
        kind: EntryKind,
        act: EditorialAct,
        by: &str,
        writers: &BTreeSet<String>,
    ) -> Result<(), SamePerson> {
        if act.is_release() && writers.contains(by) && self.kinds.contains(&kind) {
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
        let writers = BTreeSet::from(["key:a".to_owned(), "key:c".to_owned()]);
        for act in EditorialAct::ALL.iter().copied() {
            let alone = rule.judge(EntryKind::Article, act, "key:a", &writers);
            assert_eq!(alone.is_err(), act.is_release(), "{act}");
            assert_eq!(rule.judge(EntryKind::Article, act, "key:b", &writers), Ok(()), "{act}");
            assert_eq!(rule.judge(EntryKind::Event, act, "key:a", &writers), Ok(()), "{act}");
        }
        let refused = rule.judge(EntryKind::Article, EditorialAct::Publish, "key:c", &writers).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "you wrote some of what is new in this article, so somebody else has to publish it"
        );
    }

    #[test]
    fn no_kind_is_protected_unless_it_is_said() {
        let rule = TwoPerson::default();
        let writers = BTreeSet::from(["key:a".to_owned()]);
        for kind in EntryKind::ALL {
            assert_eq!(rule.judge(kind, EditorialAct::Publish, "key:a", &writers), Ok(()));
        }
    }
}
