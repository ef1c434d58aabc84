//! A press office's record of any size: the same seed and size give the same bytes.
//!
//! Sizes of the kinds: 500 people with one post each, 100 institutions, 300 events, 30 topics, 400 images. An article
//! has a headline, a summary of some 300 characters and eight paragraphs (some 3.7 KB), names 3 people, 2 institutions
//! and in two cases of five an event, is filed under 1 or 2 topics, shows an image; all are spread over ten years.

mod articles;
mod cast;
mod record;
mod words;
mod wxr;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

pub use articles::Articles;
pub use cast::Cast;
pub use words::WORDS;

/// How a record is made.
#[derive(Clone, Copy, Debug)]
pub struct Recipe {
    pub articles: u32,
    pub seed: u64,
}

/// The files of a generated record, to be imported in this order.
#[derive(Clone, Debug)]
pub struct Files {
    /// People, institutions, events and posts as JSON lines.
    pub record: PathBuf,
    /// Topics, images and articles as a WordPress export.
    pub wordpress: PathBuf,
}

/// What requests ask for.
#[derive(Clone, Debug)]
pub struct Slugs {
    pub articles: Vec<String>,
    pub people: Vec<String>,
    pub topics: Vec<String>,
}

/// Writes both files into `dir`, which is made. Memory does not depend on the number of articles, but for slugs.
pub fn generate(recipe: Recipe, dir: &Path) -> io::Result<(Files, Slugs)> {
    fs::create_dir_all(dir)?;
    let files = Files { record: dir.join("record.jsonl"), wordpress: dir.join("wordpress.xml") };
    let cast = Cast::new(recipe.seed);
    write(&files.record, |out| record::write(&cast, out))?;
    let mut slugs = Slugs {
        articles: Vec::with_capacity(recipe.articles as usize),
        people: cast.people.iter().map(|person| person.slug.clone()).collect(),
        topics: cast.topics.iter().map(|topic| topic.slug.clone()).collect(),
    };
    write(&files.wordpress, |out| {
        let articles = Articles::new(recipe, &cast).inspect(|article| slugs.articles.push(article.slug.clone()));
        wxr::write(&cast, articles, out)
    })?;
    Ok((files, slugs))
}

/// The slugs of a record made before.
pub fn slugs(recipe: Recipe) -> Slugs {
    let cast = Cast::new(recipe.seed);
    Slugs {
        articles: Articles::new(recipe, &cast).map(|article| article.slug).collect(),
        people: cast.people.into_iter().map(|person| person.slug).collect(),
        topics: cast.topics.into_iter().map(|topic| topic.slug).collect(),
    }
}

fn write(path: &Path, content: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    content(&mut out)?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECIPE: Recipe = Recipe { articles: 200, seed: 7 };

    fn made(recipe: Recipe) -> (String, String, Slugs) {
        let dir = tempfile::tempdir().unwrap();
        let (files, slugs) = generate(recipe, dir.path()).unwrap();
        (fs::read_to_string(files.record).unwrap(), fs::read_to_string(files.wordpress).unwrap(), slugs)
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_another_one_others() {
        let (one, again, other) = (made(RECIPE), made(RECIPE), made(Recipe { seed: 8, ..RECIPE }));
        assert_eq!((&one.0, &one.1), (&again.0, &again.1));
        assert_ne!(one.0, other.0);
        assert_ne!(one.1, other.1);
        assert_eq!(one.2.articles, slugs(RECIPE).articles);
    }

    #[test]
    fn a_record_has_the_sizes_it_promises() {
        let (record, wordpress, slugs) = made(RECIPE);
        let count = |kind: &str| record.matches(&format!("{{\"kind\":\"{kind}\"")).count();
        assert_eq!(["person", "institution", "event", "appointment"].map(count), [500, 100, 300, 500]);
        assert_eq!(wordpress.matches("<wp:category>").count(), 30);
        assert_eq!(wordpress.matches("<![CDATA[attachment]]></wp:post_type>").count(), 400);
        assert_eq!(wordpress.matches("<![CDATA[post]]></wp:post_type>").count(), 200);
        let bodies: usize = Articles::new(RECIPE, &Cast::new(RECIPE.seed)).map(|a| a.paragraphs.concat().len()).sum();
        assert!((3_000..4_000).contains(&(bodies / 200)), "{} bytes of text an article", bodies / 200);
        let mut unique = slugs.articles.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), 200);
    }

    #[test]
    fn articles_name_three_people_two_institutions_and_now_and_then_an_event() {
        let cast = Cast::new(7);
        let (mut people, mut institutions, mut events) = (0, 0, 0);
        for article in Articles::new(RECIPE, &cast) {
            let text = article.paragraphs.concat();
            people += cast.people.iter().filter(|person| text.contains(&person.name())).count();
            institutions += cast.institutions.iter().filter(|one| text.contains(&one.name)).count();
            events += cast.events.iter().filter(|event| text.contains(&event.name)).count();
        }
        // The same one may be drawn twice, and two events in a thousand share a beginning.
        assert!((590..=600).contains(&people), "{people} people in 200 articles");
        assert!((390..=405).contains(&institutions), "{institutions} institutions in 200 articles");
        assert!((50..110).contains(&events), "{events} events in 200 articles");
    }
}
