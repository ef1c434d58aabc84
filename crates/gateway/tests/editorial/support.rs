//! A fresh record with an editorial desk and the schema over it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{FieldDefinition, TypeKind, TypeSystemDefinition};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, header, request::Parts};
use chrono::{DateTime, Utc};
use griot_access::{KeyRing, Origin, Principal, Role, TwoPerson};
use griot_domain::{Clock, IdSource, Locale, Localized, Site, SystemClock};
use griot_editorial::Desk;
use griot_front::{Front, FrontOptions, Limits};
use griot_gateway::{Editor, PreviewDesk, editorial_scalars, editorial_schema, editorial_sdl};
use griot_persistence::{AccessKeys, EditorialStore, Location, PartnerStore};
use griot_testbed::{Backend, Place, TestDatabase, database};
use serde_json::{Value, json};
use tower::ServiceExt;
use uuid::Uuid;

/// Says who asks: `role:name`.
const WHO: &str = "x-test-editor";

/// Begins on the first of January 2026 at noon; each look takes a second.
pub struct Steps(AtomicI64);

impl Clock for Steps {
    fn now(&self) -> DateTime<Utc> {
        let seconds = self.0.fetch_add(1, Ordering::Relaxed);
        DateTime::from_timestamp(1_767_268_800 + seconds, 0).unwrap()
    }
}

/// Hands out 1, 2, 3 in the form of ids.
struct Counted(AtomicU64);

impl IdSource for Counted {
    fn next_id(&self) -> Uuid {
        id(self.0.fetch_add(1, Ordering::Relaxed) + 1).parse().unwrap()
    }
}

/// The id with this number.
pub fn id(number: u64) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

/// A record, the desk, and the schema behind the front.
#[derive(Clone)]
pub struct Office {
    pub router: Router,
    pub desk: Arc<Desk>,
    mutations: Arc<Mutations>,
    pub database: Arc<TestDatabase>,
}

fn location(database: &TestDatabase) -> Location {
    match database.place() {
        Place::Sqlite { data_dir } => Location::Sqlite { data_dir },
        Place::Postgres { url } => Location::Postgres { url, delivery_url: None },
    }
}

impl Office {
    pub async fn open(backend: Backend) -> Self {
        Self::with(backend, TwoPerson::default()).await
    }

    pub async fn with(backend: Backend, two_person: TwoPerson) -> Self {
        let database = database(backend);
        let location = location(&database);
        griot_persistence::migrate(&location).await.unwrap();
        let store = EditorialStore::open(&location).await.unwrap();
        let clock = Arc::new(Steps(AtomicI64::new(0)));
        let desk = Arc::new(Desk::new(store, clock, Arc::new(Counted(AtomicU64::new(0))), two_person));
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let keys = KeyRing::new(AccessKeys::open(&location).await.unwrap(), Arc::clone(&clock));
        let previews = PreviewDesk { keys, clock };
        let site = Site {
            base_url: "https://presidence.example/".parse().unwrap(),
            publisher: Localized::from("Présidence"),
            default_locale: Locale::parse("fr").unwrap(),
        };
        let options = FrontOptions {
            scalars: editorial_scalars(),
            cache_control: "no-store".to_owned(),
            prepare: Some(Arc::new(move |request, parts| match editor(parts) {
                Some(editor) => request.data(editor).data(previews.clone()),
                None => request,
            })),
            ..FrontOptions::default()
        };
        let sdl = editorial_sdl();
        let front = Front::new(editorial_schema(desk.clone(), &site, None), &sdl, Limits::default(), options).unwrap();
        let router = Arc::new(front).routes("/editorial/graphql");
        Self { router, desk, mutations: Arc::new(mutations()), database: Arc::new(database) }
    }

    /// What partners have done, and what is known of it.
    pub async fn partners(&self) -> PartnerStore {
        PartnerStore::open(&location(&self.database)).await.unwrap()
    }

