//! Tables as plain text: columns as wide as their content, numbers to the right.
//!
//! A [`Table`] holds cells and knows nothing of terminals. [`Table`]'s `Display` gives plain text that is the same
//! on every machine; [`Table::render`] hands the text of each styled cell to a painter, which is how the command
//! line adds colours where there is a terminal. Padding is never painted, so colours cannot shift a column.
//!
//! Every character counts as one column wide, which holds for ASCII, Latin, Greek, Cyrillic and box drawing.
//! Characters that move the cursor, hide, or combine with their neighbour are written as escapes (`\n`, `\u{202e}`):
//! names in a model file are foreign text and must not be able to forge a line of a report.

use std::fmt;

/// What a cell means, for a painter to turn into a colour; plain output ignores it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// Like the text around it.
    #[default]
    Plain,
    /// Stands out: headers, totals.
    Strong,
    /// Of lesser interest.
    Faint,
    /// As wished.
    Good,
    /// Works, but deserves a look.
    Warning,
    /// Wrong.
    Bad,
}

/// Which edge of its column a cell keeps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// The content of one place in a [`Table`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    text: String,
    align: Align,
    style: Style,
}

impl Cell {
    /// Text, at the left edge.
    pub fn text(text: impl AsRef<str>) -> Cell {
        Cell { text: printable(text.as_ref()), align: Align::Left, style: Style::Plain }
    }

    /// A whole number with thousands separators, at the right edge.
    pub fn number(value: u64) -> Cell {
        Cell::right(super::thousands(value))
    }

    /// Text at the right edge: numbers that are already written, with a unit or decimals.
    pub fn right(text: impl AsRef<str>) -> Cell {
        Cell { align: Align::Right, ..Cell::text(text) }
    }

    /// An empty place, which leaves the alignment of its column to the others.
    pub fn empty() -> Cell {
        Cell::text("")
    }

    /// The same cell in another style.
    #[must_use]
    pub fn style(self, style: Style) -> Cell {
        Cell { style, ..self }
    }

    fn width(&self) -> usize {
        self.text.chars().count()
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::text(text)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        Cell::text(text)
    }
}

impl From<u64> for Cell {
    fn from(value: u64) -> Cell {
        Cell::number(value)
    }
}

/// `text` with every character that is not visibly one column wide replaced by its escape.
pub(crate) fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' | '\'' | '\\' => out.push(character),
            _ => out.extend(character.escape_debug()),
        }
    }
    out
}

/// Rows of cells under a header, with an optional total below a rule.
///
/// Rows may be of different length; missing cells are empty. A header cell stands at the edge its column's
/// cells keep to: right when every non-empty cell below it does.
#[derive(Clone, Debug, Default)]
pub struct Table {
    header: Vec<Cell>,
    rows: Vec<Vec<Cell>>,
    total: Option<Vec<Cell>>,
    indent: usize,
}

impl Table {
    /// An empty table with these column names.
    pub fn new<C: Into<Cell>>(header: impl IntoIterator<Item = C>) -> Table {
        let header = header.into_iter().map(|cell| cell.into().style(Style::Strong)).collect();
        Table { header, ..Table::default() }
    }

    /// Puts `columns` spaces before every line.
    #[must_use]
    pub fn indent(self, columns: usize) -> Table {
        Table { indent: columns, ..self }
    }

    /// Adds a row at the end.
    pub fn row<C: Into<Cell>>(&mut self, cells: impl IntoIterator<Item = C>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    /// Sets the row that stands below a rule at the end.
    pub fn total<C: Into<Cell>>(&mut self, cells: impl IntoIterator<Item = C>) {
        self.total = Some(cells.into_iter().map(Into::into).collect());
    }

    /// Whether the table has no rows (header and total do not count).
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The columns of the screen that the table takes.
    pub fn width(&self) -> usize {
        let columns = self.columns();
        self.indent + columns.iter().map(|column| column.width).sum::<usize>() + GAP * columns.len().saturating_sub(1)
    }

    /// Writes the table, each line ended by a line feed, without padding after its last cell.
    ///
    /// `paint` gets the text of each non-empty cell that is not [`Style::Plain`] and returns what to write for it;
    /// it may add only what takes no room on the screen.
    ///
    /// # Errors
    /// Only those of `out`.
    pub fn render(&self, out: &mut impl fmt::Write, paint: impl Fn(Style, &str) -> String) -> fmt::Result {
        let columns = self.columns();
        let write_row = |out: &mut dyn fmt::Write, cells: &[Cell]| {
            let mut spaces = self.indent;
            for (cell, column) in cells.iter().zip(&columns) {
                let padding = column.width - cell.width();
                let (before, after) = if cell.align == Align::Right { (padding, 0) } else { (0, padding) };
                if !cell.text.is_empty() {
                    write!(out, "{:1$}", "", spaces + before)?;
                    match cell.style {
                        Style::Plain => out.write_str(&cell.text)?,
                        style => out.write_str(&paint(style, &cell.text))?,
                    }
                    spaces = after + GAP;
                } else {
                    spaces += column.width + GAP;
                }
            }
            out.write_char('\n')
        };
        let write_rule = |out: &mut dyn fmt::Write| {
            let lines: Vec<String> = columns.iter().map(|column| "─".repeat(column.width)).collect();
            let rule = format!("{:2$}{}", "", lines.join(&" ".repeat(GAP)), self.indent);
            writeln!(out, "{}", rule.trim_end())
        };
        if !self.header.is_empty() {
            let header: Vec<Cell> = self
                .header
                .iter()
                .zip(&columns)
                .map(|(cell, column)| Cell { align: column.align, ..cell.clone() })
                .collect();
            write_row(out, &header)?;
            write_rule(out)?;
        }
        for row in &self.rows {
            write_row(out, row)?;
        }
        if let Some(total) = &self.total {
            write_rule(out)?;
            write_row(out, total)?;
        }
        Ok(())
    }

    fn columns(&self) -> Vec<Column> {
        let body = || self.rows.iter().chain(&self.total);
        let count = body().map(Vec::len).chain([self.header.len()]).max().unwrap_or(0);
        let column = |place: usize| {
            let below = || body().filter_map(|row| row.get(place));
            let width = below().chain(self.header.get(place)).map(Cell::width).max().unwrap_or(0);
            let mut filled = below().filter(|cell| !cell.text.is_empty()).peekable();
            let numeric = filled.peek().is_some() && filled.all(|cell| cell.align == Align::Right);
            Column { width, align: if numeric { Align::Right } else { Align::Left } }
        };
        (0..count).map(column).collect()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.render(f, |_, text| text.to_string())
    }
}

/// Spaces between columns.
const GAP: usize = 2;

struct Column {
    width: usize,
    align: Align,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes() -> Table {
        let mut table = Table::new(["tensor", "bytes", "note"]);
        table.row([Cell::text("input"), Cell::number(1960), Cell::empty()]);
        table.row([Cell::text("weights"), Cell::number(1_234_567), Cell::text("constant").style(Style::Faint)]);
        table.total([Cell::text("total"), Cell::number(1_236_527)]);
        table
    }

