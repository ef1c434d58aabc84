//! What is known of HTML's elements.

use griot_domain::body::TextStyle;

/// Left out with all they hold.
pub(super) fn is_dropped(name: &str) -> bool {
    let names = [
        "script", "style", "noscript", "template", "form", "textarea", "select", "input", "head", "title", "meta",
        "base", "frameset", "noframes", "noembed", "canvas", "map", "datalist", "dialog",
    ];
    names.contains(&name)
}

/// Elements that begin on a new line.
pub(super) fn is_block(name: &str) -> bool {
    let names = [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
    ];
    names.contains(&name)
}

/// The decorator an element stands for.
pub(super) fn decorator(name: &str) -> Option<&'static str> {
    Some(match name {
        "b" | "strong" => "strong",
        "i" | "em" | "cite" | "dfn" | "var" => "em",
        "u" | "ins" => "underline",
        "s" | "strike" | "del" => "strike-through",
        "code" | "kbd" | "samp" | "tt" => "code",
        "sub" => "sub",
        "sup" => "sup",
        _ => return None,
    })
}

/// The decorators an inline style stands for, as pasted texts have them.
pub(super) fn styled(style: &str) -> impl Iterator<Item = &'static str> {
    let style: String = style.to_ascii_lowercase().split_whitespace().collect();
    let known = [
        ("strong", ["font-weight:bold", "font-weight:700"]),
        ("em", ["font-style:italic", "font-style:oblique"]),
        ("underline", ["text-decoration:underline", "text-decoration-line:underline"]),
        ("strike-through", ["text-decoration:line-through", "text-decoration-line:line-through"]),
    ];
    known.into_iter().filter(move |(_, forms)| forms.iter().any(|form| style.contains(form))).map(|(name, _)| name)
}

/// The style of a heading.
pub(super) fn heading(name: &str) -> Option<TextStyle> {
    Some(match name {
        "h1" => TextStyle::H1,
        "h2" => TextStyle::H2,
        "h3" => TextStyle::H3,
        "h4" => TextStyle::H4,
        "h5" => TextStyle::H5,
        "h6" => TextStyle::H6,
        _ => return None,
    })
}
