//! Colours and stderr lines. `anstream` drops the colours where there is no terminal or `NO_COLOR` is set.

use std::fmt::Write as _;
use std::io::Write as _;

use anstyle::{AnsiColor, Style};

use crate::report::table;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const HELP: Style = AnsiColor::Cyan.on_default().bold();
const NOTE: Style = AnsiColor::Blue.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();

fn line(style: Style, tag: &str, text: &str) {
    // Nothing can be done when even stderr is gone.
    let _ = writeln!(anstream::stderr(), "{style}{tag}:{style:#} {}", printable(text));
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
    stdout.write_all(text.as_bytes())?;
    stdout.flush()?;
    Ok(())
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

/// Text from a file, safe for a terminal: control characters other than line ends are written as escapes.
fn printable(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => safe.push('\n'),
            _ if character.is_control() => safe.extend(character.escape_default()),
            _ => safe.push(character),
        }
    }
    safe
}
