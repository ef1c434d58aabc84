//! What lies between a server and its database, and can be cut or clogged.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

/// How soon a connection notices what has become of the line.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The state of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Line {
    /// Everything passes.
    Whole,
    /// Connections end, and new ones end at once.
    Cut,
    /// Connections stand, and nothing passes.
    Clogged,
}

/// Passes TCP connections on while the line is whole. It lives as long as the process.
pub struct Proxy {
    pub address: SocketAddr,
    line: Arc<AtomicU8>,
}

impl Proxy {
    pub fn to(target: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let line = Arc::new(AtomicU8::new(Line::Whole as u8));
        let state = Arc::clone(&line);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if state.load(Ordering::SeqCst) == Line::Cut as u8 {
                    continue;
                }
                let Ok(server) = TcpStream::connect(&target) else { continue };
                for (from, to) in [(&client, &server), (&server, &client)] {
                    let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    let state = Arc::clone(&state);
                    std::thread::spawn(move || pass(from, to, &state));
                }
            }
        });
        Self { address, line }
    }

    pub fn set(&self, line: Line) {
        self.line.store(line as u8, Ordering::SeqCst);
    }
}

/// Passes bytes one way until one side ends or the line is cut.
fn pass(mut from: TcpStream, mut to: TcpStream, line: &AtomicU8) {
    from.set_read_timeout(Some(LOOK_EVERY)).unwrap();
    let is = |state: Line| line.load(Ordering::SeqCst) == state as u8;
    let mut bytes = [0; 16 * 1024];
    while !is(Line::Cut) {
        if is(Line::Clogged) {
            std::thread::sleep(LOOK_EVERY);
            continue;
        }
        match from.read(&mut bytes) {
            Ok(0) => break,
            Ok(count) => {
                while is(Line::Clogged) {
                    std::thread::sleep(LOOK_EVERY);
                }
                if to.write_all(&bytes[..count]).is_err() {
                    break;
                }
            }
            Err(err) if matches!(err.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(_) => break,
        }
    }
    from.shutdown(Shutdown::Both).ok();
    to.shutdown(Shutdown::Both).ok();
}
