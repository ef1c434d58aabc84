//! WordPress shortcodes: `[gallery ids="1,2"]`, `[caption]…[/caption]`. Those that stand for content become
//! elements the converter knows, those of a table go or give way to what they enclose, and all others stay as
//! the text they are.

use std::collections::{BTreeSet, HashMap};

use memchr::memchr2;

/// Element for pictures shown together; attribute `ids`.
pub(super) const GALLERY: &str = "griot-gallery";
/// Element for something of another site; attribute `url`.
pub(super) const EMBED: &str = "griot-embed";
/// Longest shortcode tag, in bytes.
const MAX_TAG: usize = 4096;

/// Forms, sliders and the like: they do something on a WordPress site and say nothing.
const DROPPED: [&str; 34] = [
    "contact-form",
    "contact-form-7",
    "contact-field",
    "wpforms",
    "gravityform",
    "ninja_form",
    "ninja_forms",
    "formidable",
    "fluentform",
    "forminator_form",
    "mc4wp_form",
    "newsletter_form",
    "newsletter",
    "rev_slider",
    "rev_slider_vc",
    "layerslider",
    "metaslider",
    "smartslider3",
    "slide-anything",
    "playlist",
    "addtoany",
    "sharethis-inline-buttons",
    "social_share",
    "ssba",
    "wp_sitemap_page",
    "recent_posts",
    "recent-posts",
    "display-posts",
    "related_posts",
    "toc",
    "ez-toc",
    "wp-statistics",
    "searchform",
    "clear",
];
/// Layout: what they enclose stays.
const UNWRAPPED: [&str; 38] = [
    "row",
    "column",
    "columns",
    "col",
    "section",
    "container",
    "div",
    "box",
    "center",
    "left",
    "right",
    "highlight",
    "dropcap",
    "drop_cap",
    "button",
    "tabs",
    "tab",
    "tabgroup",
    "accordion",
    "accordions",
    "accordion-item",
    "toggle",
    "toggles",
    "spoiler",
    "quote",
    "pullquote",
    "list",
    "one_half",
    "one_half_last",
    "one_third",
    "one_third_last",
    "two_third",
    "two_third_last",
    "one_fourth",
    "one_fourth_last",
    "three_fourth",
    "restrict",
    "members",
];
/// Layout of page builders, by the beginning of the name.
const UNWRAPPED_PREFIXES: [&str; 9] = ["vc_", "et_pb_", "fusion_", "av_", "cs_", "mk_", "su_", "mpc_", "tve_"];
/// Players of one provider, with the address its `id` stands for.
const PLAYERS: [(&str, &str); 10] = [
    ("youtube", "https://www.youtube.com/watch?v="),
    ("vimeo", "https://vimeo.com/"),
    ("dailymotion", "https://www.dailymotion.com/video/"),
    ("soundcloud", "https://soundcloud.com/"),
    ("facebook", "https://www.facebook.com/"),
    ("fb", "https://www.facebook.com/"),
    ("tweet", "https://x.com/i/status/"),
    ("twitter", "https://x.com/i/status/"),
    ("instagram", "https://www.instagram.com/p/"),
    ("tiktok", "https://www.tiktok.com/embed/"),
];

/// Names of shortcodes beyond the built-in tables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShortcodeRules {
    /// Left out, with their arguments.
    pub drop: BTreeSet<String>,
    /// Left out, and what they enclose stays.
    pub unwrap: BTreeSet<String>,
}

