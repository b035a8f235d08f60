//! What a transfer shows: bars with a rate on a terminal, a line for each stage otherwise.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::{interrupt, style};
use crate::flash::transport::{Event, Stage, Watch};

/// Tells on stderr what happens.
pub struct Progress {
    bar: Option<ProgressBar>,
    is_terminal: bool,
    /// What to say when pieces are being received, once.
    let_go: Option<&'static str>,
    stage: Option<Stage>,
}

impl Progress {
    /// With something to say once the board receives.
    pub fn new(let_go: Option<&'static str>) -> Progress {
        Progress { bar: None, is_terminal: std::io::stderr().is_terminal(), let_go, stage: None }
    }

    fn line(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| style::note(text)),
            None => style::note(text),
        }
    }

    fn start(&mut self, stage: Stage, bytes: u64) {
        self.finish();
        self.stage = Some(stage);
        if !self.is_terminal {
            if bytes > 0 {
                self.line(&format!("{stage}: {}", crate::report::bytes(bytes)));
            }
            return;
        }
        let bar = match bytes {
            0 => ProgressBar::new_spinner().with_style(template("{spinner} {prefix:8} {msg}")),
            _ => ProgressBar::new(bytes)
                .with_style(template("  {prefix:8} [{bar:32}] {bytes:>10} of {total_bytes}  {bytes_per_sec}  {eta}")),
        };
        let bar = bar.with_prefix(stage.to_string());
        bar.enable_steady_tick(Duration::from_millis(100));
        self.bar = Some(bar);
    }

    fn finish(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.finish();
    }
}

fn template(text: &str) -> ProgressStyle {
    ProgressStyle::with_template(text).expect("templates are sound")
}

impl Watch for Progress {
    fn event(&mut self, event: Event) {
        match event {
            Event::Start { stage, bytes } => self.start(stage, bytes),
            Event::Progress { bytes, .. } => self.bar.iter().for_each(|bar| bar.set_position(bytes)),
            Event::End { .. } => self.finish(),
            Event::Waiting { waited, limit, baud } => {
                if let Some(bar) = &self.bar {
                    let left = limit.saturating_sub(waited).as_secs();
                    bar.set_message(format!("waiting for the bootloader at {baud} baud, {left} s left"));
                }
            }
            Event::Connected { loader, baud } => self.line(&format!("{loader} answers at {baud} baud")),
            Event::Receiving => {
                if let Some(text) = self.let_go.take() {
                    self.line(text);
                }
            }
            Event::Trouble(text) => self.line(&text),
        }
    }

    fn stopped(&self) -> bool {
        interrupt::is_asked()
    }
}
