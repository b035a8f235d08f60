//! Semihosting: files, console and arguments of the machine that emulates.

use core::arch::asm;
use core::fmt;

const SYS_OPEN: u32 = 0x01;
const SYS_CLOSE: u32 = 0x02;
const SYS_WRITE: u32 = 0x05;
const SYS_READ: u32 = 0x06;
const SYS_FLEN: u32 = 0x0C;
const SYS_GET_CMDLINE: u32 = 0x15;
const SYS_EXIT_EXTENDED: u32 = 0x20;
const ADP_STOPPED_APPLICATION_EXIT: u32 = 0x20026;

fn call(operation: u32, block: *mut u32) -> i32 {
    let result;
    // SAFETY: the breakpoint hands both registers to QEMU, which reads and writes what the block describes; every
    // caller passes a block of the operation's shape with buffers that live until the call returns.
    unsafe {
        asm!("bkpt #0xAB", inlateout("r0") operation as i32 => result, in("r1") block);
    }
    result
}

/// An open file of the emulating machine.
#[derive(Debug)]
pub struct File(i32);

impl File {
    fn open(path: &[u8], mode: u32) -> Option<File> {
        let mut name = [0u8; 512];
        name.get_mut(..path.len())?.copy_from_slice(path);
        let mut block = [name.as_ptr() as u32, mode, path.len() as u32];
        let handle = call(SYS_OPEN, block.as_mut_ptr());
        (handle >= 0 && path.len() < name.len()).then_some(File(handle))
    }

    /// Opens a file for reading; `None` when there is none.
    pub fn read_from(path: &str) -> Option<File> {
        File::open(path.as_bytes(), 1)
    }

    /// Creates a file for writing.
    pub fn create(path: &str) -> Option<File> {
        File::open(path.as_bytes(), 5)
    }

    /// The console.
    pub fn console() -> Option<File> {
        File::open(b":tt", 4)
    }

    /// Its length in bytes.
    pub fn len(&self) -> usize {
        call(SYS_FLEN, [self.0 as u32].as_mut_ptr()).max(0) as usize
    }

    /// Whether it has no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Fills `buffer` from the file, as far as it goes; the number of bytes read.
    pub fn read(&mut self, buffer: &mut [u8]) -> usize {
        let mut block = [self.0 as u32, buffer.as_mut_ptr() as u32, buffer.len() as u32];
        let left = call(SYS_READ, block.as_mut_ptr());
        buffer.len().saturating_sub(left.max(0) as usize)
    }

    /// Writes all of `bytes`. False when that failed.
    #[must_use]
    pub fn write(&mut self, bytes: &[u8]) -> bool {
        let mut block = [self.0 as u32, bytes.as_ptr() as u32, bytes.len() as u32];
        call(SYS_WRITE, block.as_mut_ptr()) == 0
    }
}

impl Drop for File {
    fn drop(&mut self) {
        call(SYS_CLOSE, [self.0 as u32].as_mut_ptr());
    }
}

impl fmt::Write for File {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.write(text.as_bytes()).then_some(()).ok_or(fmt::Error)
    }
}

/// Prints to the console.
pub fn print(arguments: fmt::Arguments<'_>) {
    if let Some(mut console) = File::console() {
        // There is nowhere to report a console that does not take text.
        let _ = fmt::Write::write_fmt(&mut console, arguments);
    }
}

/// Reads the arguments (`-semihosting-config arg=...`), separated by spaces, into `buffer`.
pub fn arguments(buffer: &mut [u8; 1024]) -> &str {
    let mut block = [buffer.as_mut_ptr() as u32, buffer.len() as u32];
    let length = if call(SYS_GET_CMDLINE, block.as_mut_ptr()) == 0 { block[1] as usize } else { 0 };
    let text = buffer.get(..length).unwrap_or_default();
    core::str::from_utf8(text).unwrap_or_default().trim_end_matches('\0')
}

/// Ends the emulation with this exit code.
pub fn exit(code: u32) -> ! {
    let mut block = [ADP_STOPPED_APPLICATION_EXIT, code];
    loop {
        call(SYS_EXIT_EXTENDED, block.as_mut_ptr());
    }
}
