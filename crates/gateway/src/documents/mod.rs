//! What was issued, as documents for partners: by id, and by id and version.

mod content;
mod drill;
mod early;
mod feeds;
mod form;
mod heading;
mod item;
mod lists;
mod oembed;
mod product;
mod selection;
mod sitemaps;
mod subjects;
mod terms;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::header::{
    ACCEPT, CONTENT_LANGUAGE, CONTENT_LOCATION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, LINK,
};
use axum::http::{HeaderMap, Response, StatusCode};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use griot_domain::Locale;
use griot_front::{Front, Page, Shared, code};
use griot_proof::Digest;
use griot_syndication::item::Item;
use griot_syndication::policy::Policy;

use self::drill::drill_page;
pub(crate) use self::drill::{drill_item, drill_of, hears_of_drills};
pub(crate) use self::early::Early;
use self::feeds::feed_routes;
pub(crate) use self::feeds::{has_topic, topic};
pub(crate) use self::form::Form;
use self::form::accepted;
pub(crate) use self::heading::{Heading, ItemKey, Reason, headings, languages};
pub(crate) use self::item::{Asked, Found, issuer, locales, view_in};
use self::oembed::oembed_routes;
use self::sitemaps::sitemap_routes;
use self::terms::term_routes;
use crate::graphql::delivery::error::{Answer, ApiError};
use crate::graphql::delivery::{Delivery, DeliverySchema, Loads};
use crate::partners::is_entitled;
use crate::proof::{Sidecar, proof_routes};

/// What is public, and where pages made of it are kept.
#[derive(Clone)]
pub(crate) struct Shelf {
    pub front: Arc<Front<DeliverySchema>>,
    pub public: Arc<Delivery>,
    /// Those who see it.
    pub seen_by: Shared,
    /// What is under embargo, where that is held.
    pub early: Option<Early>,
    /// Whether what is issued is stated, so that documents name their statements.
    pub is_stated: bool,
    /// Where feeds can be subscribed to.
    pub hub: Option<String>,
}

impl Shelf {
    /// The page kept as `name`, or what `make` makes of what is public.
    pub async fn page<F>(&self, request: Request, name: &str, make: impl FnOnce(Loads) -> F) -> Response<Body>
    where
        F: Future<Output = Answer<Page>>,
    {
        self.page_for(Some(self.seen_by), request, name, make).await
    }

    /// The same for whoever asks alone: nobody keeps it, and it is made of what the store says now.
    pub async fn page_for_one<F>(&self, request: Request, make: impl FnOnce(Loads) -> F) -> Response<Body>
    where
        F: Future<Output = Answer<Page>>,
    {
        self.page_for(None, request, "", make).await
    }

    async fn page_for<F>(
        &self,
        seen_by: Option<Shared>,
        request: Request,
        name: &str,
        make: impl FnOnce(Loads) -> F,
    ) -> Response<Body>
    where
        F: Future<Output = Answer<Page>>,
    {
        let (parts, _) = request.into_parts();
        let made = |reads| async {
            let loads = Loads::new(Arc::clone(&self.public), seen_by.is_some().then_some(reads));
            make(loads).await.unwrap_or_else(failed)
        };
        self.front.page(&parts, name, seen_by, made).await
    }

    /// A refusal for which nothing has to be read.
    pub fn refuse(page: Page) -> Response<Body> {
        let mut response = Response::new(Body::from(page.body));
        *response.status_mut() = page.status;
        *response.headers_mut() = page.headers;
        response
    }
}

/// Documents at `/v1/items/…`, feeds, sitemaps, quotes and terms of use, of what is public, and the proof of it.
pub(crate) fn document_routes(shelf: Shelf) -> Router {
    let documents = Router::new()
        .route("/v1/items/{name}", get(last_version))
        .route("/v1/items/{id}/versions/{name}", get(one_version));
    let lists = feed_routes().merge(sitemap_routes());
    documents.merge(lists).merge(oembed_routes()).merge(term_routes()).merge(proof_routes()).with_state(shelf)
}

