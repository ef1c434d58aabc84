//! Articles, one at a time.

use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;

use super::Recipe;
use super::cast::{BEGIN, Cast, DAYS};
use super::words::{numbered_slug, phrase};

/// One article; `image` and `topics` are places in the [`Cast`].
#[derive(Clone, Debug)]
pub struct Article {
    pub number: u32,
    pub title: String,
    pub slug: String,
    pub summary: String,
    /// Plain text.
    pub paragraphs: Vec<String>,
    pub issued_at: DateTime<Utc>,
    pub image: usize,
    pub topics: Vec<usize>,
}

/// The articles of a record, oldest first.
pub struct Articles<'a> {
    recipe: Recipe,
    cast: &'a Cast,
    random: Rng,
    next: u32,
}

impl<'a> Articles<'a> {
    /// `cast` is the one of the recipe's seed.
    pub fn new(recipe: Recipe, cast: &'a Cast) -> Self {
        Self { recipe, cast, random: Rng::with_seed(recipe.seed.wrapping_add(1)), next: 0 }
    }
}

impl Iterator for Articles<'_> {
    type Item = Article;

    fn next(&mut self) -> Option<Article> {
        let number = self.next;
        if number == self.recipe.articles {
            return None;
        }
        self.next += 1;
        let (random, cast) = (&mut self.random, self.cast);
        let people = [(); 3].map(|()| random.usize(..cast.people.len()));
        let institutions = [(); 2].map(|()| random.usize(..cast.institutions.len()));
        let event = (random.f32() < 0.4).then(|| random.usize(..cast.events.len()));
        let mut topics: Vec<usize> = (0..random.usize(1..=2)).map(|_| random.usize(..cast.topics.len())).collect();
        topics.dedup();
        let title = phrase(random, 7);
        let paragraphs = (0..8).map(|place| {
            let who = cast.people[people[place % 3]].name();
            let aside = match (place, event) {
                (1 | 4, _) => format!(", au nom du {}", cast.institutions[institutions[place / 4]].name),
                (2, Some(event)) => format!(", en marge du {}", cast.events[event].name),
                _ => String::new(),
            };
            format!("{}, a indiqué {who}{aside}. {}.", phrase(random, 18), phrase(random, 14))
        });
        let paragraphs = paragraphs.collect();
        let step = DAYS * 86_400 * i64::from(number) / i64::from(self.recipe.articles);
        Some(Article {
            number,
            slug: numbered_slug(&title, number as usize),
            title,
            summary: phrase(random, 26) + ".",
            paragraphs,
            issued_at: BEGIN + TimeDelta::seconds(step),
            image: random.usize(..cast.images.len()),
            topics,
        })
    }
}
