//! The Ambiq Apollo3 for probe-rs: its description with our flash algorithm, and how to stop it after a reset.
//!
//! After a reset the boot ROM and the secure bootloader run first, and hold the debugger off meanwhile. A vector catch
//! would stop the core too early or be lost. So where the secure bootloader is enabled, it is asked to stop the core
//! itself as it hands over to the application; and the core is waited for much longer than usual.

use std::fmt;
use std::sync::{Arc, Once};
use std::time::{Duration, Instant};

use probe_rs::CoreType;
use probe_rs::architecture::arm::ArmError;
use probe_rs::architecture::arm::memory::ArmMemoryInterface;
use probe_rs::architecture::arm::sequences::ArmDebugSequence;
use probe_rs::config::{Chip, DebugSequence};
use probe_rs::plugin::{Plugin, register_plugin};
use probe_rs::vendor::Vendor;

/// Memories and flash algorithm.
pub const DESCRIPTION: &str = include_str!("../../../micro-runtime/flash-algorithm/apollo3.yaml");

const CHIP: &str = "AMA3B1KK-KBR";

/// Whether and how the secure bootloader is enabled: its fields are above [`SECURE_BOOT_SHIFT`].
const BOOTLOADER: u64 = 0x4002_01A0;
const SECURE_BOOT_SHIFT: u32 = 26;
/// Bit 0 asks the secure bootloader to stop the core where it leaves for the application.
const SCRATCH0: u64 = 0x4002_01B0;
const STOP_AT_APPLICATION: u32 = 1;
/// Debug halting control and status.
const DHCSR: u64 = 0xE000_EDF0;
const DHCSR_KEY: u32 = 0xA05F_0000;
const C_DEBUGEN: u32 = 1;
const C_HALT: u32 = 2;
const S_HALT: u32 = 1 << 17;
/// Debug exception and monitor control; bit 0 stops the core at the reset vector.
const DEMCR: u64 = 0xE000_EDFC;
const VC_CORERESET: u32 = 1;
/// Application interrupt and reset control.
const AIRCR: u64 = 0xE000_ED0C;
const SYSRESETREQ: u32 = 0x05FA_0004;

/// How long boot ROM and secure bootloader may take.
const BOOT: Duration = Duration::from_millis(2500);
/// How often the core is asked.
const POLL: Duration = Duration::from_millis(20);

/// Makes probe-rs use our sequence for this chip, once for the process.
pub fn register() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| register_plugin(Plugin { vendors: &[&Ambiq], ..Plugin::default() }));
}

struct Ambiq;

impl fmt::Display for Ambiq {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Ambiq")
    }
}

impl Vendor for Ambiq {
    fn try_create_debug_sequence(&self, chip: &Chip) -> Option<DebugSequence> {
        (chip.name == CHIP).then(|| DebugSequence::Arm(Arc::new(Apollo3)))
    }
}

#[derive(Debug)]
struct Apollo3;

impl ArmDebugSequence for Apollo3 {
    fn reset_catch_set(
        &self,
        core: &mut dyn ArmMemoryInterface,
        _core_type: CoreType,
        _debug_base: Option<u64>,
    ) -> Result<(), ArmError> {
        if core.read_word_32(BOOTLOADER)? >> SECURE_BOOT_SHIFT != 0 {
            set(core, SCRATCH0, STOP_AT_APPLICATION)?;
        } else {
            set(core, DEMCR, VC_CORERESET)?;
        }
        // Reading clears what is left of an earlier reset.
        core.read_word_32(DHCSR).map(drop)
    }

    fn reset_catch_clear(
        &self,
        core: &mut dyn ArmMemoryInterface,
        _core_type: CoreType,
        _debug_base: Option<u64>,
    ) -> Result<(), ArmError> {
        clear(core, SCRATCH0, STOP_AT_APPLICATION)?;
        clear(core, DEMCR, VC_CORERESET)
    }

    fn reset_system(
        &self,
        core: &mut dyn ArmMemoryInterface,
        _core_type: CoreType,
        _debug_base: Option<u64>,
    ) -> Result<(), ArmError> {
        let is_caught =
            core.read_word_32(SCRATCH0)? & STOP_AT_APPLICATION != 0 || core.read_word_32(DEMCR)? & VC_CORERESET != 0;
        // The connection may be gone before the answer has come.
        let _ = core.write_word_32(AIRCR, SYSRESETREQ);
        let _ = core.flush();
        if !is_caught {
            return wait(core, |_| true).map(drop);
        }
        if !wait(core, |status| status & S_HALT != 0)? {
            // Neither has stopped it: so do we, wherever it is.
            core.write_word_32(DHCSR, DHCSR_KEY | C_HALT | C_DEBUGEN)?;
            core.flush()?;
            if !wait(core, |status| status & S_HALT != 0)? {
                return Err(ArmError::Timeout);
            }
        }
        Ok(())
    }
}

/// Asks the core for its status until `is_reached`, reconnecting where it holds the debugger off; false when it never
/// was.
fn wait(core: &mut dyn ArmMemoryInterface, is_reached: impl Fn(u32) -> bool) -> Result<bool, ArmError> {
    let start = Instant::now();
    let mut problem = None;
    while start.elapsed() < BOOT {
        match core.read_word_32(DHCSR) {
            Ok(status) if status & C_DEBUGEN == 0 => {
                // The reset has taken debugging away.
                problem = core.write_word_32(DHCSR, DHCSR_KEY | C_DEBUGEN).err();
            }
            Ok(status) if is_reached(status) => return Ok(true),
            Ok(_) => problem = None,
            Err(error) => {
                problem = Some(error);
                if let Ok(interface) = core.get_arm_debug_interface() {
                    let _ = interface.reinitialize();
                }
            }
        }
        std::thread::sleep(POLL);
    }
    problem.map_or(Ok(false), Err)
}

fn set(core: &mut dyn ArmMemoryInterface, address: u64, bits: u32) -> Result<(), ArmError> {
    let value = core.read_word_32(address)?;
    core.write_word_32(address, value | bits)
}

fn clear(core: &mut dyn ArmMemoryInterface, address: u64, bits: u32) -> Result<(), ArmError> {
    let value = core.read_word_32(address)?;
    if value & bits != 0 { core.write_word_32(address, value & !bits) } else { Ok(()) }
}
