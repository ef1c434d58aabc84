//! WordPress' dates: local and UTC ones side by side, `0000-00-00 00:00:00` for none.

use chrono::{DateTime, Duration, FixedOffset, NaiveDateTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;

use super::item::Item;

/// An item without any date that can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it has no date: wp:post_date_gmt is `{gmt}` and wp:post_date `{local}`; use YYYY-MM-DD HH:MM:SS")]
pub(crate) struct NoDate {
    gmt: String,
    local: String,
}

/// When an item was published, with the offset of the site's clock.
pub(crate) fn published_at(item: &Item, zone: Tz) -> Result<DateTime<FixedOffset>, NoDate> {
    instant(&item.date_gmt, &item.date, zone)
        .or_else(|| rfc2822(&item.pub_date))
        .ok_or_else(|| NoDate { gmt: item.date_gmt.clone(), local: item.date.clone() })
}

/// When an item was last changed.
pub(crate) fn modified_at(item: &Item, zone: Tz) -> Option<DateTime<Utc>> {
    instant(&item.modified_gmt, &item.modified, zone).map(|at| at.to_utc())
}

/// An RSS date, such as `Sat, 29 Jul 2023 14:05:00 +0000`.
pub(crate) fn rfc2822(raw: &str) -> Option<DateTime<FixedOffset>> {
    // Comments may nest in such dates; a short text cannot nest deep.
    (raw.len() <= 64).then(|| DateTime::parse_from_rfc2822(raw.trim()).ok()).flatten()
}

fn instant(gmt: &str, local: &str, zone: Tz) -> Option<DateTime<FixedOffset>> {
    match (naive(gmt), naive(local)) {
        (Some(gmt), Some(local)) => Some(offset(local - gmt).from_utc_datetime(&gmt)),
        (Some(gmt), None) => Some(zone.from_utc_datetime(&gmt).fixed_offset()),
        (None, Some(local)) => {
            // A local time that a change of the clock skips is read as UTC would have it.
            let at = zone.from_local_datetime(&local).earliest();
            Some(at.map_or_else(|| local.and_utc().fixed_offset(), |at| at.fixed_offset()))
        }
        (None, None) => None,
    }
}

/// The difference of the two dates when it can be that of a place, else none.
fn offset(difference: Duration) -> FixedOffset {
    let seconds = difference.num_seconds();
    let is_of_a_place = seconds % (15 * 60) == 0 && seconds.abs() <= 14 * 3600;
    i32::try_from(seconds).ok().filter(|_| is_of_a_place).and_then(FixedOffset::east_opt).unwrap_or_else(|| Utc.fix())
}

fn naive(raw: &str) -> Option<NaiveDateTime> {
    NaiveDateTime::parse_from_str(raw.trim(), "%Y-%m-%d %H:%M:%S").ok()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("2023-07-29 14:05:00", "2023-07-29 16:05:00", "2023-07-29T16:05:00+02:00")]
    #[case("2023-07-29 14:05:00", "2023-07-29 14:05:00", "2023-07-29T14:05:00+00:00")]
    #[case("2023-07-29 14:05:00", "2023-07-30 09:17:03", "2023-07-29T14:05:00+00:00")]
    #[case("2023-07-29 14:05:00", "0000-00-00 00:00:00", "2023-07-29T16:05:00+02:00")]
    #[case("0000-00-00 00:00:00", "2023-07-29 16:05:00", "2023-07-29T16:05:00+02:00")]
    #[case("", "2023-01-29 16:05:00", "2023-01-29T16:05:00+01:00")]
    #[case("", "2023-03-26 02:30:00", "2023-03-26T02:30:00+00:00")]
    fn the_instant_is_utc_and_the_offset_the_difference(
        #[case] gmt: &str,
        #[case] local: &str,
        #[case] expected: &str,
    ) {
        let item = Item { date_gmt: gmt.into(), date: local.into(), ..Item::default() };
        assert_eq!(published_at(&item, Tz::Europe__Paris).unwrap().to_rfc3339(), expected);
    }

    #[test]
    fn the_feed_date_stands_in_and_a_bad_date_is_named() {
        let item = |pub_date: &str| Item { date: "hier".into(), pub_date: pub_date.into(), ..Item::default() };
        let found = published_at(&item("Sat, 29 Jul 2023 14:05:00 +0000"), Tz::UTC).unwrap();
        assert_eq!(found.to_rfc3339(), "2023-07-29T14:05:00+00:00");
        let error = published_at(&item("Wed, 30 Nov -0001 00:00:00 +0000"), Tz::UTC).unwrap_err();
        assert!(error.to_string().contains("wp:post_date `hier`"));
    }
}
