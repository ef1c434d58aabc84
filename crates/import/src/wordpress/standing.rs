//! Which items go in, and where.

use chrono::{DateTime, Utc};

use super::item::Item;
use super::options::WordPressOptions;

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Matter {
    Article,
    Page,
    Attachment,
}

/// Where an item goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Published,
    /// To the editorial store if drafts are wanted.
    Unpublished(Reason),
    /// An upload is as public as what it was uploaded to.
    Inherited,
}

/// Why an item is not public.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    Password,
    Scheduled,
    Draft,
    Pending,
    Private,
    /// Uploaded to something that is not public.
    Parent,
}

impl Reason {
    /// The words of the report.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password-protected",
            Self::Scheduled => "scheduled",
            Self::Draft => "draft",
            Self::Pending => "pending review",
            Self::Private => "private",
            Self::Parent => "uploaded to an item that is not public",
        }
    }
}

/// Why an item is passed over on purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PassedOver(pub(crate) String);

/// What an item is and where it goes. `published_at` is its date, when it has one.
pub(crate) fn classify(
    item: &Item,
    options: &WordPressOptions,
    published_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<(Matter, Standing), PassedOver> {
    let matter = match item.kind.as_str() {
        "page" => Matter::Page,
        "attachment" => Matter::Attachment,
        "revision" => return Err(PassedOver("revision".to_owned())),
        kind if options.article_types.contains(kind) => Matter::Article,
        kind => return Err(PassedOver(format!("post type `{}`", kind.chars().take(40).collect::<String>()))),
    };
    let standing = match item.status.as_str() {
        "publish" if !item.password.is_empty() => Standing::Unpublished(Reason::Password),
        // WordPress turns such items into `future`; whatever they claim, nothing goes out before its date.
        "publish" if published_at.is_some_and(|at| at > now) => Standing::Unpublished(Reason::Scheduled),
        "publish" => Standing::Published,
        "future" => Standing::Unpublished(Reason::Scheduled),
        "draft" => Standing::Unpublished(Reason::Draft),
        "pending" => Standing::Unpublished(Reason::Pending),
        "private" => Standing::Unpublished(Reason::Private),
        "inherit" if matter == Matter::Attachment => Standing::Inherited,
        "inherit" => return Err(PassedOver("revision".to_owned())),
        "auto-draft" => return Err(PassedOver("automatic draft".to_owned())),
        "trash" => return Err(PassedOver("in the trash".to_owned())),
        status => return Err(PassedOver(format!("status `{}`", status.chars().take(40).collect::<String>()))),
    };
    Ok((matter, standing))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("post", "publish", "", "Ok((Article, Published))")]
    #[case("page", "publish", "", "Ok((Page, Published))")]
    #[case("post", "publish", "secret", "Ok((Article, Unpublished(Password)))")]
    #[case("post", "future", "", "Ok((Article, Unpublished(Scheduled)))")]
    #[case("post", "draft", "", "Ok((Article, Unpublished(Draft)))")]
    #[case("post", "pending", "", "Ok((Article, Unpublished(Pending)))")]
    #[case("post", "private", "", "Ok((Article, Unpublished(Private)))")]
    #[case("attachment", "inherit", "", "Ok((Attachment, Inherited))")]
    #[case("attachment", "private", "", "Ok((Attachment, Unpublished(Private)))")]
    #[case("post", "trash", "", "Err(PassedOver(\"in the trash\"))")]
    #[case("post", "auto-draft", "", "Err(PassedOver(\"automatic draft\"))")]
    #[case("revision", "inherit", "", "Err(PassedOver(\"revision\"))")]
    #[case("nav_menu_item", "publish", "", "Err(PassedOver(\"post type `nav_menu_item`\"))")]
    #[case("post", "embargoed", "", "Err(PassedOver(\"status `embargoed`\"))")]
    fn only_public_items_are_published(
        #[case] kind: &str,
        #[case] status: &str,
        #[case] password: &str,
        #[case] expected: &str,
    ) {
        let item = Item { kind: kind.into(), status: status.into(), password: password.into(), ..Item::default() };
        let found = classify(&item, &WordPressOptions::default(), None, DateTime::UNIX_EPOCH);
        assert_eq!(format!("{found:?}"), expected);
    }

    #[test]
    fn nothing_is_published_before_its_date() {
        let item = Item { kind: "post".into(), status: "publish".into(), ..Item::default() };
        let now = DateTime::UNIX_EPOCH;
        let found = classify(&item, &WordPressOptions::default(), Some(now + chrono::Duration::seconds(1)), now);
        assert_eq!(found, Ok((Matter::Article, Standing::Unpublished(Reason::Scheduled))));
    }
}
