//! Addresses of what partners read: documents of articles, and feeds.

use std::net::SocketAddr;
use std::rc::Rc;

use crate::load::{Connection, LoadError};
use crate::snapshot::{Page, page};

/// Articles whose documents are asked for.
const ARTICLES: usize = 1_000;
/// How a document in one form is told from the others of its version.
const NINJS: &str = ".ninjs.json";

/// The newest 100 articles, in the format of `ending`.
pub fn feed(ending: &str) -> Rc<[String]> {
    Rc::from([format!("/v1/feeds/all{ending}")])
}

/// The first articles that changes tell of, each in the form of `ending`, at the address of its version.
pub async fn documents(address: SocketAddr, ending: &str) -> Result<Rc<[String]>, LoadError> {
    let mut connection = Connection::open(address).await?;
    let mut paths = Vec::with_capacity(ARTICLES);
    let mut next = None;
    loop {
        let Page { changes, next: following, has_more } = page(&mut connection, address, None, next.as_deref()).await?;
        let articles = changes.iter().filter(|change| change.kind == "article");
        paths.extend(articles.filter_map(|change| Some(path(change.links.ninjs.as_deref()?)?.replace(NINJS, ending))));
        if paths.len() >= ARTICLES || !has_more {
            paths.truncate(ARTICLES);
            return Ok(paths.into());
        }
        next = path(&following).map(str::to_owned);
    }
}

/// What follows the host in an address.
pub fn path(url: &str) -> Option<&str> {
    let host = url.find("://")? + 3;
    Some(&url[host + url[host..].find('/')?..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_begins_after_the_host() {
        assert_eq!(path("https://api.example.org:8080/v1/items/7.txt?a=/"), Some("/v1/items/7.txt?a=/"));
        assert_eq!(path("/v1/items/7.txt"), None);
    }
}