enum Rule {
    Keep,
    /// Opening and closing tags go; what is between them stays.
    Unwrap,
    Caption,
    Gallery,
    Embed,
    /// `[audio]` and `[video]`, by their arguments.
    File,
    Player(&'static str),
}

impl ShortcodeRules {
    fn rule(&self, name: &str) -> Rule {
        let is_dropped = DROPPED.contains(&name) || self.drop.contains(name);
        let is_layout = UNWRAPPED.contains(&name) || UNWRAPPED_PREFIXES.iter().any(|prefix| name.starts_with(prefix));
        match name {
            _ if is_dropped || self.unwrap.contains(name) => Rule::Unwrap,
            "caption" | "wp_caption" => Rule::Caption,
            "gallery" => Rule::Gallery,
            "embed" => Rule::Embed,
            "audio" | "video" => Rule::File,
            _ if is_layout => Rule::Unwrap,
            _ => PLAYERS.iter().find(|(player, _)| *player == name).map_or(Rule::Keep, |(_, base)| Rule::Player(base)),
        }
    }
}

/// One tag in square brackets.
struct Tag<'a> {
    start: usize,
    end: usize,
    name: &'a str,
    arguments: &'a str,
    is_closing: bool,
    /// Written `[[…]]`, meant to be shown.
    is_escaped: bool,
}

/// `html` with its shortcodes resolved. One pass, linear in its length.
pub(super) fn resolve(html: &str, rules: &ShortcodeRules) -> String {
    let tags = tags(html);
    if tags.is_empty() {
        return html.to_owned();
    }
    let closings = closings(&tags);
    let mut out = String::with_capacity(html.len());
    let (mut from, mut index) = (0, 0);
    while index < tags.len() {
        let tag = &tags[index];
        let closing = closings[index].map(|closing| (closing, &tags[closing]));
        let inside = closing.map_or("", |(_, closing)| &html[tag.end..closing.start]);
        index += 1;
        if tag.is_escaped {
            out.push_str(&html[from..tag.start + 1]);
            out.push_str(&html[tag.start + 2..tag.end - 1]);
            from = tag.end;
            continue;
        }
        let rule = rules.rule(tag.name);
        if matches!(rule, Rule::Keep) {
            continue;
        }
        out.push_str(&html[from..tag.start]);
        from = tag.end;
        if tag.is_closing {
            continue;
        }
        match rule {
            Rule::Keep | Rule::Unwrap => continue,
            Rule::Caption => push_caption(&mut out, tag.arguments, inside),
            Rule::Gallery => {
                let ids = argument(tag.arguments, "ids").or_else(|| argument(tag.arguments, "include"));
                push_element(&mut out, GALLERY, "ids", ids.as_deref().unwrap_or_default());
            }
            Rule::Embed => {
                let url =
                    if inside.trim().is_empty() { argument(tag.arguments, "src") } else { Some(inside.to_owned()) };
                push_element(&mut out, EMBED, "url", url.as_deref().unwrap_or_default().trim());
            }
            Rule::File => {
                let names = ["src", "mp4", "mp3", "m4v", "m4a", "webm", "ogv", "ogg", "wav", "flv", "wmv"];
                let url = names.iter().find_map(|name| argument(tag.arguments, name)).or_else(|| first(tag.arguments));
                push_element(&mut out, EMBED, "url", url.as_deref().unwrap_or(inside.trim()));
            }
            Rule::Player(base) => {
                let url = player_url(base, tag.arguments, inside);
                push_element(&mut out, EMBED, "url", &url);
            }
        }
        // What these enclose is said by the element; a closing tag far away belongs to another use of the name.
        if let Some((closing, tag)) = closing {
            from = tag.end;
            index = closing + 1;
        }
    }
    out.push_str(&html[from..]);
    out
}

fn tags(html: &str) -> Vec<Tag<'_>> {
    let bytes = html.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(offset) = memchr2(b'[', b'<', &bytes[at..]) {
        at += offset;
        if bytes[at] == b'<' {
            let is_tag = bytes.get(at + 1).is_some_and(|b| b.is_ascii_alphabetic() || *b == b'/');
            // Arguments of elements are no place for shortcodes.
            at = match (is_tag, memchr2(b'>', b'<', &bytes[at + 1..])) {
                (true, Some(length)) => at + 1 + length,
                _ => at + 1,
            };
            continue;
        }
        match tag_at(html, at) {
            Some(tag) => {
                at = tag.end;
                found.push(tag);
            }
            None => at += 1,
        }
    }
    found
}

