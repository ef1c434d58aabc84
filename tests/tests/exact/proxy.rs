//! What lies between a server and its database, and can be cut, clogged, slow or faulty, in the ways of toxiproxy.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How soon a connection notices what has become of the line.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The state of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// Everything passes.
    Whole,
    /// Connections end, and new ones end at once.
    Cut,
    /// Connections stand, and nothing passes.
    Clogged,
    /// Connections are reset as soon as something is said.
    Reset,
    /// Everything takes so many milliseconds more each way.
    Slow(u64),
    /// So many bytes pass in a second each way.
    Narrow(u64),
    /// Everything comes in pieces of some bytes.
    Sliced,
    /// Connections end once so many bytes have passed one way.
    Short(usize),
}

/// Passes TCP connections on while the line is whole. It lives as long as the process.
pub struct Proxy {
    pub address: SocketAddr,
    line: Arc<Mutex<Line>>,
}

impl Proxy {
    pub fn to(target: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let line = Arc::new(Mutex::new(Line::Whole));
        let state = Arc::clone(&line);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if *state.lock().unwrap() == Line::Cut {
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
        *self.line.lock().unwrap() = line;
    }
}

/// Passes bytes one way until one side ends or the line is cut.
fn pass(mut from: TcpStream, mut to: TcpStream, line: &Mutex<Line>) {
    from.set_read_timeout(Some(LOOK_EVERY)).unwrap();
    to.set_nodelay(true).ok();
    let now = || *line.lock().unwrap();
    let mut bytes = [0; 16 * 1024];
    let mut passed = 0;
    loop {
        match now() {
            Line::Cut => break,
            Line::Clogged => {
                std::thread::sleep(LOOK_EVERY);
                continue;
            }
            // A connection that is closed over what was not read is reset.
            Line::Reset if from.peek(&mut bytes).is_ok() => return,
            Line::Reset => continue,
            _ => {}
        }
        match from.read(&mut bytes) {
            Ok(0) => break,
            Ok(count) => {
                while now() == Line::Clogged {
                    std::thread::sleep(LOOK_EVERY);
                }
                passed = if matches!(now(), Line::Short(_)) { passed + count } else { 0 };
                if matches!(now(), Line::Short(most) if passed > most)
                    || write(&mut to, &bytes[..count], now()).is_err()
                {
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

fn write(to: &mut TcpStream, bytes: &[u8], line: Line) -> std::io::Result<()> {
    let (piece, pause) = match line {
        Line::Slow(milliseconds) => {
            std::thread::sleep(Duration::from_millis(milliseconds));
            (bytes.len(), Duration::ZERO)
        }
        Line::Narrow(per_second) => (512, Duration::from_micros(512_000_000 / per_second)),
        Line::Sliced => (7, Duration::from_micros(50)),
        _ => (bytes.len(), Duration::ZERO),
    };
    for piece in bytes.chunks(piece.max(1)) {
        to.write_all(piece)?;
        std::thread::sleep(pause);
    }
    Ok(())
}
