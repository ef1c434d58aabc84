//! What an export file holds, as it stands there.

/// Facts of the whole site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Channel {
    pub(crate) link: String,
    pub(crate) language: String,
    pub(crate) pub_date: String,
    pub(crate) base_site_url: String,
    pub(crate) base_blog_url: String,
}

/// One `<wp:author>`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Author {
    pub(crate) login: String,
    pub(crate) display_name: String,
}

/// One `<wp:category>`, `<wp:tag>` or `<wp:term>`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Term {
    pub(crate) id: String,
    /// `category`, `post_tag` or the name of another taxonomy.
    pub(crate) taxonomy: String,
    pub(crate) slug: String,
    /// Slug of the broader term; empty at the top.
    pub(crate) parent: String,
    pub(crate) name: String,
    pub(crate) description: String,
}

/// A `<category>` of an item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filing {
    /// `category`, `post_tag`, `language`, `post_translations`, or another taxonomy.
    pub(crate) domain: String,
    pub(crate) nicename: String,
    pub(crate) name: String,
}

/// One `<item>`: a post, page, attachment or anything else WordPress keeps as a post.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Item {
    /// Line of its start tag.
    pub(crate) line: u64,
    pub(crate) title: String,
    pub(crate) link: String,
    pub(crate) guid: String,
    pub(crate) pub_date: String,
    pub(crate) creator: String,
    pub(crate) content: String,
    pub(crate) excerpt: String,
    pub(crate) id: String,
    pub(crate) date: String,
    pub(crate) date_gmt: String,
    pub(crate) modified: String,
    pub(crate) modified_gmt: String,
    pub(crate) slug: String,
    pub(crate) status: String,
    pub(crate) parent: String,
    pub(crate) kind: String,
    pub(crate) password: String,
    pub(crate) is_sticky: bool,
    pub(crate) attachment_url: String,
    pub(crate) filings: Vec<Filing>,
    pub(crate) meta: Vec<(String, String)>,
    /// Element whose text is over the limit, with the line where it goes over.
    pub(crate) overlong: Option<(String, u64)>,
    /// Control characters stood in its texts and were left out.
    pub(crate) has_controls: bool,
}

impl Item {
    /// The value of a post meta key, the first that is not empty.
    pub(crate) fn meta(&self, key: &str) -> Option<&str> {
        self.metas(key).find(|value| !value.trim().is_empty())
    }

    /// Every value of a post meta key.
    pub(crate) fn metas(&self, key: &str) -> impl Iterator<Item = &str> {
        self.meta.iter().filter(move |(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// The item's terms of one taxonomy, in order.
    pub(crate) fn filed(&self, domain: &str) -> impl Iterator<Item = &Filing> {
        self.filings.iter().filter(move |filing| filing.domain == domain)
    }
}

/// Post meta keys that are read; plugins write hundreds of others.
pub(crate) const META_KEYS: [&str; 12] = [
    "_thumbnail_id",
    "_wp_attachment_image_alt",
    "_wp_attachment_metadata",
    "_wp_attached_file",
    "_wp_old_slug",
    "_yoast_wpseo_title",
    "_yoast_wpseo_metadesc",
    "_yoast_wpseo_meta-robots-noindex",
    "rank_math_title",
    "rank_math_description",
    "_aioseo_title",
    "_aioseo_description",
];
