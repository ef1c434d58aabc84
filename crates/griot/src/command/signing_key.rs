//! `griot key init`: the key that signs what is issued.

use std::process::ExitCode;

use anyhow::{anyhow, bail};
use chrono::TimeDelta;
use griot_domain::{Clock, SystemClock};
use griot_proof::{Keyring, SigningKey};
use url::Url;

use crate::cli::NewSigningKey;
use crate::config::Config;
use crate::place;
use crate::say::{complain, say};

/// Makes a signing key in a file of its own, and prints what others verify with.
pub fn init(config: &Config, options: &NewSigningKey) -> anyhow::Result<ExitCode> {
    let folder = place::keys_dir(config);
    if config.proof.keys_dir.is_none() {
        place::prepare(config)?;
    }
    let known = Keyring::load(&folder)?;
    let now = SystemClock.now();
    let (origin, made_at) = match (&known, options.rotate) {
        (None, false) => (origin(config, options.log.as_deref())?, now),
        (Some(known), true) => {
            if options.log.as_ref().is_some_and(|log| log != known.origin()) {
                bail!("the log is called {} for good; leave --log out", known.origin());
            }
            // The newest one signs, whatever a clock says.
            (known.origin().to_owned(), now.max(known.signing().made_at() + TimeDelta::seconds(1)))
        }
        (Some(known), false) => bail!(
            "there is a signing key in {} already ({}); `griot key init --rotate` makes the one that follows it",
            folder.display(),
            known.signing().id()
        ),
        (None, true) => bail!("there is no signing key in {} yet; leave --rotate out", folder.display()),
    };
    let (key, path) = SigningKey::create(&folder, &origin, made_at)?;
    complain(format!("signing key {} in {}", key.id(), path.display()));
    complain("keep a copy where nobody else can read it; servers sign with it once they are started again");
    complain("whoever reads the log verifies it with this key:");
    say(key.verifier())?;
    Ok(ExitCode::SUCCESS)
}

/// What the log is called: the name given, or that of this server, or of the site.
fn origin(config: &Config, given: Option<&str>) -> anyhow::Result<String> {
    let of_url = |url: &Url| Some(format!("{}{}/log", url.host_str()?, port(url)));
    let urls = [&config.public_url, &config.site.url];
    let named = given.map(str::to_owned).or_else(|| urls.into_iter().flatten().find_map(|url| of_url(&url.0)));
    named.ok_or_else(|| {
        anyhow!(
            "the log needs a name that it keeps for good: set `public_url`, or give one such as \
             --log www.example.org/log"
        )
    })
}

fn port(url: &Url) -> String {
    url.port().map(|port| format!(":{port}")).unwrap_or_default()
}
