//! A record with a server in front of it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use griot_access::{
    ExposeSecret, Grant, KeyRing, KeySource, NewHolder, OidcSettings, OidcValidator, Origin, Principal, Role,
    SigningAlgorithm, TwoPerson,
};
use griot_domain::{
    Body, Clock, Edition, Entry, EntryId, EntryKind, Locale, Localized, Publication, RandomIds, Site, Slug, Text,
};
use griot_editorial::Desk;
use griot_files::Folders;
use griot_front::{FrontOptions, Limits, OperationMode, ServeOptions};
use griot_gateway::{
    CacheSizes, EditorialSide, Gateway, GatewaySettings, LiveOptions, Partners, Readiness, SecurityContact,
    StoredOperations, Tail, TrustedProxies, WellKnown,
};
use griot_persistence::{AccessKeys, Act, EditorialStore, Location, Outcome, PublishedStore, Publisher, StoreName};
use griot_testbed::{Backend, Place, TestDatabase, database};
use serde_json::{Value, json};

/// A provider nobody listens at, so that no token of it can be shown to be good.
pub const ISSUER: &str = "http://127.0.0.1:9";

fn provider(clock: Arc<Hands>) -> OidcValidator {
    let settings = OidcSettings {
        issuer: ISSUER.to_owned(),
        audience: "griot".to_owned(),
        authorized_parties: Vec::new(),
        algorithms: vec![SigningAlgorithm::Rs256],
        keys: KeySource::Discovery,
        role_claim: "roles".to_owned(),
        roles: [("press".to_owned(), Role::Administrator)].into(),
        leeway: Duration::from_secs(30),
        allow_loopback_http: true,
    };
    OidcValidator::new(settings, clock).unwrap()
}

/// A clock that stands still until it is moved.
pub struct Hands(Mutex<DateTime<Utc>>);

impl Clock for Hands {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

/// A record, served.
pub struct World {
    pub keys: KeyRing,
    pub readiness: Readiness,
    pub location: Location,
    pub clock: Arc<Hands>,
    pub desk: Arc<Desk>,
    pub folders: Folders,
    pub operations: Arc<StoredOperations>,
    pub tail: Arc<Tail>,
    pub partners: Arc<Partners>,
    address: String,
    _database: TestDatabase,
}

/// All of an answer but the date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|err| panic!("{err}: {self:?}"))
    }
}

impl World {
    pub async fn open(backend: Backend) -> Self {
        Self::open_in(backend, OperationMode::Open).await
    }

    /// A world in which those whose key does not say have documents run by `mode`.
    pub async fn open_in(backend: Backend, mode: OperationMode) -> Self {
        let database = database(backend);
        let location = match database.place() {
            Place::Sqlite { data_dir } => Location::Sqlite { data_dir },
            Place::Postgres { url } => Location::Postgres { url, delivery_url: None },
        };
        griot_persistence::migrate(&location).await.unwrap();
        let clock = Arc::new(Hands(Mutex::new("2026-06-01T12:00:00Z".parse().unwrap())));
        let keys = KeyRing::new(AccessKeys::open(&location).await.unwrap(), clock.clone());
        let readiness = Readiness::default();
        let store = EditorialStore::open(&location).await.unwrap();
        let folders = Folders::of(database.data_dir());
        folders.prepare().unwrap();
        let desk = Desk::new(store, clock.clone(), Arc::new(RandomIds), TwoPerson::default());
        let desk = Arc::new(desk.with_files(folders.clone(), "https://api.example/"));
        let settings = GatewaySettings {
            is_stated: false,
            hub: None,
            site: Site {
                base_url: "https://presidence.example/".parse().unwrap(),
                publisher: Localized::from("Présidence"),
                default_locale: locale("fr"),
            },
            fallback_locales: vec![locale("en")],
            public_url: "https://api.example/".parse().unwrap(),
            limits: Limits::default(),
            front: FrontOptions { operations: mode, ..FrontOptions::default() },
            graphiql: None,
            media_dir: Some(folders.media().to_owned()),
            clock: clock.clone(),
            proxies: TrustedProxies::new(vec!["127.0.0.1/32".parse().unwrap()]),
            readiness: readiness.clone(),
            caches: CacheSizes { response_bytes: 1 << 20, record_bytes: 1 << 20 },
            live: LiveOptions::default(),
            search: None,
            well_known: WellKnown {
                security: Some(SecurityContact {
                    contacts: vec!["mailto:security@presidence.example".to_owned()],
                    expires: "2027-01-01T00:00:00Z".parse().unwrap(),
                }),
                trust: Some("social=https://social.example/@presidence\n".to_owned()),
            },
            editorial: Some(EditorialSide {
                location: location.clone(),
                early: PublishedStore::open_early(&location).await.unwrap(),
                desk: desk.clone(),
                keys: keys.clone(),
                oidc: Some(provider(clock.clone())),
                allowed_origins: vec!["https://desk.example".to_owned()],
                upload_bytes: 1 << 20,
                endpoints: None,
                subscribers: None,
            }),
        };
        let gateway = Gateway::new(PublishedStore::open(&location).await.unwrap(), settings).unwrap();
        let (operations, tail) = (gateway.operations(), gateway.tail());
        let partners = gateway.partners().unwrap();
        tokio::spawn(gateway.follow_partners());
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let options = ServeOptions::default();
        tokio::spawn(griot_front::serve(listener, gateway.doors(), options, std::future::pending()));
        Self {
            keys,
            readiness,
            location,
            clock,
            desk,
            folders,
            operations,
            tail,
            partners,
            address,
            _database: database,
        }
    }

