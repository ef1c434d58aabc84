use super::*;

fn pass(input: &[u8]) -> Result<String, Refused> {
    let mut gate = Gate::new(Trickle(input));
    let mut out = String::new();
    match gate.read_to_string(&mut out) {
        Ok(_) => Ok(out),
        Err(error) => Err(*error.get_ref().and_then(|inner| inner.downcast_ref()).unwrap()),
    }
}

/// Reads seven bytes at a time, so that every token is split somewhere.
struct Trickle<'a>(&'a [u8]);

impl Read for Trickle<'_> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let count = self.0.len().min(7).min(target.len());
        target[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

#[test]
fn everything_but_comments_passes_unchanged() {
    let xml =
        "<?xml version=\"1.0\"?>\n<rss a='>' b=\"'\"><x><![CDATA[a ]] > <!-- no --> b]]]]><![CDATA[>]]></x>é𐍈</rss>";
    assert_eq!(pass(xml.as_bytes()).unwrap(), xml);
    assert_eq!(pass(b"<a>1<!-- x > -- y --->2<!----></a>").unwrap(), "<a>12</a>");
}

#[test]
fn declarations_are_refused_wherever_they_stand() {
    for xml in ["<!DOCTYPE rss>", "<rss><!doctype x></rss>", "<rss><!ENTITY a \"b\"></rss>"] {
        assert_eq!(pass(xml.as_bytes()), Err(Refused::Declaration), "{xml}");
    }
    assert!(pass(b"<a><![CDATA[<!DOCTYPE html>]]></a>").is_ok());
}

#[test]
fn depth_and_attributes_have_limits() {
    assert!(pass("<a>".repeat(64).as_bytes()).is_ok());
    assert!(pass("<a/>".repeat(1000).as_bytes()).is_ok());
    assert!(pass("<a></a>".repeat(1000).as_bytes()).is_ok());
    assert_eq!(pass("<a>".repeat(65).as_bytes()), Err(Refused::TooDeep));
    assert!(pass(format!("<a{}/>", " b=\"==\"".repeat(256)).as_bytes()).is_ok());
    assert_eq!(pass(format!("<a{}/>", " b=''".repeat(257)).as_bytes()), Err(Refused::TooManyAttributes));
    assert_eq!(pass(format!("<a{}/>", " b".repeat(40_000)).as_bytes()), Err(Refused::LongTag));
    assert_eq!(pass(format!("<?a{}?>", " b".repeat(40_000)).as_bytes()), Err(Refused::LongTag));
}

#[test]
fn long_text_is_cut_and_the_lines_after_it_are_counted_right() {
    let long = "é\n".repeat(MAX_TEXT / 2);
    for xml in [format!("<a>{long}</a>\n<b>x</b>"), format!("<a><![CDATA[{long}]]></a>\n<b>x</b>")] {
        let mut gate = Gate::new(xml.as_bytes());
        let mut out = String::new();
        gate.read_to_string(&mut out).unwrap();
        assert!(out.len() <= MAX_TEXT + 40 && out.ends_with("</a>\n<b>x</b>"));
        assert!(gate.take_cut_text().is_some());
        assert_eq!(gate.line(), 2 + MAX_TEXT as u64 / 2);
    }
}

#[test]
fn bytes_that_are_no_text_become_question_marks() {
    let mut gate = Gate::new(Trickle(b"<a>caf\xe9 \xf0\x9f\x98\x80 \xf0\x9f</a>"));
    let mut out = String::new();
    gate.read_to_string(&mut out).unwrap();
    assert_eq!(out, "<a>caf? 😀 ??</a>");
    assert_eq!(gate.take_repaired(), Some(1));
    assert_eq!(pass(b"\xff\xfe<\0a\0>\0"), Err(Refused::NotUtf8));
}
