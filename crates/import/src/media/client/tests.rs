use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use griot_egress::{Addrs, Name, Reach, Resolve, Resolving};
use tempfile::TempDir;

use super::*;

/// A PNG of 2 by 3 pixels, as far as its header goes.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x02\0\0\0\x03\x08\x06\0\0\0\0\0\0\0";

/// A server on 127.0.0.1 that counts who comes.
struct Server {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl Server {
    /// Answers each connection with what `answer` makes of its request line.
    fn start(answer: impl Fn(&str) -> Vec<u8> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let seen = connections.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                seen.fetch_add(1, Ordering::SeqCst);
                let mut request = [0; 2048];
                let length = stream.read(&mut request).unwrap_or(0);
                let text = String::from_utf8_lossy(&request[..length]).into_owned();
                let _ = stream.write_all(&answer(text.lines().next().unwrap_or_default()));
            }
        });
        Self { address, connections }
    }

    fn connection_count(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

fn ok(body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn redirect(location: &str) -> Vec<u8> {
    format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").into_bytes()
}

/// Answers every name with the next of its answers, and the last one for ever.
struct Scripted {
    answers: Vec<Vec<SocketAddr>>,
    asked: Arc<AtomicUsize>,
}

impl Resolve for Scripted {
    fn resolve(&self, _: Name) -> Resolving {
        let turn = self.asked.fetch_add(1, Ordering::SeqCst).min(self.answers.len() - 1);
        let answers = self.answers[turn].clone();
        Box::pin(async move { Ok(Box::new(answers.into_iter()) as Addrs) })
    }
}

fn fetcher(allowed: &[String], answers: Vec<Vec<SocketAddr>>) -> (Fetcher, TempDir, Arc<AtomicUsize>) {
    let folder = tempfile::tempdir().unwrap();
    let rules = Rules { allowed: allowed.iter().cloned().collect::<BTreeSet<_>>(), reach: Reach::AnyPort };
    let asked = Arc::new(AtomicUsize::new(0));
    let resolver = Arc::new(Scripted { answers, asked: asked.clone() });
    let egress = Egress::with_resolver(rules, TIMEOUTS, resolver).unwrap();
    (Fetcher::with(folder.path().to_owned(), egress).unwrap(), folder, asked)
}

fn files(folder: &TempDir) -> usize {
    std::fs::read_dir(folder.path()).unwrap().count()
}

#[tokio::test]
async fn no_form_of_a_private_address_is_ever_asked() {
    let server = Server::start(|_| ok(PNG));
    let port = server.address.port();
    let loopback: Vec<SocketAddr> = vec![server.address];
    let (fetcher, folder, _) = fetcher(&[], vec![loopback]);
    let hosts = [
        // Loopback in every way of writing it.
        "127.0.0.1",
        "127.0.0.1.",
        "127.1",
        "127.0.1",
        "127.127.127.127",
        "0177.0.0.1",
        "0177.0.0.01",
        "00000177.0.0.1",
        "0x7f.0.0.1",
        "0x7f.0x0.0x0.0x1",
        "0X7F.1",
        "0x7f000001",
        "2130706433",
        "017700000001",
        "127.0.0.0x1",
        "0",
        "0.0.0.0",
        "0x0",
        "00",
        "①②⑦.0.0.1",
        "127。0。0。1",
        "１２７.０.０.１",
        "%31%32%37.0.0.1",
        "127.0.0.%31",
        // IPv6, and IPv4 within IPv6.
        "[::1]",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[0000::0001]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::7f00:1]",
        "[2002:7f00:1::]",
        "[2002:7f00:0001::1]",
        "[2001:0:7f00:1::]",
        "[fe80::1]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "[ff02::1]",
        "[2001:db8::1]",
        "[fec0::1]",
        "[::ffff:0:127.0.0.1]",
        // Other networks that are nobody's business.
        "10.0.0.1",
        "10.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "0xc0a80001",
        "3232235521",
        "100.64.0.1",
        "169.254.169.254",
        "0xa9fea9fe",
        "2852039166",
        "0251.0376.0251.0376",
        "[::ffff:169.254.169.254]",
        "198.18.0.1",
        "192.0.0.192",
        "192.0.2.1",
        "198.51.100.1",
        "203.0.113.1",
        "192.88.99.1",
        "224.0.0.1",
        "255.255.255.255",
        "240.0.0.1",
        // Names; whatever they are, they lead to loopback.
        "localhost",
        "LOCALHOST",
        "localhost.",
        "localtest.me",
        "127.0.0.1.nip.io",
        "example.org",
        "ⓛocalhost",
        "xn--localhost",
        "metadata.google.internal",
        "a.b.c.localhost",
    ];
    let mut urls: Vec<String> = hosts.iter().map(|host| format!("http://{host}:{port}/a.png")).collect();
    urls.extend([
        format!("http://user@127.0.0.1:{port}/a.png"),
        format!("http://user:pass@localhost:{port}/a.png"),
        format!("http://example.org@127.0.0.1:{port}/a.png"),
        format!("http://127.0.0.1:{port}#@example.org/a.png"),
        format!("http://127.0.0.1:{port}\\@example.org/a.png"),
        format!("http:\\\\127.0.0.1:{port}\\a.png"),
        format!("http:127.0.0.1:{port}/a.png"),
        format!("  http://127.0.0.1:{port}/a.png"),
        format!("ht\ntp://127.0.0.1:{port}/a.png"),
        format!("https://127.0.0.1:{port}/a.png"),
        format!("HTTP://127.0.0.1:{port}/a.png"),
        format!("ftp://127.0.0.1:{port}/a.png"),
        format!("gopher://127.0.0.1:{port}/_GET"),
        "file:///etc/passwd".to_owned(),
        "data:image/png;base64,iVBORw0KGgo=".to_owned(),
        format!("//127.0.0.1:{port}/a.png"),
        String::new(),
    ]);
    assert!(urls.len() >= 60);
    for url in &urls {
        assert!(fetcher.fetch(url).await.is_err(), "{url}");
    }
    assert_eq!(server.connection_count(), 0);
    assert_eq!(files(&folder), 0);
}

#[tokio::test]
async fn a_name_with_one_private_answer_is_not_asked() {
    let server = Server::start(|_| ok(PNG));
    let public: SocketAddr = "93.184.216.34:0".parse().unwrap();
    let (fetcher, _folder, asked) = fetcher(&[], vec![vec![public, server.address], vec![server.address]]);
    for _ in 0..2 {
        let error = fetcher.fetch(&format!("http://rebind.example:{}/", server.address.port())).await.unwrap_err();
        assert!(matches!(error, FetchError::Forbidden(Forbidden::Private(_))), "{error}");
    }
    assert_eq!(server.connection_count(), 0);
    // What was looked at is what is connected to: a name is resolved once for each try.
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn redirects_are_looked_at_like_the_first_address() {
    let inner = Server::start(|_| ok(PNG));
    let target = format!("http://127.0.0.1:{}/a.png", inner.address.port());
    let outer = Server::start(move |_| redirect(&target));
    let (fetcher, _folder, _) = fetcher(&[outer.address.to_string()], vec![vec![inner.address]]);
    let error = fetcher.fetch(&format!("http://{}/a.png", outer.address)).await.unwrap_err();
    assert!(matches!(error, FetchError::Forbidden(Forbidden::Private(_))), "{error}");
    assert_eq!((outer.connection_count(), inner.connection_count()), (1, 0));
}

#[tokio::test]
async fn at_most_three_redirects_are_followed() {
    let server = Server::start(|request| match request.split(' ').nth(1) {
        Some("/3") => redirect("/2"),
        Some("/2") => redirect("/1"),
        Some("/1") => redirect("/0"),
        Some("/0") => ok(PNG),
        _ => redirect("/loop"),
    });
    let (fetcher, folder, _) = fetcher(&[server.address.to_string()], vec![vec![]]);
    assert!(fetcher.fetch(&format!("http://{}/3", server.address)).await.is_ok());
    let error = fetcher.fetch(&format!("http://{}/loop", server.address)).await.unwrap_err();
    assert!(matches!(error, FetchError::Redirects), "{error}");
    assert_eq!(files(&folder), 1);
}

#[tokio::test]
async fn an_allowed_host_gives_the_file_and_its_facts() {
    let server = Server::start(|_| ok(PNG));
    let (fetcher, folder, _) = fetcher(&[server.address.to_string()], vec![vec![]]);
    let file = fetcher.fetch(&format!("http://{}/photo.html", server.address)).await.unwrap();
    assert_eq!((file.width, file.height, file.byte_size), (Some(2), Some(3), Some(PNG.len() as u64)));
    assert_eq!(file.mime_type.as_deref(), Some("image/png"));
    let stored = file.stored.unwrap();
    assert!(stored.len() == 36 && stored.ends_with(".png"), "{stored}");
    assert_eq!(std::fs::read(folder.path().join(&stored)).unwrap(), PNG);
    assert!(fetcher.has(&stored));
}

#[tokio::test]
async fn files_of_other_types_and_sizes_are_not_kept() {
    let server = Server::start(|request| match request.split(' ').nth(1) {
        Some("/svg") => ok(b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>"),
        Some("/lies") => format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", MAX_BYTES + 1).into_bytes(),
        Some("/endless") => {
            let head = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_vec();
            [head, PNG.to_vec(), vec![0; MAX_BYTES as usize]].concat()
        }
        _ => b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec(),
    });
    let (fetcher, folder, _) = fetcher(&[server.address.to_string()], vec![vec![]]);
    for (path, expected) in [("svg", "none of PNG"), ("lies", "larger"), ("endless", "larger"), ("x", "404")] {
        let error = fetcher.fetch(&format!("http://{}/{path}", server.address)).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{path}: {error}");
    }
    assert_eq!(files(&folder), 0);
}