    pub fn clock_now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub fn wait(&self, time: TimeDelta) {
        *self.clock.0.lock().unwrap() += time;
    }

    /// Puts entries into a store, as an act of the editors does.
    pub async fn put(&self, store: StoreName, publications: &[Publication]) {
        let publisher = Publisher::open(&self.location, store).await.unwrap();
        let act = Act { origin: "test".to_owned(), at: "2026-05-01T00:00:00Z".parse().unwrap() };
        for outcome in publisher.publish(publications, &act).await.unwrap() {
            assert!(matches!(outcome, Outcome::Created { .. } | Outcome::Updated { .. }), "{outcome:?}");
        }
    }

    pub async fn delivery_key(&self, name: &str, sees_embargoed: bool) -> (String, String) {
        self.key(name, Grant::Delivery { partner: None, sees_embargoed, operations: None }).await
    }

    pub async fn key(&self, name: &str, grant: Grant) -> (String, String) {
        let holder = NewHolder { name: name.to_owned(), account: None, grant, lives: None };
        let issued = self.keys.issue(holder).await.unwrap();
        (issued.id, format!("Bearer {}", issued.key.expose_secret()))
    }

    /// A token that shows an entry for an hour, made by an editor with a key.
    pub async fn preview_token(&self, entry: EntryId) -> (String, String) {
        let (id, _) = self.key(&format!("editor of {entry}"), Grant::Editorial(Role::Editor)).await;
        let origin = Origin::Key { id: id.clone() };
        let holder = Principal { id: format!("key:{id}"), name: "Editor".to_owned(), role: Role::Editor, origin };
        let (token, grant) = self.keys.issue_preview(&[entry], &holder, TimeDelta::hours(1)).await.unwrap();
        (grant.token, format!("Bearer {}", token.expose_secret()))
    }

