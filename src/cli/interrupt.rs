//! Ctrl-C: the first asks the command to stop and leave everything sane, the second ends it at once.

use std::sync::atomic::{AtomicBool, Ordering};

use super::Kind;

static ASKED: AtomicBool = AtomicBool::new(false);

/// From here on, Ctrl-C only asks.
pub fn listen() {
    // It fails when something else listens already; then that is what Ctrl-C does.
    let _ = ctrlc::set_handler(|| {
        if ASKED.swap(true, Ordering::SeqCst) {
            std::process::exit(Kind::Interrupted as i32);
        }
    });
}

/// Whether Ctrl-C was pressed.
pub fn is_asked() -> bool {
    ASKED.load(Ordering::SeqCst)
}
