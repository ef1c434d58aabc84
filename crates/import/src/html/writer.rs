//! Collects runs of marked text into blocks, with white space as a reader sees it.

use griot_domain::Body;
use griot_domain::body::{
    Block, CodeBlock, DividerBlock, EmbedBlock, GalleryBlock, ImageBlock, ListItem, MarkDef, Picture, Span, TableBlock,
    TextBlock, TextStyle,
};

use super::embed;
use super::link::Target;

/// Decorators, in the order spans list them.
const DECORATORS: [&str; 7] = ["strong", "em", "underline", "strike-through", "code", "sub", "sup"];

/// The marks in force at a point of the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// One bit for each of [`DECORATORS`].
    decorators: u8,
    /// Position among the writer's links.
    link: Option<u32>,
}

impl Marks {
    /// These and one more decorator.
    pub(super) fn with(mut self, name: &str) -> Self {
        if let Some(at) = DECORATORS.iter().position(|decorator| *decorator == name) {
            self.decorators |= 1 << at;
        }
        self
    }
}

/// What the next text block is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Role {
    pub(super) style: TextStyle,
    /// Kind and level of the list it stands in.
    pub(super) list: Option<(ListItem, u8)>,
}

struct Run {
    text: String,
    marks: Marks,
}

/// See the module.
pub(super) struct Writer {
    /// Line ends in the text are line breaks and blank lines end paragraphs, as in WordPress' classic editor.
    keeps_lines: bool,
    blocks: Vec<Block>,
    runs: Vec<Run>,
    links: Vec<Target>,
    pub(super) marks: Marks,
    pub(super) role: Role,
    /// The list item being written has a block, the one at this position.
    pub(super) item_block: Option<usize>,
    /// Line ends in the white space just read.
    line_ends: u32,
}

impl Writer {
    pub(super) fn new(keeps_lines: bool) -> Self {
        Self {
            keeps_lines,
            blocks: Vec::new(),
            runs: Vec::new(),
            links: Vec::new(),
            marks: Marks::default(),
            role: Role::default(),
            item_block: None,
            line_ends: 0,
        }
    }

    pub(super) fn block_count(&self) -> usize {
        self.blocks.len()
    }

    pub(super) fn last_block_mut(&mut self) -> Option<&mut Block> {
        self.blocks.last_mut()
    }

    /// Text from here on leads to `target`.
    pub(super) fn set_link(&mut self, target: Target) {
        self.links.push(target);
        self.marks.link = Some(self.links.len() as u32 - 1);
    }

    /// Adds text as it stands in HTML.
    pub(super) fn text(&mut self, text: &str) {
        let mut rest = text;
        while !rest.is_empty() {
            let is_space = |c: char| matches!(c, ' ' | '\n' | '\t' | '\u{c}' | '\r');
            let blank = rest.find(|c| !is_space(c)).unwrap_or(rest.len());
            if blank > 0 {
                self.white_space(&rest[..blank]);
                rest = &rest[blank..];
                continue;
            }
            let word = rest.find(is_space).unwrap_or(rest.len());
            self.word(&rest[..word]);
            rest = &rest[word..];
        }
    }

    fn white_space(&mut self, space: &str) {
        if self.keeps_lines {
            self.line_ends += space.matches('\n').count() as u32;
        }
        if !matches!(self.last_char(), None | Some(' ' | '\n')) {
            self.push(" ");
        }
    }

    fn word(&mut self, word: &str) {
        match std::mem::take(&mut self.line_ends) {
            0 => {}
            1 => self.line_break(false),
            _ => self.end_block(),
        }
        self.push(word);
    }

    /// A `<br>`; in classic content two in a row end the paragraph.
    pub(super) fn explicit_break(&mut self) {
        if self.keeps_lines && self.last_char() == Some('\n') {
            self.line_ends = 2;
            return;
        }
        self.line_ends = 0;
        self.line_break(true);
    }

    fn line_break(&mut self, is_explicit: bool) {
        match self.last_char() {
            None => {}
            Some('\n') if !is_explicit => {}
            Some(_) => {
                self.trim_end(' ');
                self.push("\n");
            }
        }
    }

