//! Posts and pages become articles.

use chrono::{DateTime, FixedOffset};
use griot_domain::body::{Block, Picture};
use griot_domain::{
    Article, ArticleKind, ArticleText, AssetId, AssetKind, Byline, EntryId, Locale, Localized, MediaPlacement, OldPath,
    Seo, Slug, TopicId,
};

use super::asset::kind_of;
use super::form::form;
use super::item::Item;
use super::items::ItemFact;
use super::lookup::Lookup;
use super::options::WordPressOptions;
use super::slug::slug;
use super::standing::Matter;
use super::survey::Survey;
use crate::html::{Converted, Site, one_line};

/// Longest headline made of a text, in characters.
const MADE_HEADLINE: usize = 80;

/// Everything an article is made of.
pub(crate) struct Source<'a> {
    pub(crate) item: &'a Item,
    pub(crate) fact: &'a ItemFact,
    pub(crate) survey: &'a Survey,
    pub(crate) options: &'a WordPressOptions,
    pub(crate) lookup: &'a Lookup<'a>,
    pub(crate) content: &'a Converted,
    pub(crate) issued_at: DateTime<FixedOffset>,
    /// The person or institution of a name, when there is exactly one.
    pub(crate) signatory: &'a dyn Fn(&str) -> Option<EntryId>,
}

