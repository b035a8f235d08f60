//! The real program against simulated boards behind pseudo-terminals.

#![cfg(target_os = "linux")]

#[path = "support/firmware.rs"]
mod firmware;

use std::io::{ErrorKind, Read, Write};
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use tinyml::flash::sim::apollo3::Flash;
use tinyml::flash::sim::asb::AsbBoard;
use tinyml::flash::sim::svl::{self, SvlBoard};
use tinyml::flash::sim::{Answer, Device};

/// A device on the far side of a pseudo-terminal, in real time.
struct Attached<D> {
    port: String,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<D>,
}

impl<D: Device + Send + 'static> Attached<D> {
    fn new(mut device: D, baud: u32) -> Attached<D> {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let port = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
        rustix::fs::fcntl_setfl(&master, rustix::fs::OFlags::NONBLOCK).unwrap();
        let mut terminal = std::fs::File::from(master);
        let stop = Arc::new(AtomicBool::new(false));
        let stopping = stop.clone();
        let thread = std::thread::spawn(move || {
            let started = Instant::now();
            let mut answers: Vec<Answer> = Vec::new();
            let mut waiting: Vec<Answer> = Vec::new();
            let mut was_open = false;
            while !stopping.load(Ordering::SeqCst) {
                let now = started.elapsed();
                let mut bytes = [0; 4096];
                match terminal.read(&mut bytes) {
                    Ok(count) => {
                        if !was_open {
                            // Opening the port pulses the board's reset.
                            device.reset(now);
                        }
                        was_open = true;
                        let now = started.elapsed();
                        bytes[..count].iter().for_each(|&byte| device.receive(byte, baud, now, &mut answers));
                    }
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {
                        if !was_open {
                            device.reset(now);
                        }
                        was_open = true;
                        std::thread::sleep(Duration::from_micros(300));
                    }
                    // Nobody has the other side open.
                    Err(_) => {
                        was_open = false;
                        std::thread::sleep(Duration::from_millis(1));
                    }
                }
                let now = started.elapsed();
                while device.next_event().is_some_and(|at| at <= now) {
                    device.event(now, &mut answers);
                }
                waiting.append(&mut answers);
                waiting.retain(|answer| {
                    if answer.at <= now {
                        let _ = terminal.write_all(&answer.bytes);
                    }
                    answer.at > now
                });
            }
            device
        });
        Attached { port, stop, thread }
    }

    fn detach(self) -> D {
        // What it still has to do.
        std::thread::sleep(Duration::from_millis(2500));
        self.stop.store(true, Ordering::SeqCst);
        self.thread.join().unwrap()
    }
}