    pub fn ask(&self, path: &str, query: &str, headers: &[(&str, &str)]) -> Answer {
        let agent = agent();
        let mut request = agent.post(format!("{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        answer(request.send_json(json!({ "query": query })).unwrap())
    }

    /// As [`Self::ask`], with credentials.
    pub fn ask_as(&self, credentials: &str, path: &str, query: &str) -> Answer {
        self.ask(path, query, &[("authorization", credentials)])
    }

    pub fn get(&self, path: &str) -> Answer {
        answer(agent().get(format!("{}{path}", self.address)).call().unwrap())
    }

    pub fn get_as(&self, credentials: &str, path: &str) -> Answer {
        self.get_with(path, &[("authorization", credentials)])
    }

    pub fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = agent().get(format!("{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        answer(request.call().unwrap())
    }

    /// Brings a file in.
    pub fn put_as(&self, credentials: &str, path: &str, headers: &[(&str, &str)], bytes: &[u8]) -> Answer {
        let mut request = agent().put(format!("{}{path}", self.address)).header("authorization", credentials);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        answer(request.send(bytes).unwrap())
    }

    /// What comes back over a connection on which just these bytes are sent, and then no more.
    pub fn raw(&self, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address.trim_start_matches("http://")).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        // Whoever refuses may hang up before all of it is sent.
        let _ = stream.write_all(request);
        let _ = stream.shutdown(Shutdown::Write);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// What a browser asks before a page of `origin` may ask.
    pub fn preflight(&self, path: &str, origin: &str) -> Answer {
        let request = agent().options(format!("{}{path}", self.address)).header("origin", origin);
        answer(request.header("access-control-request-method", "POST").call().unwrap())
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        answer(agent().post(format!("{}{path}", self.address)).send_json(body).unwrap())
    }

    pub fn post_as(&self, credentials: &str, path: &str, body: &Value) -> Answer {
        let request = agent().post(format!("{}{path}", self.address)).header("authorization", credentials);
        answer(request.send_json(body).unwrap())
    }

    /// The status of the answer, if one came.
    pub fn try_post_as(&self, credentials: &str, path: &str, body: &Value) -> Option<u16> {
        let request = agent().post(format!("{}{path}", self.address)).header("authorization", credentials);
        request.send_json(body).ok().map(|response| response.status().as_u16())
    }

    /// The payload of a mutation of editors.
    #[track_caller]
    pub fn mutate(&self, credentials: &str, field: &str, input_type: &str, result: &str, input: Value) -> Value {
        let query = format!(
            "mutation($input: {input_type}!) {{ {field}(input: $input) {{ {result} userErrors {{ code message path }} }} }}"
        );
        let body = json!({ "query": query, "variables": { "input": input } });
        let answer = self.post_as(credentials, "/editorial/graphql", &body);
        let mut data = answer.json();
        assert_eq!(data.get("errors"), None, "{field}");
        data["data"][field].take()
    }
}

/// An editor at work.
pub struct Editor<'w> {
    pub world: &'w World,
    pub key: String,
}

impl Editor<'_> {
    /// A new entry: its id and revision, ready to be added to an input.
    #[track_caller]
    pub fn made(&self, kind: &str, input: Value) -> Value {
        self.draft(&format!("{kind}Create"), input)
    }

    /// The draft after an act on it, in that form.
    #[track_caller]
    pub fn draft(&self, field: &str, input: Value) -> Value {
        let input_type = format!("{}{}Input", field[..1].to_uppercase(), &field[1..]);
        let payload = self.world.mutate(&self.key, field, &input_type, "draft { contentId revision }", input);
        assert_eq!(payload["userErrors"], json!([]), "{field}");
        json!({ "contentId": payload["draft"]["contentId"], "expectedRevision": payload["draft"]["revision"] })
    }

    #[track_caller]
    pub fn publish(&self, items: &[&Value]) {
        let input = json!({ "items": items });
        let payload = self.world.mutate(&self.key, "contentPublish", "ContentPublishInput", "isPending", input);
        assert_eq!(payload["userErrors"], json!([]));
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).build().into()
}

fn answer(response: ureq::http::Response<ureq::Body>) -> Answer {
    let (parts, mut body) = response.into_parts();
    let headers = parts.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    let headers = headers.filter(|(name, _)| name != "date").collect();
    let body = String::from_utf8_lossy(&body.read_to_vec().unwrap()).into_owned();
    Answer { status: parts.status.as_u16(), headers, body }
}

pub fn locale(tag: &str) -> Locale {
    Locale::parse(tag).unwrap()
}

/// An id that says which number it has.
pub fn id(number: u32) -> EntryId {
    format!("00000000-0000-4000-8000-{number:012}").parse().unwrap()
}

/// A topic whose slug is its name.
pub fn topic(number: u32, name: &str) -> Publication {
    let kind = EntryKind::Topic;
    let edition = Edition {
        slug: Some(Slug::parse(name).unwrap()),
        text: Text::from_value(kind, json!({ "name": name })).unwrap(),
        body: Body::default(),
    };
    Publication {
        id: id(number),
        kind,
        live_from: "2026-01-01T00:00:00Z".parse().unwrap(),
        revised_at: None,
        entry: Some(Entry::from_value(kind, json!({})).unwrap()),
        editions: [(locale("fr"), edition)].into(),
        withdrawn: BTreeSet::new(),
        retraction: None,
        external_ids: Vec::new(),
        old_paths: Vec::new(),
    }
}