impl Source<'_> {
    fn locale(&self) -> &Locale {
        self.survey.locale_of(self.fact)
    }

    fn localized(&self, text: String) -> Localized {
        Localized::ByLocale([(self.locale().clone(), text)].into())
    }

    /// The language-neutral part.
    pub(crate) fn article(&self) -> Article {
        let kind = match self.fact.matter {
            Matter::Page => ArticleKind::Page,
            _ => form(self.item, &self.options.kinds),
        };
        Article {
            kind,
            issued_at: self.issued_at,
            place: None,
            byline: self.byline().into_iter().collect(),
            lead_image: self.lead_image(),
            topics: self.topics(),
            attachments: self.attachments(),
            related: Vec::new(),
            corrections: Vec::new(),
            rights: None,
            urgency: None,
            is_pinned: self.item.is_sticky,
        }
    }

    /// The texts. Mentions are found later.
    pub(crate) fn text(&self) -> ArticleText {
        let excerpt = Some(one_line(&self.item.excerpt)).filter(|text| !text.is_empty());
        let summary = excerpt.or_else(|| self.content.lead.clone());
        let title = one_line(&self.item.title);
        let headline = if title.is_empty() { self.made_headline(summary.as_deref()) } else { title };
        ArticleText { headline, kicker: None, summary, mentions: Vec::new(), seo: self.seo() }
    }

    pub(crate) fn slug(&self, headline: &str) -> Option<Slug> {
        slug(&self.item.slug, headline).or_else(|| Slug::parse(&format!("article-{}", self.item.id)).ok())
    }

    /// Addresses the item had: its permalink, the one by number, and those of its former slugs.
    pub(crate) fn old_paths(&self) -> Vec<OldPath> {
        let site = &self.survey.site;
        let permalink = site.old_path(&self.item.link);
        let numbers = [Some(format!("p={}", self.lookup.number)), self.page_query()];
        let before = permalink.as_deref().filter(|path| !path.contains('?')).and_then(|path| path.rsplit_once('/'));
        let former = self.item.metas("_wp_old_slug").map(str::trim).filter(|slug| !slug.is_empty());
        let former = former.filter_map(|slug| site.old_path(&format!("{}/{slug}", before?.0)));
        let mut paths: Vec<String> = permalink.iter().cloned().collect();
        paths.extend(numbers.into_iter().flatten().filter_map(|query| site.query_path(&query)));
        paths.extend(site.old_path(&self.item.guid));
        paths.extend(former);
        let mut kept: Vec<OldPath> = Vec::new();
        for path in paths {
            if kept.iter().all(|known| known.path != path) {
                kept.push(OldPath { path, locale: Some(self.locale().clone()) });
            }
        }
        kept
    }

    fn page_query(&self) -> Option<String> {
        (self.fact.matter == Matter::Page).then(|| format!("page_id={}", self.lookup.number))
    }

    fn byline(&self) -> Option<Byline> {
        let login = &self.item.creator;
        let name = self.survey.authors.get(login).filter(|name| !name.is_empty()).unwrap_or(login);
        let is_unsigned = |name: &str| self.options.unsigned.contains(&name.to_lowercase());
        if name.is_empty() || is_unsigned(name) {
            return None;
        }
        let name = Some(one_line(name)).filter(|name| !name.is_empty())?;
        Some(Byline { entry: (self.signatory)(&name), name: Localized::Everywhere(name) })
    }

    fn topics(&self) -> Vec<TopicId> {
        let mut found = Vec::new();
        for domain in ["category", "post_tag"] {
            for filing in self.item.filed(domain) {
                let Some(fact) = self.survey.term(filing) else { continue };
                let id = TopicId(self.survey.terms[fact.leader].entry.0);
                if !found.contains(&id) {
                    found.push(id);
                }
            }
        }
        found
    }

    /// The thumbnail, else the first picture of the text that the record has.
    fn lead_image(&self) -> Option<MediaPlacement> {
        let thumbnail = self.item.meta("_thumbnail_id").and_then(|id| id.trim().parse().ok());
        if let Some(asset) = thumbnail.and_then(|number| self.lookup.asset_numbered(number)) {
            return Some(MediaPlacement { asset: asset.id, alt: None, caption: None });
        }
        let pictures = self.content.body.blocks.iter().filter_map(|block| match block {
            Block::Image(block) => Some(std::slice::from_ref(&block.image)),
            Block::Gallery(block) => Some(block.items.as_slice()),
            _ => None,
        });
        pictures.flatten().find_map(|picture| self.placement(picture))
    }

    fn placement(&self, picture: &Picture) -> Option<MediaPlacement> {
        let localized = |text: &Option<String>| text.clone().map(|text| self.localized(text));
        let (alt, caption) = (localized(&picture.alt), localized(&picture.caption));
        Some(MediaPlacement { asset: picture.asset?, alt, caption })
    }

    /// Documents and recordings: those the text leads to, then the others uploaded to the item.
    fn attachments(&self) -> Vec<AssetId> {
        let linked = self.content.assets.iter().filter(|asset| kind_of(&asset.url) != AssetKind::Image);
        let mut found: Vec<AssetId> = linked.map(|asset| asset.id).collect();
        for id in self.lookup.own_documents() {
            if !found.contains(&id) {
                found.push(id);
            }
        }
        found
    }

    fn seo(&self) -> Seo {
        let filled = |keys: [&str; 3]| {
            let values = keys.into_iter().filter_map(|key| self.item.meta(key));
            values.map(one_line).find(|text| !text.is_empty() && !is_template(text))
        };
        Seo {
            title: filled(["_yoast_wpseo_title", "rank_math_title", "_aioseo_title"]),
            description: filled(["_yoast_wpseo_metadesc", "rank_math_description", "_aioseo_description"]),
            no_index: self.item.meta("_yoast_wpseo_meta-robots-noindex") == Some("1"),
        }
    }

    fn made_headline(&self, summary: Option<&str>) -> String {
        let first = self.content.body.blocks.iter().find_map(|block| match block {
            Block::Text(block) => Some(block.plain_text()),
            _ => None,
        });
        let text = summary.map(str::to_owned).or(first).unwrap_or_else(|| self.item.slug.replace('-', " "));
        let mut headline = String::new();
        for word in text.split_whitespace() {
            if headline.chars().count() + word.chars().count() >= MADE_HEADLINE {
                headline.push('…');
                break;
            }
            if !headline.is_empty() {
                headline.push(' ');
            }
            headline.push_str(word);
        }
        if headline.is_empty() { self.item.id.clone() } else { headline }
    }
}

/// Whether a plugin fills the text in, as in `%%title%% %%sep%%`, `%title%` and `#post_title`: it says nothing of
/// the item.
fn is_template(text: &str) -> bool {
    let is_name = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let inner = text.split('%').count().saturating_sub(1);
    text.split('%').take(inner).skip(1).any(is_name)
        || ["#post_", "#site_", "#separator"].iter().any(|name| text.contains(name))
}
