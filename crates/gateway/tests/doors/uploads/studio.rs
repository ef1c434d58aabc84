//! A world and whoever brings files into it.

use chrono::TimeDelta;
use griot_access::{Grant, Role};
use griot_domain::EntryId;
use griot_testbed::Backend;
use serde_json::{Value, json};

use crate::support::{Answer, World};

/// Nobody has this name.
pub const RANDOM: &str = "/media/00000000000000000000000000000000.pdf";
pub const PDF: &[u8] = b"%PDF-1.7\nprojet de remaniement\n";

/// A PNG of this size, as far as its header goes, and then what a browser would run.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend(b"\x08\x06\0\0\0\0\0\0\0<!DOCTYPE html><script>alert(1)</script>");
    bytes
}

/// A world and an editor who may publish.
pub struct Studio {
    pub world: World,
    pub key: String,
}

impl Studio {
    pub async fn open(backend: Backend) -> Self {
        let world = World::open(backend).await;
        let (_, key) = world.key("Paula", Grant::Editorial(Role::Publisher)).await;
        Self { world, key }
    }

    pub fn send(&self, name: &str, bytes: &[u8]) -> Answer {
        self.world.put_as(&self.key, &format!("/editorial/uploads?name={name}"), &[], bytes)
    }

    #[track_caller]
    pub fn uploaded(&self, name: &str, bytes: &[u8]) -> Value {
        let answer = self.send(name, bytes);
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()
    }

    /// Does it, a second after what was done before.
    #[track_caller]
    pub fn act(&self, field: &str, input_type: &str, input: Value) -> Value {
        self.world.wait(TimeDelta::seconds(1));
        let result = match field {
            "contentPublish" | "contentEmbargo" => "drafts { contentId revision }",
            _ => "draft { contentId revision content }",
        };
        self.world.mutate(&self.key, field, input_type, result, input)
    }

    #[track_caller]
    pub fn done(&self, field: &str, input_type: &str, input: Value) -> Value {
        let mut payload = self.act(field, input_type, input);
        assert_eq!(payload["userErrors"], json!([]), "{field}");
        payload["draft"].take()
    }

    /// An asset of the kind with the upload, as a draft.
    #[track_caller]
    pub fn asset(&self, kind: &str, upload: &Value) -> Value {
        let texts = json!([{ "locale": "fr", "title": "Pièce", "alt": "Une page" }]);
        self.done("assetCreate", "AssetCreateInput", json!({ "kind": kind, "upload": upload["id"], "texts": texts }))
    }

    #[track_caller]
    pub fn publish(&self, draft: &Value) {
        self.done("contentPublish", "ContentPublishInput", json!({ "items": [item(draft)] }));
    }

    pub fn shown(&self, key: Option<&str>, path: &str, draft: &Value) -> Value {
        let query = format!("{{ asset(contentId: {}) {{ url fileName byteSize }} }}", draft["contentId"]);
        let headers: Vec<_> = key.into_iter().map(|key| ("authorization", key)).collect();
        self.world.ask(path, &query, &headers).json()["data"]["asset"].take()
    }

    /// Files there are: not public, and public.
    pub fn files(&self) -> (Vec<String>, Vec<String>) {
        let names = |folder: &std::path::Path| {
            let names = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
            let mut names: Vec<_> = names.collect();
            names.sort();
            names
        };
        (names(self.world.folders.uploads()), names(self.world.folders.media()))
    }
}

pub fn item(draft: &Value) -> Value {
    json!({ "contentId": draft["contentId"], "expectedRevision": draft["revision"] })
}

/// The name in the data folder.
pub fn stored(draft: &Value) -> String {
    draft["content"]["entry"]["file"]["stored"].as_str().unwrap().to_owned()
}

pub fn id_of(draft: &Value) -> EntryId {
    serde_json::from_value(draft["contentId"].clone()).unwrap()
}