    fn last_char(&self) -> Option<char> {
        self.runs.last().and_then(|run| run.text.chars().next_back())
    }

    fn push(&mut self, text: &str) {
        match self.runs.last_mut() {
            Some(run) if run.marks == self.marks => run.text.push_str(text),
            _ => self.runs.push(Run { text: text.to_owned(), marks: self.marks }),
        }
    }

    fn trim_end(&mut self, what: char) {
        while let Some(run) = self.runs.last_mut() {
            run.text.truncate(run.text.trim_end_matches(what).len());
            if !run.text.is_empty() {
                break;
            }
            self.runs.pop();
        }
    }

    /// Ends the block being written; nothing when it holds only white space.
    pub(super) fn end_block(&mut self) {
        self.line_ends = 0;
        let runs = trimmed(std::mem::take(&mut self.runs));
        if runs.is_empty() {
            return;
        }
        if self.role == Role::default() {
            for part in parts_around_embeds(runs) {
                match part {
                    Part::Text(runs) => self.push_text(runs),
                    Part::Embed(known) => self.embed(known.url, Some(known.provider), None),
                }
            }
        } else {
            self.push_text(runs);
        }
    }

    fn push_text(&mut self, runs: Vec<Run>) {
        if let Some(at) = self.item_block
            && at + 1 == self.blocks.len()
            && let Block::Text(mut block) = self.blocks.pop().expect("the item's block is the last one")
        {
            self.fill(&mut block, runs, true);
            self.blocks.push(Block::Text(block));
            return;
        }
        let Role { style, list } = self.role;
        let (list_item, level) = list.unzip();
        let mut block =
            TextBlock { key: self.next_key(), style, list_item, level, children: vec![], mark_defs: vec![] };
        self.fill(&mut block, runs, false);
        if list.is_some() {
            self.item_block = Some(self.blocks.len());
        }
        self.blocks.push(Block::Text(block));
    }

    fn fill(&self, block: &mut TextBlock, runs: Vec<Run>, on_new_line: bool) {
        let mut link_keys: Vec<(u32, String)> = Vec::new();
        for (run, position) in runs.into_iter().zip(0..) {
            let key = format!("{}s{}", block.key, block.children.len() + 1);
            let mut marks: Vec<String> = (0..DECORATORS.len())
                .filter(|bit| run.marks.decorators & (1 << bit) != 0)
                .map(|bit| DECORATORS[bit].to_owned())
                .collect();
            if let Some(link) = run.marks.link {
                let known = link_keys.iter().find(|(known, _)| *known == link).map(|(_, key)| key.clone());
                let key = known.unwrap_or_else(|| {
                    let key = format!("{}m{}", block.key, block.mark_defs.len() + 1);
                    block.mark_defs.push(match &self.links[link as usize] {
                        Target::Address(href) => MarkDef::Link { key: key.clone(), href: href.clone() },
                        Target::Entry(target) => MarkDef::Entry { key: key.clone(), target: *target },
                    });
                    link_keys.push((link, key.clone()));
                    key
                });
                marks.push(key);
            }
            let text = if on_new_line && position == 0 { format!("\n{}", run.text) } else { run.text };
            block.children.push(Span { key, text, marks });
        }
    }

    fn next_key(&self) -> String {
        format!("b{}", self.blocks.len() + 1)
    }

    /// A paragraph that is one link.
    pub(super) fn link_paragraph(&mut self, text: &str, target: Target) {
        self.end_block();
        let before = std::mem::take(&mut self.marks);
        self.set_link(target);
        self.push(text.trim());
        self.marks = before;
        self.end_block();
    }

    pub(super) fn image(&mut self, image: Picture) {
        self.end_block();
        let key = self.next_key();
        self.blocks.push(Block::Image(ImageBlock { key, image }));
    }

    pub(super) fn gallery(&mut self, items: Vec<Picture>) {
        self.end_block();
        let key = self.next_key();
        self.blocks.push(Block::Gallery(GalleryBlock { key, items }));
    }

