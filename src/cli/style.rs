//! Colours and stderr lines. `anstream` drops the colours where there is no terminal or `NO_COLOR` is set.

use std::fmt::Write as _;
use std::io::{ErrorKind, Write as _};

use anstyle::{AnsiColor, Style};

use super::Failure;
use crate::report::table;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const HELP: Style = AnsiColor::Cyan.on_default().bold();
const NOTE: Style = AnsiColor::Blue.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();

fn line(style: Style, tag: &str, text: &str) {
    // Nothing can be done when even stderr is gone.
    let _ = writeln!(anstream::stderr(), "{style}{tag}:{style:#} {}", table::printable(text));
}

/// `error: ...` on stderr.
pub fn error(text: &str) {
    line(ERROR, "error", text);
}

/// `help: ...` on stderr.
pub fn help(text: &str) {
    line(HELP, "help", text);
}

/// `note: ...` on stderr.
pub fn note(text: &str) {
    line(NOTE, "note", text);
}

/// `warning: ...` on stderr.
pub fn warning(text: &str) {
    line(WARNING, "warning", text);
}

/// Prints to stdout; fails when its reader went away.
pub fn print(text: &str) -> anyhow::Result<()> {
    let mut stdout = anstream::stdout();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::not_printed(error).into()),
        result => Ok(result?),
    }
}

/// The columns that text on stdout may take: those of the terminal, or what `COLUMNS` says, else 100.
pub fn width() -> usize {
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let terminal = || terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| width.0.into());
    said.or_else(terminal).unwrap_or(100).clamp(60, 240)
}

/// Paints a cell or a word of a report.
pub fn paint(style: table::Style, text: &str) -> String {
    let ansi = match style {
        table::Style::Plain => return text.to_string(),
        table::Style::Strong => Style::new().bold(),
        table::Style::Faint => Style::new().dimmed(),
        table::Style::Good => AnsiColor::Green.on_default().bold(),
        table::Style::Warning => AnsiColor::Yellow.on_default().bold(),
        table::Style::Bad => AnsiColor::Red.on_default().bold(),
    };
    let mut painted = String::new();
    let _ = write!(painted, "{ansi}{text}{ansi:#}");
    painted
}
