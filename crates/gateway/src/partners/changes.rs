//! `/v1/changes`: what was issued, changed or taken back since a client last asked, each item once.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Query, Request, State};
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};
use griot_front::Page;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;

use super::line::Line;
use super::problem::Problem;
use super::products::{Feed, NoPlace, Wanted};
use super::{Asking, Partners, journal, products};
use crate::documents::{Heading, Shelf};
use crate::graphql::delivery::Loads;

/// Changes told at a time, and the most that may be asked for.
const USUAL: u64 = 100;
const MOST: u64 = 500;
/// The longest that a request may wait for changes.
const LONGEST_WAIT: u64 = 60;

#[derive(Clone)]
pub(super) struct Desk {
    pub shelf: Shelf,
    /// The last publication that was dealt with.
    pub heard: watch::Receiver<Option<i64>>,
    pub partners: Option<Arc<Partners>>,
    pub waiting: Waiting,
}

/// Places for requests that wait: strangers take none of partners.
#[derive(Clone)]
pub(super) struct Waiting {
    pub of_partners: Arc<Semaphore>,
    pub of_public: Arc<Semaphore>,
}

/// What is asked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    since: Option<String>,
    limit: Option<u64>,
    /// Code of a product.
    pub product: Option<String>,
    snapshot: Option<bool>,
}

impl Parameters {
    fn of(request: &Request) -> Result<Self, Problem> {
        let Query(parameters) = Query::<Self>::try_from_uri(request.uri()).map_err(|err| {
            Problem::bad(format!("{}; `since`, `limit`, `product` and `snapshot` can be given", err.body_text()))
        })?;
        match parameters.limit {
            Some(limit) if !(1..=MOST).contains(&limit) => {
                Err(Problem::bad(format!("`limit` is {limit}: write 1 to {MOST}")))
            }
            _ => Ok(parameters),
        }
    }

    /// The token to go on from; none in the beginning.
    pub fn since(&self) -> Option<&str> {
        self.since.as_deref().filter(|since| *since != "0" && self.snapshot != Some(true))
    }

    pub fn limit(&self) -> u64 {
        self.limit.unwrap_or(USUAL)
    }

    /// The address that goes on from a token.
    fn next(&self, base: &str, token: &str) -> String {
        let product = self.product.as_ref().map(|code| format!("&product={code}")).unwrap_or_default();
        format!("{base}/v1/changes?since={token}&limit={}{product}", self.limit())
    }
}

/// What is answered.
pub(super) struct Answered {
    /// Oldest first.
    pub changes: Vec<Line>,
    /// All that is under embargo now, for those who may have it; only when there is nothing more.
    pub embargoed: Option<Vec<Heading>>,
    pub token: String,
    pub has_more: bool,
    /// The last publication that the answer knows of.
    pub head: i64,
}

impl From<products::Page> for Answered {
    fn from(page: products::Page) -> Self {
        let products::Page { lines, embargoed, token, has_more, head, .. } = page;
        Self { changes: lines, embargoed, token, has_more, head }
    }
}

impl Answered {
    fn page(self, parameters: &Parameters, is_stated: bool, base: &str) -> Page {
        let Self { changes, embargoed, token, has_more, head } = self;
        let mut told = json!({
            "changes": changes.iter().map(|line| line.json(is_stated)).collect::<Vec<Value>>(),
            "next": parameters.next(base, &token),
            "token": token,
            "has_more": has_more,
            "head_seq": head.to_string(),
        });
        if let Some(embargoed) = embargoed {
            told["embargoed"] = embargoed.iter().map(|heading| Value::from(heading.json(false))).collect();
        }
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        let body = told.to_string().into_bytes().into_boxed_slice().into();
        Page { status: StatusCode::OK, headers, body, is_complete: true }
    }
}

/// The address at which a client that has lost its place begins again.
pub(super) fn reset(problem: Problem, loads: &Loads) -> Problem {
    problem.with("reset", format!("{}/v1/changes?snapshot=true", loads.public_url))
}

/// The token leads nowhere: the copy has to be made anew.
pub(super) fn lost(kind: &'static str, detail: &str, loads: &Loads) -> Problem {
    let detail = format!("{detail}: empty the copy and begin again at the address in `reset`");
    reset(Problem::new(StatusCode::GONE, kind, detail), loads)
}