async fn last_version(State(shelf): State<Shelf>, Path(name): Path<String>, request: Request) -> Response<Body> {
    let (id, form) = Form::of_name(&name);
    document(&shelf, asked(id, None), form, request).await
}

async fn one_version(
    State(shelf): State<Shelf>,
    Path((id, name)): Path<(String, String)>,
    request: Request,
) -> Response<Body> {
    if let Some((number, sidecar)) = Sidecar::of_name(&name) {
        let asked = number.parse().ok().and_then(|number| asked(&id, Some(number)));
        return sidecar.serve(&shelf, asked, request).await;
    }
    let (number, form) = Form::of_name(&name);
    let asked = number.parse().ok().and_then(|number| asked(&id, Some(number)));
    document(&shelf, asked, form, request).await
}

/// `0190…` or `0190…-fr`: the id of an entry has 36 characters.
fn asked(id: &str, version: Option<u32>) -> Option<Asked> {
    let (id, locale) = id.split_at_checked(36)?;
    let locale = match locale.strip_prefix('-') {
        Some(tag) => Some(Locale::parse(tag).ok()?),
        None if locale.is_empty() => None,
        None => return None,
    };
    Some(Asked { id: id.parse().ok()?, locale, version })
}

async fn document(shelf: &Shelf, asked: Option<Asked>, form: Option<Form>, request: Request) -> Response<Body> {
    let Some(asked) = asked else { return Shelf::refuse(nothing()) };
    // The first may have no form for the item; no two in a row have none.
    let mut forms = form.map_or_else(|| accepted(request.headers().get(ACCEPT)), |form| vec![form]);
    forms.truncate(2);
    if forms.is_empty() {
        let all = Form::ALL.map(Form::accepted_as).join(", ");
        let message = format!("documents are {all}: accept one of them");
        return Shelf::refuse(Page::refused(StatusCode::NOT_ACCEPTABLE, code::BAD_USER_INPUT, &message));
    }
    let is_stated = shelf.is_stated;
    if hears_of_drills(&request) {
        match drill_of(asked.id, shelf).await {
            Ok(Some(drill)) => {
                let made = |loads| async move { Ok(drill_page(&drill, &asked, &forms, is_stated, &loads)) };
                return shelf.page_for_one(request, made).await;
            }
            Ok(None) => {}
            Err(error) => return Shelf::refuse(failed(error)),
        }
    }
    let entitled = shelf.early.as_ref().filter(|_| is_entitled(&request));
    if let Some(early) = entitled {
        match early.holds(&asked).await {
            Ok(true) => {
                let made = |public| async move { early_page(&asked, &forms, early, &public).await };
                return shelf.page_for_one(request, made).await;
            }
            Ok(false) => {}
            Err(error) => return Shelf::refuse(failed(error)),
        }
    }
    let name = format!("{}{}", asked.name(), forms.iter().map(|form| form.ending()).collect::<String>());
    shelf.page(request, &name, |loads| async move { page(&asked, &forms, is_stated, &loads).await }).await
}

pub(crate) fn nothing() -> Page {
    let message = "nothing is issued under this address: take addresses from a feed, from `changes` or from the header \
                   Link of another document";
    Page::refused(StatusCode::NOT_FOUND, code::BAD_USER_INPUT, message)
}

/// A page that may be kept, without room to spare.
pub(crate) fn written(headers: HeaderMap, body: Vec<u8>) -> Page {
    Page { status: StatusCode::OK, headers, body: body.into_boxed_slice().into(), is_complete: true }
}

async fn page(asked: &Asked, forms: &[Form], is_stated: bool, loads: &Loads) -> Answer<Page> {
    let (item, predecessor, is_gone) = match asked.find(loads).await? {
        Found::Item(item, predecessor) => (item, predecessor, false),
        Found::Gone(item) => (item, None, true),
        Found::Nothing => return Ok(nothing()),
    };
    let is_versioned = asked.version.is_some();
    Ok(page_of(Told { item: &item, predecessor, is_gone, is_versioned, is_stated }, forms))
}

