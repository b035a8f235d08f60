//! The processor core: the `unicorn` engine, loaded from the shared library of its Python package.
//!
//! It runs Armv7E-M instructions. Exceptions, interrupts, time and everything outside of the core are ours.

use std::ffi::c_void;
use std::path::{Path, PathBuf};

use libloading::Library;

const ARCHITECTURE_ARM: u32 = 1;
const MODE_THUMB_M_CLASS: u32 = 1 << 4 | 1 << 5;
const CORTEX_M4: u32 = 9;
/// Writes the model of the core: `UC_CTL_CPU_MODEL`, one argument.
const CONTROL_CORE: u32 = 7 | 1 << 26 | 1 << 30;
const HOOK_INTERRUPT: i32 = 1;
const HOOK_BLOCK: i32 = 8;
/// All kinds of accesses that no memory allows.
const HOOK_BAD_ACCESS: i32 = 112 | 896;

/// May be read and run.
pub const READ_RUN: u32 = 1 | 4;
/// May be read, written and run.
pub const READ_WRITE_RUN: u32 = 1 | 2 | 4;

/// A register of the core, by the number that the engine knows it by.
#[derive(Clone, Copy)]
#[repr(i32)]
pub enum Register {
    Fpscr = 6,
    Lr = 10,
    Pc = 11,
    Sp = 12,
    R0 = 66,
    R1 = 67,
    R2 = 68,
    R3 = 69,
    R12 = 78,
    Xpsr = 120,
    Primask = 123,
}

/// The number of `s0`; the others follow.
const S0: i32 = 79;

type Handle = *mut c_void;

/// What the core tells the world around it. `blocks` are runs of instructions without a branch.
pub trait World {
    /// A block of `bytes` bytes at `address` is about to run. False stops the core before it.
    fn block(&mut self, address: u32, bytes: u32) -> bool;
    /// A load from a register outside of the core.
    fn load(&mut self, address: u32, bytes: u32) -> u32;
    /// A store to a register outside of the core.
    fn store(&mut self, address: u32, bytes: u32, value: u32);
}

/// Why the core stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// [`World::block`] said so.
    Asked,
    /// It ran a `WFI`.
    Sleep,
    /// It returned from an exception.
    ExceptionReturn,
    /// It did something that is a fault on the chip.
    Fault,
}

/// The core with its memory and the world around it.
pub struct Engine<W> {
    library: Library,
    handle: Handle,
    /// Behind a pointer, because the engine calls it while it runs.
    shared: *mut Shared<W>,
}

struct Shared<W> {
    world: W,
    stop: Option<Stop>,
    was_asked: bool,
    emu_stop: unsafe extern "C" fn(Handle) -> i32,
    bad_access: Option<u32>,
}

macro_rules! call {
    ($self:ident, $name:literal, fn($($kind:ty),*), $($argument:expr),*) => {{
        // SAFETY: the engine's header declares the function with these types; pointers are valid for the call.
        let code = unsafe {
            let function: libloading::Symbol<unsafe extern "C" fn($($kind),*) -> i32> =
                $self.library.get($name).expect("the engine has the function");
            function($($argument),*)
        };
        assert_eq!(code, 0, "the engine refused {}", String::from_utf8_lossy($name));
    }};
}

unsafe extern "C" fn on_block<W: World>(handle: Handle, address: u64, bytes: u32, shared: *mut c_void) {
    // SAFETY: `shared` is what `Engine::new` made; nobody else looks at it while the engine runs.
    let shared = unsafe { &mut *shared.cast::<Shared<W>>() };
    if !shared.world.block(address as u32, bytes) {
        shared.was_asked = true;
        // SAFETY: the handle is the running engine's.
        unsafe { (shared.emu_stop)(handle) };
    }
}

unsafe extern "C" fn on_interrupt<W: World>(handle: Handle, number: u32, shared: *mut c_void) {
    const EXCEPTION_RETURN: u32 = 8;
    // SAFETY: as in `on_block`.
    let shared = unsafe { &mut *shared.cast::<Shared<W>>() };
    shared.stop = Some(if number == EXCEPTION_RETURN { Stop::ExceptionReturn } else { Stop::Fault });
    // SAFETY: the handle is the running engine's.
    unsafe { (shared.emu_stop)(handle) };
}

