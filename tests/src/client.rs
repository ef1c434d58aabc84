//! Somebody who asks over HTTP, with credentials or without.

use serde_json::{Value, json};

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    #[allow(missing_docs)]
    pub status: u16,
    /// The header `Date`: when the server answered, by its own clock, in whole seconds.
    pub date: String,
    #[allow(missing_docs)]
    pub body: Vec<u8>,
}

/// Asks one endpoint of one server; keeps its connections.
#[derive(Clone, Debug)]
pub struct Client {
    agent: ureq::Agent,
    url: String,
    credentials: Option<String>,
    /// Address told by a proxy in front.
    forwarded_for: Option<String>,
}

impl Client {
    pub(crate) fn new(url: String, credentials: Option<&str>) -> Self {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        Self { agent, url, credentials: credentials.map(|secret| format!("Bearer {secret}")), forwarded_for: None }
    }

    /// The same from another address, for a server that trusts the proxy on this machine.
    pub fn at(self, address: &str) -> Self {
        Self { forwarded_for: Some(address.to_owned()), ..self }
    }

    /// Posts a document; an error when no whole answer came.
    pub fn post(&self, document: &str, variables: &Value) -> Result<Answer, ureq::Error> {
        let mut request = self.agent.post(&self.url).header("accept", "application/graphql-response+json");
        if let Some(credentials) = &self.credentials {
            request = request.header("authorization", credentials);
        }
        if let Some(address) = &self.forwarded_for {
            request = request.header("x-forwarded-for", address);
        }
        let mut answer = request.send_json(json!({ "query": document, "variables": variables }))?;
        let date = answer.headers().get("date").and_then(|date| date.to_str().ok()).unwrap_or_default().to_owned();
        let body = answer.body_mut().with_config().limit(64 * 1024 * 1024).read_to_vec()?;
        Ok(Answer { status: answer.status().as_u16(), date, body })
    }

    /// The `data` of a document that must run without an error.
    ///
    /// # Panics
    /// With the errors.
    #[track_caller]
    pub fn data(&self, document: &str, variables: Value) -> Value {
        let answer = self.post(document, &variables).expect("the server answers");
        let mut answer: Value = serde_json::from_slice(&answer.body).expect("the answer is JSON");
        assert!(answer.get("errors").is_none(), "{document}: {}", answer["errors"]);
        answer["data"].take()
    }

    /// The payload of an act of editors, whatever is in its `userErrors`.
    ///
    /// # Panics
    /// When it was not understood or not allowed at all.
    #[track_caller]
    pub fn act(&self, mutation: &str, input: Value) -> Value {
        self.data(&act(mutation), json!({ "input": input }))[mutation].take()
    }

    /// The payload of an act that nothing hinders.
    ///
    /// # Panics
    /// With the errors.
    #[track_caller]
    pub fn done(&self, mutation: &str, input: Value) -> Value {
        let payload = self.act(mutation, input);
        assert_eq!(payload["userErrors"], json!([]), "{mutation}");
        payload
    }

    /// A draft after an act on it that nothing hinders: its `contentId` and `expectedRevision`, as the next act wants them.
    ///
    /// # Panics
    /// With the errors.
    #[track_caller]
    pub fn draft(&self, mutation: &str, input: Value) -> Value {
        let draft = self.done(mutation, input)["draft"].take();
        json!({ "contentId": draft["contentId"], "expectedRevision": draft["revision"] })
    }
}

/// The document of an act, with one variable `input`.
pub fn act(mutation: &str) -> String {
    const DRAFT: &str = "draft { contentId revision state }";
    let (input, result) = match mutation {
        "contentPublish" => ("ContentPublish", "drafts { contentId revision state }"),
        "contentMerge" => ("ContentMerge", "drafts { contentId revision state }"),
        "contentSchedule" | "contentEmbargo" => ("ContentSchedule", "schedule { id dueAt state }"),
        "scheduleMove" => ("ScheduleMove", "schedule { id dueAt state }"),
        "scheduleCancel" => ("ScheduleCancel", "schedule { id dueAt state }"),
        "previewTokenCreate" => ("PreviewTokenCreate", "id token"),
        "previewTokenRevoke" => ("PreviewTokenRevoke", "id"),
        "draftSubmit" | "draftApprove" => ("DraftStep", DRAFT),
        other => (&*format!("{}{}", other[..1].to_uppercase(), &other[1..]), DRAFT),
    };
    format!(
        "mutation($input: {input}Input!) {{ {mutation}(input: $input) {{ {result} userErrors {{ code message contentId }} }} }}"
    )
}