/// The page of what is under embargo, or of what is public when that has ended meanwhile.
async fn early_page(asked: &Asked, forms: &[Form], early: &Early, public: &Loads) -> Answer<Page> {
    match early.find(asked, public).await? {
        // Nothing is stated before it is public.
        Some(item) => Ok(page_of(
            Told { item: &item, predecessor: None, is_gone: false, is_versioned: false, is_stated: false },
            forms,
        )),
        None => page(asked, forms, false, public).await,
    }
}

/// What a page is told of.
struct Told<'a> {
    item: &'a Item,
    /// The version before it.
    predecessor: Option<u32>,
    is_gone: bool,
    /// Its version was asked for.
    is_versioned: bool,
    /// It has a statement, or will have.
    is_stated: bool,
}

/// The first of `forms` that the item has.
fn page_of(told: Told<'_>, forms: &[Form]) -> Page {
    let Told { item, predecessor, is_gone, is_versioned, is_stated } = told;
    let first = forms.iter().find_map(|form| Some((*form, form.write(item)?)));
    let Some((form, body)) = first else {
        let message = format!("this {} is written as {}", item.kind, names(item));
        return Page::refused(StatusCode::NOT_ACCEPTABLE, code::BAD_USER_INPUT, &message);
    };
    // Systems of partners have to read that it was taken back; readers have to see that it is not there.
    let status = match is_gone && (is_versioned || form == Form::Html) {
        true => StatusCode::GONE,
        false => StatusCode::OK,
    };
    let mut headers = headers(item, form);
    let digest = STANDARD.encode(Digest::of(&body).0);
    let mut add = |name: HeaderName, value: String| {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.append(name, value);
        }
    };
    add(HeaderName::from_static("repr-digest"), format!("sha-256=:{digest}:"));
    if let Some(number) = predecessor {
        add(LINK, format!("<{}/versions/{number}{}>; rel=\"predecessor-version\"", item.address(), form.ending()));
    }
    if is_stated {
        add(LINK, format!("<{}.jws>; rel=\"describedby\"; type=\"application/jose\"", item.version_address()));
    }
    Page { status, ..written(headers, body) }
}

/// The forms an item has, for whoever asked for others.
fn names(item: &Item) -> String {
    let forms = Form::ALL.into_iter().filter(|form| form.is_of(item));
    forms.map(|form| form.media_type(item)).collect::<Vec<_>>().join(", ")
}

fn headers(item: &Item, form: Form) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mut set = |name: HeaderName, value: String| {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.append(name, value);
        }
    };
    // The version of what is under embargo has an address when it is public.
    let of_version = if item.embargoed_until.is_none() { item.version_address() } else { item.address() };
    set(CONTENT_LANGUAGE, item.locale.to_string());
    set(CONTENT_LOCATION, format!("{of_version}{}", form.ending()));
    for other in Form::ALL.into_iter().filter(|other| *other != form && other.is_of(item)) {
        let media = other.media_type(item);
        set(LINK, format!("<{of_version}{}>; rel=\"alternate\"; type=\"{media}\"", other.ending()));
    }
    set(LINK, format!("<{}{}>; rel=\"latest-version\"", item.address(), form.ending()));
    if let Some(page) = &item.page {
        set(LINK, format!("<{page}>; rel=\"canonical\""));
    }
    if let Some(policy) = Policy::of(item) {
        set(LINK, format!("<{}>; rel=\"{}\"", policy.address(&item.issuer), policy.link_relation()));
    }
    if form == Form::Html {
        // It may show its pictures, and nothing else.
        let policy = "sandbox; default-src 'none'; img-src http: https:; frame-ancestors 'none'";
        set(CONTENT_SECURITY_POLICY, policy.to_owned());
        // Search engines have its page.
        set(HeaderName::from_static("x-robots-tag"), "noindex".to_owned());
    }
    headers.insert(CONTENT_TYPE, form.content_type(item));
    headers
}

pub(crate) fn failed(error: ApiError) -> Page {
    let ApiError::Internal(cause) = &error else {
        return Page::refused(StatusCode::BAD_REQUEST, code::BAD_USER_INPUT, "this address cannot be read");
    };
    tracing::error!(?cause, "a document could not be made");
    Page::refused(StatusCode::INTERNAL_SERVER_ERROR, code::INTERNAL, "internal error")
}
