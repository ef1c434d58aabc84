//! One WebSocket.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use bytes::Bytes;
use futures_util::SinkExt;
use griot_access::{AuthFailure, Origin};
use griot_front::{Peer, code};
use prometheus_client::metrics::gauge::Gauge;
use serde_json::{Map, Value};
use tokio::sync::{Notify, OwnedSemaphorePermit};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::close::Close;
use super::entrance::Entered;
use super::message::{self, Said};
use super::subscriber::Subscriber;
use super::{Live, errors};
use crate::auth::Credentials;
use crate::operations::mode_of;

/// Events of one subscription sent before others have their turn.
const BURST: usize = 16;
/// How often it is looked whether events pile up while a client does not read.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How often it is asked whether a key is still good.
pub(super) const CHECK_EVERY: Duration = Duration::from_secs(2);
/// How long a key may go unasked about before it counts for nothing.
pub(super) const UNCHECKED_FOR: Duration = Duration::from_secs(30);
/// How long a client has to read why it is sent away, and to hang up.
pub(super) const GRACE: Duration = Duration::from_secs(5);

/// Counts a connection while it is there.
pub(crate) struct Seat {
    pub _connection: OwnedSemaphorePermit,
    pub _address: Peer,
    pub _tracked: TaskTrackerToken,
}

/// A WebSocket and what is known of who is at its other end.
pub(crate) struct Socket {
    live: Arc<Live>,
    socket: WebSocket,
    speaks_protocol: bool,
    entered: Entered,
    /// It has introduced itself.
    is_known: bool,
    subscribed: Vec<Subscribed>,
    /// Notified when there is something for a subscriber.
    waiting: Arc<Notify>,
    clocks: Clocks,
    _seat: Seat,
}

struct Subscribed {
    id: String,
    /// The same in JSON.
    written: Box<str>,
    subscriber: Subscriber,
}

/// When something happened last.
struct Clocks {
    opened: Instant,
    heard: Instant,
    /// Set while a sign of life is waited for.
    pinged: Option<Instant>,
    /// When the key was found good last.
    checked: Instant,
    asked: Instant,
    /// Set while there is no subscription.
    idle: Option<Instant>,
}

enum Wake {
    Stop,
    Time,
    Heard(Option<Result<Message, axum::Error>>),
    Told,
}

/// Counts down when the socket is gone, however that comes about.
struct Counted(Gauge);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Socket {
    pub fn new(live: Arc<Live>, socket: WebSocket, entered: Entered, seat: Seat) -> Self {
        let now = Instant::now();
        let clocks = Clocks { opened: now, heard: now, pinged: None, checked: now, asked: now, idle: Some(now) };
        let speaks_protocol = socket.protocol().is_some();
        let waiting = Arc::default();
        let subscribed = Vec::new();
        Self { live, socket, speaks_protocol, entered, is_known: false, subscribed, waiting, clocks, _seat: seat }
    }

    /// Serves it until it is closed.
    pub async fn run(mut self) {
        self.live.figures.sockets.inc();
        let _counted = Counted(self.live.figures.sockets.clone());
        let close = match self.serve().await {
            Ok(()) => Close::GONE,
            Err(close) => close,
        };
        self.live.figures.close(close.label);
        tracing::debug!(code = close.code, reason = %close.reason, "a socket is closed");
        self.subscribed = Vec::new();
        if close != Close::GONE {
            // Whoever does not read is not waited for.
            let _ = timeout(GRACE, hang_up(&mut self.socket, close)).await;
        }
    }

