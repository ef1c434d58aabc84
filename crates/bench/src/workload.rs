//! From a page to requests for it.

use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use clap::ValueEnum;

use crate::documents;
use crate::generate::{Slugs, WORDS};
use crate::load::{self, LoadError, Method, Workload};
use crate::topic::{self, Depth};
use crate::trade;

/// A page that sites show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum)]
#[value(rename_all = "PascalCase")]
pub enum Page {
    /// Any article.
    Article,
    /// One and the same article.
    OneArticle,
    /// One article, asked for by GET.
    OneByGet,
    /// One article, asked for by a client that has it.
    OneKnown,
    /// The newest 20 of all articles.
    Front,
    /// The same, asked for by GET.
    FrontByGet,
    /// Any person.
    Person,
    /// The newest 20 articles of any topic.
    Topic,
    /// 20 articles of any topic from the 300th.
    TopicDeep,
    /// The last 20 articles of any topic, as deep as all topics reach.
    TopicDeepest,
    /// What holds two words.
    Search,
    /// The same with highlights and facets.
    FullSearch,
    /// Any article as ninjs, and so on for the other forms.
    Ninjs,
    NewsMl,
    JsonLd,
    Text,
    Html,
    /// The newest 100 articles, and so on for the other formats.
    Atom,
    /// The same, asked for by a reader that has it.
    AtomKnown,
    Rss,
    RssKnown,
    JsonFeed,
    JsonFeedKnown,
}

impl Page {
    /// In the order they are shown.
    pub const ALL: [Self; 23] = [
        Self::Article,
        Self::OneArticle,
        Self::OneByGet,
        Self::OneKnown,
        Self::Front,
        Self::FrontByGet,
        Self::Person,
        Self::Topic,
        Self::TopicDeep,
        Self::TopicDeepest,
        Self::Search,
        Self::FullSearch,
        Self::Ninjs,
        Self::NewsMl,
        Self::JsonLd,
        Self::Text,
        Self::Html,
        Self::Atom,
        Self::AtomKnown,
        Self::Rss,
        Self::RssKnown,
        Self::JsonFeed,
        Self::JsonFeedKnown,
    ];

    /// Whether it is an article in a form of the trade.
    pub fn is_document(self) -> bool {
        matches!(self, Self::Ninjs | Self::NewsMl | Self::JsonLd | Self::Text | Self::Html)
    }

    /// Whether it is asked for by a client that has it.
    pub fn is_known(self) -> bool {
        matches!(self, Self::OneKnown | Self::AtomKnown | Self::RssKnown | Self::JsonFeedKnown)
    }

    /// Whether it says anything of a server that keeps as much as `keeps` says.
    pub fn tells_of(self, keeps: Keeps) -> bool {
        match self {
            Self::OneArticle | Self::OneByGet | Self::OneKnown | Self::FrontByGet => keeps == Keeps::Answers,
            Self::Article | Self::Front => true,
            Self::Person | Self::Topic | Self::TopicDeep | Self::TopicDeepest => keeps == Keeps::Nothing,
            Self::Search | Self::FullSearch => keeps == Keeps::Records,
            Self::AtomKnown | Self::RssKnown | Self::JsonFeedKnown => keeps == Keeps::Answers,
            Self::Atom | Self::Rss | Self::JsonFeed => keeps != Keeps::Records,
            Self::Ninjs | Self::NewsMl | Self::JsonLd | Self::Text | Self::Html => keeps != Keeps::Records,
        }
    }

    /// How many clients ask for it at once, of those there are: searches are timed one by one.
    pub fn connections(self, all: usize) -> usize {
        match self {
            Self::Search | Self::FullSearch => 1,
            _ => all,
        }
    }

    /// Whether it has a floor of its own; pages of one list share one.
    pub fn floor(self) -> Self {
        match self {
            Self::TopicDeep | Self::TopicDeepest => Self::Topic,
            Self::OneArticle | Self::OneByGet | Self::OneKnown => Self::Article,
            Self::FrontByGet => Self::Front,
            Self::AtomKnown => Self::Atom,
            Self::RssKnown => Self::Rss,
            Self::JsonFeedKnown => Self::JsonFeed,
            own => own,
        }
    }
}

/// What a server keeps in memory of what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Keeps {
    /// Nothing: every page is read and made anew.
    Nothing,
    /// Entries, lists and bodies.
    Records,
    /// Finished answers too, as it does by itself.
    Answers,
}

impl Keeps {
    /// From the least to the most.
    pub const ALL: [Self; 3] = [Self::Nothing, Self::Records, Self::Answers];
}

/// In place of a document, for what has an address of its own.
const NO_GRAPHQL: &str = "";
/// How long a server may take to make the index of a large record.
const INDEXING: Duration = Duration::from_secs(600);

