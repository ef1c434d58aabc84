use chrono::{DateTime, Utc};

/// The `Cache-Control` of complete answers, whose lifetimes can be cut.
#[derive(Clone, Debug)]
pub(crate) struct Lifetimes {
    directives: Vec<(String, Option<i64>)>,
}

/// Directives that give a lifetime from now on.
const FROM_NOW: [&str; 2] = ["max-age", "s-maxage"];
/// Directives that let an answer live on after that.
const THEREAFTER: [&str; 2] = ["stale-while-revalidate", "stale-if-error"];

impl Lifetimes {
    pub(crate) fn parse(cache_control: &str) -> Self {
        let directives = cache_control.split(',').map(|directive| {
            let directive = directive.trim();
            let seconds = directive.split_once('=').and_then(|(name, value)| Some((name, value.parse().ok()?)));
            match seconds {
                Some((name, seconds)) => (name.to_ascii_lowercase(), Some(seconds)),
                None => (directive.to_owned(), None),
            }
        });
        Self { directives: directives.collect() }
    }

    /// What an answer that is another one from `until` on may tell caches at `now`: none keeps it beyond that.
    pub(crate) fn until(&self, until: DateTime<Utc>, now: DateTime<Utc>) -> String {
        let left = (until - now).num_seconds().max(0);
        let longest = |among: &[&str]| {
            let given = self.directives.iter().filter(|(name, _)| among.contains(&name.as_str()));
            given.filter_map(|(_, seconds)| *seconds).max().unwrap_or(0)
        };
        let may_go_stale = longest(&FROM_NOW) + longest(&THEREAFTER) <= left;
        let kept = self.directives.iter().filter(|(name, _)| may_go_stale || !THEREAFTER.contains(&name.as_str()));
        let told = kept.map(|(name, seconds)| match seconds {
            Some(seconds) if FROM_NOW.contains(&name.as_str()) => format!("{name}={}", left.min(*seconds)),
            Some(seconds) => format!("{name}={seconds}"),
            None => name.clone(),
        });
        told.collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(3_600, "public, max-age=5, s-maxage=30, stale-while-revalidate=30")]
    #[case(60, "public, max-age=5, s-maxage=30, stale-while-revalidate=30")]
    #[case(59, "public, max-age=5, s-maxage=30")]
    #[case(3, "public, max-age=3, s-maxage=3")]
    #[case(-1, "public, max-age=0, s-maxage=0")]
    fn no_cache_keeps_an_answer_past_its_end(#[case] left: i64, #[case] told: &str) {
        let lifetimes = Lifetimes::parse("public, max-age=5, s-maxage=30, stale-while-revalidate=30");
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(lifetimes.until(now + TimeDelta::seconds(left), now), told);
    }
}
