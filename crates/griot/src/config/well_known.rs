//! `[well_known]`: what is told at addresses that everybody knows.

use std::path::PathBuf;

use anyhow::{Context, bail};
use chrono::{DateTime, Utc};
use griot_gateway::SecurityContact;
use serde::{Deserialize, Serialize};

/// `[well_known]`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WellKnown {
    /// Who is told of weaknesses, best first: addresses that begin with `mailto:`, `tel:` or `https:`.
    pub security_contact: Vec<String>,
    /// Until when they are good.
    pub security_expires: Option<DateTime<Utc>>,
    /// The file that is served as trust.txt.
    pub trust: Option<PathBuf>,
}

impl WellKnown {
    /// The key whose value cannot be used, and what to write instead.
    pub fn refusal(&self) -> Option<(&'static str, String)> {
        let is_address = |one: &str| {
            let is_known = ["mailto:", "tel:", "https:"].iter().any(|scheme| one.starts_with(scheme));
            is_known && one.chars().all(|c| c.is_ascii_graphic())
        };
        if let Some(wrong) = self.security_contact.iter().find(|one| !is_address(one)) {
            let remedy = "write an address such as mailto:security@example.org, tel:+1-201-555-0123 or https://example.org/report";
            return Some((
                "well_known.security_contact",
                format!("`well_known.security_contact` is `{wrong}`: {remedy}"),
            ));
        }
        match (self.security_contact.is_empty(), self.security_expires) {
            (false, None) => {
                let remedy =
                    "say until when the contact is good, such as \"2027-06-30T00:00:00Z\", at most a year from now";
                Some(("well_known.security_expires", format!("`well_known.security_expires` is missing: {remedy}")))
            }
            (true, Some(_)) => {
                let remedy = "name who is told of weaknesses, such as [\"mailto:security@example.org\"]";
                Some(("well_known.security_contact", format!("`well_known.security_contact` is missing: {remedy}")))
            }
            _ => None,
        }
    }

    /// What the gateway is to tell. It fails where the file of trust.txt cannot be read or has other lines than that may have.
    pub fn told(&self) -> anyhow::Result<griot_gateway::WellKnown> {
        let contacts = self.security_contact.clone();
        let security = self.security_expires.map(|expires| SecurityContact { contacts, expires });
        let Some(file) = &self.trust else { return Ok(griot_gateway::WellKnown { security, trust: None }) };
        let name = file.display();
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("`well_known.trust` is {name}: it cannot be read as text in UTF-8"))?;
        let is_line = |line: &str| line.is_empty() || line.starts_with('#') || line.contains('=');
        if let Some(at) = text.lines().position(|line| !is_line(line.trim())) {
            bail!(
                "{name}, line {}: a line of trust.txt is a comment (#) or such as social=https://social.example/@office",
                at + 1
            );
        }
        Ok(griot_gateway::WellKnown { security, trust: Some(text) })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(&["security@example.org"], true, "mailto:security@example.org")]
    #[case(&["mailto:a@example.org\nExpires: x"], true, "`well_known.security_contact` is")]
    #[case(&["mailto:a@example.org"], false, "`well_known.security_expires` is missing")]
    #[case(&[], true, "`well_known.security_contact` is missing")]
    fn a_contact_is_an_address_with_a_date(#[case] contacts: &[&str], #[case] is_dated: bool, #[case] says: &str) {
        let contacts = contacts.iter().map(|&one| one.to_owned()).collect();
        let expires = is_dated.then_some(DateTime::UNIX_EPOCH);
        let set = WellKnown { security_contact: contacts, security_expires: expires, trust: None };
        let (_, message) = set.refusal().unwrap();
        assert!(message.contains(says), "{message}");
    }

    #[test]
    fn a_file_that_is_no_trust_txt_is_refused_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("trust.txt");
        let set = WellKnown { trust: Some(file.clone()), ..WellKnown::default() };
        assert!(set.told().unwrap_err().to_string().contains("cannot be read"));
        std::fs::write(&file, "# office\n\nsocial=https://social.example/@office\n").unwrap();
        assert!(set.told().unwrap().trust.unwrap().contains("@office"));
        std::fs::write(&file, "# office\n<html>\n").unwrap();
        assert!(set.told().unwrap_err().to_string().contains("line 2"));
    }
}
