//! Firmware built from this tree, and QEMU to run it.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The folder of the firmware's workspace.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("micro-runtime/firmware")
}

/// Builds all firmware, once, and returns the folder with the programs.
pub fn build() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let target = workspace().join("target/prebuilt");
        build_in(Path::new(env!("CARGO_MANIFEST_DIR")), &target, &[])
    })
}

/// Builds firmware of a tree and returns the folder with the programs; `arguments` say which of them.
///
/// The bytes do not depend on where the tree and the packages lie: their paths are not written into them.
pub fn build_in(tree: &Path, target: &Path, arguments: &[&str]) -> PathBuf {
    let workspace = tree.join("micro-runtime/firmware");
    let home = std::env::home_dir().unwrap_or_default().join(".cargo");
    let home = std::env::var("CARGO_HOME").unwrap_or_else(|_| home.display().to_string());
    let tree = tree.display();
    let flags = format!("--remap-path-prefix={tree}=tinyml\x1f--remap-path-prefix={home}=cargo");
    let output = Command::new(env!("CARGO"))
        .args(["build", "--release", "--locked", "--quiet", "--target-dir"])
        .arg(target)
        .args(arguments)
        .current_dir(&workspace)
        .env_remove("RUSTFLAGS")
        .env("CARGO_ENCODED_RUSTFLAGS", flags)
        .env("RUSTC_WRAPPER", workspace.join("rustc.sh"))
        .output()
        .expect("cargo starts");
    eprint!("{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "the firmware does not build");
    target.join("thumbv7em-none-eabihf/release")
}

/// The emulator's program; `None` when there is none, which on a CI machine is a failure.
pub fn find() -> Option<&'static str> {
    const QEMU: &str = "qemu-system-arm";
    let found = Command::new(QEMU).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if found.is_ok_and(|status| status.success()) {
        return Some(QEMU);
    }
    let is_ci = std::env::var("CI").is_ok_and(|value| value == "true");
    assert!(!is_ci, "{QEMU} is not installed; tests/run.sh installs it");
    eprintln!("skipped: {QEMU} is not installed; tests/run.sh installs it");
    None
}

/// A run of a program on the emulated board.
pub struct Run {
    program: PathBuf,
    arguments: Vec<String>,
    slot: Option<PathBuf>,
    counted: bool,
}

impl Run {
    /// Of the program with this name.
    pub fn new(name: &str) -> Run {
        Run { program: build().join(name), arguments: vec![name.to_string()], slot: None, counted: false }
    }

    /// With one more argument, without commas.
    pub fn argument(mut self, argument: impl Into<String>) -> Run {
        self.arguments.push(argument.into());
        self
    }

    /// With this file where the Program lies.
    pub fn slot(mut self, path: &Path) -> Run {
        self.slot = Some(path.to_path_buf());
        self
    }

    /// With time that counts instructions.
    pub fn counted(mut self) -> Run {
        self.counted = true;
        self
    }

    /// Runs it to its end, at most for `limit`.
    pub fn output(self, qemu: &str, limit: Duration) -> Output {
        let mut command = Command::new(qemu);
        command.args(["-machine", "mps2-an386", "-nographic", "-monitor", "none", "-serial", "none"]);
        if self.counted {
            command.args(["-icount", "shift=0"]);
        }
        let arguments: String = self.arguments.iter().map(|argument| format!(",arg={argument}")).collect();
        command.args(["-semihosting-config", &format!("enable=on,target=native{arguments}")]);
        if let Some(slot) = &self.slot {
            let start = micro_runtime::board::MPS2_AN386.program.start;
            command.args(["-device", &format!("loader,file={},addr={start:#x},force-raw=on", slot.display())]);
        }
        command.arg("-kernel").arg(&self.program);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the emulator starts");
        let (stdout, stderr) = (drained(child.stdout.take()), drained(child.stderr.take()));
        let start = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().expect("the emulator can be asked") {
                break status;
            }
            if start.elapsed() > limit {
                let _ = child.kill();
                panic!("{:?} did not end within {limit:?}", self.arguments);
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        Output { status, stdout: stdout.join().unwrap(), stderr: stderr.join().unwrap() }
    }
}

/// Reads a stream to its end, beside everything else.
fn drained(stream: Option<impl Read + Send + 'static>) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stream) = stream {
            let _ = stream.read_to_end(&mut bytes);
        }
        bytes
    })
}

/// All that a run wrote, as text.
pub fn text(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}
