//! Changing blocks of a body, without sending it whole.

use async_graphql::{Context, ID, InputObject, Object, OneofObject};
use griot_domain::Locale;
use griot_editorial::{BlockEdit, Command};

use super::editor::Caller;
use super::error::{Answer, Nullable};
use super::input::{Flaw, blocks, entry_id, locale};
use super::payload::DraftPayload;
use super::place::Place;
use crate::graphql::delivery::scalar::{PortableText, Tag};

/// Most edits of one input.
const MOST_EDITS: usize = 200;

/// Changes of a body, done in order, all or none.
#[derive(Debug, InputObject)]
pub(crate) struct BodyEditInput {
    /// The entry (content id).
    content_id: ID,
    /// The revision the edits are based on.
    expected_revision: i32,
    /// The same key within 24 hours gives the first result instead of acting again.
    idempotency_key: Option<String>,
    /// What the history shall say of it.
    note: Option<String>,
    /// The language whose body is changed.
    locale: Tag,
    /// 1 to 200 edits. Each sees the body as the one before it left it.
    edits: Vec<BlockEditInput>,
}

/// One edit of a body. Blocks are named by their `_key`.
#[derive(Debug, OneofObject)]
pub(crate) enum BlockEditInput {
    /// Puts blocks after another.
    Insert(BlockInsertInput),
    /// Puts blocks in the place of one.
    Replace(BlockReplaceInput),
    /// Takes out the block with this key.
    Remove(String),
    /// Moves a block.
    Move(BlockMoveInput),
}

/// Blocks to put in.
#[derive(Debug, InputObject)]
pub(crate) struct BlockInsertInput {
    /// Key of the block they follow; the beginning when left out.
    after_key: Option<String>,
    /// The blocks.
    blocks: PortableText,
}

/// A block to replace.
#[derive(Debug, InputObject)]
pub(crate) struct BlockReplaceInput {
    /// Its key.
    key: String,
    /// The blocks that take its place.
    blocks: PortableText,
}

/// A block to move.
#[derive(Debug, InputObject)]
pub(crate) struct BlockMoveInput {
    /// Its key.
    key: String,
    /// Key of the block it shall follow; the beginning when left out.
    after_key: Option<String>,
}

/// Changing bodies.
#[derive(Default)]
pub struct BodyWrites;

#[Object]
impl BodyWrites {
    /// Changes blocks of a draft's body: only what changed is sent, and nobody's other paragraphs are overwritten.
    async fn body_edit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which body, and how.")] input: BodyEditInput,
    ) -> Nullable<DraftPayload> {
        Some(edit(ctx, input).await)
    }
}

async fn edit(ctx: &Context<'_>, input: BodyEditInput) -> Answer<DraftPayload> {
    let caller = Caller::of(ctx)?;
    let BodyEditInput { content_id, expected_revision, idempotency_key, note, locale: tag, edits } = input;
    let id = entry_id(&["contentId"], &content_id);
    let locale: Result<Locale, Flaw> = locale(&["locale"], &tag);
    let edits = read(edits);
    match (id, locale, edits) {
        (Ok(id), Ok(locale), Ok(edits)) => {
            let expected = i64::from(expected_revision);
            let command = Command::EditBody { id, expected, locale, edits, note };
            DraftPayload::of(&caller, idempotency_key, &command, &Place::Act).await
        }
        (id, locale, edits) => {
            let flaws = [id.err(), locale.err()].into_iter().flatten();
            Ok(DraftPayload::refused(flaws.chain(edits.err().into_iter().flatten())))
        }
    }
}

fn read(edits: Vec<BlockEditInput>) -> Result<Vec<BlockEdit>, Vec<Flaw>> {
    if edits.is_empty() || edits.len() > MOST_EDITS {
        let message = format!("an input has 1 to {MOST_EDITS} edits, not {}", edits.len());
        return Err(vec![Flaw::invalid(&["edits"], message)]);
    }
    let mut flaws = Vec::new();
    let mut done = Vec::with_capacity(edits.len());
    for (position, edit) in edits.into_iter().enumerate() {
        match edit.read(&position.to_string()) {
            Ok(edit) => done.push(edit),
            Err(flaw) => flaws.push(flaw),
        }
    }
    if flaws.is_empty() { Ok(done) } else { Err(flaws) }
}

impl BlockEditInput {
    fn read(self, place: &str) -> Result<BlockEdit, Flaw> {
        let read = |verb: &str, PortableText(value): PortableText| {
            blocks(value).map_err(|why| Flaw::invalid(&["edits", place, verb, "blocks"], why))
        };
        Ok(match self {
            Self::Insert(BlockInsertInput { after_key, blocks }) => {
                BlockEdit::Insert { after: after_key, blocks: read("insert", blocks)? }
            }
            Self::Replace(BlockReplaceInput { key, blocks }) => {
                BlockEdit::Replace { key, blocks: read("replace", blocks)? }
            }
            Self::Remove(key) => BlockEdit::Remove { key },
            Self::Move(BlockMoveInput { key, after_key }) => BlockEdit::Move { key, after: after_key },
        })
    }
}
