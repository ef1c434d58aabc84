//! Players and posts of other sites: which provider an address belongs to, and the page behind a player.

use url::Url;

/// Something that can be embedded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) provider: &'static str,
    /// The page, where the address was that of a player.
    pub(super) url: String,
}

const HOSTS: [(&str, &str); 20] = [
    ("youtube.com", "YouTube"),
    ("youtube-nocookie.com", "YouTube"),
    ("youtu.be", "YouTube"),
    ("vimeo.com", "Vimeo"),
    ("dailymotion.com", "Dailymotion"),
    ("dai.ly", "Dailymotion"),
    ("facebook.com", "Facebook"),
    ("fb.watch", "Facebook"),
    ("twitter.com", "X"),
    ("x.com", "X"),
    ("soundcloud.com", "SoundCloud"),
    ("instagram.com", "Instagram"),
    ("tiktok.com", "TikTok"),
    ("spotify.com", "Spotify"),
    ("ted.com", "TED"),
    ("flickr.com", "Flickr"),
    ("flic.kr", "Flickr"),
    ("slideshare.net", "SlideShare"),
    ("issuu.com", "Issuu"),
    ("scribd.com", "Scribd"),
];

/// The provider `raw` belongs to; `None` for other sites, and for a provider's front page.
pub(super) fn known(raw: &str) -> Option<Known> {
    let raw = raw.trim();
    let absolute = if raw.starts_with("//") { format!("https:{raw}") } else { raw.to_owned() };
    let url = Url::parse(&absolute).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let host = url.host_str()?;
    let fits = |known: &str| host == known || host.strip_suffix(known).is_some_and(|rest| rest.ends_with('.'));
    let (_, provider) = HOSTS.into_iter().find(|(known, _)| fits(known))?;
    if url.path().len() < 2 {
        return None;
    }
    Some(Known { provider, url: page(provider, &url).unwrap_or_else(|| url.to_string()) })
}

fn page(provider: &str, url: &Url) -> Option<String> {
    let segments: Vec<&str> = url.path_segments()?.filter(|segment| !segment.is_empty()).collect();
    let argument = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    match (provider, segments.as_slice()) {
        ("YouTube", ["embed", "videoseries"]) => {
            Some(format!("https://www.youtube.com/playlist?list={}", argument("list")?))
        }
        ("YouTube", ["embed" | "v" | "shorts" | "live", id]) => Some(watch(id)),
        ("YouTube", [id]) if url.host_str() == Some("youtu.be") => Some(watch(id)),
        ("Vimeo", ["video", id]) => Some(format!("https://vimeo.com/{id}")),
        ("Dailymotion", ["embed" | "swf", "video", id]) => Some(format!("https://www.dailymotion.com/video/{id}")),
        ("Dailymotion", [id]) if url.host_str() == Some("dai.ly") => {
            Some(format!("https://www.dailymotion.com/video/{id}"))
        }
        ("Facebook", ["plugins", ..]) => web(argument("href")?),
        ("SoundCloud", ["player"]) => web(argument("url")?),
        ("Spotify", ["embed", rest @ ..]) => Some(format!("https://open.spotify.com/{}", rest.join("/"))),
        ("Instagram", ["p", id, "embed", ..]) => Some(format!("https://www.instagram.com/p/{id}/")),
        _ => None,
    }
}

fn watch(id: &str) -> String {
    format!("https://www.youtube.com/watch?v={id}")
}

fn web(url: String) -> Option<String> {
    Url::parse(&url).ok().filter(|url| matches!(url.scheme(), "http" | "https")).map(|url| url.to_string())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://www.youtube.com/embed/abc?rel=0", "YouTube", "https://www.youtube.com/watch?v=abc")]
    #[case("//www.youtube-nocookie.com/embed/abc", "YouTube", "https://www.youtube.com/watch?v=abc")]
    #[case("https://youtu.be/abc?t=3", "YouTube", "https://www.youtube.com/watch?v=abc")]
    #[case("https://player.vimeo.com/video/42#t", "Vimeo", "https://vimeo.com/42")]
    #[case("https://www.dailymotion.com/embed/video/x1", "Dailymotion", "https://www.dailymotion.com/video/x1")]
    #[case(
        "https://www.facebook.com/plugins/video.php?href=https%3A%2F%2Fwww.facebook.com%2Fa%2Fvideos%2F1",
        "Facebook",
        "https://www.facebook.com/a/videos/1"
    )]
    #[case("https://twitter.com/a/status/1", "X", "https://twitter.com/a/status/1")]
    #[case(
        "https://w.soundcloud.com/player/?url=https%3A//api.soundcloud.com/tracks/1",
        "SoundCloud",
        "https://api.soundcloud.com/tracks/1"
    )]
    fn players_lead_to_their_page(#[case] raw: &str, #[case] provider: &str, #[case] url: &str) {
        let found = known(raw).unwrap();
        assert_eq!((found.provider, found.url.as_str()), (provider, url));
    }

    #[rstest]
    fn other_addresses_are_unknown(
        #[values(
            "https://example.org/embed/1",
            "https://notyoutube.com/embed/abc",
            "https://youtube.com.example.org/embed/abc",
            "javascript:youtube.com/x",
            "https://www.facebook.com/",
            "youtube.com/embed/abc"
        )]
        raw: &str,
    ) {
        assert_eq!(known(raw), None);
    }
}
