//! The tables in README.md that are rendered from code are those that the code renders now.

use std::path::PathBuf;

use tinyml::compile::lower::dsp::TWINS;
use tinyml::compile::lower::{ALL, Lowering};

const BEGIN: &str =
    "<!-- operators: rendered from the code; UPDATE_README=1 cargo test --test readme writes them -->\n";
const END: &str = "<!-- end of operators -->";

fn operators() -> String {
    let twin = |name: &str| TWINS.iter().find(|(operator, _)| *operator == name).map_or("", |(_, types)| types);
    let row = |lowering: &Lowering| format!("| {} | {} | {} |\n", lowering.name, lowering.types, twin(lowering.name));
    let mut lines: Vec<String> = ALL.iter().map(row).collect();
    lines.sort();
    format!(
        "{} operators, {} of them with twins for the DSP extension of Cortex-M4 and M7.\n\n\
         | operator | types | twins |\n|---|---|---|\n{}",
        ALL.len(),
        TWINS.len(),
        lines.concat()
    )
}

#[test]
fn operator_table_is_current() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once(BEGIN).expect("README.md has the table's first mark");
    let (table, after) = rest.split_once(END).expect("README.md has the table's last mark");
    let current = operators();
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(&path, format!("{before}{BEGIN}{current}{END}{after}")).unwrap();
    } else {
        assert!(table == current, "the operator table is out of date: UPDATE_README=1 cargo test --test readme");
    }
}
