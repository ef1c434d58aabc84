//! A source that goes on telling of two entries after they were made one.

use griot_domain::{Entry, EntryId, Publication, RandomIds};
use griot_editorial::Command;
use griot_import::{ImportReport, JsonOptions, Silent, Target, WordPressOptions, import_json, import_wordpress};
use griot_persistence::{Publisher, StoreName};
use rstest::rstest;

use crate::support::*;

/// Both stores as an importer holds them.
struct Importer<'h> {
    house: &'h House,
    published: Publisher,
    editorial: Publisher,
}

impl<'h> Importer<'h> {
    async fn of(house: &'h House) -> Self {
        let open = async |store| Publisher::open(&house.location, store).await.unwrap();
        Self { house, published: open(StoreName::Published).await, editorial: open(StoreName::Editorial).await }
    }

    fn target(&self) -> Target<'_> {
        let clock = &*self.house.clock;
        Target { published: &self.published, editorial: Some(&self.editorial), clock, ids: &RandomIds }
    }

    async fn json(&self, lines: &str) -> ImportReport {
        let options = JsonOptions { is_rehearsal: false, find_mentions: false };
        let report = import_json(lines.as_bytes(), None, options, &self.target(), &mut Silent).await.unwrap();
        assert_eq!(report.problem_count(), 0, "{report}");
        report
    }

    async fn wordpress(&self, items: &str) -> ImportReport {
        let file = self.house.dir().join("export.xml");
        let export = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<rss version=\"2.0\" xmlns:wp=\"http://wordpress.org/export/1.2/\">\n\
             <channel><link>https://site.example</link><language>fr-FR</language>\
             <wp:base_site_url>https://site.example</wp:base_site_url>{items}</channel></rss>\n"
        );
        std::fs::write(&file, export).unwrap();
        let options = WordPressOptions::default();
        let report = import_wordpress(&file, &options, &self.target(), &mut Silent).await.unwrap();
        assert_eq!(report.problem_count(), 0, "{report}");
        report
    }

    async fn known(&self, scheme: &str, value: &str) -> EntryId {
        self.published.ids_by_external(scheme, &[value.to_owned()]).await.unwrap()[value]
    }

    /// Everything both stores were told.
    async fn told(&self) -> Vec<Publication> {
        let mut told = self.published.journal_page(0, 1_000).await.unwrap();
        told.extend(self.editorial.journal_page(0, 1_000).await.unwrap());
        told.into_iter().map(|(_, publication)| publication).collect()
    }

    async fn live(&self, id: EntryId) -> Entry {
        self.house.desk.store().draft(id).await.unwrap().unwrap().content.entry
    }

    async fn merge(&self, keep: EntryId, drop: EntryId) {
        self.house.clock.set("2026-03-03T12:00:00Z");
        let merge = Command::Merge { keep, expected_keep: 0, drop, expected_drop: 0, note: None };
        self.house.done(&merge).await;
        self.house.clock.set("2026-03-04T12:00:00Z");
    }
}

fn written(report: &ImportReport) -> u64 {
    report.counts.values().map(|counts| counts.created + counts.updated).sum()
}

fn notes(report: &ImportReport) -> Vec<String> {
    report.notes.iter().map(ToString::to_string).collect()
}

fn remark(place: &str, kept: EntryId) -> String {
    format!(
        "{place}: was merged into entry {kept}; nothing was written. Make the two one in the source, or leave this one \
         out there"
    )
}

fn category(number: u64, slug: &str, parent: &str, name: &str) -> String {
    format!(
        "<wp:category><wp:term_id>{number}</wp:term_id><wp:category_nicename>{slug}</wp:category_nicename>\
         <wp:category_parent>{parent}</wp:category_parent><wp:cat_name>{name}</wp:cat_name></wp:category>\n"
    )
}

fn post(number: u64, categories: &[&str]) -> String {
    let filed: String = categories
        .iter()
        .map(|slug| format!("<category domain=\"category\" nicename=\"{slug}\">{slug}</category>"))
        .collect();
    format!(
        "<item><title>Titre {number}</title><link>https://site.example/a-{number}/</link>{filed}\
         <content:encoded><![CDATA[Texte.]]></content:encoded><wp:post_id>{number}</wp:post_id>\
         <wp:post_date_gmt>2023-01-01 00:00:00</wp:post_date_gmt><wp:post_name>a-{number}</wp:post_name>\
         <wp:status>publish</wp:status><wp:post_type>post</wp:post_type></item>\n"
    )
}

