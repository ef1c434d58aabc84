//! Naming entries in filters: by slug or by content id.

use std::collections::HashMap;

use async_graphql::ID;
use griot_domain::{EntryId, EntryKind, Slug};

use super::error::{Answer, ApiError};
use super::loads::Loads;

/// Most entries one condition may name.
const MAX_NAMED: usize = 100;
/// Most entries one filter may name.
const MAX_NAMED_IN_ALL: usize = 400;

/// How a filter names an entry: content ids are `ID`s, what may be a slug too is a `String`.
pub(crate) trait Name {
    fn text(&self) -> &str;
}

impl Name for ID {
    fn text(&self) -> &str {
        self
    }
}

impl Name for String {
    fn text(&self) -> &str {
        self
    }
}

/// The entries named in a filter, looked up together.
#[derive(Default)]
pub(crate) struct References {
    count: usize,
    slugs: HashMap<EntryKind, Vec<Slug>>,
    found: HashMap<(EntryKind, Slug), EntryId>,
}

impl References {
    /// Notes what `names` need looking up.
    pub fn note(&mut self, argument: &'static str, kind: EntryKind, names: Option<&Vec<impl Name>>) -> Answer<()> {
        let names = names.map(Vec::as_slice).unwrap_or_default();
        if names.len() > MAX_NAMED {
            return Err(ApiError::invalid(argument, format!("names {}; at most {MAX_NAMED} at once", names.len())));
        }
        self.count += names.len();
        if self.count > MAX_NAMED_IN_ALL {
            return Err(ApiError::invalid("filter", format!("names more than {MAX_NAMED_IN_ALL} entries in all")));
        }
        for name in names.iter().map(Name::text).filter(|name| name.parse::<EntryId>().is_err()) {
            let slug = Slug::parse(name).map_err(|err| {
                ApiError::invalid(argument, format!("`{name}` is neither a content id nor a slug: {err}"))
            })?;
            self.slugs.entry(kind).or_default().push(slug);
        }
        Ok(())
    }

    /// Looks up all slugs noted: one statement for each kind.
    pub async fn look_up(&mut self, loads: &Loads) -> Answer<()> {
        for (kind, slugs) in std::mem::take(&mut self.slugs) {
            let found = loads.store.ids_by_slug(kind, &slugs).await?;
            self.found.extend(found.into_iter().map(|(slug, id)| ((kind, slug), id)));
        }
        Ok(())
    }

    /// The entries named; a name nothing public answers to is left out.
    pub fn ids(&self, kind: EntryKind, names: &[impl Name]) -> Vec<EntryId> {
        let mut ids = Vec::with_capacity(names.len());
        for name in names.iter().map(Name::text) {
            let id = name.parse::<EntryId>().ok().or_else(|| self.found.get(&(kind, Slug::parse(name).ok()?)).copied());
            if let Some(id) = id.filter(|id| !ids.contains(id)) {
                ids.push(id);
            }
        }
        ids
    }
}
