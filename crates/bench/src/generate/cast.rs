//! Who and what the articles are about.

use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;

use super::words::{FIRST, LAST, WORDS, capitalised, numbered_slug, phrase, pick, slug};

/// First day of the ten years.
pub const BEGIN: DateTime<Utc> = DateTime::from_timestamp(1_451_606_400, 0).expect("2016-01-01 is a date");
/// The ten years.
pub const DAYS: i64 = 3650;

/// Everything but articles.
#[derive(Clone, Debug)]
pub struct Cast {
    pub people: Vec<Person>,
    pub institutions: Vec<Institution>,
    pub events: Vec<Event>,
    pub topics: Vec<Topic>,
    /// The text alternative of each image.
    pub images: Vec<String>,
}

/// No two have the same full name.
#[derive(Clone, Debug)]
pub struct Person {
    pub given: &'static str,
    pub family: &'static str,
    pub slug: String,
    pub biography: String,
    /// Title of the one post held.
    pub post: String,
    /// Index of the institution of the post.
    pub seat: usize,
    /// Year in which a colonel became a general, for one in ten.
    pub promoted: Option<i32>,
}

#[derive(Clone, Debug)]
pub struct Institution {
    pub name: String,
    pub slug: String,
    pub about: String,
}

#[derive(Clone, Debug)]
pub struct Event {
    pub name: String,
    pub slug: String,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub place: &'static str,
}

#[derive(Clone, Debug)]
pub struct Topic {
    pub name: String,
    pub slug: String,
}

impl Person {
    /// As printed.
    pub fn name(&self) -> String {
        format!("{} {}", self.given, self.family)
    }
}

impl Cast {
    /// The cast of a seed.
    pub fn new(seed: u64) -> Self {
        let mut random = Rng::with_seed(seed);
        let random = &mut random;
        let mut names: Vec<_> =
            FIRST.iter().flat_map(|given| LAST.iter().map(move |family| (*given, *family))).collect();
        random.shuffle(&mut names);
        let people = names.into_iter().take(500).enumerate();
        Self {
            people: people.map(|(index, name)| Person::new(random, index, name)).collect(),
            institutions: (0..100).map(|index| Institution::new(random, index)).collect(),
            events: (0..300).map(|index| Event::new(random, index)).collect(),
            topics: WORDS[..30].iter().map(|word| Topic { name: capitalised(word), slug: slug(word) }).collect(),
            images: (0..400).map(|_| phrase(random, 6)).collect(),
        }
    }
}

impl Person {
    fn new(random: &mut Rng, index: usize, (given, family): (&'static str, &'static str)) -> Self {
        Self {
            given,
            family,
            slug: numbered_slug(&format!("{given} {family}"), index),
            biography: phrase(random, 40) + ".",
            post: format!("Directeur chargé de la {}", pick(random, &WORDS)),
            seat: index % 100,
            promoted: index.is_multiple_of(10).then(|| 2017 + random.i32(0..8)),
        }
    }
}

impl Institution {
    fn new(random: &mut Rng, index: usize) -> Self {
        let name = format!("Ministère {}", phrase(random, 3));
        Self { slug: numbered_slug(&name, index), name, about: phrase(random, 40) + "." }
    }
}

impl Event {
    fn new(random: &mut Rng, index: usize) -> Self {
        let starts_at = BEGIN + TimeDelta::days(random.i64(0..DAYS));
        let name = format!("Sommet {}", phrase(random, 3));
        Self {
            slug: numbered_slug(&name, index),
            name,
            starts_at,
            ends_at: starts_at + TimeDelta::days(random.i64(1..6)),
            place: pick(random, &["Bamako", "Ségou", "Sikasso", "Kayes", "Mopti"]),
        }
    }
}
