//! Shared caches that are told of publications, as set.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, anyhow};
use griot_egress::Method;
use griot_egress::header::{HeaderName, HeaderValue};
use griot_gateway::{PurgeHook, TagForm};

use crate::config::{Config, Hook};

/// Where it is kept how far each of them was told.
pub fn folder(config: &Config) -> PathBuf {
    config.data.join("purge")
}

/// The hooks, with what their headers hold.
pub fn hooks(config: &Config) -> anyhow::Result<Vec<PurgeHook>> {
    config
        .purge
        .hooks
        .iter()
        .map(|hook| of(hook).with_context(|| format!("the hook `{}` in [purge]", hook.name)))
        .collect()
}

fn of(hook: &Hook) -> anyhow::Result<PurgeHook> {
    let name_of = |name: &str| HeaderName::try_from(name).map_err(|_| anyhow!("`{name}` is not the name of a header"));
    let headers = hook.headers.iter().map(|(name, text)| {
        let value = text.reveal().with_context(|| format!("its header {name}"))?;
        let mut value = HeaderValue::try_from(value)
            .map_err(|_| anyhow!("its header {name} holds what no header can, such as a line break"))?;
        value.set_sensitive(true);
        Ok((name_of(name)?, value))
    });
    let form = match (&hook.header, &hook.body) {
        (Some(name), _) => {
            HeaderValue::try_from(&hook.separator).context("`separator` cannot stand in a header")?;
            TagForm::Header { name: name_of(name)?, separator: hook.separator.clone() }
        }
        (None, body) => TagForm::Json(serde_json::from_str(body.as_deref().unwrap_or_default()).context("its `body`")?),
    };
    let milliseconds = |number: i64| Duration::from_millis(number.unsigned_abs());
    Ok(PurgeHook {
        name: hook.name.clone(),
        url: hook.url.clone(),
        method: Method::from_bytes(hook.method.as_bytes())
            .map_err(|_| anyhow!("`{}` is not a method: write one such as POST or PURGE", hook.method))?,
        headers: headers.collect::<anyhow::Result<_>>()?,
        form,
        batch: usize::try_from(hook.batch).unwrap_or(1),
        timeout: milliseconds(hook.timeout_ms),
        repeat_after: milliseconds(hook.repeat_after_ms),
        allowed_hosts: hook.allowed_hosts.clone(),
    })
}