    /// `Ok` when the client is gone.
    async fn serve(&mut self) -> Result<(), Close> {
        if !self.speaks_protocol {
            return Err(Close::SUBPROTOCOL);
        }
        let mut armed = self.due();
        let mut alarm = std::pin::pin!(sleep_until(armed));
        let mut has_more = false;
        loop {
            let wake = tokio::select! {
                biased;
                () = self.live.stop.cancelled() => Wake::Stop,
                // What has come counts, even if the machine was too busy to look in time.
                heard = self.socket.recv() => Wake::Heard(heard),
                () = alarm.as_mut() => Wake::Time,
                () = self.waiting.notified() => Wake::Told,
                () = std::future::ready(()), if has_more => Wake::Told,
            };
            match wake {
                Wake::Stop => return Err(Close::STOPPED),
                Wake::Time => Box::pin(self.on_time()).await?,
                Wake::Heard(None) => return Ok(()),
                Wake::Heard(Some(Err(error))) => return Err(why(error)),
                Wake::Heard(Some(Ok(Message::Close(_)))) => return Ok(()),
                Wake::Heard(Some(Ok(message))) => {
                    self.clocks.heard = Instant::now();
                    self.clocks.pinged = None;
                    match message {
                        Message::Text(text) => Box::pin(self.on_said(&text)).await?,
                        Message::Binary(_) => return Err(Close::NOT_TEXT),
                        Message::Ping(_) | Message::Pong(_) | Message::Close(_) => {}
                    }
                    // Whoever never stops talking is looked at all the same.
                    if alarm.is_elapsed() || Instant::now() >= armed {
                        Box::pin(self.on_time()).await?;
                    }
                }
                Wake::Told => {}
            }
            has_more = self.tell().await?;
            let due = self.due();
            if due < armed || Instant::now() >= armed {
                armed = due;
                alarm.as_mut().reset(due);
            }
        }
    }

    /// The next instant at which a clock has run down.
    fn due(&self) -> Instant {
        let Clocks { opened, heard, pinged, asked, idle, .. } = &self.clocks;
        let options = &self.live.options;
        let ms = Duration::from_millis;
        let mut due = pinged.unwrap_or(*heard) + ms(options.ping_ms);
        if !self.is_known {
            due = due.min(*opened + ms(options.init_ms));
        } else if let Some(idle) = idle {
            due = due.min(*idle + ms(options.idle_ms));
        }
        if self.entered.origin.is_some() {
            due = due.min(*asked + CHECK_EVERY);
        }
        due
    }

