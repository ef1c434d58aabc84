//! What the second world has more than the first: drafts of every kind, changes of what is public, schedules, items
//! under embargo. Each of its fields holds a marker of its own.

use chrono::{DateTime, Utc};
use griot_domain::{EntryId, ExternalId, Locale, OldPath};
use griot_editorial::{BlockEdit, Command};
use griot_tests::requests::Named;
use serde_json::{Value, json};

use crate::canary::Canaries;
use crate::house::{House, Kept, item, kind_of, patch};

/// Writes it. `public` are the lines of the entries there are, `far` an instant that does not come while the test runs.
pub struct Writer<'a> {
    pub house: &'a House,
    pub canaries: &'a mut Canaries,
    pub public: &'a [Value],
    /// The line of an article that was taken back.
    pub withdrawn: &'a Value,
    pub far: DateTime<Utc>,
}

/// What was written.
pub struct Written {
    pub names: Vec<Named>,
    /// An article that entitled keys see early.
    pub early: Named,
    /// And a picture.
    pub early_picture: Named,
    /// The lines of all that entitled keys see early.
    pub early_lines: Vec<Value>,
    /// Drafts to preview: the line of each, and after it those of the other drafts it links to. The first is an article
    /// nobody has seen, the second an article that is public.
    pub previewed: [Vec<Value>; 2],
    /// A draft that could be published: nothing in it refers to what is not public.
    pub ready: Kept,
    pub ready_name: Named,
}

/// A draft change of a public entry.
struct Change {
    line: Value,
    /// Whether it waits for its time, and if so whether it is shown early.
    is_early: Option<bool>,
}

/// One new entry of each kind, which refer to each other and to public ones.
struct Round {
    topic: Kept,
    institution: Kept,
    asset: Kept,
    person: Kept,
    post: Kept,
    /// A post of somebody public.
    other_post: Kept,
    event: Kept,
    article: Kept,
}

impl Round {
    fn all(&self) -> [Kept; 8] {
        let Self { topic, institution, asset, person, post, other_post, event, article } = *self;
        [topic, institution, asset, person, post, other_post, event, article]
    }
}

