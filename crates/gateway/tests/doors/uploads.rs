//! Files of assets: who gets one, and when.

mod studio;
mod taking;

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use griot_access::{Origin, Principal, Role};
use griot_domain::{EntryId, RandomIds};
use griot_editorial::{Command, Desk, Doing, PublishItem, Scheduler};
use griot_persistence::EditorialStore;
use griot_testbed::Backend;
use rstest::rstest;
use serde_json::json;

use self::studio::{PDF, RANDOM, Studio, id_of, item, stored};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_for_nobody_but_previews_until_its_asset_is_public(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let studio = Studio::open(backend).await;
    let world = &studio.world;
    let upload = studio.uploaded("remaniement.pdf", PDF);
    let told = json!({ "id": upload["id"], "name": "remaniement.pdf", "mimeType": "application/pdf",
        "byteSize": PDF.len(), "sha256": upload["sha256"], "width": null, "height": null,
        "expiresAt": "2026-06-02T12:00:00Z" });
    assert_eq!(upload, told);
    let draft = studio.asset("DOCUMENT", &upload);
    let name = stored(&draft);
    assert_eq!(draft["content"]["entry"]["url"], json!(format!("https://api.example/media/{name}")));
    let (path, in_preview) = (format!("/media/{name}"), format!("/preview/media/{name}"));

    let (_, token) = world.preview_token(id_of(&draft)).await;
    let (_, other) = world.preview_token(EntryId(Default::default())).await;
    let (_, partner) = world.delivery_key("Partner", true).await;
    let shown = studio.shown(Some(&token), "/preview/graphql", &draft);
    let address = format!("https://api.example{in_preview}");
    assert_eq!(shown, json!({ "url": address, "fileName": "remaniement.pdf", "byteSize": PDF.len() as f64 }));
    let file = world.get_as(&token, &in_preview);
    assert_eq!((file.status, file.body.as_bytes()), (200, PDF));
    assert_eq!(file.header("cache-control"), "private, no-store");
    assert!(file.header("x-robots-tag").contains("noindex"), "{file:?}");
    assert_eq!(file.header("content-disposition"), "attachment");
    let asked = world.preflight(&in_preview, "https://desk.example");
    assert_eq!((asked.status, asked.header("access-control-allow-headers")), (204, "Authorization"));
    for answer in [&file, &asked] {
        assert_eq!(answer.header("access-control-allow-origin"), "*", "from the pages of an editing tool");
    }

    let nothing = world.get(RANDOM);
    assert_eq!((nothing.status, &*nothing.body), (404, ""));
    assert_eq!(world.get(&path), nothing);
    for key in [&partner, &studio.key] {
        assert_eq!(world.get_as(key, &path), world.get_as(key, RANDOM));
        assert_eq!(world.get_as(key, &path).status, 404);
    }
    assert_eq!(world.get_as(&token, &path).status, 401, "a preview token opens previews alone");
    assert_eq!(world.get_as(&other, &in_preview).status, 404, "the preview of something else");
    assert_eq!([world.get(&in_preview).status, world.get_as(&partner, &in_preview).status], [401, 401]);
    assert_eq!(studio.files(), (vec![name.clone()], vec![]));

    studio.publish(&draft);
    let file = world.get(&path);
    assert_eq!((file.status, file.body.as_bytes()), (200, PDF));
    assert_eq!(file.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!([world.get_as(&partner, &path).status, world.get_as(&token, &in_preview).status], [200, 200]);
    assert_eq!(studio.shown(None, "/graphql", &draft)["url"], json!(format!("https://api.example{path}")));
    assert_eq!(studio.files(), (vec![], vec![name]));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn under_embargo_a_file_is_for_entitled_keys_until_its_time(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let studio = Studio::open(backend).await;
    let world = &studio.world;
    let start = Instant::now();
    let mut scheduler = Scheduler::new(world.desk.clone()).without_database_clock();
    let draft = studio.asset("DOCUMENT", &studio.uploaded("discours.pdf", PDF));
    let path = format!("/media/{}", stored(&draft));
    let input = json!({ "items": [item(&draft)], "at": "2026-06-01T18:00:00Z" });
    studio.done("contentEmbargo", "ContentScheduleInput", input);

    let (_, early) = world.delivery_key("Partner", true).await;
    let (_, plain) = world.delivery_key("Site", false).await;
    assert_eq!(studio.shown(Some(&early), "/graphql", &draft)["url"], json!(format!("https://api.example{path}")));
    let file = world.get_as(&early, &path);
    assert_eq!((file.status, file.body.as_bytes()), (200, PDF));
    assert_eq!(
        (file.header("cache-control"), file.header("vary")),
        ("private, no-store", "Accept, Accept-Encoding, Authorization")
    );
    assert_eq!(world.get(&path), world.get(RANDOM));
    assert_eq!(world.get_as(&plain, &path), world.get_as(&plain, RANDOM));
    assert_eq!([world.get(&path).status, world.get_as(&plain, &path).status], [404, 404]);

    world.wait(TimeDelta::hours(6));
    assert_eq!(scheduler.tick(start + Duration::from_secs(6 * 3_600)).await.unwrap().done, 1);
    for file in [world.get(&path), world.get_as(&plain, &path), world.get_as(&early, &path)] {
        assert_eq!((file.status, file.body.as_bytes()), (200, PDF));
    }
    assert_eq!(studio.files().0, Vec::<String>::new());
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_back_is_gone_and_what_is_killed_is_removed(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let studio = Studio::open(backend).await;
    let world = &studio.world;
    let first = studio.asset("DOCUMENT", &studio.uploaded("un.pdf", PDF));
    studio.publish(&first);
    let input = json!({ "contentId": first["contentId"], "expectedRevision": 1, "upload":
        studio.uploaded("deux.pdf", b"%PDF-1.7\ndeux\n")["id"] });
    let second = studio.done("assetUpdate", "AssetUpdateInput", input);
    let [old, new] = [&first, &second].map(|draft| format!("/media/{}", stored(draft)));
    assert_eq!([world.get(&old).status, world.get(&new).status], [200, 404], "the change is not public");
    studio.publish(&second);
    assert_eq!([world.get(&old).status, world.get(&new).status], [200, 200], "the record tells of both");

    studio.done("contentWithdraw", "ContentWithdrawInput", item(&second));
    let gone = world.get(&old);
    assert_eq!((gone.status, &*gone.body, gone.header("cache-control")), (410, "", "no-store"));
    assert_eq!(world.get(&new), gone);
    studio.publish(&second);
    assert_eq!([world.get(&old).status, world.get(&new).status], [200, 200], "it came back");

    let input = json!({ "contentId": first["contentId"], "expectedRevision": 2, "upload":
        studio.uploaded("trois.pdf", b"%PDF-1.7\ntrois\n")["id"] });
    let third = studio.done("assetUpdate", "AssetUpdateInput", input);
    assert_eq!((studio.files().0.len(), studio.files().1.len()), (1, 2));
    let mut kill = item(&third);
    kill["reason"] = json!("Droits");
    studio.done("contentKill", "ContentKillInput", kill);
    assert_eq!([world.get(&old), world.get(&new)], [gone.clone(), gone]);
    assert_eq!(studio.files(), (vec![], vec![]), "with the one in its draft");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_a_crash_left_undone_is_done_at_the_next_start(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let studio = Studio::open(backend).await;
    let world = &studio.world;
    let public = studio.asset("DOCUMENT", &studio.uploaded("un.pdf", PDF));
    let killed = studio.asset("DOCUMENT", &studio.uploaded("deux.pdf", PDF));
    let draft = studio.asset("DOCUMENT", &studio.uploaded("trois.pdf", PDF));
    studio.uploaded("quatre.pdf", PDF);
    studio.publish(&killed);
    // A process that ends between the commit and the file.
    let store = EditorialStore::open(&world.location).await.unwrap();
    let other = Desk::new(store, world.clock.clone(), Arc::new(RandomIds), Default::default());
    let doing = Doing {
        principal: Principal {
            id: "key:a".to_owned(),
            name: "A".to_owned(),
            role: Role::Publisher,
            origin: Origin::Key { id: "a".to_owned() },
        },
        origin: "test".to_owned(),
        idempotency_key: None,
    };
    let items = vec![PublishItem { id: id_of(&public), expected: 1, locales: None }];
    other.perform(&doing, &Command::Publish { items }).await.unwrap().unwrap();
    let kill = Command::Kill { id: id_of(&killed), expected: 1, reason: "Droits".to_owned() };
    other.perform(&doing, &kill).await.unwrap().unwrap();
    let [path, gone] = [&public, &killed].map(|draft| format!("/media/{}", stored(draft)));
    assert_eq!([world.get(&path).status, world.get(&gone).status], [404, 410]);

    world.wait(TimeDelta::hours(24));
    for _ in 0..2 {
        Scheduler::new(world.desk.clone()).without_database_clock().tick(Instant::now()).await.unwrap();
        assert_eq!([world.get(&path).status, world.get(&gone).status], [200, 410]);
        assert_eq!(studio.files(), (vec![stored(&draft)], vec![stored(&public)]), "what no asset took is swept");
    }
}