    async fn on_time(&mut self) -> Result<(), Close> {
        let now = Instant::now();
        let options = &self.live.options;
        let is_over = |since: Instant, ms: u64| now >= since + Duration::from_millis(ms);
        if !self.is_known && is_over(self.clocks.opened, options.init_ms) {
            return Err(Close::NO_INIT);
        }
        if self.is_known && self.clocks.idle.is_some_and(|idle| is_over(idle, options.idle_ms)) {
            return Err(Close::IDLE);
        }
        match self.clocks.pinged {
            Some(pinged) if is_over(pinged, options.ping_ms) => return Err(Close::DEAD),
            None if is_over(self.clocks.heard, options.ping_ms) => {
                self.clocks.pinged = Some(now);
                self.send(Message::Ping(Bytes::new())).await?;
            }
            _ => {}
        }
        match &self.entered.origin {
            Some(origin) if now >= self.clocks.asked + CHECK_EVERY => {
                self.clocks.asked = now;
                self.clocks.checked = still_good(&self.live, origin, self.clocks.checked).await?;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    async fn on_said(&mut self, text: &str) -> Result<(), Close> {
        match Said::read(text).map_err(Close::bad_message)? {
            Said::Init(_) if self.is_known => Err(Close::TOO_MANY_INITS),
            Said::Init(payload) => self.meet(payload).await,
            Said::Ping(payload) => self.say(message::pong(payload)).await,
            Said::Pong => Ok(()),
            Said::Subscribe { .. } if !self.is_known => Err(Close::UNAUTHORIZED),
            Said::Subscribe { id, asked } => self.subscribe(id, asked).await,
            Said::Complete { id } => {
                self.subscribed.retain(|subscribed| subscribed.id != id);
                if self.subscribed.is_empty() {
                    self.clocks.idle.get_or_insert_with(Instant::now);
                }
                Ok(())
            }
        }
    }

    /// Lets in who introduces itself, with a key or without one. Browsers cannot send headers, so the key may be here.
    async fn meet(&mut self, payload: Map<String, Value>) -> Result<(), Close> {
        let mut given = payload.into_iter().filter(|(name, _)| name.eq_ignore_ascii_case("authorization"));
        match given.next().map(|(_, value)| value) {
            None | Some(Value::Null) => {}
            Some(Value::String(header)) => {
                let audiences = &self.live.sources.audiences;
                let caller = audiences.gate.caller(&Credentials::new(Some(header), self.entered.address)).await;
                let caller = caller.map_err(|failure| refused(&failure))?;
                self.entered.mode = mode_of(caller.as_ref(), audiences.mode);
                self.entered.origin = caller.map(|caller| caller.origin().clone());
            }
            Some(_) => return Err(Close::FORBIDDEN),
        }
        self.is_known = true;
        self.clocks.idle = Some(Instant::now());
        self.say(message::ack()).await
    }

    async fn subscribe(&mut self, id: String, asked: Map<String, Value>) -> Result<(), Close> {
        if self.subscribed.iter().any(|subscribed| subscribed.id == id) {
            return Err(Close::already_exists(&id));
        }
        let written = Value::from(id.as_str()).to_string().into_boxed_str();
        let most = self.live.options.subscriptions;
        let subscriber = if self.subscribed.len() >= most {
            let message = format!("{most} subscriptions are served on this socket already: complete some first");
            Err(errors(code::COST_LIMIT, &message))
        } else {
            self.live.subscribe(asked, self.entered.mode, &self.waiting).await
        };
        match subscriber {
            Ok(subscriber) => {
                self.clocks.idle = None;
                self.subscribed.push(Subscribed { id, written, subscriber });
                Ok(())
            }
            Err(errors) => self.say(message::error(&written, &String::from_utf8_lossy(&errors))).await,
        }
    }

    /// Sends what is there to be told. Whether there is more.
    async fn tell(&mut self) -> Result<bool, Close> {
        let mut has_more = false;
        for place in 0..self.subscribed.len() {
            let backlog = self.subscribed[place].subscriber.backlog();
            if backlog > 0 {
                self.live.figures.backlog.observe(backlog as f64);
            }
            for turn in 0..BURST {
                let Subscribed { written, subscriber, .. } = &mut self.subscribed[place];
                let Some(told) = subscriber.next(&self.live).await? else { break };
                let body = told.body.as_deref().unwrap_or_default();
                let text = message::next(written, std::str::from_utf8(body).unwrap_or_default());
                drop(told);
                self.say(text).await?;
                self.live.figures.told.inc();
                has_more |= turn + 1 == BURST;
            }
        }
        Ok(has_more)
    }

    async fn say(&mut self, text: String) -> Result<(), Close> {
        self.send(Message::Text(text.into())).await
    }

    /// Sends a message. While the client does not read, it is looked whether events pile up.
    async fn send(&mut self, message: Message) -> Result<(), Close> {
        let mut sending = std::pin::pin!(self.socket.send(message));
        loop {
            tokio::select! {
                biased;
                sent = sending.as_mut() => return sent.map_err(|_| Close::GONE),
                () = self.live.stop.cancelled() => return Err(Close::STOPPED),
                () = sleep(LOOK_EVERY) => {
                    if self.subscribed.iter().any(|subscribed| subscribed.subscriber.is_left_behind()) {
                        return Err(Close::SLOW);
                    }
                }
            }
        }
    }
}

/// When a key was found good last: now, if it still is. `Err` when it is not, or nobody could say for too long.
pub(super) async fn still_good(live: &Live, origin: &Origin, checked: Instant) -> Result<Instant, Close> {
    match live.sources.audiences.gate.authenticator.is_still_valid(origin).await {
        Ok(true) => Ok(Instant::now()),
        Ok(false) => Err(Close::REVOKED),
        Err(_) if checked.elapsed() < UNCHECKED_FOR => Ok(checked),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "nobody can be recognised");
            Err(Close::BUSY)
        }
    }
}

fn refused(failure: &AuthFailure) -> Close {
    match failure {
        AuthFailure::Unauthenticated(_) | AuthFailure::Throttled { .. } => Close::FORBIDDEN,
        AuthFailure::Busy | AuthFailure::Unavailable(_) => Close::BUSY,
    }
}

/// Why nothing more is to be heard.
fn why(error: axum::Error) -> Close {
    use tungstenite::Error;
    use tungstenite::error::ProtocolError;
    match error.into_inner().downcast_ref::<Error>() {
        Some(Error::Capacity(_)) => Close::TOO_LONG,
        Some(Error::Utf8(_)) => Close::NOT_TEXT,
        Some(Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)) => Close::GONE,
        Some(Error::Protocol(_)) => Close::BROKEN,
        _ => Close::GONE,
    }
}

/// Says why, and reads until the client has hung up: what it sent meanwhile would break the connection before it has
/// read it.
async fn hang_up(socket: &mut WebSocket, Close { code, reason, .. }: Close) {
    let frame = CloseFrame { code, reason: reason.as_ref().into() };
    if socket.send(Message::Close(Some(frame))).await.is_ok() {
        while let Some(Ok(_)) = socket.recv().await {}
        let _ = socket.close().await;
    }
}
