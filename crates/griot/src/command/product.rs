//! `griot product`: what partners receive.

use std::process::ExitCode;

use anyhow::{Context, anyhow, bail};
use griot_domain::{
    Clock, EntryId, EntryKind, IdSource, Locale, ProductCondition as Condition, ProductFilter, RandomIds, Slug,
    SystemClock, Urgency,
};
use griot_persistence::{PartnerStore, Product, ProductRemoval, ProductSaving, PublishedStore};

use crate::cli::{self, ProductTerms};
use crate::config::Config;
use crate::place;
use crate::say::say;

/// Runs one of the commands about products.
pub async fn run(config: &Config, command: cli::Product) -> anyhow::Result<ExitCode> {
    place::require(config)?;
    let location = place::location(config);
    let store = PartnerStore::open(&location).await?.by(place::actor("griot product"));
    let record = PublishedStore::open(&location).await?;
    match command {
        cli::Product::Add { code, title, filter } => {
            let product = Product {
                id: RandomIds.next_id(),
                code: Slug::parse(&code)?,
                title: title.unwrap_or(code),
                filter: read(&record, &filter).await?,
                is_sorted: false,
                revision: 1,
                created_at: SystemClock.now(),
            };
            save(&store, &product).await?;
            say(format!("product {} is added; a running server sorts items into it now", product.code.as_str()))?;
        }
        cli::Product::Set { code, title, filter } => {
            let mut product = named(&store, &code).await?;
            product.title = title.unwrap_or(product.title);
            let told = [&filter.all, &filter.any, &filter.none].iter().any(|conditions| !conditions.is_empty());
            if told {
                product.filter = read(&record, &filter).await?;
            }
            save(&store, &product).await?;
            say(format!("product {code} is changed"))?;
        }
        cli::Product::List => list(&store, &record).await?,
        cli::Product::Remove { code } => remove(&store, &code).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn named(store: &PartnerStore, code: &str) -> anyhow::Result<Product> {
    let found = store.products().await?.into_iter().find(|product| product.code.as_str() == code);
    found.ok_or_else(|| anyhow!("there is no product {code}; `griot product list` shows them"))
}

async fn save(store: &PartnerStore, product: &Product) -> anyhow::Result<()> {
    let code = product.code.as_str();
    match store.save_product(product).await? {
        ProductSaving::Saved => Ok(()),
        ProductSaving::CodeTaken => {
            bail!("there is a product {code} already; `griot product set` changes it")
        }
        ProductSaving::CodeKept(code) => bail!("the product is called {code} and stays so; add another one"),
        ProductSaving::Removed => bail!("the product {code} was removed meanwhile; add another one"),
        ProductSaving::Fixed => bail!("the product `all` is everything and stays so; add another one"),
    }
}

async fn remove(store: &PartnerStore, code: &str) -> anyhow::Result<()> {
    let product = named(store, code).await?;
    match store.remove_product(product.id).await? {
        ProductRemoval::Removed => Ok(say(format!("product {code} is removed"))?),
        ProductRemoval::InUse(count) => {
            bail!("{count} partners receive {code}; give them others first (`griot partner set NAME --product …`)")
        }
        ProductRemoval::Fixed => bail!("the product `all` is everything and stays"),
    }
}

async fn list(store: &PartnerStore, record: &PublishedStore) -> anyhow::Result<()> {
    for product in store.products().await? {
        let sorted = if product.is_sorted { "" } else { " (being sorted)" };
        say(format!("{}  {}{sorted}", product.code.as_str(), product.title))?;
        let ProductFilter { all, any, none } = &product.filter;
        for (name, conditions) in [("all", all), ("any", any), ("none", none)] {
            for condition in conditions {
                say(format!("    --{name} {}", written(record, condition).await?))?;
            }
        }
    }
    Ok(())
}

/// The filter that the command line tells.
async fn read(record: &PublishedStore, terms: &ProductTerms) -> anyhow::Result<ProductFilter> {
    let mut filter = ProductFilter::default();
    for (told, conditions) in
        [(&terms.all, &mut filter.all), (&terms.any, &mut filter.any), (&terms.none, &mut filter.none)]
    {
        for text in told {
            conditions.push(condition(record, text).await?);
        }
    }
    Ok(filter)
}

async fn condition(record: &PublishedStore, text: &str) -> anyhow::Result<Condition> {
    let usual = "write kind:, topic:, institution:, person:, language:, urgency: or image: and a value";
    let (name, value) = text.split_once(':').ok_or_else(|| anyhow!("`{text}` is no condition; {usual}"))?;
    let wrong = || format!("the condition `{text}`");
    Ok(match name {
        "kind" => Condition::Kind(value.parse().with_context(wrong)?),
        "topic" => Condition::Topic(entry(record, EntryKind::Topic, value).await?),
        "institution" => Condition::Institution(entry(record, EntryKind::Institution, value).await?),
        "person" => Condition::Person(entry(record, EntryKind::Person, value).await?),
        "language" => Condition::Language(Locale::parse(value).with_context(wrong)?),
        "urgency" => {
            let number: i64 = value.parse().with_context(wrong)?;
            Condition::Urgency(Urgency::try_from(number).map_err(|err| anyhow!("{}: {err}", wrong()))?)
        }
        "image" => match value {
            "yes" => Condition::Image(true),
            "no" => Condition::Image(false),
            _ => bail!("{}: write image:yes or image:no", wrong()),
        },
        _ => bail!("`{text}` is no condition; {usual}"),
    })
}

/// The entry with an id, or the public one with a slug.
async fn entry(record: &PublishedStore, kind: EntryKind, slug: &str) -> anyhow::Result<EntryId> {
    if let Ok(id) = slug.parse() {
        return Ok(id);
    }
    let slug = Slug::parse(slug)?;
    let found = record.ids_by_slug(kind, std::slice::from_ref(&slug)).await?.remove(&slug);
    found.ok_or_else(|| anyhow!("no public {kind} has the slug `{}`; its page on the site ends in it", slug.as_str()))
}

/// A condition as it may be given, and whom it names.
async fn written(record: &PublishedStore, condition: &Condition) -> anyhow::Result<String> {
    Ok(match condition {
        Condition::Kind(kind) => format!("kind:{kind}"),
        Condition::Language(locale) => format!("language:{locale}"),
        Condition::Urgency(urgency) => format!("urgency:{}", urgency.get()),
        Condition::Image(wanted) => format!("image:{}", if *wanted { "yes" } else { "no" }),
        Condition::Topic(id) => format!("topic:{id}{}", name(record, *id).await?),
        Condition::Institution(id) => format!("institution:{id}{}", name(record, *id).await?),
        Condition::Person(id) => format!("person:{id}{}", name(record, *id).await?),
    })
}

/// What an entry is called, in brackets; nothing when it is not public any more.
async fn name(record: &PublishedStore, id: EntryId) -> anyhow::Result<String> {
    let texts = record.live_texts(&[id]).await?;
    Ok(texts.first().map_or(String::new(), |text| format!(" ({})", text.text.display_title(&text.entry))))
}
