//! The report as one HTML file: no scripts, nothing from a network, readable on a phone and on paper.
//!
//! Every text of the model goes through [`escaped`]. The page also forbids itself to load anything.

mod graph;
mod map;
mod runtime;
mod sections;

use std::fmt;

use super::InspectReport;
use crate::report::table::printable;

const STYLE: &str = include_str!("html/style.css");

/// The page about these models.
pub fn page(reports: &[InspectReport]) -> String {
    let mut out = String::new();
    write_page(&mut out, reports).expect("writing to a String cannot fail");
    out
}

fn write_page(out: &mut String, reports: &[InspectReport]) -> fmt::Result {
    use fmt::Write;
    let names: Vec<&str> = reports.iter().map(|report| report.model.name.as_str()).collect();
    let title = escaped(&names.join(", "));
    write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n"
    )?;
    for report in reports {
        writeln!(out, "<section>")?;
        report.write_sections(out)?;
        writeln!(out, "</section>")?;
    }
    writeln!(out, "<p class=\"faint\">made by tinyml {}</p>\n</body>\n</html>", env!("CARGO_PKG_VERSION"))
}

/// `text` such that HTML shows it as it is: markup loses its meaning, and characters that hide or move are written as
/// escapes.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in printable(text).chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(character),
        }
    }
    out
}

/// The colour of the buffer or class at this place of a list.
pub(super) fn colour(index: usize) -> String {
    // The golden angle keeps neighbours apart however many there are.
    format!("hsl({} 62% 72%)", index * 137 % 360)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::{Options, compile};
    use crate::model::Model;
    use crate::model::sample::{Code, Data, Sample, SampleOperator};
    use crate::report::inspect::{Details, Inspected};

    #[test]
    fn markup_and_invisible_characters_are_shown_and_not_obeyed() {
        let hostile = "<script>alert(\"x\")</script>&amp;'\u{202e}\n";
        let shown = "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;amp;&#39;\\u{202e}\\n";
        assert_eq!(escaped(hostile), shown);
    }

    /// Every place where a text of the file can appear holds markup here.
    #[test]
    fn a_hostile_model_gets_no_markup_into_the_page() {
        const HOSTILE: &str = "<img src=x onerror=alert(1)>&\"'";
        let mut sample = Sample::default();
        sample.tensors.iter_mut().for_each(|tensor| tensor.name = HOSTILE);
        sample.codes.push(Code { old_number: 32, number: 32, custom: Some(HOSTILE) });
        sample.tensors.push(sample.tensors[1].clone());
        sample.operators.push(SampleOperator { code: 1, inputs: vec![1], outputs: vec![2], ..Default::default() });
        sample.buffers.push(Data::Inside(HOSTILE.into()));
        sample.metadata.push((HOSTILE, 1));
        for operators in [1, 2] {
            sample.operators.truncate(3 - operators);
            let bytes = sample.bytes();
            let model = Model::read(&bytes).unwrap();
            let compiled = compile(&model, &Options::default());
            let details = Details { tensors: true, metadata: true };
            let compiled = compiled.as_ref();
            let inspected = Inspected {
                name: HOSTILE,
                model: &model,
                compiled,
                damages: &[],
                labels: &[],
                takes_sound: false,
                usage: &[],
                board: None,
                kernel_set: Default::default(),
                details,
            };
            let page = page(&[InspectReport::new(&inspected)]);
            assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;&amp;&quot;&#39;"));
            for forbidden in ["<img", "<script", "http:", "https:", "url(", "@import", "<link"] {
                assert!(!page.contains(forbidden), "{forbidden}");
            }
            let count = |text: &str| page.matches(text).count();
            for tag in ["table", "tr", "td", "svg", "span", "div", "p", "section", "h2"] {
                let opened = count(&format!("<{tag}>")) + count(&format!("<{tag} "));
                assert_eq!(opened, count(&format!("</{tag}>")), "{tag}");
            }
        }
    }
}