/// The program, with a cache of its own.
fn tinyml(arguments: &[&str]) -> Output {
    let cache = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tinyml"));
    command.args(arguments).env("XDG_CACHE_HOME", cache.path()).stdin(std::process::Stdio::null());
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn an_image_arrives_through_the_ambiq_bootloader() {
    let folder = tempfile::tempdir().unwrap();
    let image = firmware::plain(0xC000, 0x1006_0000, 20_000);
    let path = folder.path().join("firmware.bin");
    std::fs::write(&path, &image).unwrap();
    let board = Attached::new(AsbBoard::new(Flash::default(), 115_200), 115_200);
    let port = board.port.clone();
    let firmware = path.to_str().unwrap();
    let arguments =
        ["flash", "--board", "sparkfun-edge", "--firmware", firmware, "--port", &port, "--no-input", "--json"];
    let output = tinyml(&arguments);
    let board = board.detach();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(board.flash.read(0xC000, image.len()) == image, "the image is in its place");
    assert_eq!(board.flash.offences(), [] as [String; 0]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["outcome"].as_str(), Some("installed"));
    assert_eq!(report["transfer"]["port"].as_str(), Some(port.as_str()));
    assert!(report["transfer"]["bytes_sent"].as_u64().unwrap() > image.len() as u64);
}

#[test]
fn an_image_arrives_through_the_sparkfun_loader() {
    let folder = tempfile::tempdir().unwrap();
    let image = firmware::plain(svl::APPLICATION, 0x1006_0000, 20_002);
    let path = folder.path().join("firmware.bin");
    std::fs::write(&path, &image).unwrap();
    let board = Attached::new(SvlBoard::new(Flash::default()), 115_200);
    let port = board.port.clone();
    let output =
        tinyml(&["flash", "--board", "artemis", "--firmware", path.to_str().unwrap(), "--port", &port, "--no-input"]);
    let board = board.detach();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(board.flash.read(svl::APPLICATION, image.len()) == image, "the image is in its place");
    assert!(text(&output.stdout).starts_with("installed 20,002 bytes on "), "{}", text(&output.stdout));
}

#[test]
fn a_silent_port_is_a_time_out_that_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("firmware.bin");
    std::fs::write(&path, firmware::plain(0xC000, 0x1006_0000, 64)).unwrap();
    let mut board = AsbBoard::new(Flash::default(), 115_200);
    board.button = false;
    let board = Attached::new(board, 115_200);
    let port = board.port.clone();
    let firmware = path.to_str().unwrap();
    let output = tinyml(&[
        "flash",
        "--board",
        "sparkfun-edge",
        "--firmware",
        firmware,
        "--port",
        &port,
        "--no-input",
        "--wait",
        "1",
    ]);
    board.detach();
    assert_eq!((output.status.code(), output.stdout.is_empty()), (Some(10), true));
    let stderr = text(&output.stderr);
    let said = "no bootloader answered within 1 s at 921600, 460800 and 115200 baud; nothing on the board was changed";
    assert!(stderr.contains(said) && stderr.contains("\nhelp: "), "{stderr}");
}

#[test]
fn a_port_that_another_program_has_is_busy_and_names_it() {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let port = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
    let other = std::fs::File::options().read(true).write(true).open(&port).unwrap();
    rustix::fs::flock(&other, rustix::fs::FlockOperation::NonBlockingLockExclusive).unwrap();
    let output = tinyml(&["monitor", "--port", &port, "--seconds", "1"]);
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(7), "{stderr}");
    let holder = format!("error: {port}: in use by process {} (", std::process::id());
    assert!(stderr.starts_with(&holder) && stderr.contains("\nhelp: close the other program"), "{stderr}");
}

#[test]
fn ctrl_c_ends_with_130_and_says_how_the_board_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("firmware.bin");
    std::fs::write(&path, firmware::plain(0xC000, 0x1006_0000, 64)).unwrap();
    let mut board = AsbBoard::new(Flash::default(), 115_200);
    board.button = false;
    let board = Attached::new(board, 115_200);
    let child = Command::new(env!("CARGO_BIN_EXE_tinyml"))
        .args(["flash", "--board", "sparkfun-edge", "--firmware", path.to_str().unwrap(), "--port", &board.port])
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    let id = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    board.detach();
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(
        stderr.contains("interrupted; nothing on the board was changed\nhelp: run the same command again"),
        "{stderr}"
    );
}

#[test]
fn the_monitor_decodes_detections_and_outlives_the_port() {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let port = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
    let mut terminal = std::fs::File::from(master);
    let child = Command::new(env!("CARGO_BIN_EXE_tinyml"))
        .args(["monitor", "--port", &port, "--json", "--once", "--seconds", "30"])
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    terminal.write_all(b"hello\r\nheard label=\"yes\" index=2 score=211 time_ms=1480\r\n").unwrap();
    std::thread::sleep(Duration::from_millis(500));
    drop(terminal);
    let output = child.wait_with_output().unwrap();
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(8), "{stderr}");
    let lines: Vec<serde_json::Value> =
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert_eq!((lines[0]["event"].as_str(), lines[0]["line"].as_str()), (Some("text"), Some("hello")));
    assert_eq!((lines[1]["event"].as_str(), lines[1]["score"].as_u64()), (Some("heard"), Some(211)));
}
