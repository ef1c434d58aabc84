//! Files of assets, fetched from a server of the test.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use griot_domain::{Asset, AssetText, Entry, EntryKind, Text};
use griot_import::{Counts, MediaOptions, WordPressOptions};
use griot_testbed::Backend;
use rstest::rstest;

use crate::support::{Record, export};

const GIF: &[u8] = b"GIF89a\x05\0\x04\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\0\0\0\0\0,\0\0\0\0\x05\0\x04\0\0\x02";

/// Serves a GIF at `/photo.gif` and nothing else; counts requests.
fn serve() -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let requests = Arc::new(AtomicUsize::new(0));
    let count = requests.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 2048];
            let length = stream.read(&mut request).unwrap_or(0);
            count.fetch_add(1, Ordering::SeqCst);
            let (status, body) = match request[..length].starts_with(b"GET /photo.gif ") {
                true => ("200 OK", GIF),
                false => ("404 Not Found", &b""[..]),
            };
            let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            let _ = stream.write_all(&[head.as_bytes(), body].concat());
        }
    });
    (address, requests)
}

fn upload(number: u64, url: &str, caption: &str) -> String {
    format!(
        "<item><title>Fichier {number}</title><excerpt:encoded>{caption}</excerpt:encoded><wp:post_id>{number}</wp:post_id>\
         <wp:post_date_gmt>2023-01-01 00:00:00</wp:post_date_gmt><wp:status>inherit</wp:status>\
         <wp:post_type>attachment</wp:post_type><wp:attachment_url>{url}</wp:attachment_url></item>\n"
    )
}

async fn asset(record: &Record, number: u64) -> (Asset, AssetText) {
    let publication = record.post(number).await;
    let id = publication.id;
    let live = record.published.live_entries(EntryKind::Asset).await.unwrap();
    let live = live.into_iter().find(|live| live.id == id).unwrap();
    match (live.entry, live.texts.into_values().next()) {
        (Entry::Asset(asset), Some(Text::Asset(text))) => (asset, text),
        other => panic!("{other:?}"),
    }
}

#[rstest]
#[tokio::test]
async fn files_are_fetched_once_and_failures_stop_nothing(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let record = Record::fresh(backend).await;
    let (server, requests) = serve();
    let xml = |caption: &str| {
        export(
            &[
                upload(1, &format!("http://{server}/photo.gif"), caption),
                upload(2, &format!("http://{server}/gone.gif"), ""),
                upload(3, "http://169.254.169.254/latest/meta-data/a.gif", ""),
            ]
            .concat(),
        )
    };
    let media = MediaOptions { data_dir: record.dir().to_owned(), allowed: BTreeSet::from([server.to_string()]) };
    let options = WordPressOptions { media: Some(media), ..WordPressOptions::default() };
    let file = record.write("uploads.xml", xml("Une"));
    let report = record.import(&file, &options).await.unwrap();
    assert_eq!(report.counts[&EntryKind::Asset].created, 3);
    let notes: Vec<String> = report.notes.iter().map(ToString::to_string).collect();
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert!(notes[0].contains("its file was not fetched: the server answered 404"), "{notes:?}");
    assert!(notes[1].contains("private or special network"), "{notes:?}");

    let (first, _) = asset(&record, 1).await;
    assert_eq!((first.file.width, first.file.height), (Some(5), Some(4)));
    assert_eq!((first.file.name.as_deref(), first.file.mime_type.as_deref()), (Some("photo.gif"), Some("image/gif")));
    let stored = record.dir().join("media").join(first.file.stored.as_deref().unwrap());
    assert_eq!(std::fs::read(&stored).unwrap(), GIF);

    // What is kept is not asked for again, what failed is; an import without media forgets nothing.
    let asked = requests.load(Ordering::SeqCst);
    let report = record.import(&file, &options).await.unwrap();
    assert_eq!(report.counts[&EntryKind::Asset], Counts { unchanged: 3, ..Counts::default() });
    assert_eq!(requests.load(Ordering::SeqCst), asked + 1);
    let file = record.write("uploads.xml", xml("Une autre"));
    record.import(&file, &WordPressOptions::default()).await.unwrap();
    let (again, text) = asset(&record, 1).await;
    assert_eq!((again.file, text.caption.as_deref()), (first.file, Some("Une autre")));
}