#[rstest]
#[tokio::test]
async fn a_wordpress_topic_that_was_merged_is_left_alone(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let house = house(backend).await;
    let importer = Importer::of(&house).await;
    // The kept one stands below the dropped one.
    let terms = |kept: &str, dropped: &str| {
        category(1, "soins", "", dropped) + &category(2, "sante", "soins", kept) + &category(3, "eau", "soins", "Eau")
    };
    let posts = post(10, &["soins"]) + &post(11, &["soins", "sante"]) + &post(12, &["eau"]);
    importer.wordpress(&(terms("Santé", "Soins") + &posts)).await;
    let scheme = "wordpress:site.example";
    let (keep, drop) =
        (importer.known(scheme, "term:category:sante").await, importer.known(scheme, "term:category:soins").await);
    importer.merge(keep, drop).await;

    let before = importer.told().await;
    for dropped in ["Soins", "Soins, autrement"] {
        let report = importer.wordpress(&(terms("Santé", dropped) + &posts)).await;
        assert_eq!(written(&report), 0, "{report}");
        assert_eq!(notes(&report), [remark("term:category:soins", keep)]);
        assert_eq!(report.skipped.get("merged into another entry"), Some(&1));
        assert_eq!(importer.told().await, before);
    }

    let report = importer.wordpress(&(terms("La santé", "Soins") + &posts + &post(13, &["soins", "eau"]))).await;
    assert_eq!(written(&report), 2, "the kept one's own record is taken in, and what is new: {report}");
    let Entry::Article(article) = importer.live(importer.known(scheme, "post:13").await).await else {
        panic!("an article")
    };
    let eau = importer.known(scheme, "term:category:eau").await;
    assert_eq!(article.topics.iter().map(|topic| topic.0).collect::<Vec<_>>(), [keep.0, eau.0]);
    let Entry::Topic(topic) = importer.live(eau).await else { panic!("a topic") };
    assert_eq!(topic.parent.map(|parent| parent.0), Some(keep.0));
}

const KEPT: &str = r#"{"kind":"person","liveFrom":"2024-01-01T00:00:00Z","externalIds":[{"scheme":"cms","value":"1"}],"entry":{"name":{"display":"Awa DIARRA"}},"texts":{"fr":{"slug":"awa-diarra"}}}"#;
const DROPPED: &str = r#"{"kind":"person","liveFrom":"2024-01-01T00:00:00Z","externalIds":[{"scheme":"cms","value":"2"}],"entry":{"name":{"display":"Mme KONÉ"}},"texts":{"fr":{"slug":"mme-kone"}}}"#;
const REST: &str = r#"
{"kind":"institution","liveFrom":"2024-01-01T00:00:00Z","entry":{"kind":"PRESIDENCY"},"texts":{"fr":{"slug":"presidence","name":"Présidence"}}}
{"kind":"appointment","entry":{"person":"mme-kone","institution":"presidence","from":"2024-03"},"texts":{"fr":{"title":"Ministre"}}}
{"kind":"article","liveFrom":"2024-05-01T00:00:00Z","externalIds":[{"scheme":"cms","value":"9"}],"entry":{"kind":"NEWS","issuedAt":"2024-05-01T00:00:00Z","byline":[{"name":{"fr":"Mme Koné"},"entry":"person/mme-kone"}]},"texts":{"fr":{"slug":"un","headline":"Un"}}}
"#;

#[rstest]
#[tokio::test]
async fn a_person_of_json_lines_who_was_merged_is_left_alone(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let house = house(backend).await;
    let importer = Importer::of(&house).await;
    let source = |dropped: &str| format!("{KEPT}\n{dropped}{REST}");
    importer.json(&source(DROPPED)).await;
    let (keep, drop) = (importer.known("cms", "1").await, importer.known("cms", "2").await);
    importer.merge(keep, drop).await;

    let before = importer.told().await;
    let by_slug = DROPPED.replace(r#""externalIds":[{"scheme":"cms","value":"2"}],"#, "");
    assert_ne!(by_slug, DROPPED);
    for (dropped, place) in [
        (DROPPED.to_owned(), "line 2, cms `2`"),
        (
            DROPPED.replace("Mme KONÉ", "Mme A. KONÉ").replace("\"liveFrom\":\"2024-01-01T00:00:00Z\",", ""),
            "line 2, cms `2`",
        ),
        (by_slug, "line 2, person `mme-kone`"),
    ] {
        let report = importer.json(&source(&dropped)).await;
        assert_eq!(written(&report), 0, "{report}");
        assert_eq!(notes(&report), [remark(place, keep)]);
        assert_eq!(importer.told().await, before);
    }

    // Under a new slug of the dropped one, or its last, an article names the kept one.
    let renamed = DROPPED.replace("mme-kone", "mme-a-kone");
    let article = r#"{"kind":"article","externalIds":[{"scheme":"cms","value":"10"}],"entry":{"kind":"NEWS","issuedAt":"2024-05-01T00:00:00Z","byline":[{"name":{"fr":"A"},"entry":"person/mme-kone"},{"name":{"fr":"B"},"entry":"person/mme-a-kone"}]},"texts":{"fr":{"slug":"deux","headline":"Deux"}}}"#;
    let report = importer.json(&format!("{renamed}\n{article}")).await;
    assert_eq!((written(&report), report.notes.len()), (1, 1), "{report}");
    let Entry::Article(article) = importer.live(importer.known("cms", "10").await).await else { panic!("an article") };
    assert_eq!(article.byline.iter().map(|line| line.entry).collect::<Vec<_>>(), [Some(keep), Some(keep)]);

    // A source that has made them one as well is taken at its word.
    let one = r#"{"kind":"person","externalIds":[{"scheme":"cms","value":"1"},{"scheme":"cms","value":"2"}],"entry":{"name":{"display":"Awa DIARRA KONÉ"}},"texts":{"fr":{"slug":"awa-diarra"}}}"#;
    let report = importer.json(one).await;
    assert_eq!((written(&report), report.notes.len()), (1, 0), "{report}");
}
