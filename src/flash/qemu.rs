//! The board that QEMU emulates: the very image, started, with its console read.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use thiserror::Error;

/// The program.
pub const PROGRAM: &str = "qemu-system-arm";

/// Why the emulator did not do its work.
#[derive(Debug, Error)]
pub enum QemuError {
    /// It is not installed.
    #[error("{PROGRAM} is not installed, or not in the PATH")]
    NotFound,
    /// It could not be started.
    #[error("{PROGRAM}: cannot be started: {0}")]
    Start(std::io::Error),
    /// It failed.
    #[error("{PROGRAM}: ended with {status}{}", if said.is_empty() { String::new() } else { format!(": {said}") })]
    Failed {
        /// How it ended.
        status: String,
        /// The last line that it wrote to stderr.
        said: String,
    },
    /// It did not end.
    #[error("{PROGRAM}: not done within {} s", limit.as_secs())]
    TimeOut {
        /// How long it had.
        limit: Duration,
    },
    /// Somebody stopped it.
    #[error("interrupted")]
    Interrupted,
}

/// The version of the emulator, as it says itself.
pub fn version() -> Result<String, QemuError> {
    let output = Command::new(PROGRAM).arg("--version").stdin(Stdio::null()).output();
    let output = output.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => QemuError::NotFound,
        _ => QemuError::Start(error),
    })?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().next().unwrap_or("of unknown version").trim_start_matches("QEMU emulator ").to_string())
}

/// Ends the emulator when it is no longer wanted.
struct Guard(Child);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A comma ends an argument, two are one.
fn escaped(text: &str) -> String {
    text.replace(',', ",,")
}

/// Starts the image in `path`, which begins at address 0, on the machine; `arguments` are the firmware's own. Hands over
/// every line of its console, and returns when it ends.
pub fn run(
    machine: &str,
    path: &Path,
    arguments: &[&str],
    limit: Duration,
    stopped: &dyn Fn() -> bool,
    line: &mut dyn FnMut(&str),
) -> Result<(), QemuError> {
    let listed: String = arguments.iter().map(|argument| format!(",arg={}", escaped(argument))).collect();
    let mut command = Command::new(PROGRAM);
    command
        .args(["-machine", machine, "-nographic", "-monitor", "none", "-serial", "none"])
        .arg("-semihosting-config")
        .arg(format!("enable=on,target=native{listed}"))
        .arg("-device")
        .arg(format!("loader,file={},addr=0,force-raw=on", escaped(&path.display().to_string())))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = command.spawn().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => QemuError::NotFound,
        _ => QemuError::Start(error),
    })?;
    let mut guard = Guard(child);
    let lines = read_lines(guard.0.stdout.take());
    let errors = read_lines(guard.0.stderr.take());
    let until = Instant::now() + limit;
    let mut said = String::new();
    loop {
        match lines.recv_timeout(Duration::from_millis(50)) {
            Ok(text) => line(&text),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if stopped() {
            return Err(QemuError::Interrupted);
        }
        if Instant::now() > until {
            return Err(QemuError::TimeOut { limit });
        }
    }
    let status = loop {
        match guard.0.try_wait().map_err(QemuError::Start)? {
            Some(status) => break status,
            None if Instant::now() > until => return Err(QemuError::TimeOut { limit }),
            None => std::thread::sleep(Duration::from_millis(10)),
        }
    };
    for text in errors.iter() {
        said = text;
    }
    if status.success() { Ok(()) } else { Err(QemuError::Failed { status: status.to_string(), said }) }
}

/// The lines of a stream, as they come.
fn read_lines(stream: Option<impl Read + Send + 'static>) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    if let Some(stream) = stream {
        std::thread::spawn(move || {
            let mut reader = BufReader::new(stream);
            let mut bytes = Vec::new();
            while reader.by_ref().take(1 << 16).read_until(b'\n', &mut bytes).is_ok_and(|count| count > 0) {
                let text = String::from_utf8_lossy(&bytes).trim_end_matches(['\r', '\n']).to_string();
                bytes.clear();
                if sender.send(text).is_err() {
                    return;
                }
            }
        });
    }
    receiver
}
