//! What is done to content before the HTML parser sees it.

use memchr::memmem;

/// Element that stands for `<!--more-->` in prepared text.
pub(super) const MORE: &str = "griot-more";

/// Whether the block editor wrote it.
pub(super) fn has_blocks(html: &str) -> bool {
    memmem::find(html.as_bytes(), b"<!-- wp:").is_some()
}

/// `html` without comments (`<!--more-->` becomes an element), carriage returns, NULs, and the bytes of images
/// written into it (`data:…;base64,…`), which are no use as addresses.
pub(super) fn prepare(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = memmem::find(rest.as_bytes(), b"<!--") {
        push_clean(&mut out, &rest[..at]);
        // `<!-->` is a whole comment, so the end may begin with the start's own dashes.
        let comment = &rest[at + 2..];
        let Some(end) = memmem::find(comment.as_bytes(), b"-->") else { return out };
        if comment[..end].trim_start_matches('-').trim_start().starts_with("more") {
            out.extend(["<", MORE, "></", MORE, ">"]);
        }
        rest = &comment[end + 3..];
    }
    push_clean(&mut out, rest);
    out
}

fn push_clean(out: &mut String, text: &str) {
    const MARK: &str = ";base64,";
    let mut rest = text;
    while let Some(at) = memmem::find(rest.as_bytes(), MARK.as_bytes()) {
        let (before, after) = rest.split_at(at + MARK.len());
        push_lines(out, before);
        let is_code = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
        let length = after.bytes().take_while(is_code).count();
        rest = &after[length..];
    }
    push_lines(out, rest);
}

fn push_lines(out: &mut String, text: &str) {
    if memchr::memchr2(b'\r', 0, text.as_bytes()).is_none() {
        out.push_str(text);
        return;
    }
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' => out.push('\n'),
            '\0' => {}
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_go_and_more_stays() {
        assert_eq!(
            prepare("a<!-- wp:more -->\r\n<!--more Lire la suite-->\r<!-- /wp:more -->b"),
            "a\n<griot-more></griot-more>\nb"
        );
        assert_eq!(prepare("a<!-->b<!-- c"), "ab");
        assert!(has_blocks("x <!-- wp:paragraph -->"));
        assert!(!has_blocks("<!-- a wp: -->"));
    }

    #[test]
    fn bytes_of_images_go() {
        assert_eq!(prepare("<img src=\"data:image/png;base64,iVBORw0KGgo=\">"), "<img src=\"data:image/png;base64,\">");
    }
}
