//! Values of arguments: mostly such as find something, some that name what is not public, and some that are wrong.

use apollo_compiler::ast::Type;
use apollo_compiler::schema::ExtendedType;
use serde_json::Value;

use super::{Generator, Literal, Named};

const LOCALES: [&str; 10] = ["fr", "en", "bm", "fr-ML", "en-GB", "ar", "zh-Hant-TW", "nqo", "und", "not a language"];
/// Instants around those of the demo, of the retractions, and of what is scheduled.
const INSTANTS: [&str; 9] = [
    "2019-06-01T00:00:00Z",
    "2020-11-14T06:00:00Z",
    "2023-08-01T10:30:00+02:00",
    "2024-10-16T00:00:00Z",
    "2026-01-01T12:00:00.5Z",
    "2026-03-01T12:00:00Z",
    "2099-01-01T00:00:00Z",
    "2100-12-31T23:59:59Z",
    "yesterday",
];
const DATES: [&str; 6] = ["2020-11-14", "2021-05-24", "2023-07-29", "2024-12-01", "2099-01-02", "2024-13-01"];
const OTHER_PATHS: [&str; 8] =
    ["/", "/fr", "/fr/articles", "/fr/articles/../people", "/?p=102", "/category/cooperation", "fr/topics/x", "%ff"];

