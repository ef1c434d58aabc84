//! From a page to requests for it.

use std::net::SocketAddr;
use std::rc::Rc;

use clap::ValueEnum;

use crate::documents;
use crate::generate::Slugs;
use crate::load::{self, LoadError, Method, Workload};
use crate::topic::{self, Depth};

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
}

impl Page {
    /// In the order they are shown.
    pub const ALL: [Self; 10] = [
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
    ];

    /// Whether it says anything of a server that keeps as much as `keeps` says.
    pub fn tells_of(self, keeps: Keeps) -> bool {
        match self {
            Self::OneArticle | Self::OneByGet | Self::OneKnown | Self::FrontByGet => keeps == Keeps::Answers,
            Self::Article | Self::Front => true,
            Self::Person | Self::Topic | Self::TopicDeep | Self::TopicDeepest => keeps == Keeps::Nothing,
        }
    }

    /// Whether it has a floor of its own; pages of one list share one.
    pub fn floor(self) -> Self {
        match self {
            Self::TopicDeep | Self::TopicDeepest => Self::Topic,
            Self::OneArticle | Self::OneByGet | Self::OneKnown => Self::Article,
            Self::FrontByGet => Self::Front,
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
        Page::Front | Page::FrontByGet => (documents::FRONT_PAGE, "\"totalCount\":", Rc::from(["{}".to_owned()])),
        Page::Person => (documents::PERSON_PAGE, "\"person\":{", of_slugs(&slugs.people)),
        Page::Topic => (documents::TOPIC_PAGE, "\"title\":", topic::first_pages(slugs)),
        Page::TopicDeep => {
            (documents::TOPIC_PAGE, "\"title\":", topic::deep_pages(address, slugs, Depth::From(300)).await?)
        }
        Page::TopicDeepest => {
            (documents::TOPIC_PAGE, "\"title\":", topic::deep_pages(address, slugs, Depth::Last).await?)
        }
    };
    let path = "/graphql".to_owned();
    let mut workload = Workload { address, path, document, method: Method::Post, variables, expects };
    if matches!(page, Page::OneByGet | Page::OneKnown | Page::FrontByGet) {
        load::register(&workload).await?;
        workload.method = Method::Get;
    }
    if page == Page::OneKnown {
        workload.method = Method::Conditional(load::ask_tag(&workload, &workload.variables[0]).await?);
    }
    Ok(workload)
}
