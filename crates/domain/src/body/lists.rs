//! Nested lists from a flat row of items with levels.

use super::{ListItem, TextBlock};

/// One list that is open, with the item being written.
#[derive(Clone, Copy, Debug)]
pub(super) struct OpenList {
    pub kind: ListItem,
    level: u8,
    /// Position of the present item, from 1.
    pub number: u32,
}

/// What happens to the lists as an item begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The innermost list ends.
    Close(ListItem),
    /// The innermost list goes on with another item.
    Next,
    /// A list begins, inside the present item of the one around it.
    Open(ListItem),
}

/// The lists open at one place, outermost first.
#[derive(Default)]
pub(super) struct Lists {
    pub open: Vec<OpenList>,
}

impl Lists {
    /// Goes to an item of `kind` at `level`. Levels count by comparison only: one that skips nests once, and one
    /// between a list and the list around it goes on with the inner. A change of kind begins a new list.
    pub fn enter(&mut self, kind: ListItem, level: u8, mut emit: impl FnMut(Step)) {
        while let Some((last, around)) = self.open.split_last_mut()
            && last.level >= level
        {
            if last.kind == kind && around.last().is_none_or(|list| list.level < level) {
                last.level = level;
                last.number += 1;
                return emit(Step::Next);
            }
            emit(Step::Close(last.kind));
            self.open.pop();
        }
        self.open.push(OpenList { kind, level, number: 1 });
        emit(Step::Open(kind));
    }

    /// Ends all lists.
    pub fn leave(&mut self, mut emit: impl FnMut(Step)) {
        while let Some(list) = self.open.pop() {
            emit(Step::Close(list.kind));
        }
    }
}

/// Kind and level of the block if it is a list item.
pub(super) fn list_place(block: &TextBlock) -> Option<(ListItem, u8)> {
    block.list_item.map(|kind| (kind, block.level.unwrap_or(1).max(1)))
}
