mod paced;
mod peers;

use std::convert::Infallible;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use serde::{Deserialize, Serialize};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::{Service, service_fn};

use self::paced::Paced;
pub use self::peers::{Peer, Peers};

/// How connections are held. Section `[server]` of the configuration may carry it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServeOptions {
    /// Milliseconds in which the head of a request must arrive; idle connections are closed after as long.
    pub header_read_timeout_ms: u64,
    /// Milliseconds for which a client may leave an answer unread.
    pub write_stall_timeout_ms: u64,
    /// Milliseconds that requests in flight have left when the server is told to stop.
    pub drain_timeout_ms: u64,
    /// Connections held at once; further ones wait in the system's queue.
    pub max_connections: usize,
    /// Connections of one address (IPv6: one /64 network) at once; further ones are closed. 0 stands for no bound.
    pub max_connections_per_address: usize,
    /// Bytes of a request's head, at least 8192.
    pub max_header_bytes: usize,
    /// Header fields of a request.
    pub max_headers: usize,
    /// Requests at once on one HTTP/2 connection.
    pub max_streams: u32,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            header_read_timeout_ms: 10_000,
            write_stall_timeout_ms: 30_000,
            drain_timeout_ms: 20_000,
            max_connections: 20_000,
            max_connections_per_address: 1_024,
            max_header_bytes: 16 * 1024,
            max_headers: 64,
            max_streams: 100,
        }
    }
}

/// The other end of the connection a request came by, among the request's extensions. Behind a proxy it is the proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerAddress(pub IpAddr);

/// Counts the connections that are open. Clones count the same.
#[derive(Clone, Debug, Default)]
pub struct Connections(Arc<AtomicUsize>);

impl Connections {
    /// How many are open now.
    pub fn open(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    fn begin(&self) -> OpenConnection {
        self.0.fetch_add(1, Ordering::Relaxed);
        OpenConnection(Arc::clone(&self.0))
    }
}

/// One of them, until it is dropped.
struct OpenConnection(Arc<AtomicUsize>);

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// [`serve_counted`] where nobody counts.
pub async fn serve<S>(
    listener: TcpListener,
    service: S,
    options: ServeOptions,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()>
where
    S: Service<Request<Incoming>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    serve_counted(listener, service, options, Connections::default(), shutdown).await
}

/// Serves `service`, such as a router, on `listener` by HTTP/1.1 and HTTP/2 until `shutdown` completes, then lets requests
/// in flight finish for at most the drain timeout. Errors of single connections end those alone. A connection that was
/// upgraded to another protocol lives until whoever took it over lets it go; none of the clocks but that of unread answers
/// runs for it.
pub async fn serve_counted<S>(
    listener: TcpListener,
    service: S,
    options: ServeOptions,
    open: Connections,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()>
where
    S: Service<Request<Incoming>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    let builder = Arc::new(builder(&options));
    let connections = Arc::new(Semaphore::new(options.max_connections.clamp(1, Semaphore::MAX_PERMITS)));
    let peers = Peers::new(options.max_connections_per_address);
    let graceful = GracefulShutdown::new();
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let accepted = async {
            let permit = Arc::clone(&connections).acquire_owned().await;
            (permit, listener.accept().await)
        };
        let (permit, accepted) = tokio::select! {
            biased;
            () = &mut shutdown => break,
            accepted = accepted => accepted,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) if is_of_one_connection(&error) => continue,
            Err(error) => {
                // Out of file descriptors or memory: what is held now will be given back.
                tracing::error!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let Some(peer) = peers.admit(address.ip()) else {
            tracing::debug!(address = %address.ip(), "an address holds as many connections as it may");
            continue;
        };
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection was gone at once");
            continue;
        }
        let write_stall = Duration::from_millis(options.write_stall_timeout_ms);
        if let Err(error) = notice_loss(&stream, write_stall) {
            tracing::debug!(%error, "the system will be slow to notice that a client is gone");
        }
        let first_bytes = Duration::from_millis(options.header_read_timeout_ms);
        // What the connection counts for goes with the stream: an upgraded one outlives the HTTP around it.
        let held = (peer, permit, open.begin());
        let io = TokioIo::new(Paced::new(stream, first_bytes, write_stall, held));
        let service = service.clone();
        let peered = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(PeerAddress(address.ip()));
            service.clone().call(request)
        });
        let service = TowerToHyperService::new(peered);
        let builder = Arc::clone(&builder);
        let watcher = graceful.watcher();
        tokio::spawn(async move {
            let connection = builder.serve_connection_with_upgrades(io, service);
            if let Err(error) = watcher.watch(connection).await {
                tracing::debug!(error = %error, "a connection ended early");
            }
        });
    }
    drop(listener);
    let drain = Duration::from_millis(options.drain_timeout_ms);
    if tokio::time::timeout(drain, graceful.shutdown()).await.is_err() {
        tracing::warn!(drain_timeout_ms = options.drain_timeout_ms, "requests were cut off at shutdown");
    }
    Ok(())
}

fn builder(options: &ServeOptions) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_millis(options.header_read_timeout_ms))
        .max_buf_size(options.max_header_bytes.max(8_192))
        .max_headers(options.max_headers);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(options.max_streams)
        .max_header_list_size(u32::try_from(options.max_header_bytes).unwrap_or(u32::MAX))
        .keep_alive_interval(Duration::from_millis(options.write_stall_timeout_ms.max(1)))
        .keep_alive_timeout(Duration::from_millis(options.header_read_timeout_ms.max(1)));
    builder
}

/// Has the system give a connection up when nothing that was sent has reached the client for as long. Otherwise it tries
/// for a quarter of an hour, while an event stream looks as if somebody listened.
#[cfg(target_os = "linux")]
fn notice_loss(stream: &TcpStream, after: Duration) -> io::Result<()> {
    socket2::SockRef::from(stream).set_tcp_user_timeout(Some(after))
}

/// Other systems have no such option.
#[cfg(not(target_os = "linux"))]
fn notice_loss(_: &TcpStream, _: Duration) -> io::Result<()> {
    Ok(())
}

fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    )
}
