//! What the IPTC and ODRL have no term for, under addresses of the issuer's own that say what is meant.

use crate::html::element;
use crate::item::Issuer;

/// A term of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Relation {
    Translation,
    Programme,
    Clarification,
    Retraction,
    Cancellation,
    EmbargoEnd,
}

impl Relation {
    /// All there are.
    pub const ALL: [Self; 6] = [
        Self::Translation,
        Self::Programme,
        Self::Clarification,
        Self::Retraction,
        Self::Cancellation,
        Self::EmbargoEnd,
    ];

    /// The end of its address.
    pub fn name(self) -> &'static str {
        match self {
            Self::Translation => "translation",
            Self::Programme => "programme",
            Self::Clarification => "clarification",
            Self::Retraction => "retraction",
            Self::Cancellation => "cancellation",
            Self::EmbargoEnd => "embargo-end",
        }
    }

    /// The address by which documents name it.
    pub fn address(self, issuer: &Issuer) -> String {
        format!("{}/v1/rel/{}", issuer.base, self.name())
    }

    /// What it means, in French and in English.
    fn meaning(self) -> (&'static str, &'static str) {
        match self {
            Self::Translation => (
                "Le même article ou événement dans une autre langue.",
                "The same article or event in another language.",
            ),
            Self::Programme => ("Un point du programme d’un événement.", "An item of the programme of an event."),
            Self::Clarification => (
                "Une précision portée à la connaissance du public : ce qui était dit était juste, mais incomplet.",
                "A clarification told to the public: what was said was right, but not complete.",
            ),
            Self::Retraction => (
                "Une partie de ce qui était dit est rétractée ; le texte le dit au public.",
                "A part of what was said is retracted, and the public is told so.",
            ),
            Self::Cancellation => (
                "L’annulation d’un article ou d’une photo par l’émetteur : pubStatus est canceled. Les copies sont à supprimer.",
                "The issuer cancels an article or a photo: pubStatus is canceled. Copies have to be deleted.",
            ),
            Self::EmbargoEnd => (
                "L’heure jusqu’à laquelle un article est sous embargo : embargoedUntil dans ninjs, embargoed dans NewsML-G2.",
                "The hour until which an article is under embargo: embargoedUntil in ninjs, embargoed in NewsML-G2.",
            ),
        }
    }

    /// The page at its address, in HTML.
    pub fn page(self) -> String {
        let (french, english) = self.meaning();
        let name = self.name();
        let (title, heading) = (element("title", "", name), element("h1", "", name));
        let (french, english) = (element("span", "", french), element("span", "", english));
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n{title}</head>\n<body>\n{heading}\
             <p lang=\"fr\">{french}</p>\n<p>{english}</p>\n</body>\n</html>\n"
        )
    }
}
