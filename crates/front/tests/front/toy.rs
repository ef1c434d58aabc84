//! A schema with one of everything the front has to judge: connections, plain lists, an interface, a union, input
//! objects, a one-of, custom scalars, mutations and resolvers that fail in each way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use async_graphql::{
    Context, EmptySubscription, Enum, Error, ErrorExtensions, InputObject, InputValueError, InputValueResult,
    Interface, Object, OneofObject, SDLExportOptions, Scalar, ScalarType, Schema, SimpleObject, Union, ValidationMode,
    Value,
};
use chrono::{DateTime, TimeDelta};
use griot_front::code;
use griot_front::directive::{Connection, Cost, List, Sliced};
use griot_front::fresh::{Reads, Tag};

pub type ToySchema = Schema<Query, Mutation, EmptySubscription>;

pub fn schema() -> ToySchema {
    Schema::build(Query, Mutation, EmptySubscription)
        .validation_mode(ValidationMode::Fast)
        .disable_suggestions()
        .finish()
}

pub fn sdl() -> String {
    schema().sdl_with_options(SDLExportOptions::new().use_space_ident().prefer_single_line_descriptions())
}

/// Anything with a name.
#[derive(Interface)]
#[graphql(field(name = "name", ty = "String", desc = "Its name."))]
pub enum Named {
    Article(Article),
    Person(Person),
}

/// What a search finds.
#[derive(Union)]
pub enum Found {
    Article(Article),
    Person(Person),
}

/// An article.
#[derive(Clone)]
pub struct Article(i32);

#[Object]
impl Article {
    /// Title.
    async fn title(&self) -> String {
        format!("Title {}", self.0)
    }

    /// Name.
    async fn name(&self) -> String {
        format!("Article {}", self.0)
    }

    /// Writer.
    async fn author(&self) -> Person {
        Person
    }

    /// Related articles.
    #[graphql(directive = Connection::apply(3))]
    async fn related(
        &self,
        #[graphql(desc = "At most 100.")] first: Option<i32>,
        #[graphql(desc = "At most 100.")] last: Option<i32>,
    ) -> Page {
        Page(first.or(last).unwrap_or(3).clamp(0, 100))
    }

    /// Words about it.
    #[graphql(directive = List::apply(10))]
    async fn tags(&self) -> Vec<String> {
        vec!["a".to_owned()]
    }
}

/// A person.
#[derive(Clone)]
pub struct Person;

#[Object]
impl Person {
    /// Name.
    async fn name(&self) -> String {
        "Awa".to_owned()
    }

    /// Articles written.
    #[graphql(directive = Connection::apply(20))]
    async fn articles(
        &self,
        #[graphql(desc = "At most 100.")] first: Option<i32>,
        #[graphql(desc = "At most 100.")] last: Option<i32>,
    ) -> Page {
        Page(first.or(last).unwrap_or(20).clamp(0, 100))
    }

    /// Worked out afresh.
    #[graphql(directive = Cost::apply(50))]
    async fn biography(&self) -> String {
        "A life.".to_owned()
    }
}

/// A page of articles.
pub struct Page(i32);

#[Object]
impl Page {
    /// Articles of the page.
    async fn nodes(&self) -> Vec<Article> {
        (0..self.0).map(Article).collect()
    }

    /// Articles of the page with their cursors.
    async fn edges(&self) -> Vec<Edge> {
        (0..self.0).map(|number| Edge { cursor: number.to_string(), node: Article(number) }).collect()
    }

    /// Articles on all pages.
    async fn total_count(&self) -> i32 {
        1_000
    }
}

/// An article and its cursor.
#[derive(SimpleObject)]
pub struct Edge {
    /// Where it stands.
    cursor: String,
    /// The article.
    node: Article,
}

/// What to look for.
#[derive(InputObject)]
pub struct Filter {
    /// Part of the title.
    pub title: Option<String>,
    /// Any of these.
    pub ids: Option<Vec<i32>>,
    /// None of these.
    pub not: Option<Box<Filter>>,
}

/// Exactly one key.
#[derive(OneofObject)]
pub enum Key {
    /// By number.
    Id(i32),
    /// By title.
    Title(String),
}

/// Order.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum Order {
    /// By title.
    Title,
    /// By date.
    Date,
}

/// A day, YYYY-MM-DD.
pub struct Day(String);

#[Scalar]
impl ScalarType for Day {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(day) if day.len() == 10 => Ok(Self(day)),
            _ => Err(InputValueError::custom("write it as YYYY-MM-DD")),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// A number that can be changed, and how often it was read.
#[derive(Default)]
pub struct Counter {
    pub number: AtomicI64,
    pub reads: AtomicI64,
    pub is_broken: AtomicBool,
}

/// Reads.
pub struct Query;

#[Object]
impl Query {
    /// Says hello.
    async fn hello(&self, #[graphql(desc = "Whom to greet.")] name: Option<String>) -> String {
        format!("Hello, {}!", name.as_deref().unwrap_or("world"))
    }