    #[test]
    fn columns_fit_their_content_and_numbers_stand_right() {
        let expected = "\
tensor       bytes  note
───────  ─────────  ────────
input        1,960
weights  1,234,567  constant
───────  ─────────  ────────
total    1,236,527
";
        assert_eq!(sizes().to_string(), expected);
    }

    #[test]
    fn indent_moves_every_line() {
        let plain = sizes().to_string();
        let moved = sizes().indent(4).to_string();
        let expected: String = plain.lines().map(|line| format!("    {line}\n")).collect();
        assert_eq!(moved, expected);
        let widest = |text: &str| text.lines().map(|line| line.chars().count()).max().unwrap();
        assert_eq!((sizes().width(), sizes().indent(4).width()), (widest(&plain), widest(&moved)));
        assert_eq!(Table::default().width(), 0);
    }

    #[test]
    fn a_header_can_be_wider_than_its_column_and_stands_over_the_numbers() {
        let mut table = Table::new(["a", "invocations", "b"]);
        table.row([Cell::number(5), Cell::number(7), Cell::text("x")]);
        assert_eq!(table.to_string(), "a  invocations  b\n─  ───────────  ─\n5            7  x\n");
    }

    #[test]
    fn a_column_with_one_text_has_its_header_left() {
        let mut table = Table::new(["value"]);
        table.row([Cell::number(1_000_000)]);
        table.row([Cell::text("none")]);
        assert_eq!(table.to_string(), "value\n─────────\n1,000,000\nnone\n");
    }

    #[test]
    fn rows_may_be_shorter_or_longer_than_the_header() {
        let mut table = Table::new(["a", "b"]);
        table.row(["1", "2", "3"]);
        table.row(["only"]);
        table.row::<Cell>([]);
        assert_eq!(table.to_string(), "a     b\n────  ─  ─\n1     2  3\nonly\n\n");
    }

    #[test]
    fn no_rows_and_no_columns_are_no_trouble() {
        assert_eq!(Table::default().to_string(), "");
        assert_eq!(Table::new(["op"]).to_string(), "op\n──\n");
        assert!(Table::new(["op"]).is_empty() && !sizes().is_empty());
    }

    #[test]
    fn painting_keeps_every_column_in_place() {
        let mut painted = String::new();
        let mut table = sizes();
        table.row([Cell::text("odd").style(Style::Bad), Cell::number(3).style(Style::Good), Cell::text("z")]);
        let marks = |style, text: &str| format!("<{style:?}>{text}</>");
        table.render(&mut painted, marks).unwrap();
        assert!(painted.starts_with("<Strong>tensor</>       <Strong>bytes</>  <Strong>note</>\n"));
        assert!(painted.contains("<Bad>odd</>              <Good>3</>  z\n"));
        let mut bare = painted;
        for mark in ["<Strong>", "<Faint>", "<Good>", "<Bad>", "</>"] {
            bare = bare.replace(mark, "");
        }
        assert_eq!(bare, table.to_string());
    }

    #[test]
    fn foreign_text_cannot_break_a_line_or_hide() {
        let mut table = Table::new(["name", "n"]);
        table.row([Cell::text("a\nb\u{1b}[2J\u{202e}\"'\\µ"), Cell::number(1)]);
        let text = table.to_string();
        assert_eq!(text.lines().count(), 3);
        assert!(text.contains("a\\nb\\u{1b}[2J\\u{202e}\"'\\µ  1"));
    }
}
