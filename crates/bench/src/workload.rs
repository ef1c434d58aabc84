//! From a page to requests for it.

use std::net::SocketAddr;
use std::rc::Rc;

use clap::ValueEnum;

use crate::documents;
use crate::generate::Slugs;
use crate::load::{LoadError, Workload};
use crate::topic::{self, Depth};

/// A page that sites show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum)]
#[value(rename_all = "PascalCase")]
pub enum Page {
    /// Any article.
    Article,
    /// The newest 20 of all articles.
    Front,
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
    pub const ALL: [Self; 6] =
        [Self::Article, Self::Front, Self::Person, Self::Topic, Self::TopicDeep, Self::TopicDeepest];

    /// Whether it has a floor of its own; pages of one list share one.
    pub fn floor(self) -> Self {
        match self {
            Self::TopicDeep | Self::TopicDeepest => Self::Topic,
            own => own,
        }
    }
}

/// Requests for a page with all variables it can have. Deep pages are looked for in the record first; where topics
/// are too short for them, there are no variables.
pub async fn prepare(page: Page, address: SocketAddr, slugs: &Slugs) -> Result<Workload, LoadError> {
    let day = "2024-01-01";
    let of_slugs =
        |slugs: &[String]| slugs.iter().map(|slug| format!("{{\"slug\":\"{slug}\",\"day\":\"{day}\"}}")).collect();
    let (document, expects, variables): (_, _, Rc<[String]>) = match page {
        Page::Article => {
            let variables = slugs.articles.iter().map(|slug| format!("{{\"slug\":\"{slug}\"}}")).collect();
            (documents::ARTICLE_PAGE, "\"article\":{", variables)
        }
        Page::Front => (documents::FRONT_PAGE, "\"totalCount\":", Rc::from(["{}".to_owned()])),
        Page::Person => (documents::PERSON_PAGE, "\"person\":{", of_slugs(&slugs.people)),
        Page::Topic => (documents::TOPIC_PAGE, "\"title\":", topic::first_pages(slugs)),
        Page::TopicDeep => {
            (documents::TOPIC_PAGE, "\"title\":", topic::deep_pages(address, slugs, Depth::From(300)).await?)
        }
        Page::TopicDeepest => {
            (documents::TOPIC_PAGE, "\"title\":", topic::deep_pages(address, slugs, Depth::Last).await?)
        }
    };
    Ok(Workload { address, path: "/graphql".to_owned(), document, variables, expects })
}