unsafe extern "C" fn on_bad_access<W: World>(
    _: Handle,
    _: i32,
    address: u64,
    _: i32,
    _: i64,
    shared: *mut c_void,
) -> bool {
    // SAFETY: as in `on_block`.
    let shared = unsafe { &mut *shared.cast::<Shared<W>>() };
    shared.bad_access = Some(address as u32);
    false
}

unsafe extern "C" fn on_load<W: World>(_: Handle, offset: u64, bytes: u32, region: *mut c_void) -> u64 {
    // SAFETY: `region` is what `Engine::registers` made.
    let region = unsafe { &*region.cast::<Region<W>>() };
    // SAFETY: as in `on_block`.
    let shared = unsafe { &mut *region.shared };
    u64::from(shared.world.load(region.start + offset as u32, bytes))
}

unsafe extern "C" fn on_store<W: World>(_: Handle, offset: u64, bytes: u32, value: u64, region: *mut c_void) {
    // SAFETY: `region` is what `Engine::registers` made.
    let region = unsafe { &*region.cast::<Region<W>>() };
    // SAFETY: as in `on_block`.
    let shared = unsafe { &mut *region.shared };
    shared.world.store(region.start + offset as u32, bytes, value as u32);
}

struct Region<W> {
    start: u32,
    shared: *mut Shared<W>,
}

/// The engine's shared library below `folder`, if it is there.
pub fn find_library(folder: &Path) -> Option<PathBuf> {
    let files = std::fs::read_dir(folder.join("unicorn/lib")).ok()?;
    files.filter_map(|file| Some(file.ok()?.path())).find(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        [".so.2", ".2.dylib", "unicorn.dll"].iter().any(|end| name.ends_with(end))
    })
}

impl<W: World> Engine<W> {
    /// A Cortex-M4F without memory.
    pub fn new(library: &Path, world: W) -> Engine<W> {
        // SAFETY: the library is the engine's; loading it has no effect beyond its own state.
        let library = unsafe { Library::new(library) }.expect("the engine can be loaded");
        // SAFETY: the engine's header declares it so.
        let emu_stop = unsafe { *library.get(b"uc_emu_stop").expect("the engine has the function") };
        let shared =
            Box::into_raw(Box::new(Shared { world, stop: None, was_asked: false, emu_stop, bad_access: None }));
        let mut engine = Engine { library, handle: std::ptr::null_mut(), shared };
        call!(engine, b"uc_open", fn(u32, u32, *mut Handle), ARCHITECTURE_ARM, MODE_THUMB_M_CLASS, &mut engine.handle);
        // SAFETY: this control takes the handle and one number.
        let code = unsafe {
            let control: libloading::Symbol<unsafe extern "C" fn(Handle, u32, ...) -> i32> =
                engine.library.get(b"uc_ctl").expect("the engine has the function");
            control(engine.handle, CONTROL_CORE, CORTEX_M4)
        };
        assert_eq!(code, 0, "the engine knows the Cortex-M4");
        engine.hook(HOOK_BLOCK, on_block::<W> as *mut c_void);
        engine.hook(HOOK_INTERRUPT, on_interrupt::<W> as *mut c_void);
        engine.hook(HOOK_BAD_ACCESS, on_bad_access::<W> as *mut c_void);
        engine
    }

    fn hook(&mut self, kind: i32, callback: *mut c_void) {
        let mut hook = 0usize;
        type Add = unsafe extern "C" fn(Handle, *mut usize, i32, *mut c_void, *mut c_void, u64, u64, ...) -> i32;
        // SAFETY: the callbacks have the types that the engine documents for their kinds; a range of 1 to 0 is all.
        let code = unsafe {
            let add: libloading::Symbol<Add> = self.library.get(b"uc_hook_add").expect("the engine has the function");
            add(self.handle, &mut hook, kind, callback, self.shared.cast(), 1, 0)
        };
        assert_eq!(code, 0, "the engine takes the hook");
    }

    /// The world around the core.
    pub fn world(&mut self) -> &mut W {
        // SAFETY: the engine, which also uses it, does not run now.
        unsafe { &mut (*self.shared).world }
    }

    /// Maps memory.
    pub fn memory(&mut self, start: u32, bytes: u32, rights: u32) {
        call!(self, b"uc_mem_map", fn(Handle, u64, u64, u32), self.handle, start.into(), bytes.into(), rights);
    }