impl NoPlace {
    fn problem(self, wanted: &Parameters, loads: &Loads) -> Problem {
        match self {
            Self::Product { received } => {
                let code = wanted.product.as_deref().unwrap_or_default();
                Problem::bad(format!("`product` is `{code}`: this partner receives {received}"))
            }
            Self::Foreign => Problem::bad("`since` is not a token of this feed: pass one back as it was given"),
            Self::OfPublic => Problem::bad(
                "`since` is of the feed of the public: with the key of a partner begin with `snapshot=true`, and pass back \
                 what is given then",
            ),
            Self::OtherScope => lost("scope-changed", "`since` is of other products than are received now", loads),
            Self::OtherRecord => {
                lost("other-record", "`since` is of another record, or of a later state of this one", loads)
            }
            Self::Failed(error) => error.into(),
        }
    }
}

pub(super) async fn changes(State(desk): State<Desk>, request: Request) -> Response<Body> {
    let parameters = match Parameters::of(&request) {
        Ok(parameters) => parameters,
        Err(problem) => return problem.response(),
    };
    let asking = request.extensions().get::<Asking>().filter(|asking| asking.partner.is_some()).cloned();
    match (asking, desk.partners.clone()) {
        (Some(asking), Some(partners)) => of_partner(&desk, &partners, asking, parameters, request).await,
        _ => of_public(&desk, parameters, request).await,
    }
}

async fn of_public(desk: &Desk, parameters: Parameters, request: Request) -> Response<Body> {
    if let Some(product) = &parameters.product {
        let detail = format!("`product` is `{product}`: products are received with the key of a partner");
        return Problem::bad(detail).response();
    }
    if let Some((until, _place)) = wait(&desk.waiting.of_public, &request) {
        let loads = Loads::new(Arc::clone(&desk.shelf.public), None);
        journal::wait(&parameters, &loads, desk.heard.clone(), until).await;
    }
    let name = format!("/v1/changes?since={}&limit={}", parameters.since().unwrap_or("0"), parameters.limit());
    let is_stated = desk.shelf.is_stated;
    let made = |loads: Loads| async move {
        Ok(match journal::changes(&parameters, &loads).await {
            Ok(answered) => answered.page(&parameters, is_stated, &loads.public_url),
            Err(problem) => problem.page(),
        })
    };
    desk.shelf.page(request, &name, made).await
}

async fn of_partner(
    desk: &Desk,
    partners: &Partners,
    asking: Asking,
    parameters: Parameters,
    request: Request,
) -> Response<Body> {
    let Some(partner) = &asking.partner else { return of_public(desk, parameters, request).await };
    let early = desk.shelf.early.as_ref().filter(|_| asking.sees_embargoed);
    let feed = Feed { partners, partner, early };
    let public = Loads::new(Arc::clone(&desk.shelf.public), None);
    let wanted =
        Wanted { since: parameters.since(), product: parameters.product.as_deref(), limit: parameters.limit() };
    let place = match feed.enter(wanted, &public).await {
        Ok(place) => place,
        Err(none) => return none.problem(&parameters, &public).response(),
    };
    if let Some((until, _place)) = wait(&desk.waiting.of_partners, &request)
        && let Err(error) = place.wait(until).await
    {
        return Problem::from(error).response();
    }
    let made = |loads: Loads| async {
        let loads = loads;
        Ok(match place.tell(&loads).await {
            Ok(page) => {
                asking.told(page.lines.len());
                Answered::from(page).page(&parameters, desk.shelf.is_stated, &loads.public_url)
            }
            Err(error) => Problem::from(error).page(),
        })
    };
    desk.shelf.page_for_one(request, made).await
}

/// Until when a request wants to wait for changes, and a place to do so; `None` when it does not, or too many do.
fn wait(places: &Arc<Semaphore>, request: &Request) -> Option<(Instant, tokio::sync::OwnedSemaphorePermit)> {
    let prefer = request.headers().get(HeaderName::from_static("prefer"))?.to_str().ok()?;
    let seconds: u64 = prefer.split(',').find_map(|one| one.trim().strip_prefix("wait=")?.parse().ok())?;
    let place = Arc::clone(places).try_acquire_owned().ok()?;
    Some((Instant::now() + Duration::from_secs(seconds.min(LONGEST_WAIT)), place))
}