    /// One article.
    async fn article(&self, #[graphql(desc = "Its number.")] id: i32) -> Option<Article> {
        (id < 1_000).then_some(Article(id))
    }

    /// One article by one of its keys.
    async fn article_by(&self, #[graphql(desc = "The key.")] key: Key) -> Option<Article> {
        match key {
            Key::Id(id) => Some(Article(id)),
            Key::Title(_) => None,
        }
    }

    /// Articles.
    #[graphql(directive = Connection::apply(20))]
    async fn articles(
        &self,
        #[graphql(desc = "At most 100.")] first: Option<i32>,
        #[graphql(desc = "At most 100.")] last: Option<i32>,
        #[graphql(desc = "Conditions.")] filter: Option<Filter>,
        #[graphql(desc = "Order.")] order: Option<Order>,
    ) -> Page {
        let _ = (filter, order);
        Page(first.or(last).unwrap_or(20).clamp(0, 100))
    }

    /// Articles by number.
    #[graphql(directive = Sliced::apply(20, &["ids"]))]
    async fn articles_by_ids(&self, #[graphql(desc = "Numbers.")] ids: Vec<i32>) -> Vec<Article> {
        ids.into_iter().map(Article).collect()
    }

    /// The first numbers.
    #[graphql(directive = Sliced::apply(10, &["n"]))]
    async fn numbers(&self, #[graphql(desc = "How many.")] n: Option<i32>) -> Vec<i32> {
        (0..n.unwrap_or(10)).collect()
    }

    /// Found by name.
    #[graphql(directive = List::apply(10))]
    async fn search(&self, #[graphql(desc = "Part of the name.")] text: String) -> Vec<Found> {
        let _ = text;
        vec![Found::Article(Article(1)), Found::Person(Person)]
    }

    /// The day itself.
    async fn on(&self, #[graphql(desc = "A day.")] day: Day) -> Option<Day> {
        Some(day)
    }

    /// Anything by number.
    async fn named(&self, #[graphql(desc = "Its number.")] id: i32) -> Named {
        if id == 0 { Named::Person(Person) } else { Named::Article(Article(id)) }
    }

    /// Fails with a text that nobody must see.
    async fn broken(&self) -> Option<Result<i32, Error>> {
        Some(Err(Error::new("SELECT secret FROM drafts")))
    }

    /// Fails with a text for the client.
    async fn refused(&self) -> Option<Result<i32, Error>> {
        let error = Error::new("first is 101, at most 100 are given");
        Some(Err(error.extend_with(|_, extensions| extensions.set("code", code::BAD_USER_INPUT))))
    }

    /// Panics.
    async fn panics(&self, #[graphql(desc = "Divisor; 0 panics.")] divisor: i32) -> i32 {
        1 / divisor
    }

    /// Answers after some milliseconds.
    async fn slow(&self, #[graphql(desc = "Milliseconds.")] ms: i32) -> i32 {
        tokio::time::sleep(Duration::from_millis(u64::try_from(ms).unwrap_or(0))).await;
        ms
    }

    /// The counter's number, read under the tag `count`.
    async fn count(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Milliseconds from the reading to the answer.")] ms: Option<i32>,
        #[graphql(desc = "Seconds since 1970 at which it is another one.")] until: Option<i32>,
    ) -> i64 {
        let Some(counter) = ctx.data_opt::<Arc<Counter>>() else { return 0 };
        if let Some(reads) = ctx.data_opt::<Arc<Reads>>() {
            reads.note([Tag::named("toy", "count")]);
            if let Some(until) = until {
                reads.note_until(DateTime::UNIX_EPOCH + TimeDelta::seconds(until.into()));
            }
        }
        let number = counter.number.load(Ordering::SeqCst);
        counter.reads.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(u64::try_from(ms.unwrap_or(0)).unwrap_or(0))).await;
        number
    }

    /// Fails while the counter is broken.
    async fn failing(&self, ctx: &Context<'_>) -> Option<Result<i32, Error>> {
        let is_broken = ctx.data_opt::<Arc<Counter>>().is_some_and(|counter| counter.is_broken.load(Ordering::SeqCst));
        Some(if is_broken { Err(Error::new("the database is gone")) } else { Ok(0) })
    }

    /// As many bytes.
    async fn bytes(&self, #[graphql(desc = "How many.")] n: i32) -> String {
        "x".repeat(usize::try_from(n).unwrap_or(0))
    }
}

/// Writes.
pub struct Mutation;

#[Object]
impl Mutation {
    /// Pretends to write.
    async fn write(&self, #[graphql(desc = "What to write.")] text: String) -> String {
        text
    }
}
