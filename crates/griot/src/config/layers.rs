//! Reads the layers, each over the one before, and names the place of whatever is wrong.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::keys::{Shape, allowed_in, is_section, keys, nearest, variable};
use super::{Bind, Config, DatabaseUrl, checks};

/// Where settings are looked for.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Asked for by `--config` or `GRIOT_CONFIG`; must exist.
    pub file: Option<PathBuf>,
    /// Read when it exists and no other is asked for.
    pub usual_file: Option<PathBuf>,
    /// The environment.
    pub variables: BTreeMap<String, String>,
    /// From the command line.
    pub flags: Flags,
}

/// Settings given on the command line; the last layer.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct Flags {
    pub data: Option<PathBuf>,
    pub database_url: Option<DatabaseUrl>,
    pub bind: Option<Bind>,
    pub insecure_http: bool,
    pub delivery_only: bool,
}

/// A setting that cannot be used; says where it stands and what may stand there.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read the configuration file {}: {source}", path.display())]
    Unreadable {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{}, line {line}: {message}", path.display())]
    InFile { path: PathBuf, line: usize, message: String },
    #[error("environment variable {name}: {message}")]
    InVariable { name: String, message: String },
    #[error("environment variable {name}: cannot read the file {}: {source}", path.display())]
    InVariableFile {
        name: String,
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
}

/// The settings in force, and warnings about what looks like a slip but harms nothing.
pub fn load(sources: &Sources) -> Result<(Config, Vec<String>), ConfigError> {
    let mut config = Config::default();
    if let Some(path) = &sources.file {
        config = read_file(path)?;
    } else if let Some(path) = sources.usual_file.as_ref().filter(|path| path.exists()) {
        config = read_file(path)?;
    }
    for (key, shape) in keys() {
        if let Some((name, raw)) = variable_of(&sources.variables, key, *shape)? {
            let value =
                parse(&raw, *shape).map_err(|message| ConfigError::InVariable { name: name.clone(), message })?;
            let changed = set(&config, key, value).and_then(|config| match checks::refusal(&config) {
                Some((_, message)) => Err(message),
                None => Ok(config),
            });
            config = changed.map_err(|message| ConfigError::InVariable { name, message })?;
        }
    }
    let Flags { data, database_url, bind, insecure_http, delivery_only } = sources.flags.clone();
    config.data = data.unwrap_or(config.data);
    config.database_url = database_url.or(config.database_url);
    config.bind = bind.unwrap_or(config.bind);
    config.insecure_http |= insecure_http;
    config.editorial.enabled &= !delivery_only;
    let warnings = slips(&sources.variables).into_iter().chain(checks::warnings(&config)).collect();
    Ok((config, warnings))
}

fn read_file(path: &Path) -> Result<Config, ConfigError> {
    let text =
        std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
    let at = |offset: usize, message: String| ConfigError::InFile {
        path: path.to_owned(),
        line: text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1,
        message,
    };
    // Only the message is shown, never the line itself: it may hold a password.
    let offset_of = |err: &toml::de::Error| err.span().map_or(0, |span| span.start);
    let table = DeTable::parse(&text).map_err(|err| at(offset_of(&err), err.message().to_owned()))?;
    refuse_unknown(table.get_ref(), "").map_err(|(offset, message)| at(offset, message))?;
    let mut places = Vec::new();
    places_of(table.get_ref(), "", &mut places);
    let config: Config = toml::from_str(&text).map_err(|err| {
        let offset = offset_of(&err);
        match places.iter().find(|(_, place)| place.contains(&offset)) {
            Some((key, _)) => at(offset, format!("`{key}`: {}", err.message())),
            None => at(offset, err.message().to_owned()),
        }
    })?;
    match checks::refusal(&config) {
        Some((key, message)) => {
            Err(at(places.iter().find(|(found, _)| found == key).map_or(0, |(_, place)| place.start), message))
        }
        None => Ok(config),
    }
}

/// Where the value of each key stands, in bytes.
fn places_of(table: &DeTable<'_>, section: &str, places: &mut Vec<(String, Range<usize>)>) {
    for (name, value) in table {
        let path = path_of(section, name.get_ref());
        match value.get_ref() {
            DeValue::Table(inner) if is_section(&path) => places_of(inner, &path, places),
            _ => places.push((path, value.span())),
        }
    }
}

fn path_of(section: &str, name: &str) -> String {
    if section.is_empty() { name.to_owned() } else { format!("{section}.{name}") }
}

/// `Err` holds the offset of the first unknown key, and what to say about it.
fn refuse_unknown(table: &DeTable<'_>, section: &str) -> Result<(), (usize, String)> {
    for (name, value) in table {
        let path = path_of(section, name.get_ref());
        match value.get_ref() {
            DeValue::Table(inner) if is_section(&path) => refuse_unknown(inner, &path)?,
            _ if is_section(&path) => {
                return Err((name.span().start, format!("`{path}` is a section: write [{path}], then its keys")));
            }
            _ if keys().iter().any(|(key, _)| *key == path) => {}
            DeValue::Table(_) => {
                let sections: Vec<String> = allowed_in("").into_iter().filter(|name| name.starts_with('[')).collect();
                let meant = nearest(&format!("[{path}]"), sections.iter().map(String::as_str));
                return Err((name.span().start, unknown(&path, section, meant)));
            }
            _ => {
                let meant = nearest(&path, keys().iter().map(|(key, _)| key.as_str()));
                return Err((name.span().start, unknown(&path, section, meant)));
            }
        }
    }
    Ok(())
}

fn unknown(path: &str, section: &str, meant: Option<&str>) -> String {
    let meant = meant.map_or_else(|| ".".to_owned(), |key| format!("; did you mean `{key}`?"));
    let place = if section.is_empty() { "at the top level".to_owned() } else { format!("in [{section}]") };
    format!("unknown key `{path}`{meant} Allowed {place}: {}", allowed_in(section).join(", "))
}

/// The variable that sets `key`, by its own name or, for secrets, through a file.
fn variable_of(
    variables: &BTreeMap<String, String>,
    key: &str,
    shape: Shape,
) -> Result<Option<(String, String)>, ConfigError> {
    let name = variable(key);
    let value = variables.get(&name);
    let file_name = format!("{name}_FILE");
    match (value, variables.get(&file_name).filter(|_| shape == Shape::Secret)) {
        (Some(_), Some(_)) => {
            Err(ConfigError::InVariable { name, message: format!("{file_name} is set too; set only one of them") })
        }
        (None, Some(path)) => match std::fs::read_to_string(path) {
            Ok(text) => Ok(Some((file_name, text.trim().to_owned()))),
            Err(source) => Err(ConfigError::InVariableFile { name: file_name, path: path.into(), source }),
        },
        (value, None) => Ok(value.map(|value| (name, value.clone()))),
    }
}

fn parse(raw: &str, shape: Shape) -> Result<toml::Value, String> {
    match shape {
        Shape::Text | Shape::Secret => Ok(toml::Value::String(raw.to_owned())),
        Shape::Flag => {
            raw.parse().map(toml::Value::Boolean).map_err(|_| format!("`{raw}` is not allowed; write true or false"))
        }
        Shape::Number => {
            raw.parse().map(toml::Value::Integer).map_err(|_| format!("`{raw}` is not allowed; write a whole number"))
        }
        Shape::List => {
            let parts = raw.split(',').map(str::trim).filter(|part| !part.is_empty());
            Ok(toml::Value::Array(parts.map(|part| toml::Value::String(part.to_owned())).collect()))
        }
        Shape::Tables => {
            let table: toml::Table = format!("tables = {raw}").parse().map_err(|err: toml::de::Error| {
                format!("{}; write a list of tables in one line, such as [{{ name = \"edge\", … }}]", err.message())
            })?;
            Ok(table.get("tables").cloned().expect("it was parsed under this name"))
        }
        Shape::Pairs => {
            let pair = |part: &str| match part.split_once('=') {
                Some((name, value)) => Ok((name.trim().to_owned(), toml::Value::String(value.trim().to_owned()))),
                None => Err(format!("`{part}` is not allowed; write name=value, with commas between them")),
            };
            let parts = raw.split(',').map(str::trim).filter(|part| !part.is_empty());
            parts.map(pair).collect::<Result<_, _>>().map(toml::Value::Table)
        }
    }
}

/// `config` with the key at a dotted path set, checked as if it stood in a file.
fn set(config: &Config, path: &str, value: toml::Value) -> Result<Config, String> {
    let mut root = toml::Table::try_from(config).expect("every setting can be written as TOML");
    let mut sections: Vec<&str> = path.split('.').collect();
    let key = sections.pop().unwrap_or(path);
    let mut table = &mut root;
    for section in sections {
        let inner = table.entry(section).or_insert_with(|| toml::Value::Table(toml::Table::new()));
        table = inner.as_table_mut().expect("sections are tables");
    }
    table.insert(key.to_owned(), value);
    root.try_into().map_err(|err: toml::de::Error| err.message().to_owned())
}

/// Warnings for variables that look like a misspelt one of ours.
fn slips(variables: &BTreeMap<String, String>) -> Vec<String> {
    let known: Vec<String> = keys().iter().map(|(key, _)| variable(key)).collect();
    let ours = |name: &str| {
        let base = name.strip_suffix("_FILE").unwrap_or(name);
        name == "GRIOT_CONFIG" || name.starts_with("GRIOT_TEST_") || known.iter().any(|key| key == base)
    };
    variables
        .keys()
        .filter(|name| name.starts_with("GRIOT_") && !ours(name))
        .filter_map(|name| {
            let meant = known.iter().find(|key| strsim::damerau_levenshtein(name, key) <= 2)?;
            Some(format!("environment variable {name} is not known and has no effect; did you mean {meant}?"))
        })
        .collect()
}

#[cfg(test)]
mod tests;
