//! What a token says of its holder.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::Refused;

/// The claims that are judged. Source: OpenID Connect Core 1.0, section 2; RFC 9068, section 2.2.
#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    pub(super) iss: String,
    pub(super) sub: String,
    pub(super) aud: Audience,
    pub(super) azp: Option<String>,
    pub(super) exp: Seconds,
    pub(super) nbf: Option<Seconds>,
    pub(super) iat: Option<Seconds>,
    name: Option<String>,
    preferred_username: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Audience {
    One(String),
    Several(Vec<String>),
}

/// Seconds since 1970, perhaps with a fraction.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Seconds(f64);

impl Audience {
    pub(super) fn contains(&self, wanted: &str) -> bool {
        match self {
            Self::One(one) => one == wanted,
            Self::Several(all) => all.iter().any(|one| one == wanted),
        }
    }

    fn is_shared(&self) -> bool {
        matches!(self, Self::Several(all) if all.len() > 1)
    }
}

impl Seconds {
    /// Cut to the whole second; `None` outside the calendar's range.
    pub(super) fn instant(self) -> Option<DateTime<Utc>> {
        // A number out of range becomes the farthest one, which is no instant either.
        DateTime::from_timestamp(self.0.floor() as i64, 0)
    }
}

impl Claims {
    /// Accepts the client the token was made for.
    pub(super) fn accept_party(&self, audience: &str, parties: &[String]) -> Result<(), Refused> {
        let is_listed = |azp: &String| parties.contains(azp) || parties.is_empty() && azp == audience;
        let is_fine = match &self.azp {
            None => !self.aud.is_shared() && parties.is_empty(),
            Some(azp) => is_listed(azp) || !self.aud.is_shared() && parties.is_empty(),
        };
        if is_fine { Ok(()) } else { Err(Refused::Claim("azp")) }
    }

    /// The name for people, at most 200 characters.
    pub(super) fn display_name(&self) -> String {
        let given = [&self.name, &self.preferred_username].into_iter().flatten().find(|name| !name.trim().is_empty());
        let name = given.unwrap_or(&self.sub).trim();
        name.chars().filter(|c| !c.is_control()).take(200).collect()
    }
}

/// The texts in the claim `path`: that very name, else names with dots between them.
pub(super) fn roles_in<'a>(all: &'a Map<String, Value>, path: &str) -> impl Iterator<Item = &'a str> {
    let inside = || {
        let mut names = path.split('.');
        let first = names.next().and_then(|name| all.get(name));
        names.fold(first, |value, name| value?.get(name))
    };
    let (one, several) = match all.get(path).or_else(inside) {
        Some(Value::String(one)) => (Some(one.as_str()), [].as_slice()),
        Some(Value::Array(several)) => (None, several.as_slice()),
        _ => (None, [].as_slice()),
    };
    one.into_iter().chain(several.iter().filter_map(Value::as_str))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[rstest]
    #[case("roles", json!({"roles": ["a", 7, "b"]}), &["a", "b"])]
    #[case("roles", json!({"roles": "a"}), &["a"])]
    #[case("realm_access.roles", json!({"realm_access": {"roles": ["a"]}}), &["a"])]
    #[case("https://example.org/roles", json!({"https://example.org/roles": ["a"]}), &["a"])]
    #[case("roles", json!({"roles": {"a": true}}), &[])]
    #[case("roles.deep", json!({"roles": "a"}), &[])]
    #[case("roles", json!({}), &[])]
    fn roles_are_found_where_providers_put_them(#[case] path: &str, #[case] all: Value, #[case] found: &[&str]) {
        assert_eq!(roles_in(all.as_object().unwrap(), path).collect::<Vec<_>>(), found);
    }

    #[rstest]
    #[case(json!("griot"), None, &[], true)]
    #[case(json!("griot"), Some("app"), &[], true)]
    #[case(json!(["griot"]), None, &[], true)]
    #[case(json!(["griot", "other"]), None, &[], false)]
    #[case(json!(["griot", "other"]), Some("other"), &[], false)]
    #[case(json!(["griot", "other"]), Some("griot"), &[], true)]
    #[case(json!(["griot", "other"]), Some("app"), &["app"], true)]
    #[case(json!("griot"), Some("app"), &["app"], true)]
    #[case(json!("griot"), Some("stranger"), &["app"], false)]
    #[case(json!("griot"), None, &["app"], false)]
    fn a_token_is_taken_from_the_client_it_was_made_for(
        #[case] aud: Value,
        #[case] azp: Option<&str>,
        #[case] parties: &[&str],
        #[case] is_fine: bool,
    ) {
        let claims = json!({"iss": "i", "sub": "s", "aud": aud, "azp": azp, "exp": 1});
        let claims: Claims = serde_json::from_value(claims).unwrap();
        let parties: Vec<String> = parties.iter().copied().map(str::to_owned).collect();
        assert_eq!(claims.accept_party("griot", &parties).is_ok(), is_fine);
    }

    #[rstest]
    #[case(1.9, Some(1))]
    #[case(0.0, Some(0))]
    #[case(1e300, None)]
    fn seconds_outside_of_the_calendar_are_no_instant(#[case] seconds: f64, #[case] instant: Option<i64>) {
        assert_eq!(Seconds(seconds).instant().map(|at| at.timestamp()), instant);
    }
}
