//! A document is brought in, published, and served by a machine that holds nothing else.

use griot_testbed::Backend;
use griot_tests::{Record, Server};
use rstest::rstest;
use serde_json::{Value, json};

const PDF: &[u8] = b"%PDF-1.7\ncommuniqu\xc3\xa9\n";

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).build().into()
}

/// Brings a file in and makes an asset of it: its id and the name of the file.
fn asset(server: &Server, key: &str) -> (String, String) {
    let address = format!("{}/editorial/uploads?name=communique.pdf", server.address());
    let mut answer = agent().put(address).header("authorization", key).send(PDF).unwrap();
    assert_eq!(answer.status().as_u16(), 201);
    let upload: Value = answer.body_mut().read_json().unwrap();
    let input =
        json!({ "kind": "DOCUMENT", "upload": upload["id"], "texts": [{ "locale": "fr", "title": "Communiqué" }] });
    let payload = mutate(server, key, "assetCreate", "AssetCreateInput", "draft { contentId content }", input);
    let draft = &payload["draft"];
    let name = draft["content"]["entry"]["file"]["stored"].as_str().unwrap().to_owned();
    (draft["contentId"].as_str().unwrap().to_owned(), name)
}

fn mutate(server: &Server, key: &str, field: &str, input_type: &str, result: &str, input: Value) -> Value {
    let query =
        format!("mutation($input: {input_type}!) {{ {field}(input: $input) {{ {result} userErrors {{ message }} }} }}");
    let body = json!({ "query": query, "variables": { "input": input } });
    let request = agent().post(format!("{}/editorial/graphql", server.address())).header("authorization", key);
    let mut answer: Value = request.send_json(body).unwrap().body_mut().read_json().unwrap();
    let payload = answer["data"][field].take();
    assert_eq!(payload["userErrors"], json!([]), "{answer}");
    payload
}

fn file(server: &Server, name: &str) -> (u16, Vec<u8>) {
    let mut answer = agent().get(format!("{}/media/{name}", server.address())).call().unwrap();
    (answer.status().as_u16(), answer.body_mut().read_to_vec().unwrap())
}

#[rstest]
fn a_document_is_served_once_it_is_public_and_by_delivery_alone(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let record = Record::with_demo(backend);
    let made = record.run(&["key", "create", "--role", "publisher", "--name", "Desk"]).expect_success();
    let key = format!("Bearer {}", made.stdout.trim());
    let mut server = record.serve(&[]);
    let (id, name) = asset(&server, &key);
    let (_, draft) = asset(&server, &key);
    assert_eq!(file(&server, &name), (404, Vec::new()));
    server.kill();

    let server = record.serve(&[]);
    let items = json!({ "items": [{ "contentId": id, "expectedRevision": 1 }] });
    mutate(&server, &key, "contentPublish", "ContentPublishInput", "isPending", items);
    assert_eq!(file(&server, &name), (200, PDF.to_vec()));
    assert_eq!(file(&server, &draft), (404, Vec::new()));
    drop(server);
    record.run(&["doctor"]).expect_success();

    let uploads = record.data().join("uploads");
    assert!(uploads.join(&draft).is_file());
    std::fs::remove_dir_all(&uploads).unwrap();
    let server = record.serve(&["--delivery-only"]);
    assert_eq!(file(&server, &name), (200, PDF.to_vec()));
    assert_eq!(file(&server, &draft), (404, Vec::new()));
    assert!(!uploads.exists(), "a server that only delivers does not know the folder");
    drop(server);

    std::fs::remove_file(record.data().join("media").join(&name)).unwrap();
    let doctor = record.run(&["doctor"]).expect_code(1);
    let told = doctor.stdout.lines().find(|line| line.starts_with("FAIL  media files: ")).unwrap();
    assert!(told.contains(&format!("{name} of the asset {id}; restore the folder")), "{told}");
}
