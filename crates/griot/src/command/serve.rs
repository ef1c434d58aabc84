//! `griot serve`.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{anyhow, bail};
use griot_domain::{Site, SystemClock};
use griot_editorial::Scheduler;
use griot_front::graphiql::GraphiqlOptions;
use griot_front::{Connections, FrontOptions};
use griot_gateway::{
    CacheSizes, GRAPHQL_PATH, Gateway, GatewaySettings, HUB_PATH, METRICS_PATH, Readiness, TrustedProxies,
};
use griot_persistence::{Bell, Location, PublishedStore, Publisher, StatementLog, StoreName};
use griot_search::Search;
use tokio::net::TcpListener;
use url::Url;

use crate::config::Config;
use crate::say::say;
use crate::{demo, editors, place, purges, signing, webhooks};

/// Shown by GraphiQL on the first visit; runs on any record.
const EXAMPLE: &str = include_str!("../example.graphql");

/// Serves until told to stop: the whole record, or what is published alone.
pub async fn run(config: &Config, wants_demo: bool) -> anyhow::Result<ExitCode> {
    for bind in std::iter::once(&config.bind).chain(&config.metrics.bind) {
        refuse_exposure(bind.0, config.insecure_http)?;
    }
    if config.editorial.enabled {
        place::prepare(config)?;
    } else if wants_demo {
        bail!("the demo cannot be loaded where editorial.enabled is false: such a server only reads")
    }
    let hooks = purges::hooks(config)?;
    // Before anything is written: a port in use must not leave a half-made record behind.
    let listener = listen(config.bind.0, 8080, |other| format!("--bind {other}")).await?;
    let address = listener.local_addr()?;
    let metrics_listener = match &config.metrics.bind {
        Some(bind) => Some(listen(bind.0, 9464, |other| format!("metrics.bind = \"{other}\"")).await?),
        None => None,
    };

    let location = if config.editorial.enabled { place::location(config) } else { place::of_delivery(config) };
    let mut settings = settings(config, address)?;
    let mut sending = None;
    let published = async { anyhow::Ok(PublishedStore::open(&location).await?) };
    let store = if config.editorial.enabled {
        griot_persistence::migrate(&location).await?;
        greet(config, &location, wants_demo).await?;
        let editors = async {
            let desk = editors::desk(config, &location, &settings.public_url).await?;
            let side = editors::open(config, &location, Arc::clone(&desk)).await?;
            anyhow::Ok((desk, side))
        };
        // Readers wait for all of them.
        let ((desk, mut side), (endpoints, sender), store) =
            tokio::try_join!(editors, webhooks::open(config, &location), published)?;
        side.endpoints = Some(endpoints.clone());
        sending = config.webhooks.enabled.then_some((endpoints, sender));
        let hub = || format!("{}{HUB_PATH}", settings.public_url.as_str().trim_end_matches('/'));
        let is_hub = config.websub.enabled && config.webhooks.enabled;
        settings.hub = settings.hub.take().or_else(|| is_hub.then(hub));
        side.subscribers = is_hub.then(|| webhooks::subscribers(config)).transpose()?;
        settings.editorial = Some(side);
        let scheduler = Scheduler::new(desk);
        let readiness = settings.readiness.clone();
        tokio::spawn(scheduler.run(move |is_ready| readiness.set(is_ready)));
        store
    } else {
        published.await?
    };
    let keys = signing::keyring(config)?;
    // A server that only delivers tells of statements that another one makes.
    settings.is_stated = keys.is_some() || !store.statement_head().await?.keys.is_empty();
    let search = config.search.enabled.then(|| Search::new(store.clone(), place::search_dir(config)));
    settings.search.clone_from(&search);
    let mut gateway = Gateway::new(store, settings)?;
    let purges = gateway.purges(hooks, purges::folder(config))?;
    let sending =
        sending.and_then(|(endpoints, sender)| Some((gateway.dispatcher(&endpoints, sender.handle())?, sender)));
    let mut connections = Connections::default();
    if let Some(listener) = metrics_listener {
        tell(format_args!("metrics at http://{}{METRICS_PATH}", listener.local_addr()?));
        let (router, counted) = gateway.metered();
        connections = counted;
        tokio::spawn(griot_front::serve(listener, router, config.server.clone(), stop()));
    }
    let tail = gateway.tail();
    let bell = Bell::of(&location)?;
    tokio::spawn(async move { tail.follow(bell).await });
    if let Some(search) = search {
        tokio::spawn(async move { search.run().await });
    }
    let operations = gateway.operations();
    operations.catch_up().await?;
    tokio::spawn(async move { operations.follow().await });
    tokio::spawn(purges.follow());
    if let Some(keys) = keys {
        let notary = gateway.notary(StatementLog::open(&location).await?, keys);
        tokio::spawn(notary.run());
    }
    let partners = gateway.partners();
    tokio::spawn(gateway.follow_partners());
    if let Some((dispatcher, sender)) = sending {
        tokio::spawn(dispatcher.follow());
        tokio::spawn(gateway.distribute(&sender.handle()));
        tokio::spawn(sender.run());
    }
    if config.graphiql.enabled {
        tell(format_args!("GraphiQL at http://{address}/"));
    }
    tell(format_args!("GraphQL at http://{address}{GRAPHQL_PATH}"));
    let live = gateway.live();
    let stopping = {
        let live = Arc::clone(&live);
        async move {
            stop().await;
            live.stop();
        }
    };
    griot_front::serve_counted(listener, gateway.doors(), config.server.clone(), connections, stopping).await?;
    live.stopped().await;
    if let Some(partners) = partners {
        partners.write_down().await;
    }
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

/// Loads the demo where it is wanted and harms nothing, and says what was found.
async fn greet(config: &Config, location: &Location, wants_demo: bool) -> anyhow::Result<()> {
    let publisher = Publisher::open(location, StoreName::Published).await?;
    match (publisher.is_empty().await?, wants_demo) {
        (true, true) => demo::load(config).await?,
        (true, false) => tell(format_args!(
            "The record in {} is empty; `griot serve --demo` loads the demo.",
            place::describe(config)
        )),
        (false, true) if demo::is_cut_short(config, &publisher).await? => demo::load(config).await?,
        (false, true) => tell(format_args!(
            "The record in {} is not empty; the demo is not loaded over it.",
            place::describe(config)
        )),
        (false, false) => {}
    }
    Ok(publisher.close().await?)
}

/// Prints a line; a server serves on where nobody can read it.
fn tell(line: std::fmt::Arguments<'_>) {
    say(line).ok();
}

/// What the gateway is told of the settings; `address` stands in where nothing is set.
fn settings(config: &Config, address: SocketAddr) -> anyhow::Result<GatewaySettings> {
    let public_url = match &config.public_url {
        Some(url) => url.0.clone(),
        None => Url::parse(&format!("http://{address}/"))?,
    };
    let site = Site {
        base_url: config.site.url.as_ref().map_or_else(|| public_url.clone(), |url| url.0.clone()),
        publisher: config.site.name.as_str().into(),
        default_locale: config.site.default_locale.clone(),
    };
    let graphiql = config.graphiql.enabled.then(|| GraphiqlOptions {
        endpoint: GRAPHQL_PATH.to_owned(),
        title: format!("{} · GraphiQL", config.site.name),
        default_query: EXAMPLE.to_owned(),
        default_variables: serde_json::json!({ "count": 3, "locale": config.site.default_locale }),
    });
    Ok(GatewaySettings {
        site,
        fallback_locales: config.site.fallback_locales.clone(),
        public_url,
        limits: config.limits.clone(),
        front: FrontOptions {
            status_profile: config.status_profile,
            introspection: config.introspection.enabled,
            operations: config.operations.mode,
            registered_bytes: usize::try_from(config.operations.registered_mib << 20).unwrap_or(usize::MAX),
            slow_after: Duration::from_millis(config.log.slow_ms),
            ..FrontOptions::default()
        },
        graphiql,
        media_dir: Some(place::media_dir(config)),
        clock: Arc::new(SystemClock),
        proxies: TrustedProxies::new(config.trusted_proxies.iter().map(|network| network.0).collect()),
        readiness: Readiness::default(),
        caches: CacheSizes {
            response_bytes: config.cache.responses_mib << 20,
            record_bytes: config.cache.records_mib << 20,
        },
        live: config.live.clone(),
        search: None,
        well_known: config.well_known.told()?,
        is_stated: false,
        hub: config.websub.url.as_ref().filter(|_| config.websub.enabled).map(|url| url.0.to_string()),
        editorial: None,
    })
}

fn refuse_exposure(bind: SocketAddr, is_allowed: bool) -> anyhow::Result<()> {
    if bind.ip().is_loopback() || is_allowed {
        return Ok(());
    }
    bail!(
        "refusing to listen on {bind}: other machines can reach it, and Griot speaks plain HTTP. Bind a loopback address \
         behind a proxy with TLS, or allow this with --insecure-http (insecure_http = true)"
    )
}

/// `set` writes how another address is chosen.
async fn listen(address: SocketAddr, usual: u16, set: impl Fn(SocketAddr) -> String) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|err| {
        let usual = || set(SocketAddr::from(([127, 0, 0, 1], usual)));
        let remedy = match err.kind() {
            ErrorKind::AddrInUse => {
                let next = SocketAddr::new(address.ip(), address.port().checked_add(1).unwrap_or(8080));
                format!("the port is in use; stop what listens there, or choose another: {}", set(next))
            }
            ErrorKind::PermissionDenied => {
                format!("this account may not use that port; ports from 1024 up are free to all: {}", usual())
            }
            ErrorKind::AddrNotAvailable => format!("this machine has no such address: {}", usual()),
            _ => err.to_string(),
        };
        anyhow!("cannot listen on {address}: {remedy}")
    })
}

/// Ends with the first SIGINT or SIGTERM.
async fn stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate()).expect("a process may listen for SIGTERM");
        tokio::select! { _ = interrupt => {}, _ = terminate.recv() => {} }
    }
    #[cfg(not(unix))]
    interrupt.await.ok();
    tracing::info!("stopping; requests under way are answered first");
}
