//! Manifests of client tools: which documents a client will name, and by what ids.

use anyhow::{Context, bail};
use griot_front::document_hash;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Bytes of the longest id.
const LONGEST_ID: usize = 256;
const APOLLO: &str = "apollo-persisted-query-manifest";

/// A document of a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub id: String,
    pub document: String,
    /// Whose manifest it is from: codegen, relay or apollo.
    pub source: &'static str,
}

#[derive(Deserialize)]
struct Apollo {
    version: u64,
    operations: Vec<ApolloOperation>,
}

/// `name` and `type` say what the body says.
#[derive(Deserialize)]
struct ApolloOperation {
    id: String,
    body: String,
}

/// The documents of a manifest, told by its form: an object from ids to documents, as the client preset of graphql-codegen
/// (`persisted-documents.json`) and Relay (`persistConfig.file`) write it, or one of Apollo's
/// `generate-persisted-query-manifest`.
pub fn read(text: &str) -> anyhow::Result<Vec<Named>> {
    let value: Value = serde_json::from_str(text).context("it is not JSON")?;
    let Value::Object(object) = value else { bail!("{UNKNOWN}") };
    let found = match object.get("format").and_then(Value::as_str) {
        Some(APOLLO) => apollo(object)?,
        // An id of one of the others may be any word, but "format" names no document.
        Some(other) if !other.contains('{') => bail!("its format `{other}` is not known; {UNKNOWN}"),
        _ => by_id(object)?,
    };
    if found.is_empty() {
        bail!("it holds no document: build the client first");
    }
    found.iter().try_for_each(|named| id_fits(named).with_context(|| format!("document `{}`", named.id)))?;
    Ok(found)
}

const UNKNOWN: &str = "a manifest is a JSON object from ids to documents (graphql-codegen, Relay), or Apollo's \
                       apollo-persisted-query-manifest";

fn apollo(object: Map<String, Value>) -> anyhow::Result<Vec<Named>> {
    let manifest: Apollo = serde_json::from_value(Value::Object(object)).context("Apollo's manifest is not whole")?;
    if manifest.version != 1 {
        bail!("Apollo's manifest has version {}; version 1 is known", manifest.version);
    }
    let operations = manifest.operations.into_iter();
    Ok(operations.map(|one| Named { id: one.id, document: one.body, source: "apollo" }).collect())
}

fn by_id(object: Map<String, Value>) -> anyhow::Result<Vec<Named>> {
    // Relay's ids are MD5 unless told otherwise, and the preset's never are. Nothing depends on it but what `list` shows.
    let is_md5 = |id: &str| id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let source = if object.keys().all(|id| is_md5(id)) { "relay" } else { "codegen" };
    let entries = object.into_iter().map(|(id, value)| match value {
        Value::String(document) => Ok(Named { id, document, source }),
        _ => bail!("what stands under `{id}` is no text; {UNKNOWN}"),
    });
    entries.collect()
}

/// An id that looks like the SHA-256 of a document must be that of its own: clients and caches take it for one.
fn id_fits(named: &Named) -> anyhow::Result<()> {
    let id = named.id.as_str();
    let is_visible = |byte: u8| byte.is_ascii_graphic() && byte != b',';
    if id.is_empty() || id.len() > LONGEST_ID || !id.bytes().all(is_visible) {
        bail!("an id is 1 to {LONGEST_ID} visible ASCII characters without commas");
    }
    let hash = id.strip_prefix("sha256:");
    let is_hash = hash.is_some() || (id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if is_hash && hash.unwrap_or(id) != document_hash(&named.document) {
        bail!("its id looks like the SHA-256 of the document and is not: build the manifest anew, and do not edit it");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const HASH: &str = "a9f9ab8a8ff8a9ab7a62d6ecfaa2ae6a7d4e3de6d5ff9f3d7f5a2a27c9a3a7c5";

    #[test]
    fn each_form_is_told_by_itself() {
        let hash = document_hash("{ a }");
        for (text, id, source) in [
            (format!(r#"{{"{hash}": "{{ a }}"}}"#), hash.clone(), "codegen"),
            (format!(r#"{{"sha256:{hash}": "{{ a }}"}}"#), format!("sha256:{hash}"), "codegen"),
            (
                r#"{"0123456789abcdef0123456789abcdef": "{ a }"}"#.into(),
                "0123456789abcdef0123456789abcdef".into(),
                "relay",
            ),
            (
                r#"{"format": "apollo-persisted-query-manifest", "version": 1,
                    "operations": [{"id": "x", "name": "A", "type": "query", "body": "{ a }"}]}"#
                    .into(),
                "x".into(),
                "apollo",
            ),
        ] {
            assert_eq!(read(&text).unwrap(), [Named { id, document: "{ a }".to_owned(), source }]);
        }
    }

    #[rstest]
    #[case("[", "not JSON")]
    #[case("[]", "a manifest is a JSON object")]
    #[case("{}", "holds no document")]
    #[case(r#"{"a": 1}"#, "under `a` is no text")]
    #[case(r#"{"a b": "{ a }"}"#, "an id is 1 to 256")]
    #[case(r#"{"format": "other", "version": 1}"#, "`other` is not known")]
    #[case(r#"{"format": "apollo-persisted-query-manifest", "version": 2, "operations": []}"#, "has version 2")]
    #[case(r#"{"format": "apollo-persisted-query-manifest", "version": 1}"#, "not whole")]
    #[case(&format!(r#"{{"{HASH}": "{{ a }}"}}"#), "looks like the SHA-256")]
    #[case(&format!(r#"{{"sha256:{HASH}": "{{ a }}"}}"#), "looks like the SHA-256")]
    #[case(&format!(r#"{{"{}": "{{ a }}"}}"#, document_hash("{ a }").to_uppercase()), "looks like the SHA-256")]
    fn what_is_no_manifest_is_refused_by_its_fault(#[case] text: &str, #[case] message: &str) {
        let error = format!("{:#}", read(text).unwrap_err());
        assert!(error.contains(message), "{error}");
    }
}
