//! `tinyml boards`: what there is for which board.

use clap::Args;
use micro_runtime::board::Loader;

use super::style;
use crate::report::boards::BoardsReport;

/// List the boards, and what there is for each
#[derive(Args)]
pub struct Arguments {
    /// Print the list as JSON
    #[arg(long)]
    json: bool,
}

pub fn execute(arguments: Arguments) -> anyhow::Result<()> {
    let report = BoardsReport::new();
    if arguments.json {
        return style::print(&(serde_json::to_string_pretty(&report)? + "\n"));
    }
    let mut text = String::new();
    report.render(&mut text, style::paint)?;
    style::print(&text)
}

/// A way onto a board, in words.
pub fn way(loader: Loader) -> &'static str {
    crate::report::boards::way(loader)
}