    /// Maps registers of the world.
    pub fn registers(&mut self, start: u32, bytes: u32) {
        // Lives as long as the engine may call it: until the process ends.
        let region: *mut Region<W> = Box::leak(Box::new(Region { start, shared: self.shared }));
        type Load = unsafe extern "C" fn(Handle, u64, u32, *mut c_void) -> u64;
        type Store = unsafe extern "C" fn(Handle, u64, u32, u64, *mut c_void);
        call!(
            self,
            b"uc_mmio_map",
            fn(Handle, u64, u64, Load, *mut c_void, Store, *mut c_void),
            self.handle,
            start.into(),
            bytes.into(),
            on_load::<W>,
            region.cast(),
            on_store::<W>,
            region.cast()
        );
    }

    /// Reads memory.
    pub fn read(&self, address: u32, bytes: &mut [u8]) {
        call!(
            self,
            b"uc_mem_read",
            fn(Handle, u64, *mut c_void, u64),
            self.handle,
            address.into(),
            bytes.as_mut_ptr().cast(),
            bytes.len() as u64
        );
    }

    /// Writes memory, whatever its rights.
    pub fn write(&mut self, address: u32, bytes: &[u8]) {
        call!(
            self,
            b"uc_mem_write",
            fn(Handle, u64, *const c_void, u64),
            self.handle,
            address.into(),
            bytes.as_ptr().cast(),
            bytes.len() as u64
        );
    }

    /// Reads a word of memory.
    pub fn word(&self, address: u32) -> u32 {
        let mut bytes = [0; 4];
        self.read(address, &mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn get_number(&self, number: i32) -> u32 {
        let mut value = 0u64;
        call!(self, b"uc_reg_read", fn(Handle, i32, *mut c_void), self.handle, number, (&raw mut value).cast());
        value as u32
    }

    fn set_number(&mut self, number: i32, value: u32) {
        let value = u64::from(value);
        call!(self, b"uc_reg_write", fn(Handle, i32, *const c_void), self.handle, number, (&raw const value).cast());
    }

    /// A register of the core.
    pub fn get(&self, register: Register) -> u32 {
        self.get_number(register as i32)
    }

    /// Sets a register of the core.
    pub fn set(&mut self, register: Register, value: u32) {
        self.set_number(register as i32, value);
    }

    /// Floating-point register `s{index}`.
    pub fn get_float(&self, index: i32) -> u32 {
        self.get_number(S0 + index)
    }

    /// Sets floating-point register `s{index}`.
    pub fn set_float(&mut self, index: i32, value: u32) {
        self.set_number(S0 + index, value);
    }

    /// Runs from the program counter until something stops the core. A fault says what was wrong.
    pub fn run(&mut self) -> (Stop, Option<String>) {
        // SAFETY: the engine does not run now.
        unsafe {
            (*self.shared).stop = None;
            (*self.shared).was_asked = false;
            (*self.shared).bad_access = None;
        }
        let start = u64::from(self.get(Register::Pc) | 1);
        type Start = unsafe extern "C" fn(Handle, u64, u64, u64, usize) -> i32;
        // SAFETY: no reference to the shared state is alive while the engine runs and uses it.
        let code = unsafe {
            let run: libloading::Symbol<Start> =
                self.library.get(b"uc_emu_start").expect("the engine has the function");
            run(self.handle, start, u64::from(u32::MAX), 0, 0)
        };
        // SAFETY: the engine does not run any more.
        let shared = unsafe { &*self.shared };
        let asleep = if shared.was_asked { Stop::Asked } else { Stop::Sleep };
        let stop = shared.stop.unwrap_or(asleep);
        match (code, stop) {
            (0, Stop::Fault) => (Stop::Fault, Some("exception of the core".to_string())),
            (0, stop) => (stop, None),
            (code, _) => {
                let place = shared.bad_access.map_or(String::new(), |address| format!(" at {address:#010x}"));
                (Stop::Fault, Some(format!("error {code} of the engine{place}")))
            }
        }
    }
}

impl<W> Drop for Engine<W> {
    fn drop(&mut self) {
        // SAFETY: the handle and the shared state are ours, and nothing uses them any more.
        unsafe {
            if let Ok(close) = self.library.get::<unsafe extern "C" fn(Handle) -> i32>(b"uc_close") {
                close(self.handle);
            }
            drop(Box::from_raw(self.shared));
        }
    }
}