    pub(super) fn embed(&mut self, url: String, provider: Option<&str>, caption: Option<String>) {
        self.end_block();
        let (key, provider) = (self.next_key(), provider.map(str::to_owned));
        self.blocks.push(Block::Embed(EmbedBlock { key, url, provider, caption }));
    }

    pub(super) fn table(&mut self, caption: Option<String>, header_rows: u32, rows: Vec<Vec<String>>) {
        self.end_block();
        let key = self.next_key();
        self.blocks.push(Block::Table(TableBlock { key, caption, header_rows, rows }));
    }

    pub(super) fn code(&mut self, text: &str) {
        self.end_block();
        let text = text.strip_prefix('\n').unwrap_or(text).trim_end();
        if !text.trim().is_empty() {
            let key = self.next_key();
            self.blocks.push(Block::Code(CodeBlock { key, text: text.to_owned() }));
        }
    }

    /// Lines of a poem: a paragraph whose line ends stay.
    pub(super) fn verse(&mut self, text: &str) {
        self.end_block();
        self.push(text);
        self.end_block();
    }

    pub(super) fn divider(&mut self) {
        self.end_block();
        let key = self.next_key();
        self.blocks.push(Block::Divider(DividerBlock { key }));
    }

    pub(super) fn finish(mut self) -> Body {
        self.end_block();
        Body { blocks: self.blocks }
    }
}

/// Without white space at either end; no-break spaces count as such there.
fn trimmed(mut runs: Vec<Run>) -> Vec<Run> {
    let is_blank = |c: char| c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}');
    while let Some(run) = runs.last_mut() {
        run.text.truncate(run.text.trim_end_matches(is_blank).len());
        if !run.text.is_empty() {
            break;
        }
        runs.pop();
    }
    let blank = runs.iter().take_while(|run| run.text.chars().all(is_blank)).count();
    runs.drain(..blank);
    if let Some(run) = runs.first_mut() {
        let blank = run.text.len() - run.text.trim_start_matches(is_blank).len();
        run.text.drain(..blank);
    }
    runs
}

enum Part {
    Text(Vec<Run>),
    Embed(embed::Known),
}

/// A line that is nothing but the address of a known player is that player.
fn parts_around_embeds(runs: Vec<Run>) -> Vec<Part> {
    if !runs.iter().any(|run| run.text.contains("://")) {
        return vec![Part::Text(runs)];
    }
    let mut parts = Vec::new();
    let (mut text, mut line): (Vec<Run>, Vec<Run>) = (Vec::new(), Vec::new());
    let mut end_line = |line: &mut Vec<Run>, text: &mut Vec<Run>| {
        let plain: String = line.iter().map(|run| run.text.as_str()).collect();
        let plain = plain.trim();
        let is_address = plain.starts_with("http") && !plain.contains(char::is_whitespace);
        match is_address.then(|| embed::known(plain)).flatten() {
            Some(known) => {
                let before = trimmed(std::mem::take(text));
                if !before.is_empty() {
                    parts.push(Part::Text(merged(before)));
                }
                parts.push(Part::Embed(known));
                line.clear();
            }
            None => text.append(line),
        }
    };
    for run in runs {
        for piece in run.text.split_inclusive('\n') {
            line.push(Run { text: piece.to_owned(), marks: run.marks });
            if piece.ends_with('\n') {
                end_line(&mut line, &mut text);
            }
        }
    }
    end_line(&mut line, &mut text);
    let rest = trimmed(text);
    if !rest.is_empty() {
        parts.push(Part::Text(merged(rest)));
    }
    parts
}

/// Runs of equal marks side by side become one.
fn merged(runs: Vec<Run>) -> Vec<Run> {
    let mut whole: Vec<Run> = Vec::with_capacity(runs.len());
    for run in runs {
        match whole.last_mut() {
            Some(last) if last.marks == run.marks => last.text.push_str(&run.text),
            _ => whole.push(run),
        }
    }
    whole
}
