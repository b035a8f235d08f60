//! The flash algorithm of the Ambiq Apollo3: what a debug probe loads into its memory and calls to erase and program.
//!
//! Every entry follows the conventions of CMSIS flash algorithms and returns 0 on success. The work is done by the
//! helpers in the boot ROM. Whatever it is asked for, it leaves alone what lies below [`START`], where the boot
//! loader is, and the customer information pages: no helper for those is named here.

#![no_std]
#![no_main]

/// The first address that may be erased and programmed: the boot loader ends here.
const START: u32 = 0xC000;
/// One past the last address of the flash.
const END: u32 = 0x10_0000;
/// Bytes of a page.
const PAGE: u32 = 8192;

/// What the helpers want to be told before they do anything.
const KEY: u32 = 0x1234_4321;
/// `page_erase(key, instance, page)`.
const ROM_PAGE_ERASE: usize = 0x0800_0051;
/// `program_main(key, source, destination, words)`.
const ROM_PROGRAM_MAIN: usize = 0x0800_0055;

/// Returned for addresses that are not ours; no helper returns it.
const REFUSED: u32 = 0x100;

/// Cache control: writing bit 0 invalidates the cache.
const CACHE_CONTROL: *mut u32 = 0x4001_8008 as *mut u32;
/// Watchdog: configuration, of which bit 0 enables it.
const WATCHDOG_CONFIGURATION: *mut u32 = 0x4002_4000 as *mut u32;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}

/// The helper at a Thumb address in the boot ROM.
macro_rules! rom {
    ($address:expr, $($argument:expr),+ => $($kind:ty),+) => {{
        // SAFETY: the boot ROM has this function at this address, with these arguments, on every Apollo3.
        unsafe {
            let helper: unsafe extern "C" fn($($kind),+) -> u32 = core::mem::transmute($address);
            helper($($argument),+)
        }
    }};
}

/// Whether `bytes` bytes from `address` are ours.
fn is_ours(address: u32, bytes: u32) -> bool {
    (START..END).contains(&address) && bytes <= END - address
}

fn erase(address: u32) -> u32 {
    if !is_ours(address, 1) {
        return REFUSED;
    }
    rom!(ROM_PAGE_ERASE, KEY, address >> 19, address / PAGE % 64 => u32, u32, u32)
}

/// Prepares for erasing, programming or verifying: no interrupts, no watchdog.
#[unsafe(no_mangle)]
#[unsafe(link_section = ".entry")]
extern "C" fn Init(_address: u32, _clock: u32, _function: u32) -> u32 {
    // SAFETY: masking interrupts and stopping the watchdog only keeps others from interfering.
    unsafe {
        core::arch::asm!("cpsid i", options(nomem, nostack));
        WATCHDOG_CONFIGURATION.write_volatile(WATCHDOG_CONFIGURATION.read_volatile() & !1);
    }
    0
}

/// Makes what was programmed visible through the cache.
#[unsafe(no_mangle)]
#[unsafe(link_section = ".entry")]
extern "C" fn UnInit(_function: u32) -> u32 {
    // SAFETY: invalidating the cache is always allowed.
    unsafe { CACHE_CONTROL.write_volatile(CACHE_CONTROL.read_volatile() | 1) };
    0
}

/// Erases the page that holds `address`.
#[unsafe(no_mangle)]
#[unsafe(link_section = ".entry")]
extern "C" fn EraseSector(address: u32) -> u32 {
    erase(address)
}

/// Erases every page that is ours, one after the other; what belongs to the boot loader stays.
#[unsafe(no_mangle)]
#[unsafe(link_section = ".entry")]
extern "C" fn EraseChip() -> u32 {
    let mut address = START;
    while address < END {
        let result = erase(address);
        if result != 0 {
            return result;
        }
        address += PAGE;
    }
    0
}

/// Programs `bytes` bytes from `buffer` at `address`, a multiple of 4; the rest of the last word stays erased.
///
/// # Safety
///
/// `bytes` bytes are readable at `buffer`.
#[unsafe(no_mangle)]
#[unsafe(link_section = ".entry")]
unsafe extern "C" fn ProgramPage(address: u32, bytes: u32, buffer: *const u8) -> u32 {
    if !is_ours(address, bytes) || !address.is_multiple_of(4) {
        return REFUSED;
    }
    let is_aligned = (buffer as u32).is_multiple_of(4);
    let whole = if is_aligned { bytes / 4 } else { 0 };
    if whole > 0 {
        let result = rom!(ROM_PROGRAM_MAIN, KEY, buffer, address, whole => u32, *const u8, u32, u32);
        if result != 0 {
            return result;
        }
    }
    // What does not lie in whole aligned words is programmed word by word.
    let mut done = whole * 4;
    while done < bytes {
        let mut word = u32::MAX;
        let mut lane = 0;
        while lane < 4 && done + lane < bytes {
            // SAFETY: the caller's promise.
            let byte = unsafe { buffer.add((done + lane) as usize).read_volatile() };
            word = word & !(0xFF << (8 * lane)) | (byte as u32) << (8 * lane);
            lane += 1;
        }
        let result = rom!(ROM_PROGRAM_MAIN, KEY, &raw const word, address + done, 1 => u32, *const u32, u32, u32);
        if result != 0 {
            return result;
        }
        done += 4;
    }
    0
}

/// Compares `bytes` bytes at `address` with `buffer`: the address of the first that differs, or the end.
///
/// # Safety
///
/// `bytes` bytes are readable at `buffer`.
#[unsafe(no_mangle)]
#[unsafe(link_section = ".entry")]
unsafe extern "C" fn Verify(address: u32, bytes: u32, buffer: *const u8) -> u32 {
    if !is_ours(address, bytes) {
        return address;
    }
    // SAFETY: invalidating the cache is always allowed.
    unsafe { CACHE_CONTROL.write_volatile(CACHE_CONTROL.read_volatile() | 1) };
    let mut index = 0;
    while index < bytes {
        // SAFETY: the flash is readable at these addresses, the buffer by the caller's promise.
        let (found, expected) =
            unsafe { (((address + index) as *const u8).read_volatile(), buffer.add(index as usize).read_volatile()) };
        if found != expected {
            break;
        }
        index += 1;
    }
    address + index
}