impl Writer<'_> {
    pub async fn write(mut self) -> Written {
        let drafts = self.round().await;
        self.handle(&drafts).await;
        let mut names = self.named(&drafts).await;

        // And one that no asset has.
        self.upload().await;

        let scheduled = self.round().await;
        let key = self.canaries.word();
        let items = scheduled.all().map(item).to_vec();
        let done = self.house.done(&key, Command::Schedule { items, at: self.far, early: false }).await;
        let schedule = done.schedule.expect("it was scheduled");
        let at = self.far + chrono::TimeDelta::days(1);
        self.house.done(&self.canaries.word(), Command::Reschedule { schedule, expected: None, at }).await;
        names.extend(self.named(&scheduled).await);

        let embargoed = self.round().await;
        let items = embargoed.all().map(item).to_vec();
        self.house.done(&self.canaries.word(), Command::Schedule { items, at: self.far, early: true }).await;
        names.extend(self.named(&embargoed).await);
        let early = Named::of(&self.house.line(embargoed.article.0).await);
        let early_picture = Named::of(&self.house.line(embargoed.asset.0).await);

        let taken_back = self.round().await;
        let items = taken_back.all().map(item).to_vec();
        let done = self.house.done(&self.canaries.word(), Command::Schedule { items, at: self.far, early: true }).await;
        let schedule = done.schedule.expect("it was scheduled");
        self.house.done(&self.canaries.word(), Command::Unschedule { schedule, expected: None }).await;
        names.extend(self.named(&taken_back).await);

        let mut early_lines = self.lines(&embargoed).await;
        let (public, mut changed) = (self.public, None);
        for (number, line) in public.iter().chain([self.withdrawn]).enumerate() {
            let Change { line, is_early } = self.change(line, &drafts, number).await;
            names.push(Named::of(&line));
            match is_early {
                Some(true) => early_lines.push(line),
                None if line["kind"] == "article" => changed = changed.or(Some(line)),
                _ => {}
            }
        }
        let lines = self.lines(&drafts).await;
        let with_drafts = |line: Value| {
            let mut fields = line.clone();
            for text in fields["texts"].as_object_mut().unwrap().values_mut() {
                // A picture in a body is no link.
                text.as_object_mut().unwrap().remove("body");
            }
            let written = fields.to_string();
            let others = lines.iter().filter(|other| other["id"] != line["id"]);
            let linked = others.filter(|other| written.contains(other["id"].as_str().unwrap()));
            [line.clone()].into_iter().chain(linked.cloned()).collect::<Vec<_>>()
        };
        let drafted = self.house.line(drafts.article.0).await;
        let previewed = [drafted, changed.expect("not every article waits for its time")].map(with_drafts);
        let ready = self.article(None).await;
        let ready_name = Named::of(&self.house.line(ready.0).await);
        names.push(ready_name.clone());
        Written { names, early, early_picture, early_lines, previewed, ready, ready_name }
    }

    /// Takes the drafts of a round through every state there is before publication.
    async fn handle(&mut self, round: &Round) {
        let submit = |(id, expected): Kept| Command::Submit { id, expected };
        let (id, expected) = round.topic;
        self.house.done(&self.canaries.word(), submit(round.topic)).await;
        self.house.done(&self.canaries.word(), Command::Approve { id, expected }).await;
        let (id, expected) = round.institution;
        self.house.done(&self.canaries.word(), submit(round.institution)).await;
        let note = self.canaries.phrase();
        self.house.done(&self.canaries.word(), Command::Return { id, expected, note }).await;
        let (id, expected) = round.event;
        self.house.done(&self.canaries.word(), Command::Archive { id, expected, archived: true }).await;

        let (id, first) = round.article;
        let blocks = serde_json::from_value(json!([self.paragraph("z")])).unwrap();
        let edits = vec![BlockEdit::Insert { after: None, blocks }];
        let locale = Locale::parse("fr").unwrap();
        let note = Some(self.canaries.phrase());
        let edit = Command::EditBody { id, expected: first, locale, edits, note };
        let (_, expected) = self.house.kept(&self.canaries.word(), edit).await;
        let note = Some(self.canaries.phrase());
        self.house.done(&self.canaries.word(), Command::Restore { id, expected, revision: first, note }).await;
    }

    /// A draft change of a public entry: every text, its slug, and links to what is not public. Some of the articles
    /// are then scheduled, early or not, with a change that refers to nothing hidden.
    async fn change(&mut self, line: &Value, drafts: &Round, number: usize) -> Change {
        let id: EntryId = serde_json::from_value(line["id"].clone()).unwrap();
        let kind = line["kind"].as_str().unwrap();
        let locales: Vec<&String> = line["texts"].as_object().unwrap().keys().collect();
        let is_scheduled = number.is_multiple_of(3);
        let links = (!is_scheduled).then_some(drafts);
        let entry = match kind {
            "topic" => json!({ "mediaTopic": "medtop:20000593" }),
            "institution" => json!({ "acronym": self.canaries.word(), "contact": self.contact() }),
            "person" => json!({ "variants": [self.canaries.phrase()], "ranks": [{ "rank": self.canaries.phrase() }],
                "portrait": links.map(|links| links.asset.0) }),
            "asset" => json!({ "credit": self.canaries.phrase(), "rights": self.canaries.phrase() }),
            "event" => json!({ "place": self.place(), "state": "CANCELLED",
                "organisers": links.map_or(json!([]), |links| json!([links.person.0])) }),
            "appointment" => json!({ "precedence": 1, "until": "2098",
                "institution": links.map(|links| links.institution.0) }),
            _ => json!({ "urgency": 1, "isPinned": true, "rights": self.canaries.phrase(),
                "related": links.map_or(json!([]), |links| json!([links.article.0])),
                "topics": links.map_or(json!([]), |links| json!([links.topic.0])),
                "byline": [{ "name": self.canaries.phrase(), "entry": links.map(|links| links.person.0) }] }),
        };
        let mut texts = json!({});
        for locale in locales.into_iter().chain([&"bm".to_owned()]) {
            texts[locale] = self.text(kind, links);
        }
        let mut patch = patch(entry, texts);
        let scheme = self.canaries.word();
        patch.external_ids = Some(vec![ExternalId { scheme, value: self.canaries.word() }]);
        patch.old_paths = Some(vec![OldPath { path: format!("/{}", self.canaries.word()), locale: None }]);
        let note = Some(self.canaries.phrase());
        let edit = Command::Edit { id, expected: self.house.revision(id).await, patch, note };
        let kept = self.house.kept(&self.canaries.word(), edit).await;
        let is_early = is_scheduled.then(|| number.is_multiple_of(2));
        if let Some(early) = is_early {
            let schedule = Command::Schedule { items: vec![item(kept)], at: self.far, early };
            self.house.done(&self.canaries.word(), schedule).await;
        }
        Change { line: self.house.line(id).await, is_early }
    }

    async fn round(&mut self) -> Round {
        let (parent, office) = (self.of_kind("topic", 0), self.of_kind("institution", 0));
        let topic = self.create("topic", json!({ "parent": parent, "mediaTopic": "medtop:20000593" }), None).await;
        let entry = json!({ "kind": "OTHER", "acronym": { "fr": self.canaries.word() }, "parent": office,
            "contact": self.contact(), "existence": [{ "from": "2001" }] });
        let institution = self.create("institution", entry, None).await;
        let upload = self.upload().await;
        let entry = json!({ "kind": "IMAGE", "upload": upload, "credit": self.canaries.phrase(),
            "rights": { "fr": self.canaries.phrase() }, "focalPoint": { "x": 0.5, "y": 0.5 } });
        let asset = self.create("asset", entry, None).await;
        let entry = json!({ "portrait": asset.0, "born": "1970-01", "variants": [self.canaries.phrase()],
            "name": { "given": self.canaries.word(), "particle": self.canaries.word(), "family": self.canaries.word(),
                "display": self.canaries.phrase() },
            "ranks": [{ "rank": { "fr": self.canaries.phrase() }, "from": "2020" }] });
        let person = self.create("person", entry, None).await;
        let post = json!({ "person": person.0, "institution": office, "from": "2020-01-01", "precedence": 1 });
        let post = self.create("appointment", post, None).await;
        let somebody = self.of_kind("person", 0);
        let other_post = json!({ "person": somebody, "institution": institution.0, "from": "2019", "precedence": 1 });
        let other_post = self.create("appointment", other_post, None).await;
        let time = json!({ "startsAt": "2023-07-28T09:00:00Z", "endsAt": "2023-07-29T09:00:00Z" });
        let entry = json!({ "time": time, "place": self.place(), "partOf": self.of_kind("event", 0),
            "organisers": [office, person.0],
            "participants": [{ "entry": somebody, "role": { "fr": self.canaries.phrase() } }],
            "programme": [{ "name": self.canaries.phrase(), "time": time, "place": self.place() }] });
        let event = self.create("event", entry, None).await;
        let unset = (EntryId(Default::default()), 0);
        let links = Round { topic, institution, asset, person, post, other_post, event, article: unset };
        Round { article: self.article(Some(&links)).await, ..links }
    }

    /// A picture that was brought in: its name, its bytes, and all that was made of them are markers.
    async fn upload(&mut self) -> String {
        let word = self.canaries.word();
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0\0\0\x01\0\x08\x06\0\0\0".to_vec();
        bytes.extend(word.as_bytes());
        let upload = self.house.upload(format!("{word}.png"), &bytes).await;
        let (name, _) = upload.stored().split_once('.').unwrap();
        self.canaries.add(name.to_owned());
        self.canaries.add(upload.id.to_string());
        self.canaries.add(upload.file.sha256.clone().unwrap());
        upload.id.to_string()
    }

    /// An article about somebody public and, when there are `links`, about what is not.
    async fn article(&mut self, links: Option<&Round>) -> Kept {
        let mut entry = json!({ "kind": "NEWS", "issuedAt": "2023-07-29T10:00:00Z", "place": self.place(),
            "byline": [{ "name": self.canaries.phrase(), "entry": self.of_kind("institution", 1) }],
            "topics": [self.of_kind("topic", 1)], "related": [self.of_kind("article", 0)],
            "rights": self.canaries.phrase(), "urgency": 1, "isPinned": true });
        if let Some(links) = links {
            let (alt, caption) = (self.canaries.phrase(), self.canaries.phrase());
            entry["leadImage"] = json!({ "asset": links.asset.0, "alt": { "fr": alt }, "caption": { "fr": caption } });
            entry["attachments"] = json!([links.asset.0]);
            entry["topics"] = json!([links.topic.0, self.of_kind("topic", 0)]);
            entry["corrections"] =
                json!([{ "kind": "UPDATE", "at": "2024-01-01T00:00:00Z", "note": self.canaries.phrase() }]);
        }
        self.create("article", entry, links).await
    }

    async fn create(&mut self, kind: &str, entry: Value, links: Option<&Round>) -> Kept {
        let mut patch = patch(entry, json!({ "fr": self.text(kind, links), "en": self.text(kind, links) }));
        let scheme = self.canaries.word();
        patch.external_ids = Some(vec![ExternalId { scheme, value: self.canaries.word() }]);
        if !matches!(kind, "asset" | "appointment") {
            patch.old_paths = Some(vec![OldPath { path: format!("/{}", self.canaries.word()), locale: None }]);
        }
        let note = Some(self.canaries.phrase());
        let kept = self.house.kept(&self.canaries.word(), Command::Create { kind: kind_of(kind), patch, note }).await;
        self.canaries.add(kept.0.to_string());
        kept
    }

    /// Every field of the text of an entry.
    fn text(&mut self, kind: &str, links: Option<&Round>) -> Value {
        let mut phrase = || self.canaries.phrase();
        let mut text = match kind {
            "topic" => json!({ "name": phrase(), "summary": phrase() }),
            "institution" => json!({ "name": phrase(), "variants": [phrase()],
                "pastNames": [{ "name": phrase(), "until": "2010" }] }),
            "person" => json!({ "name": phrase(), "honorific": phrase(), "knownAs": phrase() }),
            "asset" => return json!({ "title": phrase(), "alt": phrase(), "caption": phrase() }),
            "appointment" => return json!({ "title": phrase() }),
            "event" => json!({ "name": phrase(), "variants": [phrase()] }),
            _ => json!({ "headline": phrase(), "kicker": phrase(), "summary": phrase() }),
        };
        text["seo"] = json!({ "title": phrase(), "description": phrase() });
        text["slug"] = json!(format!("s-{}", self.canaries.word()));
        text["body"] = self.body(links);
        if kind == "article" {
            text["mentions"] = self.mentions(&text, links);
        }
        text
    }

    /// Somebody public, and somebody who is not, named in the headline and in the body.
    fn mentions(&self, text: &Value, links: Option<&Round>) -> Value {
        let headline = text["headline"].as_str().unwrap();
        let word = headline.split(' ').nth(1).unwrap();
        let mention = |target: Value, kind: &str, passage: Value| {
            json!({ "target": target, "kind": kind, "role": "SUBJECT", "words": word, "passage": passage,
                "offset": 7, "length": word.len() })
        };
        let mut mentions = vec![mention(self.of_kind("person", 0), "person", json!("headline"))];
        if let Some(links) = links {
            mentions[0] = mention(json!(links.person.0), "person", json!("headline"));
        }
        json!(mentions)
    }

    /// Blocks of every kind.
    fn body(&mut self, links: Option<&Round>) -> Value {
        let mut body = vec![self.paragraph("a")];
        let address = |word: String| format!("https://media.example.org/{word}");
        let picture = json!({ "asset": links.map(|links| links.asset.0), "url": address(self.canaries.word()),
            "alt": self.canaries.phrase(), "caption": self.canaries.phrase() });
        let mut image = picture.clone();
        image["_type"] = json!("image");
        image["_key"] = json!("b");
        body.push(image);
        body.push(json!({ "_type": "gallery", "_key": "c", "items": [picture] }));
        body.push(json!({ "_type": "embed", "_key": "d", "url": address(self.canaries.word()),
            "provider": self.canaries.word(), "caption": self.canaries.phrase() }));
        body.push(json!({ "_type": "table", "_key": "e", "caption": self.canaries.phrase(),
            "rows": [[self.canaries.phrase(), self.canaries.phrase()]] }));
        body.push(json!({ "_type": "code", "_key": "f", "text": self.canaries.phrase() }));
        json!(body)
    }

    /// A paragraph with a link in it.
    fn paragraph(&mut self, key: &str) -> Value {
        let href = format!("https://www.example.org/fr/articles/{}", self.canaries.word());
        json!({ "_type": "block", "_key": key, "style": "normal",
            "markDefs": [{ "_type": "link", "_key": "l", "href": href }],
            "children": [{ "_type": "span", "_key": format!("{key}0"), "text": self.canaries.phrase(), "marks": ["l"] }] })
    }

    fn place(&mut self) -> Value {
        json!({ "name": { "fr": self.canaries.phrase() }, "address": self.canaries.phrase(), "countryCode": "ML" })
    }

    fn contact(&mut self) -> Value {
        let mut word = || self.canaries.word();
        json!({ "address": word(), "email": format!("{}@example.org", word()), "telephone": word(),
            "website": format!("https://{}.example.org", word()) })
    }

    /// The id of a public entry.
    fn of_kind(&self, kind: &str, number: usize) -> Value {
        let mut lines = self.public.iter().filter(|line| line["kind"] == kind);
        lines.nth(number).expect("the demo has some of every kind")["id"].clone()
    }

    async fn named(&self, round: &Round) -> Vec<Named> {
        self.lines(round).await.iter().map(Named::of).collect()
    }

    async fn lines(&self, round: &Round) -> Vec<Value> {
        let mut lines = Vec::new();
        for (id, _) in round.all() {
            lines.push(self.house.line(id).await);
        }
        lines
    }
}