fn tag_at(html: &str, start: usize) -> Option<Tag<'_>> {
    let bytes = html.as_bytes();
    let is_doubled = bytes.get(start + 1) == Some(&b'[');
    let mut at = start + 1 + usize::from(is_doubled);
    let is_closing = bytes.get(at) == Some(&b'/');
    at += usize::from(is_closing);
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    let length = bytes[at..].iter().take_while(|b| is_name(b)).count();
    if !bytes.get(at)?.is_ascii_alphabetic() || length > 60 {
        return None;
    }
    let name = &html[at..at + length];
    at += length;
    let window = &bytes[at..bytes.len().min(at + MAX_TAG)];
    let close = memchr::memchr(b']', window)?;
    let arguments = &html[at..at + close];
    if !arguments.is_empty() && !arguments.starts_with([' ', '\n', '\t', '/', '=', ':', '\u{a0}', '&']) {
        return None;
    }
    let end = at + close + 1;
    let is_escaped = is_doubled && bytes.get(end) == Some(&b']');
    let start = if is_doubled && !is_escaped { start + 1 } else { start };
    Some(Tag { start, end: end + usize::from(is_escaped), name, arguments, is_closing, is_escaped })
}

/// For each opening tag, the position of the next closing tag of its name, unless one of the same name opens
/// before it.
fn closings(tags: &[Tag<'_>]) -> Vec<Option<usize>> {
    let mut next: HashMap<&str, usize> = HashMap::new();
    let mut found = vec![None; tags.len()];
    for (index, tag) in tags.iter().enumerate().rev() {
        if tag.is_escaped {
            continue;
        }
        if tag.is_closing {
            next.insert(tag.name, index);
        } else {
            found[index] = next.remove(tag.name);
        }
    }
    found
}

/// The value of a named argument, in straight, curly or no quotes.
fn argument(arguments: &str, name: &str) -> Option<String> {
    let plain = arguments.replace("&quot;", "\"").replace("&#8221;", "\"").replace("&#8243;", "\"");
    let plain = plain.replace(['”', '“', '″'], "\"");
    let mut rest = plain.as_str();
    loop {
        let at = rest.find(name)?;
        let is_start = rest[..at].chars().next_back().is_none_or(|c| c.is_whitespace() || c == '"' || c == '\'');
        let after = rest[at + name.len()..].trim_start();
        rest = &rest[at + name.len()..];
        let Some(value) = after.strip_prefix('=').filter(|_| is_start) else { continue };
        let value = value.trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let value = match quote {
            Some(quote) => value[1..].split(quote).next(),
            None => value.split_whitespace().next(),
        };
        return value.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    }
}

/// The first argument without a name, as in `[youtube https://…]` and `[youtube=https://…]`.
fn first(arguments: &str) -> Option<String> {
    let trimmed = arguments.trim_start_matches(['=', ':']).trim().trim_matches(['"', '\'', '/']);
    let word = trimmed.split_whitespace().next()?.trim_matches(['"', '\'']);
    (word.contains("://") || !word.contains('=')).then(|| word.replace("&amp;", "&"))
}

fn player_url(base: &str, arguments: &str, inside: &str) -> String {
    let named = ["url", "href", "src", "id", "video", "tweet"].iter().find_map(|name| argument(arguments, name));
    let inside = Some(inside.trim()).filter(|text| !text.is_empty()).map(str::to_owned);
    let value = named.or_else(|| first(arguments)).or(inside).unwrap_or_default();
    match value.contains("://") || value.is_empty() {
        true => value,
        false => format!("{base}{value}"),
    }
}

/// The picture becomes a figure, the text behind it its caption.
fn push_caption(out: &mut String, arguments: &str, inside: &str) {
    let Some(image) = inside.find("<img") else {
        out.push_str(inside);
        return;
    };
    let mut split = inside[image..].find('>').map_or(inside.len(), |length| image + length + 1);
    let rest = inside[split..].trim_start();
    if rest.starts_with("</a>") {
        split = inside.len() - rest.len() + "</a>".len();
    }
    let (picture, text) = inside.split_at(split);
    let caption = match text.trim() {
        "" => argument(arguments, "caption").unwrap_or_default(),
        text => text.to_owned(),
    };
    out.extend(["<figure>", picture, "<figcaption>", &caption, "</figcaption></figure>"]);
}

fn push_element(out: &mut String, name: &str, attribute: &str, value: &str) {
    // Quotes and angles would end the attribute; ampersands stay, for content has them coded already.
    let value = value.replace('"', "%22").replace('<', "%3C").replace('>', "%3E");
    out.extend(["<", name, " ", attribute, "=\"", &value, "\"></", name, ">"]);
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("a [gallery ids=\"1,2\" columns=3] b", "a <griot-gallery ids=\"1,2\"></griot-gallery> b")]
    #[case("[gallery ids=&#8221;1,2&#8243;]", "<griot-gallery ids=\"1,2\"></griot-gallery>")]
    #[case("[gallery]", "<griot-gallery ids=\"\"></griot-gallery>")]
    #[case(
        "[caption id=\"a\" width=\"9\"]<a href=\"x\"><img src=\"y\" /></a> The <em>wave</em>[/caption]z",
        "<figure><a href=\"x\"><img src=\"y\" /></a><figcaption>The <em>wave</em></figcaption></figure>z"
    )]
    #[case("[embed width=\"1\"]https://youtu.be/x[/embed]", "<griot-embed url=\"https://youtu.be/x\"></griot-embed>")]
    #[case("[youtube=https://youtu.be/x]", "<griot-embed url=\"https://youtu.be/x\"></griot-embed>")]
    #[case("[youtube id=\"abc\"]", "<griot-embed url=\"https://www.youtube.com/watch?v=abc\"></griot-embed>")]
    #[case("[vimeo 42]", "<griot-embed url=\"https://vimeo.com/42\"></griot-embed>")]
    #[case(
        "[video width=\"1\" mp4=\"https://e.org/a.mp4\"][/video]",
        "<griot-embed url=\"https://e.org/a.mp4\"></griot-embed>"
    )]
    #[case("x[contact-form-7 id=\"1\" title=\"T\"]y", "xy")]
    #[case("[vc_row][vc_column width=\"1/2\"]Texte[/vc_column][/vc_row]", "Texte")]
    #[case("[unknown a=\"b\"] and [1] and [sic] and [/x]", "[unknown a=\"b\"] and [1] and [sic] and [/x]")]
    #[case("[[gallery]] is how", "[gallery] is how")]
    #[case("<a title=\"[gallery]\">x</a>", "<a title=\"[gallery]\">x</a>")]
    fn shortcodes_are_resolved_by_rule(#[case] html: &str, #[case] expected: &str) {
        assert_eq!(resolve(html, &ShortcodeRules::default()), expected);
    }

    #[test]
    fn rules_can_be_added() {
        let names = |name: &str| BTreeSet::from([name.to_owned()]);
        let rules = ShortcodeRules { drop: names("banner"), unwrap: names("note") };
        assert_eq!(resolve("[banner x=1]a[note]b[/note]", &rules), "ab");
    }

    #[test]
    fn unclosed_shortcodes_cost_no_more_than_their_length() {
        let many = "[caption]".repeat(200_000);
        assert_eq!(resolve(&many, &ShortcodeRules::default()), "");
        let open = "[gallery ".repeat(100_000);
        assert!(resolve(&open, &ShortcodeRules::default()).len() <= open.len());
    }
}
