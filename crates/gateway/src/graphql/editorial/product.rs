//! Products: what partners receive.

use async_graphql::{Context, ID, InputObject, Object, OneofObject, SimpleObject};
use chrono::{DateTime, Utc};
use griot_access::{EditorialAct, may};
use griot_domain::{EntryId, Locale, ProductCondition as Condition, ProductFilter, Slug, Urgency};
use griot_editorial::UserErrorCode;
use griot_front::directive::List;
use griot_persistence::{Actor, AuditRecord, PartnerStore, ProductRemoval, ProductSaving};
use uuid::Uuid;

use super::editor::Caller;
use super::error::{Answer, EditorialError, Nullable};
use super::input::{Flaw, entry_id};
use super::preview::PreviewDesk;
use super::user_error::UserError;
use crate::graphql::delivery::error::ApiError;
use crate::graphql::delivery::scalar::Tag;

/// Most conditions of one list.
const MOST_CONDITIONS: usize = 50;

/// A saved filter that partners receive.
#[derive(SimpleObject)]
pub(crate) struct Product {
    /// Identity.
    id: ID,
    /// What addresses and commands call it.
    code: String,
    /// In a person's words.
    title: String,
    /// Each item meets every one of these.
    #[graphql(directive = List::apply(50))]
    all: Vec<ProductCondition>,
    /// Each item meets one of these at least, where there are any.
    #[graphql(directive = List::apply(50))]
    any: Vec<ProductCondition>,
    /// No item meets any of these.
    #[graphql(directive = List::apply(50))]
    none: Vec<ProductCondition>,
    /// Whether every item has been sorted by the filter as it is now.
    is_sorted: bool,
}

/// What an item is asked for. One field is not null.
#[derive(Default, SimpleObject)]
pub(crate) struct ProductCondition {
    /// Its kind: NEWS or another form of article, ARTICLE for any, PERSON, INSTITUTION or EVENT.
    kind: Option<String>,
    /// It is about this institution or one that belongs to it, is signed by it, or is it (content id).
    institution: Option<ID>,
    /// It is about this person, is signed by them, or is that person (content id).
    person: Option<ID>,
    /// It is filed under this topic or a narrower one (content id).
    topic: Option<ID>,
    /// Its language.
    language: Option<Tag>,
    /// Its urgency is this or a more urgent one, 1 to 8; 5 where none is given.
    urgency: Option<i32>,
    /// Whether it has an image.
    has_image: Option<bool>,
}

/// What an item is asked for.
#[derive(Debug, OneofObject)]
pub(crate) enum ProductConditionInput {
    /// Its kind: NEWS or another form of article, ARTICLE for any, PERSON, INSTITUTION or EVENT.
    Kind(String),
    /// It is about this institution or one that belongs to it, is signed by it, or is it (content id).
    Institution(ID),
    /// It is about this person, is signed by them, or is that person (content id).
    Person(ID),
    /// It is filed under this topic or a narrower one (content id).
    Topic(ID),
    /// Its language.
    Language(Tag),
    /// Its urgency is this or a more urgent one, 1 to 8; 5 where none is given.
    Urgency(i32),
    /// Whether it has an image.
    HasImage(bool),
}

/// A product, new or changed.
#[derive(Debug, InputObject)]
pub(crate) struct ProductSaveInput {
    /// Which product; a new one when left out.
    id: Option<ID>,
    /// What addresses and commands call it: 1 to 80 of a-z, 0-9 and -. Needed for a new one; it never changes.
    code: Option<String>,
    /// In a person's words; the code when a new one has none.
    title: Option<String>,
    /// Each item meets every one of these.
    all: Option<Vec<ProductConditionInput>>,
    /// Each item meets one of these at least, where there are any.
    any: Option<Vec<ProductConditionInput>>,
    /// No item meets any of these.
    none: Option<Vec<ProductConditionInput>>,
}

/// Which product to remove.
#[derive(Debug, InputObject)]
pub(crate) struct ProductRemoveInput {
    /// The product.
    id: ID,
}

/// Result of changing products.
#[derive(SimpleObject)]
pub(crate) struct ProductPayload {
    /// The product as it is now; null when nothing changed, or it was removed.
    product: Option<Product>,
    /// Why nothing changed; empty on success.
    #[graphql(directive = List::apply(100))]
    user_errors: Vec<UserError>,
}

/// Products.
#[derive(Default)]
pub struct ProductWrites;

#[Object]
impl ProductWrites {
    /// Adds or changes a product. With another filter every item is sorted anew, and partners are told of what enters and
    /// leaves.
    async fn product_save(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The product.")] input: ProductSaveInput,
    ) -> Nullable<ProductPayload> {
        let saved = async {
            let managing = match Managing::of(ctx)? {
                Ok(managing) => managing,
                Err(flaw) => return Ok(Err(flaw)),
            };
            managing.save(input).await
        };
        Some(saved.await.map(ProductPayload::from))
    }

