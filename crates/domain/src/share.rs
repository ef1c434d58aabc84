//! Addresses that open a network's own form for sharing a page. They load nothing from there before a reader
//! follows them.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but the characters RFC 3986 calls unreserved; a space becomes `%20`, which every target reads.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Where a page can be shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Network {
    Facebook,
    X,
    WhatsApp,
    LinkedIn,
    Telegram,
    Email,
}

impl Network {
    /// Every network, in the order pages show them.
    pub const ALL: [Self; 6] = [Self::Facebook, Self::X, Self::WhatsApp, Self::LinkedIn, Self::Telegram, Self::Email];
}

/// The address that shares a page on one network.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct ShareLink {
    pub network: Network,
    pub url: String,
}

/// One link for each network, sharing the page at `url` under `title`. Sources: Facebook "Share dialog", X "Web
/// intents", WhatsApp "Click to chat", LinkedIn "Share on LinkedIn", Telegram "Sharing button", RFC 6068.
pub fn share_links(url: &str, title: &str) -> Vec<ShareLink> {
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    // Once: each stands in several addresses.
    let [url, title] = [url, &title].map(|text| utf8_percent_encode(text, COMPONENT).to_string());
    let link = |network| ShareLink {
        network,
        url: match network {
            Network::Facebook => format!("https://www.facebook.com/sharer/sharer.php?u={url}"),
            Network::X => format!("https://x.com/intent/tweet?url={url}&text={title}"),
            Network::WhatsApp => format!("https://wa.me/?text={title}%20{url}"),
            Network::LinkedIn => format!("https://www.linkedin.com/sharing/share-offsite/?url={url}"),
            Network::Telegram => format!("https://t.me/share/url?url={url}&text={title}"),
            Network::Email => format!("mailto:?subject={title}&body={title}%0D%0A%0D%0A{url}"),
        },
    };
    Network::ALL.map(link).into()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use insta::assert_snapshot;
    use proptest::prelude::*;
    use url::Url;

    use super::*;

    #[test]
    fn each_network_has_its_address() {
        let links = share_links("https://example.org/fr/articles/visite?a=1&b=2", "L’État & la\nRussie: 100 %");
        let lines: Vec<_> = links.iter().map(|link| format!("{:?} {}", link.network, link.url)).collect();
        assert_snapshot!(lines.join("\n"), @"
    Facebook https://www.facebook.com/sharer/sharer.php?u=https%3A%2F%2Fexample.org%2Ffr%2Farticles%2Fvisite%3Fa%3D1%26b%3D2
    X https://x.com/intent/tweet?url=https%3A%2F%2Fexample.org%2Ffr%2Farticles%2Fvisite%3Fa%3D1%26b%3D2&text=L%E2%80%99%C3%89tat%20%26%20la%20Russie%3A%20100%20%25
    WhatsApp https://wa.me/?text=L%E2%80%99%C3%89tat%20%26%20la%20Russie%3A%20100%20%25%20https%3A%2F%2Fexample.org%2Ffr%2Farticles%2Fvisite%3Fa%3D1%26b%3D2
    LinkedIn https://www.linkedin.com/sharing/share-offsite/?url=https%3A%2F%2Fexample.org%2Ffr%2Farticles%2Fvisite%3Fa%3D1%26b%3D2
    Telegram https://t.me/share/url?url=https%3A%2F%2Fexample.org%2Ffr%2Farticles%2Fvisite%3Fa%3D1%26b%3D2&text=L%E2%80%99%C3%89tat%20%26%20la%20Russie%3A%20100%20%25
    Email mailto:?subject=L%E2%80%99%C3%89tat%20%26%20la%20Russie%3A%20100%20%25&body=L%E2%80%99%C3%89tat%20%26%20la%20Russie%3A%20100%20%25%0D%0A%0D%0Ahttps%3A%2F%2Fexample.org%2Ffr%2Farticles%2Fvisite%3Fa%3D1%26b%3D2
    ");
    }

    proptest! {
        #[test]
        fn networks_read_the_address_and_the_title_back(title in "\\PC{0,40}", path in "\\PC{0,20}") {
            let page = format!("https://example.org/{path}");
            let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
            for link in share_links(&page, &title) {
                let url = Url::parse(&link.url).unwrap();
                let read: HashMap<_, _> = url.query_pairs().into_owned().collect();
                let field = |name: &str| read.get(name).map(String::as_str);
                let (whatsapp, body) = (format!("{title} {page}"), format!("{title}\r\n\r\n{page}"));
                let expected: &[(&str, &str)] = match link.network {
                    Network::Facebook => &[("u", &page)],
                    Network::X | Network::Telegram => &[("url", &page), ("text", &title)],
                    Network::WhatsApp => &[("text", &whatsapp)],
                    Network::LinkedIn => &[("url", &page)],
                    Network::Email => &[("subject", &title), ("body", &body)],
                };
                prop_assert_eq!(read.len(), expected.len());
                for (name, value) in expected {
                    prop_assert_eq!(field(name), Some(*value), "{}", link.url);
                }
            }
        }
    }
}
