//! A running `griot serve`.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Client;

/// Killed on drop.
#[derive(Debug)]
pub struct Server {
    child: Child,
    address: String,
    said: Arc<Mutex<String>>,
}

impl Server {
    /// Starts `command` and waits until it says where it listens.
    ///
    /// # Panics
    /// With what it wrote, when it ends before that.
    pub fn start(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .stdin(Stdio::null())
            .spawn()
            .expect("the binary starts");
        let said = Arc::new(Mutex::new(String::new()));
        let errors = keep(child.stderr.take().expect("stderr is a pipe"), &said);
        let mut lines = BufReader::new(child.stdout.take().expect("stdout is a pipe"));
        let address = loop {
            let mut line = String::new();
            if lines.read_line(&mut line).expect("stdout is readable") == 0 {
                errors.join().expect("the reader does not panic");
                panic!("griot serve ended: {:?}\n{}", child.wait(), said.lock().expect("no reader panicked"));
            }
            said.lock().expect("no reader panicked").push_str(&line);
            if let Some((_, address)) = line.trim_end().split_once("GraphQL at ") {
                break address.trim_end_matches("/graphql").to_owned();
            }
        };
        keep(lines, &said);
        Self { child, address, said }
    }

    /// Such as `http://127.0.0.1:40123`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Identity of the process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Everything written so far, to stdout and stderr.
    ///
    /// # Panics
    /// When a reader panicked.
    pub fn said(&self) -> String {
        self.said.lock().expect("no reader panicked").clone()
    }

    /// Somebody who asks at `path`, with a key or token or without.
    pub fn client(&self, path: &str, credentials: Option<&str>) -> Client {
        Client::new(format!("{}{path}", self.address), credentials)
    }

    /// Posts a document; the whole answer, errors included.
    ///
    /// # Panics
    /// When the answer is no JSON.
    pub fn graphql(&self, document: &str, variables: Value) -> Value {
        let answer = self.client("/graphql", None).post(document, &variables).expect("the server answers");
        serde_json::from_slice(&answer.body).expect("the answer is JSON")
    }

    /// As [`Self::graphql`], for documents that must run without an error; the `data`.
    ///
    /// # Panics
    /// With the errors.
    #[track_caller]
    pub fn data(&self, document: &str, variables: Value) -> Value {
        self.client("/graphql", None).data(document, variables)
    }

    /// Waits until everything public is found by its words.
    ///
    /// # Panics
    /// When it takes longer than a minute.
    #[track_caller]
    pub fn wait_for_index(&self) {
        let begun = Instant::now();
        while self.data("{ search(query: \"\", first: 0) { isComplete } }", Value::Null)["search"]["isComplete"] != true
        {
            assert!(begun.elapsed() < Duration::from_secs(60), "{}", self.said());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Status of a GET without credentials.
    ///
    /// # Panics
    /// When nothing answers.
    pub fn status(&self, path: &str) -> u16 {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        agent.get(format!("{}{path}", self.address)).call().expect("the server answers").status().as_u16()
    }

    /// A figure at `/metrics`, such as `griot_tail_seq` or `griot_response_cache_total{result="hit"}`.
    ///
    /// # Panics
    /// When the server was started without `metrics.bind`, or has no such figure.
    #[track_caller]
    pub fn figure(&self, name: &str) -> f64 {
        let text = self.metrics();
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.unwrap_or_else(|| panic!("no {name} in\n{text}")).parse().expect("a figure is a number")
    }

    /// What is told at `/metrics`.
    ///
    /// # Panics
    /// When the server was started without `metrics.bind`.
    #[track_caller]
    pub fn metrics(&self) -> String {
        let said = self.said();
        let url = said.lines().find_map(|line| line.strip_prefix("metrics at ")).expect("metrics.bind is set");
        let mut answer = ureq::get(url).call().expect("the figures are served");
        answer.body_mut().read_to_string().expect("they are text")
    }

    /// Waits for the end of the process.
    ///
    /// # Panics
    /// When it cannot be waited for.
    pub fn wait(&mut self) -> ExitStatus {
        self.child.wait().expect("a child can be waited for")
    }

    /// Ends the process at once, as `kill -9` does.
    pub fn kill(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Reads a pipe to its end, so that the process never waits for us.
fn keep(pipe: impl Read + Send + 'static, said: &Arc<Mutex<String>>) -> std::thread::JoinHandle<()> {
    let said = Arc::clone(said);
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            said.lock().expect("no reader panicked").push_str(&(line + "\n"));
        }
    })
}
