//! The few words documents add to what was issued: in French for French items, else in English.

use griot_domain::{CorrectionKind, EventState, Locale};

use crate::item::{Content, Correction, Item, Signal, worded};

/// The words for one item.
#[derive(Clone, Copy)]
pub struct Wording<'a>(&'a Locale);

impl<'a> Wording<'a> {
    /// The words that go with the language of `item`.
    pub fn of(item: &'a Item) -> Self {
        Self(&item.locale)
    }

    fn word(self, french: &'static str, english: &'static str) -> &'static str {
        worded(self.0, french, english)
    }

    /// What stands before the names of those who sign.
    pub fn by(self) -> &'static str {
        self.word("Par", "By")
    }

    /// What stands above a programme.
    pub fn programme(self) -> &'static str {
        // The same in both.
        "Programme"
    }

    /// What stands before the hour until which an item must not be published.
    pub fn embargo(self) -> &'static str {
        self.word("Sous embargo jusqu’à", "Under embargo until")
    }

    /// What stands between a label and its text: with a plain space in French, as wires have it.
    fn colon(self) -> &'static str {
        self.word(" :", ":")
    }

    /// What a correction is called in print.
    pub fn correction(self, kind: CorrectionKind) -> &'static str {
        match kind {
            CorrectionKind::Correction => self.word("Rectificatif", "Correction"),
            CorrectionKind::Clarification => self.word("Précision", "Clarification"),
            CorrectionKind::Update => self.word("Mise à jour", "Update"),
            CorrectionKind::Retraction => self.word("Rétractation", "Retraction"),
        }
    }

    /// A correction as printed: `Rectificatif (2023-11-07) : Le nom …`.
    pub fn correction_line(self, correction: &Correction) -> String {
        let Correction { kind, at, note } = correction;
        format!("{} ({}){} {note}", self.correction(*kind), at.date_naive(), self.colon())
    }

    /// That an item was cancelled or withdrawn, for readers, and why; `None` while it may be used.
    pub fn taken_back(self, item: &Item) -> Option<String> {
        let what = match item.content {
            Content::Canceled => self.word("Annulé", "Cancelled"),
            Content::Withheld => self.word("Retiré", "Withdrawn"),
            _ => return None,
        };
        let drill = if item.is_drill { self.word("Exercice — ", "Exercise — ") } else { "" };
        let what = format!("{drill}{what}");
        let Signal::Retraction(Some(reason)) = &item.signal else { return Some(what) };
        Some(format!("{what}{} {reason}", self.colon()))
    }

    /// That an event does not take place as planned.
    pub fn disruption(self, state: EventState) -> Option<&'static str> {
        match state {
            EventState::Scheduled => None,
            EventState::Postponed => Some(self.word("ÉVÉNEMENT REPORTÉ", "EVENT POSTPONED")),
            EventState::Cancelled => Some(self.word("ÉVÉNEMENT ANNULÉ", "EVENT CANCELLED")),
        }
    }

    /// [`Item::editors_note`], and that an event does not take place as planned: the item itself stays usable then.
    pub fn editors_note(self, item: &Item) -> Option<String> {
        let disruption = match &item.content {
            Content::Event(event) => self.disruption(event.state).map(str::to_owned),
            _ => None,
        };
        let notes: Vec<String> = item.editors_note().into_iter().chain(disruption).collect();
        (!notes.is_empty()).then(|| notes.join(" — "))
    }
}
