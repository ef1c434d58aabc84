//! Bad lines are reported; the rest goes in, and nothing by halves.

use griot_import::JsonOptions;
use griot_testbed::Backend;
use rstest::rstest;

use super::support::{IMPORT, Record, problems};

#[rstest]
#[tokio::test]
async fn each_bad_line_is_told_by_number_place_and_remedy(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let record = Record::fresh(backend).await;
    let report = record
        .import(
            r#"{"kind":"topic","entry":{},"texts":{"fr":{"slug":"bon","name":"Bon"}}}
{"kind":"topic","entry":{}
{"kind":"tpoic"}
{"kind":"topic","entri":{}}
{"kind":"topic","entry":{},"texts":{"fr":{"slug":"Mali","name":"Mali"}}}
{"kind":"topic","entry":{},"texts":{"fr":{"name":"Mali"}}}
{"kind":"topic","entry":{},"texts":{"francais!":{"slug":"a","name":"Mali"}}}
{"kind":"topic","entry":{"parent":7},"texts":{"fr":{"slug":"a","name":"A"}}}
{"kind":"topic","entry":{},"texts":{"fr":{"slug":"a","name":"A"}}} {}
{"kind":"topic","entry":{},"texts":{}}
{"kind":"topic","texts":{"fr":{"slug":"a","name":"A"}}}
{"kind":"topic","liveFrom":"2027-01-01T00:00:00Z","entry":{},"texts":{"fr":{"slug":"a","name":"A"}}}
{"kind":"event","entry":{"time":{"starts":"2024"}},"texts":{"fr":{"slug":"a","name":"A"}}}
{"kind":"event","entry":{"time":{"startsOn":"2024-01-01"},"organisers":["topic/bon"]},"texts":{"fr":{"slug":"a","name":"A"}}}
{"kind":"person","entry":{"name":{"display":"A"},"ranks":[{"rank":5}]},"texts":{"fr":{"slug":"a"}}}
{"kind":"person","entry":{"name":{"display":"A"},"born":"24"},"texts":{"fr":{"slug":"a"}}}
{"kind":"person","entry":{"name":{"display":"A"},"portrait":"a.jpg"},"texts":{"fr":{"slug":"a"}}}
{"kind":"asset","entry":{"kind":"IMAGE","url":"https://a/b"},"texts":{"fr":{"slug":"a"}}}
{"kind":"article","entry":{"kind":"NEWS","issuedAt":"2024-01-01T00:00:00Z","urgency":9},"texts":{"fr":{"slug":"a","headline":"A"}}}
{"kind":"article","entry":{"kind":"NEWS","issuedAt":"2024-01-01T00:00:00Z"},"texts":{"fr":{"slug":"a","headline":"A","body":[{"_type":"block","_key":"k","children":[],"markDefs":[{"_type":"link","_key":"m","href":" java\tscript:alert(1)"}]}]}}}
{"kind":"article","entry":{"kind":"NEWS","issuedAt":"2024-01-01T00:00:00Z"},"texts":{"fr":{"slug":"a","headline":"A","body":[{"_type":"divider","_key":"k"},{"_type":"divider","_key":"k"}]}}}
{"kind":"article","entry":{"kind":"NEWS","issuedAt":"2024-01-01T00:00:00Z"},"texts":{"fr":{"slug":"a","headline":"A","mentions":[{"target":"00000000-0000-0000-0000-000000000009","kind":"person","role":"SUBJECT","words":"B","passage":"headline","offset":0,"length":1}]}}}
{"kind":"topic","id":"00000000-0000-0000-0000-000000000077","entry":{},"texts":{"fr":{"slug":"bon","name":"Autre"}}}
{"kind":"topic","entry":{},"texts":{"fr":{"slug":"aussi-bon","name":"Aussi bon"}}}"#,
        )
        .await;
    insta::allow_duplicates! {
        insta::assert_snapshot!(problems(&report).join("\n"), @r#"
        line 2: EOF while parsing an object (column 26); each line has to be one whole JSON object
        line 3, kind: unknown word `tpoic`, expected one of `article`, `person`, `institution`, `event`, `topic`, `asset`, `appointment`
        line 4, entri: unknown field `entri`, expected one of `kind`, `id`, `liveFrom`, `externalIds`, `entry`, `texts`, `withdrawn`, `retraction`, `oldPaths`
        line 5, texts.fr.slug: `M` cannot stand in the slug `Mali`: use lower-case letters, digits and `-`
        line 6, texts.fr: each text of a kind such as topic needs a `slug`
        line 7, texts.francais!: `francais!` is not a language tag: use BCP 47 such as `fr`, `en-GB` or `ar`
        line 8, entry.parent: `7` is no reference; give a content id or a slug as a text
        line 9: trailing characters (column 68) after the object; give each entry a line of its own
        line 10: a new entry needs a text in at least one language under `texts`
        line 11: nothing in the record has these names, so this is a new entry and needs its `entry`
        line 12, liveFrom: 2027-01-01 00:00:00 UTC lies in the future; leave it out to publish the entry now
        line 13, entry.time: a time has `startsAt` (an instant such as 2025-06-21T09:00:00+00:00) or `startsOn` (a day), with the `endsAt` or `endsOn` that belongs to it and a `timeZone`
        line 14, entry.organisers[0]: `topic/bon` is of kind topic, but here stands person or institution
        line 15, entry.ranks[0].rank: give a text, or an object of texts by language such as {"fr":"Général"}
        line 16, entry.born: `24` is not a date: use YYYY, YYYY-MM or YYYY-MM-DD
        line 17, entry.portrait: `a.jpg` is no asset: give its content id, or the address of its original
        line 18, texts.fr: a text of kind asset has no page, so no `slug`
        line 19, entry.urgency: urgency is 1 (most urgent) to 8, not 9
        line 20, texts.fr.body[0].markDefs[0].href: ` java\tscript:alert(1)` is no address to link to; use http, https, mailto, tel or a path of the site
        line 21, texts.fr.body[1]._key: the key `k` is used twice; every block needs a `_key` of its own
        line 22, texts.fr.mentions[0]: `B` does not stand at offset 0 of its passage; leave out `mentions` to have them found again
        line 23: the slug `bon` (fr) belongs to entry 00000000-0000-0000-0000-000000000001; choose another slug
        "#);
    }
    let counts: Vec<_> = report.counts.values().map(|counts| counts.created).collect();
    assert_eq!(counts, [2]);
    assert_eq!(record.publications().await.len(), 2);
}

#[rstest]
#[tokio::test]
async fn who_refers_to_a_refused_entry_is_refused_too(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let record = Record::fresh(backend).await;
    record
        .take(r#"{"kind":"topic","entry":{},"texts":{"fr":{"slug":"y","name":"Y"}},"oldPaths":[{"path":"/y/"}]}"#)
        .await;
    let before = record.export().await;
    let holder = record.publications().await[0].id.to_string();
    let report = record
        .import(
            r#"{"kind":"topic","entry":{},"texts":{"fr":{"slug":"z","name":"Z"}},"oldPaths":[{"path":"/y/"}]}
{"kind":"topic","entry":{"parent":"z"},"texts":{"fr":{"slug":"zz","name":"ZZ"}}}"#,
        )
        .await;
    insta::allow_duplicates! {
        insta::assert_snapshot!(problems(&report).join("\n").replace(&holder, "[id]"), @r#"
        line 1: the old address `/y/` already leads to entry [id]
        line 2, entry.parent: there is no topic `z` in the record or earlier in the file; define it first
        "#);
    }
    assert_eq!(record.export().await, before, "nothing was written");
}

#[rstest]
#[tokio::test]
async fn a_rehearsal_tells_what_would_happen_and_writes_nothing(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let lines = r#"{"kind":"person","entry":{"name":{"given":"Awa","family":"DIARRA","display":"Awa DIARRA"}},"texts":{"fr":{"slug":"awa"}}}
{"kind":"person","texts":{"en":{"slug":"awa"}}}
{"kind":"article","entry":{"kind":"NEWS","issuedAt":"2024-01-01T00:00:00Z"},"texts":{"fr":{"slug":"a","headline":"Awa DIARRA et DIARRA"}}}
{"kind":"topic","entry":{},"texts":{}}"#;
    let rehearsed = Record::fresh(backend).await;
    let report = rehearsed.import_with(lines, JsonOptions { is_rehearsal: true, ..IMPORT }).await;
    assert_eq!(rehearsed.export().await, "");
    assert!(rehearsed.published.is_empty().await.unwrap());

    let real = Record::fresh(backend).await.import(lines).await;
    assert!(report.is_rehearsal && !real.is_rehearsal);
    assert_eq!((report.counts, report.problems), (real.counts, real.problems));
    assert_eq!((report.mention_count, report.suggestion_count), (1, 1));
    assert_eq!((real.mention_count, real.suggestion_count), (1, 1));
}

#[tokio::test]
async fn lines_with_marks_comments_and_other_ends_are_read() {
    let record = Record::fresh(Backend::Sqlite).await;
    let report = record
        .take("\u{feff}# A file from elsewhere\r\n\r\n  {\"kind\":\"topic\",\"entry\":{},\"texts\":{\"fr\":{\"slug\":\"a\",\"name\":\"A\"}}}  \r\n#\r\n")
        .await;
    assert_eq!(report.counts.values().map(|counts| counts.created).sum::<u64>(), 1);
}

#[tokio::test]
async fn a_retraction_says_only_that_the_entry_is_taken_back() {
    let record = Record::fresh(Backend::Sqlite).await;
    let id = r#""id":"00000000-0000-0000-0000-000000000001""#;
    let (same, other) = ("00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002");
    let lines = [
        format!(r#"{{"kind":"topic",{id},"entry":{{}},"retraction":{{"act":"KILLED"}}}}"#),
        format!(r#"{{"kind":"topic",{id},"retraction":{{"act":"WITHDRAWN","slugs":{{"fr":["a"]}}}}}}"#),
        format!(r#"{{"kind":"asset",{id},"retraction":{{"act":"KILLED","slugs":{{"fr":["a"]}}}}}}"#),
        format!(r#"{{"kind":"topic",{id},"retraction":{{"act":"KILLED","reason":" "}}}}"#),
        format!(r#"{{"kind":"topic",{id},"retraction":{{"act":"GONE"}}}}"#),
        r#"{"kind":"topic","retraction":{"act":"KILLED"}}"#.to_owned(),
        format!(r#"{{"kind":"topic",{id},"retraction":{{"act":"KILLED","successor":"{other}"}}}}"#),
        format!(r#"{{"kind":"topic",{id},"retraction":{{"act":"WITHDRAWN","successor":"{same}"}}}}"#),
    ];
    let report = record.import(&lines.join("\n")).await;
    insta::assert_snapshot!(problems(&report).join("\n"), @r"
    line 1, retraction: the entry is taken back, so the line cannot have `entry` or `texts`; leave them out
    line 2, retraction.slugs: only a killed entry keeps its slugs for ever; leave them out
    line 3, retraction.slugs: an entry of this kind has no page, so no slug; leave them out
    line 4, retraction.reason: it is empty; leave it out or give the reason
    line 5, retraction.act: unknown word `GONE`, expected `WITHDRAWN` or `KILLED`
    line 6: nothing in the record has these names, so this is a new entry and needs its `entry`
    line 7, retraction.successor: nothing stands for a killed entry; leave it out
    line 8, retraction.successor: it is the entry itself; give the entry that stands for it
    ");
    assert_eq!(record.export().await, "");
}
