//! The site an export comes from.

use chrono::{DateTime, Utc};
use griot_domain::{Locale, normalise_old_path};
use url::Url;

use super::date::rfc2822;
use super::item::Channel;

/// Facts of the site.
#[derive(Clone, Debug)]
pub(crate) struct SiteFacts {
    /// Address of its front page.
    pub(crate) base: Url,
    /// Scheme of the external ids: `wordpress:` and the site's host, with its path when it has one.
    pub(crate) scheme: String,
    /// Its hosts, without `www.`.
    hosts: Vec<String>,
    /// Its language, as far as it can be read.
    pub(crate) language: Option<Locale>,
    /// When the export was made.
    pub(crate) exported_at: Option<DateTime<Utc>>,
}

impl SiteFacts {
    /// `None` when no address of the site is given.
    pub(crate) fn read(channel: &Channel) -> Option<Self> {
        let address = |raw: &str| Url::parse(raw).ok().filter(|url| url.host_str().is_some());
        let addresses: Vec<Url> = [&channel.base_blog_url, &channel.base_site_url, &channel.link]
            .into_iter()
            .filter_map(|raw| address(raw))
            .collect();
        let base = addresses.first()?.clone();
        let named = addresses.get(1).filter(|_| base.path().trim_matches('/').is_empty()).unwrap_or(&base);
        let mut scheme = format!("wordpress:{}", bare_host(named));
        if !base.path().trim_matches('/').is_empty() {
            scheme.extend(["/", base.path().trim_matches('/')]);
        }
        let mut hosts: Vec<String> = addresses.iter().map(bare_host).collect();
        hosts.dedup();
        let language = language_of(&channel.language);
        let exported_at = rfc2822(&channel.pub_date).map(|at| at.to_utc());
        Some(Self { base, scheme, hosts, language, exported_at })
    }

    pub(crate) fn is_own(&self, url: &Url) -> bool {
        let host = bare_host(url);
        self.hosts.contains(&host)
    }

    /// Path and query of an address of the site, as old addresses are kept; `None` for its front page and for
    /// other sites.
    pub(crate) fn old_path(&self, address: &str) -> Option<String> {
        let url = self.base.join(address.trim()).ok().filter(|url| self.is_own(url))?;
        let path = normalise_old_path(&url[url::Position::BeforePath..]).ok()?;
        (path != self.front_path()).then_some(path)
    }

    /// The address with a query alone, such as `/?p=12`.
    pub(crate) fn query_path(&self, query: &str) -> Option<String> {
        normalise_old_path(&format!("{}?{query}", self.base.path())).ok()
    }

    fn front_path(&self) -> String {
        normalise_old_path(self.base.path()).unwrap_or_else(|_| "/".to_owned())
    }
}

/// `fr` of `fr-FR`: WordPress adds a country to most languages, which says nothing of the texts. Where it tells
/// scripts apart it stays.
fn language_of(tag: &str) -> Option<Locale> {
    let tag = tag.replace('_', "-");
    let language = tag.split('-').next()?;
    Locale::parse(if matches!(language, "zh" | "sr") { &tag } else { language }).ok()
}

fn bare_host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    host.strip_prefix("www.").unwrap_or(host).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(base: &str) -> SiteFacts {
        SiteFacts::read(&Channel { base_site_url: base.into(), language: "fr-FR".into(), ..Channel::default() })
            .unwrap()
    }

    #[test]
    fn the_host_names_the_external_ids() {
        assert_eq!(site("https://www.koulouba.ml").scheme, "wordpress:koulouba.ml");
        assert_eq!(site("https://koulouba.ml/archives/").scheme, "wordpress:koulouba.ml/archives");
        assert_eq!(site("https://koulouba.ml").language, Locale::parse("fr").ok());
        assert!(SiteFacts::read(&Channel::default()).is_none());
    }

    #[test]
    fn old_paths_are_those_of_the_site_without_its_front_page() {
        let site = site("https://koulouba.ml");
        assert_eq!(site.old_path("http://www.koulouba.ml/2023/07/visite/").as_deref(), Some("/2023/07/visite"));
        assert_eq!(site.old_path("https://koulouba.ml/?p=12").as_deref(), Some("/?p=12"));
        assert_eq!(site.old_path("https://koulouba.ml/"), None);
        assert_eq!(site.old_path("https://example.org/x"), None);
        assert_eq!(site.query_path("p=12").as_deref(), Some("/?p=12"));
        let below = SiteFacts { base: Url::parse("https://koulouba.ml/blog/").unwrap(), ..site };
        assert_eq!(below.query_path("p=12").as_deref(), Some("/blog?p=12"));
    }
}