/// Waits until a server finds everything.
pub async fn wait_for_index(address: SocketAddr) -> Result<(), LoadError> {
    let asked = Workload {
        address,
        path: "/graphql".to_owned(),
        document: documents::SEARCH,
        method: Method::Post,
        known: None,
        variables: Rc::from(["{\"words\":\"\"}".to_owned()]),
        expects: "\"isComplete\":true",
    };
    let begin = Instant::now();
    loop {
        match load::ask(&asked, &asked.variables[0]).await {
            Err(err) if begin.elapsed() > INDEXING => return Err(err),
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            Ok(_) => {
                println!("searched after {:.1} s", begin.elapsed().as_secs_f64());
                return Ok(());
            }
        }
    }
}

/// The pair of words that nearly every article holds, and every other pair.
fn searches() -> Rc<[String]> {
    let pairs = WORDS.iter().enumerate().flat_map(|(at, first)| {
        WORDS[at + 1..].iter().map(move |second| format!("{{\"words\":\"{first} {second}\"}}"))
    });
    std::iter::once("{\"words\":\"coopération santé\"}".to_owned()).chain(pairs).collect()
}

/// Requests for a page with all variables it can have. Deep pages are looked for in the record first; where topics
/// are too short for them, there are no variables.
pub async fn prepare(page: Page, address: SocketAddr, slugs: &Slugs) -> Result<Workload, LoadError> {
    let day = "2024-01-01";
    let of_slugs =
        |slugs: &[String]| slugs.iter().map(|slug| format!("{{\"slug\":\"{slug}\",\"day\":\"{day}\"}}")).collect();
    let (document, expects, variables): (_, _, Rc<[String]>) = match page {
        Page::OneArticle | Page::OneByGet | Page::OneKnown => {
            let slug = &slugs.articles[slugs.articles.len() / 2];
            (documents::ARTICLE_PAGE, "\"article\":{", Rc::from([format!("{{\"slug\":\"{slug}\"}}")]))
        }
        Page::Article => {
            let variables = slugs.articles.iter().map(|slug| format!("{{\"slug\":\"{slug}\"}}")).collect();
            (documents::ARTICLE_PAGE, "\"article\":{", variables)
        }
        Page::Search => (documents::SEARCH, "\"isComplete\":true", searches()),
        Page::FullSearch => (documents::SEARCH_PAGE, "\"isComplete\":true", searches()),
        Page::Front | Page::FrontByGet => (documents::FRONT_PAGE, "\"totalCount\":", Rc::from(["{}".to_owned()])),
        Page::Person => (documents::PERSON_PAGE, "\"person\":{", of_slugs(&slugs.people)),
        Page::Topic => (documents::TOPIC_PAGE, "\"title\":", topic::first_pages(slugs)),
        Page::TopicDeep => {
            (documents::TOPIC_PAGE, "\"title\":", topic::deep_pages(address, slugs, Depth::From(300)).await?)
        }
        Page::TopicDeepest => {
            (documents::TOPIC_PAGE, "\"title\":", topic::deep_pages(address, slugs, Depth::Last).await?)
        }
        Page::Ninjs => (NO_GRAPHQL, "\"pubStatus\"", trade::documents(address, ".ninjs.json").await?),
        Page::NewsMl => (NO_GRAPHQL, "<newsItem", trade::documents(address, ".g2.xml").await?),
        Page::JsonLd => (NO_GRAPHQL, "\"NewsArticle\"", trade::documents(address, ".jsonld").await?),
        Page::Text => (NO_GRAPHQL, "a indiqué", trade::documents(address, ".txt").await?),
        Page::Html => (NO_GRAPHQL, "<html", trade::documents(address, ".html").await?),
        Page::Atom | Page::AtomKnown => (NO_GRAPHQL, "<entry", trade::feed(".atom")),
        Page::Rss | Page::RssKnown => (NO_GRAPHQL, "<item", trade::feed(".rss")),
        Page::JsonFeed | Page::JsonFeedKnown => (NO_GRAPHQL, "\"items\"", trade::feed(".json")),
    };
    let path = "/graphql".to_owned();
    let mut workload = Workload { address, path, document, method: Method::Post, known: None, variables, expects };
    if matches!(page, Page::OneByGet | Page::OneKnown | Page::FrontByGet) {
        load::register(&workload).await?;
        workload.method = Method::Get;
    }
    if document == NO_GRAPHQL {
        workload.method = Method::Path;
    }
    if page.is_known() {
        workload.known = Some(load::ask_tag(&workload, &workload.variables[0]).await?);
    }
    Ok(workload)
}