    /// Removes a product that no partner receives.
    async fn product_remove(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which product.")] input: ProductRemoveInput,
    ) -> Nullable<ProductPayload> {
        let removed = async {
            let managing = match Managing::of(ctx)? {
                Ok(managing) => managing,
                Err(flaw) => return Ok(Err(flaw)),
            };
            managing.remove(&input.id).await
        };
        Some(removed.await.map(ProductPayload::from))
    }
}

impl From<Result<Option<griot_persistence::Product>, Flaw>> for ProductPayload {
    fn from(result: Result<Option<griot_persistence::Product>, Flaw>) -> Self {
        match result {
            Ok(product) => Self { product: product.map(Product::from), user_errors: Vec::new() },
            Err(flaw) => Self { product: None, user_errors: vec![flaw.into()] },
        }
    }
}

impl From<griot_persistence::Product> for Product {
    fn from(product: griot_persistence::Product) -> Self {
        let ProductFilter { all, any, none } = product.filter;
        let told = |conditions: Vec<Condition>| conditions.into_iter().map(ProductCondition::from).collect();
        Self {
            id: ID(product.id.to_string()),
            code: product.code.as_str().to_owned(),
            title: product.title,
            all: told(all),
            any: told(any),
            none: told(none),
            is_sorted: product.is_sorted,
        }
    }
}

impl From<Condition> for ProductCondition {
    fn from(condition: Condition) -> Self {
        let id = |id: EntryId| Some(ID(id.to_string()));
        let nothing = Self::default();
        match condition {
            Condition::Kind(kind) => Self { kind: Some(kind.to_string()), ..nothing },
            Condition::Institution(entry) => Self { institution: id(entry), ..nothing },
            Condition::Person(entry) => Self { person: id(entry), ..nothing },
            Condition::Topic(entry) => Self { topic: id(entry), ..nothing },
            Condition::Language(locale) => Self { language: Some(Tag(locale.to_string())), ..nothing },
            Condition::Urgency(urgency) => Self { urgency: Some(urgency.get().into()), ..nothing },
            Condition::Image(wanted) => Self { has_image: Some(wanted), ..nothing },
        }
    }
}

/// Whoever manages partners and products.
pub(super) struct Managing<'c> {
    pub caller: Caller<'c>,
    pub previews: &'c PreviewDesk,
    /// In the caller's hand: it writes down who did what.
    pub store: PartnerStore,
}

impl<'c> Managing<'c> {
    /// Whoever sent the request, if they may.
    pub fn of(ctx: &Context<'c>) -> Answer<Result<Self, Flaw>> {
        let caller = Caller::of(ctx)?;
        let (role, act) = (caller.editor.principal.role, EditorialAct::ManagePartners);
        if !may(role, act) {
            let flaw = Flaw::invalid(&[], format!("the role {role} may not {act}"));
            return Ok(Err(Flaw { code: UserErrorCode::Forbidden, ..flaw }));
        }
        let missing = || EditorialError::Api(ApiError::internal("the request was given no keys"));
        let previews = ctx.data_opt::<PreviewDesk>().ok_or_else(missing)?;
        let actor = Actor {
            at: previews.clock.now(),
            author: caller.editor.principal.id.clone(),
            origin: caller.editor.origin.clone(),
            verb: act.as_str().to_owned(),
        };
        let store = previews.keys.partners().by(actor);
        Ok(Ok(Self { caller, previews, store }))
    }

    /// Writes down who did what by another store.
    pub async fn record(&self, detail: serde_json::Value) -> Answer<()> {
        let mut act = self.caller.store().begin().await?;
        let record = AuditRecord {
            at: self.previews.clock.now(),
            author: self.caller.editor.principal.id.clone(),
            origin: self.caller.editor.origin.clone(),
            verb: EditorialAct::ManagePartners.as_str().to_owned(),
            subjects: Vec::new(),
            detail,
        };
        act.audit(&record).await?;
        act.commit().await?;
        Ok(())
    }

    async fn save(&self, input: ProductSaveInput) -> Answer<Result<Option<griot_persistence::Product>, Flaw>> {
        let known = match &input.id {
            Some(id) => match self.product(id).await? {
                Ok(product) => Some(product),
                Err(flaw) => return Ok(Err(flaw)),
            },
            None => None,
        };
        let product = match changed(known, input, (self.previews.clock.now(), || self.caller.desk.next_id())) {
            Ok(product) => product,
            Err(flaw) => return Ok(Err(flaw)),
        };
        match self.store.save_product(&product).await? {
            ProductSaving::Saved => {}
            ProductSaving::CodeTaken => {
                let message = format!("another product is called {}", product.code.as_str());
                let flaw = Flaw::invalid(&["code"], message);
                return Ok(Err(Flaw { code: UserErrorCode::Taken, ..flaw }));
            }
            ProductSaving::Fixed => return Ok(Err(fixed())),
            ProductSaving::CodeKept(code) => {
                let message = format!("it is called {code} in addresses and by endpoints of partners, and stays so");
                let flaw = Flaw::invalid(&["code"], message);
                return Ok(Err(Flaw { code: UserErrorCode::State, ..flaw }));
            }
            ProductSaving::Removed => return Ok(Err(missing(&product.id.to_string()))),
        }
        Ok(Ok(self.store.products().await?.into_iter().find(|one| one.id == product.id)))
    }

