//! Tables.

use super::dom::{Dom, NodeId};
use super::plain;
use super::walk::Walk;

/// Widest span of columns that is filled up.
const MAX_SPAN: usize = 50;

struct Row {
    cells: Vec<String>,
    /// In `<thead>`, or of heading cells only.
    is_heading: bool,
}

impl Walk<'_> {
    /// Writes the table at `id`; false for a table of one cell, which is a frame around content.
    pub(super) fn table(&mut self, id: NodeId) -> bool {
        if cell_count(self.dom, id) == 1 {
            return false;
        }
        let (caption, mut rows) = read(self.dom, id);
        rows.retain(|row| row.cells.iter().any(|cell| !cell.is_empty()));
        if !rows.is_empty() {
            let headings = rows.iter().take_while(|row| row.is_heading).count();
            let header_rows = if headings == rows.len() { 0 } else { headings as u32 };
            self.writer.table(caption, header_rows, rows.into_iter().map(|row| row.cells).collect());
        }
        let dom = self.dom;
        let images = dom.descendants(id).filter_map(|at| dom.element(at));
        let images = images.filter(|element| element.html_name() == Some("img") && !plain::is_emoji(element.classes()));
        let mut pictures: Vec<_> = images.filter_map(|element| self.picture(element)).collect();
        match pictures.len() {
            0 => {}
            1 => self.writer.image(pictures.remove(0)),
            _ => self.writer.gallery(pictures),
        }
        true
    }
}

/// Cells of the table itself. Looks into none of them: tables of one cell may be nested deep.
fn cell_count(dom: &Dom, id: NodeId) -> usize {
    let (mut count, mut next) = (0, dom.step(id, id, false, |_| {}));
    while let Some(at) = next {
        let name = dom.element(at).and_then(|element| element.html_name());
        let is_cell = matches!(name, Some("td" | "th"));
        count += usize::from(is_cell);
        next = dom.step(at, id, is_cell || name == Some("caption"), |_| {});
    }
    count
}

/// Caption and rows. Tables in cells are text of the cell.
fn read(dom: &Dom, id: NodeId) -> (Option<String>, Vec<Row>) {
    let (mut caption, mut rows) = (None, Vec::<Row>::new());
    let mut in_head = false;
    let mut next = dom.step(id, id, false, |_| {});
    while let Some(at) = next {
        let element = dom.element(at);
        let name = element.and_then(|element| element.html_name()).unwrap_or_default();
        match (name, element) {
            ("caption", _) => caption = Some(plain::text(dom, at).replace('\n', " ")).filter(|text| !text.is_empty()),
            ("thead", _) => in_head = true,
            ("tbody" | "tfoot", _) => in_head = false,
            ("tr", _) => rows.push(Row { cells: Vec::new(), is_heading: true }),
            ("td" | "th", Some(element)) => {
                let Some(row) = rows.last_mut() else { break };
                row.is_heading &= in_head || name == "th";
                row.cells.push(plain::text(dom, at));
                let span = element.attribute("colspan").and_then(|span| span.parse().ok()).unwrap_or(1);
                row.cells.extend(std::iter::repeat_n(String::new(), usize::min(span, MAX_SPAN).saturating_sub(1)));
            }
            _ => {}
        }
        next = dom.step(at, id, matches!(name, "td" | "th" | "caption"), |_| {});
    }
    (caption, rows)
}