impl Generator<'_> {
    /// A value of a type for the argument or input field `name`.
    pub(super) fn value(&mut self, name: &str, ty: &Type, depth: usize) -> Literal {
        if !ty.is_non_null() && self.chance(3) {
            return Literal::Plain(Value::Null);
        }
        if ty.is_list() {
            let count = if self.chance(80) { self.rng.usize(1..4) } else { 0 };
            return Literal::List((0..count).map(|_| self.value(name, ty.item_type(), depth)).collect());
        }
        let of = ty.inner_named_type().as_str();
        match self.schema.types.get(of) {
            Some(ExtendedType::Enum(choices)) => {
                let choices: Vec<_> = choices.values.keys().map(ToString::to_string).collect();
                Literal::Enum(self.one_of(&choices).expect("an enum has values"))
            }
            Some(ExtendedType::InputObject(object)) => {
                let share = if depth == 0 { 0 } else { 30 };
                let mut fields = Vec::new();
                for field in object.fields.values() {
                    if field.ty.is_non_null() || self.chance(share) {
                        fields.push((
                            field.name.to_string(),
                            self.value(&field.name, &field.ty, depth.saturating_sub(1)),
                        ));
                    }
                }
                Literal::Object(fields)
            }
            _ => self.scalar(name, of),
        }
    }

    fn scalar(&mut self, name: &str, of: &str) -> Literal {
        match of {
            "Boolean" => Literal::Plain(self.rng.bool().into()),
            "Int" if name == "years" => Literal::Plain(self.rng.i64(2019..2027).into()),
            "Int" => Literal::Plain(self.number(name).into()),
            "Float" => Literal::Plain(0.5.into()),
            "Locale" => self.mostly(&LOCALES, 4),
            "DateTime" => self.mostly(&INSTANTS, INSTANTS.len() - 1),
            "Date" => self.mostly(&DATES, DATES.len() - 1),
            _ => Literal::text(self.words(name)),
        }
    }

    /// One of the first `good` choices, seldom one of the others.
    fn mostly(&mut self, choices: &[&str], good: usize) -> Literal {
        let count = if self.chance(90) { good } else { choices.len() };
        Literal::text(choices[self.rng.usize(..count)])
    }

    fn number(&mut self, name: &str) -> i64 {
        match name {
            "first" | "last" if self.chance(90) => self.rng.i64(1..6),
            "first" | "last" => [0, -1, 25, 26, 100, 101, i64::from(i32::MAX)][self.rng.usize(..7)],
            "baseHeadingLevel" => self.rng.i64(0..7),
            _ => self.rng.i64(1..400),
        }
    }

    /// A string, by what the argument is called.
    fn words(&mut self, name: &str) -> String {
        match name {
            "id" | "ids" => self.view_id(),
            "contentId" | "contentIds" => self.content_id(),
            "after" | "before" => {
                let kept = self.cursors.clone();
                if self.chance(80) { self.one_of(&kept).unwrap_or_default() } else { "bm8gY3Vyc29y".to_owned() }
            }
            "path" => self.path(),
            "text" => self.passage(),
            "query" => self.question(),
            "people" => self.name_of("person"),
            "institutions" => self.name_of("institution"),
            "events" | "partOf" => self.name_of("event"),
            "topics" => self.name_of("topic"),
            _ => {
                let about = self.about.clone().unwrap_or_else(|| "topic".to_owned());
                if name == "slug" { self.slug_of(&about) } else { self.name_of(&about) }
            }
        }
    }

    /// An entry of a kind: public or not.
    fn entry(&mut self, kind: Option<&str>) -> Named {
        let names = if self.chance(60) { &self.names.public } else { &self.names.hidden };
        let of_kind: Vec<&Named> = names.iter().filter(|named| kind.is_none_or(|kind| named.kind == kind)).collect();
        self.rng.choice(&of_kind).map_or_else(Named::default, |named| Named::clone(named))
    }

    fn slug_of(&mut self, kind: &str) -> String {
        let slugs = self.entry(Some(kind)).slugs;
        match self.one_of(&slugs) {
            Some((_, slug)) if !self.chance(8) => slug,
            _ => "nothing-of-this-name".to_owned(),
        }
    }

    /// Slug or content id.
    pub(super) fn name_of(&mut self, kind: &str) -> String {
        if self.chance(60) { self.slug_of(kind) } else { self.entry(Some(kind)).id }
    }

    fn content_id(&mut self) -> String {
        match self.rng.u8(..100) {
            0..8 => self.random_id(),
            8..11 => "not-an-id".to_owned(),
            11..70 => {
                let about = self.about.clone();
                self.entry(about.as_deref()).id
            }
            _ => self.entry(None).id,
        }
    }

    fn random_id(&mut self) -> String {
        let hex: String = (0..32).map(|_| self.rng.digit(16)).collect();
        format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
    }

    fn view_id(&mut self) -> String {
        if self.chance(35) {
            let kept = self.ids.clone();
            return self.one_of(&kept).unwrap_or_default();
        }
        let mut named = self.entry(None);
        if self.chance(10) {
            named.id = self.random_id();
        }
        if self.chance(10) {
            named.kind = self.entry(None).kind;
        }
        let as_of = if self.chance(30) { Some(self.rng.i64(1_580_000_000..4_100_000_000) * 1_000_000) } else { None };
        let mut id = named.view_id(LOCALES[self.rng.usize(..4)], as_of);
        if self.chance(5) {
            id.truncate(self.rng.usize(..id.len()));
        }
        id
    }

    pub(super) fn path(&mut self) -> String {
        if self.chance(10) {
            return OTHER_PATHS[self.rng.usize(..OTHER_PATHS.len())].to_owned();
        }
        let paths = self.entry(None).paths();
        let path = self.one_of(&paths).unwrap_or_else(|| "/fr/articles/nothing".to_owned());
        if self.chance(15) { path + "/" } else { path }
    }

    /// What somebody might search for: words out of a title, in one of the forms a query takes.
    fn question(&mut self) -> String {
        let words = self.passage();
        match self.rng.u8(..10) {
            0 => String::new(),
            1 => format!("\"{words}\""),
            2 => format!("mali -{words}"),
            3 => words.chars().take(4).chain(['*']).collect(),
            4 => words.chars().filter(|c| *c != 'é').collect(),
            5 => words.to_uppercase(),
            _ => words,
        }
    }

    /// Words to look for, out of a title.
    fn passage(&mut self) -> String {
        let titles = self.entry(None).titles;
        let title = self.one_of(&titles).unwrap_or_else(|| "Mali".to_owned());
        let words: Vec<&str> = title.split_whitespace().collect();
        let from = self.rng.usize(..words.len().max(1)).min(words.len());
        words[from..].iter().take(2).copied().collect::<Vec<_>>().join(" ")
    }
}