    async fn remove(&self, id: &ID) -> Answer<Result<Option<griot_persistence::Product>, Flaw>> {
        let product = match self.product(id).await? {
            Ok(product) => product,
            Err(flaw) => return Ok(Err(flaw)),
        };
        match self.store.remove_product(product.id).await? {
            ProductRemoval::Removed => Ok(Ok(None)),
            ProductRemoval::InUse(count) => {
                let flaw = Flaw::invalid(&["id"], format!("{count} partners receive it; give them others first"));
                Ok(Err(Flaw { code: UserErrorCode::State, ..flaw }))
            }
            ProductRemoval::Fixed => Ok(Err(fixed())),
        }
    }

    async fn product(&self, id: &ID) -> Answer<Result<griot_persistence::Product, Flaw>> {
        let wanted = Uuid::try_parse(id).ok();
        let found = self.store.products().await?.into_iter().find(|product| Some(product.id) == wanted);
        Ok(found.ok_or_else(|| missing(id)))
    }
}

fn missing(id: &str) -> Flaw {
    let flaw = Flaw::invalid(&["id"], format!("there is no product {id}"));
    Flaw { code: UserErrorCode::NotFound, ..flaw }
}

fn fixed() -> Flaw {
    let flaw = Flaw::invalid(&["id"], "the product `all` is everything and stays so; add another one");
    Flaw { code: UserErrorCode::State, ..flaw }
}

/// The product with what the input says of it.
fn changed(
    known: Option<griot_persistence::Product>,
    input: ProductSaveInput,
    (now, fresh): (DateTime<Utc>, impl FnOnce() -> Uuid),
) -> Result<griot_persistence::Product, Flaw> {
    let ProductSaveInput { code, title, all, any, none, .. } = input;
    let code = code.map(|code| Slug::parse(&code).map_err(|err| Flaw::invalid(&["code"], err))).transpose()?;
    let mut product = match (known, code) {
        (Some(known), code) => griot_persistence::Product { code: code.unwrap_or(known.code), ..known },
        (None, Some(code)) => griot_persistence::Product {
            id: fresh(),
            title: code.as_str().to_owned(),
            code,
            filter: ProductFilter::default(),
            is_sorted: false,
            revision: 1,
            created_at: now,
        },
        (None, None) => {
            let flaw = Flaw::invalid(&["code"], "a new product needs a code");
            return Err(Flaw { code: UserErrorCode::Required, ..flaw });
        }
    };
    product.title = title.unwrap_or(product.title);
    for (name, told, conditions) in [
        ("all", all, &mut product.filter.all),
        ("any", any, &mut product.filter.any),
        ("none", none, &mut product.filter.none),
    ] {
        let Some(told) = told else { continue };
        if told.len() > MOST_CONDITIONS {
            return Err(Flaw::invalid(&[name], format!("{} conditions: write {MOST_CONDITIONS} at most", told.len())));
        }
        let read = told.into_iter().enumerate().map(|(place, one)| condition(name, place, one));
        *conditions = read.collect::<Result<_, _>>()?;
    }
    Ok(product)
}

fn condition(list: &str, place: usize, told: ProductConditionInput) -> Result<Condition, Flaw> {
    let place = place.to_string();
    let path = |field| [list, place.as_str(), field];
    let entry = |field, id: &ID| entry_id(&path(field), id);
    Ok(match told {
        ProductConditionInput::Kind(word) => {
            Condition::Kind(word.parse().map_err(|err| Flaw::invalid(&path("kind"), err))?)
        }
        ProductConditionInput::Institution(id) => Condition::Institution(entry("institution", &id)?),
        ProductConditionInput::Person(id) => Condition::Person(entry("person", &id)?),
        ProductConditionInput::Topic(id) => Condition::Topic(entry("topic", &id)?),
        ProductConditionInput::Language(tag) => {
            Condition::Language(Locale::parse(&tag.0).map_err(|err| Flaw::invalid(&path("language"), err))?)
        }
        ProductConditionInput::Urgency(number) => {
            let urgency = Urgency::try_from(i64::from(number));
            Condition::Urgency(urgency.map_err(|err| Flaw::invalid(&path("urgency"), err))?)
        }
        ProductConditionInput::HasImage(wanted) => Condition::Image(wanted),
    })
}
