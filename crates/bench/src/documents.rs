//! What is asked.

/// A page of one article; `$slug`.
pub const ARTICLE_PAGE: &str = r#"query ArticlePage($slug: String!) {
  article(slug: $slug, view: { locale: "fr" }) {
    id contentId title kicker summary kind issuedAt publishedAt url resolvedLocale
    body { html plainText portableText }
    leadImage { alt credit url(transform: { width: 800, format: WEBP }) }
    people { style titles { title institution { name } } person { name slug } }
    institutions { name slug }
    events { name startsAt endsAt place { name } }
    topics { name slug }
    corrections { kind note at }
    related(first: 3) { nodes { title summary slug } }
    shareLinks { network url }
    jsonLd
  }
}"#;

/// The newest articles and how many there are.
pub const FRONT_PAGE: &str = r#"query FrontPage { articles(first: 20, view: { locale: "fr" }) { nodes { title slug summary issuedAt leadImage { alt } topics { name } } pageInfo { hasNextPage endCursor } totalCount } }"#;

/// A page of one person; `$slug`, `$day`.
pub const PERSON_PAGE: &str = r#"query PersonPage($slug: String!, $day: Date!) { person(slug: $slug) { name variants style(at: $day) titles(at: $day) { title institution { name } }
  appointments { nodes { title from until institution { name } } } mentionedIn(first: 10) { nodes { title slug issuedAt } } } }"#;

/// A page of a topic's articles; `$topic`, `$after`. The date bound is the record's first day, so that topics of the
/// smaller record have 300 articles too.
pub const TOPIC_PAGE: &str = r#"query Topic($topic: String!, $after: String) { articles(first: 20, after: $after, filter: { topics: [$topic], kinds: [NEWS], issuedAt: { from: "2016-01-01T00:00:00Z" } }, orderBy: { field: ISSUED_AT, direction: DESC }) { edges { cursor node { title } } } }"#;

/// What holds two words, for a page of results; `$words`.
pub const SEARCH: &str = r#"query Search($words: String!) { search(query: $words, first: 10, view: { locale: "fr" }) { totalCount isComplete nodes { __typename ... on Content { displayTitle url } } } }"#;

/// The same with what stands beside the results.
pub const SEARCH_PAGE: &str = r#"query SearchPage($words: String!) { search(query: $words, first: 10, view: { locale: "fr" }) { totalCount isComplete edges { node { __typename ... on Content { displayTitle url } } highlights { html } } facets { kinds { kind count } topics { topic { name slug } count } people { person { name slug } count } years { year count } } } }"#;

/// The same list in large steps, to find the cursors of places deep in it.
pub const TOPIC_WALK: &str = r#"query Walk($topic: String!, $after: String) { articles(first: 100, after: $after, filter: { topics: [$topic], kinds: [NEWS], issuedAt: { from: "2016-01-01T00:00:00Z" } }, orderBy: { field: ISSUED_AT, direction: DESC }) { edges { cursor } pageInfo { hasNextPage } } }"#;