    /// The whole answer to a document.
    pub async fn answer(&self, who: &str, document: &str, variables: Value) -> Value {
        let body = json!({ "query": document, "variables": variables }).to_string();
        let request = Request::post("/editorial/graphql")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/graphql-response+json")
            .header(WHO, who)
            .body(Body::from(body))
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    /// The data of an answer without errors.
    pub async fn ask(&self, who: &str, document: &str, variables: Value) -> Value {
        let mut answer = self.answer(who, document, variables).await;
        assert_eq!(answer.get("errors"), None, "{document}");
        answer["data"].take()
    }

    /// What a mutation answers to `input`: everything in its payload.
    pub async fn act(&self, who: &str, mutation: &str, input: Value) -> Value {
        let (input_type, payload) = &self.mutations[mutation];
        let result = match payload.as_str() {
            "DraftPayload" => format!("isPending {DRAFT}"),
            "PublishPayload" => format!("isPending drafts {{ contentId revision state }} {SCHEDULE}"),
            "SchedulePayload" => format!("isPending {SCHEDULE}"),
            "PreviewTokenPayload" => "id token expiresAt".to_owned(),
            "PartnerPayload" => format!("partner {{ {PARTNER} }}"),
            "DrillPayload" => "drill { id note at }".to_owned(),
            "PartnerKeyPayload" => "id key expiresAt".to_owned(),
            "PartnerKeyRevokePayload" => "partnerKey { id revokedAt }".to_owned(),
            "ProductPayload" => format!("product {{ {PRODUCT} }}"),
            other => panic!("{mutation} answers {other}"),
        };
        let document =
            format!("mutation($input: {input_type}) {{ {mutation}(input: $input) {{ {result} {ERRORS} }} }}");
        self.ask(who, &document, json!({ "input": input })).await[mutation].take()
    }

    /// The draft or set after a mutation that nothing hindered.
    pub async fn done(&self, who: &str, mutation: &str, input: Value) -> Value {
        let mut payload = self.act(who, mutation, input).await;
        assert_eq!(payload["userErrors"], json!([]), "{mutation}");
        if payload.get("draft").is_some() { payload["draft"].take() } else { payload }
    }

    /// The only error of a mutation, which then changed nothing.
    pub async fn refused(&self, who: &str, mutation: &str, input: Value) -> Value {
        let mut payload = self.act(who, mutation, input).await;
        assert_eq!(payload["userErrors"].as_array().unwrap().len(), 1, "{payload}");
        assert!(payload["draft"].is_null() && payload["schedule"].is_null(), "{payload}");
        payload["userErrors"][0].take()
    }

    /// A new article of a publisher: its id and revision, ready to be added to an input.
    pub async fn article(&self, headline: &str) -> Value {
        at(&self.done("publisher", "articleCreate", article(headline)).await)
    }

    /// Makes entries public.
    pub async fn publish(&self, items: &[&Value]) {
        self.done("publisher", "contentPublish", json!({ "items": items })).await;
    }
}

const DRAFT: &str = "draft { contentId revision state title isArchived editedBy approvedBy content }";
pub const PARTNER: &str = "id name productIds requestsPerMinute embargoTerms embargoAcceptedAt idleAfterMinutes isIdle \
    polledAt suspendedAt";
pub const PRODUCT: &str = "id code title isSorted all { kind institution person topic language urgency hasImage } \
    any { kind language } none { kind hasImage }";
const SCHEDULE: &str = "schedule { id dueAt state isEarly contentIds }";
const ERRORS: &str = "userErrors { __typename code message path contentId field \
    ... on RevisionConflict { expectedRevision currentRevision current { revision title } } \
    ... on ScheduleConflict { expectedDueAt currentDueAt } \
    ... on SlugTaken { holderId suggestion } ... on DanglingReference { targetId } }";

/// Types of input and payload of each mutation.
type Mutations = BTreeMap<String, (String, String)>;

fn mutations() -> Mutations {
    let fields = fields("Mutation").into_iter();
    let typed = fields.map(|field| (field.arguments[0].node.ty.to_string(), field.ty.to_string(), field));
    typed.map(|(input, payload, field)| (field.name.node.to_string(), (input, payload))).collect()
}

/// The fields of a type at the root, as the schema has them.
pub fn fields(root: &str) -> Vec<FieldDefinition> {
    let document = parse_schema(editorial_sdl()).unwrap();
    let found = document.definitions.into_iter().find_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) if definition.node.name.node == root => match definition.node.kind {
            TypeKind::Object(object) => Some(object.fields.into_iter().map(|field| field.node).collect()),
            _ => None,
        },
        _ => None,
    });
    found.unwrap()
}

fn editor(parts: &Parts) -> Option<Editor> {
    let who = parts.headers.get(WHO)?.to_str().ok()?;
    let (role, name) = who.split_once(':').unwrap_or((who, who));
    let role: Role = role.parse().ok()?;
    let origin = Origin::Key { id: name.to_owned() };
    let principal = Principal { id: format!("key:{name}"), name: name.to_owned(), role, origin };
    Some(Editor { principal, origin: "192.0.2.7".to_owned() })
}

/// A paragraph.
pub fn body(text: &str) -> Value {
    json!([block("b1", text)])
}

/// A paragraph with a key.
pub fn block(key: &str, text: &str) -> Value {
    json!({ "_type": "block", "_key": key, "style": "normal", "markDefs": [],
        "children": [{ "_type": "span", "_key": "s1", "text": text, "marks": [] }] })
}

/// The input of a whole article in French.
pub fn article(headline: &str) -> Value {
    json!({ "kind": "NEWS", "issuedAt": "2026-01-01T08:00:00+01:00",
        "texts": [{ "locale": "fr", "headline": headline, "body": { "portableText": body("Texte.") } }] })
}

/// What an input says of a draft: its id and revision.
pub fn at(draft: &Value) -> Value {
    json!({ "contentId": draft["contentId"], "expectedRevision": draft["revision"] })
}

/// One object with the fields of both.
pub fn with(mut one: Value, other: Value) -> Value {
    let Value::Object(fields) = other else { panic!("{other} is no object") };
    one.as_object_mut().unwrap().extend(fields);
    one
}
