//! A WebSocket whose every message is written by the test.

use std::net::TcpStream;
use std::time::Duration;

use griot_tests::Server;
use rustix::net::{AddressFamily, SocketType};
use serde_json::{Value, json};
use tungstenite::client::IntoClientRequest;
use tungstenite::http::HeaderValue;
use tungstenite::{HandshakeError, Message, WebSocket};

/// How long anything may take before a test gives up.
pub const PATIENCE: Duration = Duration::from_secs(30);

pub struct Wire(WebSocket<TcpStream>);

/// What came.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    Message(Value),
    Closed(u16, String),
    /// The connection ended without a word.
    Cut,
}

impl Heard {
    #[track_caller]
    pub fn message(self) -> Value {
        match self {
            Self::Message(message) => message,
            other => panic!("{other:?} instead of a message"),
        }
    }
}

impl Wire {
    /// A socket with these headers beside the subprotocol; the status where it is refused.
    pub fn try_open(server: &Server, headers: &[(&'static str, &str)]) -> Result<Self, u16> {
        Self::over(stream(server, None), server, headers)
    }

    fn over(stream: TcpStream, server: &Server, headers: &[(&'static str, &str)]) -> Result<Self, u16> {
        let address = format!("{}/graphql", server.address().replace("http", "ws"));
        let mut request = address.into_client_request().unwrap();
        for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
            request.headers_mut().insert(*name, HeaderValue::try_from(*value).unwrap());
        }
        match tungstenite::client(request, stream) {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(HandshakeError::Failure(tungstenite::Error::Http(response))) => Err(response.status().as_u16()),
            Err(other) => panic!("{other}"),
        }
    }

    /// A socket that speaks the protocol and has said nothing yet.
    pub fn open(server: &Server) -> Self {
        Self::try_open(server, &[("sec-websocket-protocol", "graphql-transport-ws")]).unwrap()
    }

    /// One whose kernel takes in little for a program that does not read.
    pub fn open_narrow(server: &Server) -> Self {
        let narrow = stream(server, Some(4_096));
        Self::over(narrow, server, &[("sec-websocket-protocol", "graphql-transport-ws")]).unwrap()
    }

    /// Introduces itself.
    pub fn init(mut self) -> Self {
        self.say(&json!({ "type": "connection_init" }));
        assert_eq!(self.hear().message(), json!({ "type": "connection_ack" }));
        self
    }

    pub fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        self.say(&json!({ "type": "subscribe", "id": id, "payload": { "query": query, "variables": variables } }));
    }

    pub fn say(&mut self, message: &Value) {
        self.say_raw(Message::text(message.to_string()));
    }

    /// A server that has closed already need not be heard for that.
    pub fn say_raw(&mut self, message: Message) {
        let _ = self.0.send(message);
    }

    /// What comes next, pings aside.
    pub fn hear(&mut self) -> Heard {
        self.hear_within(PATIENCE).expect("something comes")
    }

    /// As [`Self::hear`]; `None` when nothing comes in time.
    pub fn hear_within(&mut self, time: Duration) -> Option<Heard> {
        self.0.get_ref().set_read_timeout(Some(time)).unwrap();
        loop {
            return match self.0.read() {
                Ok(Message::Text(text)) => Some(Heard::Message(serde_json::from_str(&text).unwrap())),
                Ok(Message::Close(Some(frame))) => {
                    let heard = Heard::Closed(frame.code.into(), frame.reason.to_string());
                    while self.0.read().is_ok() {}
                    Some(heard)
                }
                Ok(Message::Ping(_)) => {
                    let _ = self.0.flush();
                    continue;
                }
                Ok(_) => continue,
                Err(tungstenite::Error::Io(error))
                    if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) =>
                {
                    None
                }
                Err(_) => Some(Heard::Cut),
            };
        }
    }

    /// Whether it is answered: all that was said before was read.
    #[track_caller]
    pub fn assert_alive(&mut self) {
        self.say(&json!({ "type": "ping", "payload": { "alive": true } }));
        assert_eq!(self.hear().message(), json!({ "type": "pong", "payload": { "alive": true } }));
    }

    /// Breaks the connection off, as a lost network does.
    pub fn cut(self) {
        let _ = self.0.get_ref().shutdown(std::net::Shutdown::Both);
    }
}

fn stream(server: &Server, receive_bytes: Option<usize>) -> TcpStream {
    let address: std::net::SocketAddr = server.address().trim_start_matches("http://").parse().unwrap();
    let socket = rustix::net::socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    if let Some(bytes) = receive_bytes {
        rustix::net::sockopt::set_socket_recv_buffer_size(&socket, bytes).unwrap();
    }
    rustix::net::connect(&socket, &address).unwrap();
    let stream = TcpStream::from(socket);
    stream.set_nodelay(true).unwrap();
    stream
}
