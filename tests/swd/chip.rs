//! An Apollo3 as a debug port sees it: memory, flash with the rules of the real one, a core that really runs what is
//! loaded into its memory, and a boot that holds the debugger off.

use armagnac::core::{Config, Emulator, Event, Processor, RunOptions};
use armagnac::registers::RegisterIndex;
use tinyml::flash::sim::apollo3::{Flash, PAGE_BYTES};

const RAM: u32 = 0x1000_0000;
const RAM_BYTES: u32 = 0x6_0000;
const FLASH_BYTES: u32 = 0x10_0000;
const ROM: std::ops::Range<usize> = 0x0800_0000..0x0800_0100;
const ROM_PAGE_ERASE: u32 = 0x0800_0050;
const ROM_PROGRAM_MAIN: u32 = 0x0800_0054;
/// No call of the algorithm takes more instructions.
const MOST_INSTRUCTIONS: usize = 3_000_000;

const DHCSR: u32 = 0xE000_EDF0;
const DCRSR: u32 = 0xE000_EDF4;
const DCRDR: u32 = 0xE000_EDF8;
const DEMCR: u32 = 0xE000_EDFC;
const AIRCR: u32 = 0xE000_ED0C;
const CPUID: u32 = 0xE000_ED00;
const DFSR: u32 = 0xE000_ED30;
const BOOTLOADER: u32 = 0x4002_01A0;
const SCRATCH0: u32 = 0x4002_01B0;

const C_DEBUGEN: u32 = 1;
const C_HALT: u32 = 2;
const C_STEP: u32 = 4;
const S_REGRDY: u32 = 1 << 16;
const S_HALT: u32 = 1 << 17;

/// What is wrong with the chip or the wires.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// This page stays as it is when it is erased.
    pub stubborn_page: Option<u32>,
    /// The lowest bit of the byte at this address always reads as 1.
    pub stuck_bit: Option<u32>,
    /// After so many accesses nothing answers any more.
    pub silent_after: Option<u64>,
    /// The helper that programs fails from this address on.
    pub program_fails_from: Option<u32>,
    /// The core never stops after a reset.
    pub never_boots: bool,
}

/// The chip.
pub struct Chip {
    pub flash: Flash,
    pub faults: Faults,
    /// Whether the secure bootloader is enabled, and stops the core when it is asked to.
    pub is_secure: bool,
    /// Whether the application was started by a reset.
    pub is_running: bool,
    pub erased_pages: Vec<u32>,
    ram: Vec<u8>,
    registers: [u32; 20],
    transfer: u32,
    demcr: u32,
    dfsr: u32,
    scratch: u32,
    control: u32,
    is_halted: bool,
    /// Accesses that are not answered yet, because the boot ROM runs.
    booting: u32,
    accesses: u64,
}

impl Chip {
    pub fn new(is_secure: bool) -> Chip {
        Chip {
            flash: Flash::default(),
            faults: Faults::default(),
            is_secure,
            is_running: false,
            erased_pages: Vec::new(),
            ram: vec![0x5A; RAM_BYTES as usize],
            registers: [0xDEAD_BEEF; 20],
            transfer: 0,
            demcr: 0,
            dfsr: 0,
            scratch: 0,
            control: 0,
            is_halted: false,
            booting: 0,
            accesses: 0,
        }
    }

    /// Counts an access; false when nothing answers.
    pub fn answers(&mut self) -> bool {
        self.accesses += 1;
        if self.faults.silent_after.is_some_and(|after| self.accesses > after) {
            return false;
        }
        if self.booting > 0 {
            self.booting -= 1;
            return false;
        }
        true
    }

    pub fn read(&mut self, address: u32) -> u32 {
        match address {
            DHCSR => self.control | S_REGRDY | if self.is_halted { S_HALT } else { 0 },
            DCRDR => self.transfer,
            DEMCR => self.demcr,
            DFSR => self.dfsr,
            CPUID => 0x410F_C241,
            // Secure boot is enabled where these bits are not 0.
            BOOTLOADER => u32::from(self.is_secure) << 28,
            SCRATCH0 => self.scratch,
            0x4002_0000 => 0x0600_0000,
            _ if address < FLASH_BYTES => {
                let mut bytes = self.flash.read(address, 4);
                if let Some(stuck) = self.faults.stuck_bit
                    && (address..address + 4).contains(&stuck)
                {
                    bytes[(stuck - address) as usize] |= 1;
                }
                u32::from_le_bytes(bytes.try_into().unwrap())
            }
            _ if (RAM..RAM + RAM_BYTES).contains(&address) => {
                let start = (address - RAM) as usize;
                u32::from_le_bytes(self.ram[start..start + 4].try_into().unwrap())
            }
            _ => 0,
        }
    }

    /// Writes the bytes of `value` that `lanes` names.
    pub fn write(&mut self, address: u32, value: u32, lanes: std::ops::Range<usize>) {
        match address {
            DHCSR if value >> 16 == 0xA05F => self.control_core(value & 0xFFFF),
            DCRSR => {
                let index = (value & 0x1F) as usize;
                if let Some(register) = self.registers.get_mut(index) {
                    if value & 1 << 16 != 0 {
                        *register = self.transfer;
                    } else {
                        self.transfer = *register;
                    }
                }
            }
            DCRDR => self.transfer = value,
            DEMCR => self.demcr = value,
            DFSR => self.dfsr &= !value,
            SCRATCH0 => self.scratch = value,
            AIRCR if value == 0x05FA_0004 => self.reset(),
            _ if (RAM..RAM + RAM_BYTES).contains(&address) => {
                let start = (address - RAM) as usize;
                self.ram[start + lanes.start..start + lanes.end].copy_from_slice(&value.to_le_bytes()[lanes]);
            }
            _ => {}
        }
    }

    fn control_core(&mut self, control: u32) {
        let was_halted = self.is_halted;
        self.control = control & 0xF;
        if control & C_DEBUGEN == 0 {
            self.is_halted = false;
        } else if control & C_HALT != 0 {
            self.is_halted = true;
            self.is_running = false;
        } else if was_halted {
            let is_step = control & C_STEP != 0;
            self.is_halted = false;
            self.run(if is_step { 1 } else { MOST_INSTRUCTIONS });
            self.is_halted |= is_step;
            if self.is_halted {
                self.control |= C_HALT;
            }
        }
    }

    /// Boot ROM and secure bootloader, then the application.
    fn reset(&mut self) {
        self.booting = 12;
        self.is_halted = false;
        self.is_running = false;
        if self.faults.never_boots {
            self.faults.silent_after = Some(0);
        }
        let stack = self.read(0xC000);
        let start = self.read(0xC004);
        self.registers[13] = stack;
        self.registers[15] = start & !1;
        self.registers[16] = 0x0100_0000;
        let is_caught = if self.is_secure {
            // A vector catch is lost in the bootloader; the bit is cleared as it is honoured.
            std::mem::take(&mut self.scratch) & 1 != 0
        } else {
            self.demcr & 1 != 0
        };
        if is_caught && self.control & C_DEBUGEN != 0 {
            self.is_halted = true;
            self.control |= C_HALT;
        } else {
            self.is_running = start & 1 != 0 && start != u32::MAX;
        }
    }

    /// Runs what is in the memory, until it stops at a breakpoint.
    fn run(&mut self, instructions: usize) {
        let pc = self.registers[15];
        if !(RAM..RAM + RAM_BYTES).contains(&pc) {
            self.is_running = true;
            return;
        }
        let mut core = Processor::new(Config::v7em());
        let ram = core.map(RAM, &self.ram).unwrap();
        core.map(0, &self.flash.read(0, FLASH_BYTES as usize)).unwrap();
        for peripheral in [0x4001_8000, 0x4002_4000] {
            core.map_ram(peripheral, 0x100).unwrap();
        }
        core.hook_code(ROM);
        for index in 0..13 {
            core.set(RegisterIndex::new_main(index), self.registers[index as usize]);
        }
        core.set_sp(self.registers[13]);
        core.set_lr(self.registers[14]);
        core.set_pc(pc & !1);
        let mut left = instructions;
        let mut is_past_breakpoint = false;
        loop {
            match core.run(RunOptions::new().gas(left)) {
                Ok(Some(Event::Hook { address })) => {
                    let arguments = [0, 1, 2, 3].map(|index| core[RegisterIndex::new_main(index)]);
                    let result = self.helper(address, arguments, &ram.borrow().data);
                    core.set(RegisterIndex::R0, result);
                    let back = core.lr();
                    core.set_pc(back & !1);
                    left = left.saturating_sub(1);
                    if left == 0 {
                        break;
                    }
                }
                Ok(Some(Event::Break(_))) => {
                    self.is_halted = true;
                    self.dfsr |= 2;
                    is_past_breakpoint = true;
                    break;
                }
                Ok(None) => break,
                other => panic!("the core stopped: {:?} at {:#x}", other.err(), core.pc()),
            }
        }
        for index in 0..13 {
            self.registers[index as usize] = core[RegisterIndex::new_main(index)];
        }
        self.registers[13] = core.sp();
        self.registers[14] = core.lr();
        // The chip stops at the breakpoint, the emulator behind it.
        self.registers[15] = core.pc() - if is_past_breakpoint { 2 } else { 0 };
        self.ram.clone_from(&ram.borrow().data);
    }

    /// A helper of the boot ROM.
    fn helper(&mut self, address: u32, [a, b, c, d]: [u32; 4], ram: &[u8]) -> u32 {
        match address & !1 {
            ROM_PAGE_ERASE => {
                let page = b * 64 + c;
                self.erased_pages.push(page * PAGE_BYTES);
                if self.faults.stubborn_page == Some(page * PAGE_BYTES) {
                    return 0;
                }
                self.flash.page_erase(a, b, c)
            }
            ROM_PROGRAM_MAIN => {
                if self.faults.program_fails_from.is_some_and(|from| c >= from) {
                    return 6;
                }
                let start = b.wrapping_sub(RAM) as usize;
                let bytes = ram.get(start..start + 4 * d as usize).expect("the source lies in the memory");
                let words: Vec<u32> =
                    bytes.chunks_exact(4).map(|word| u32::from_le_bytes(word.try_into().unwrap())).collect();
                self.flash.program_main(a, b, &words, c)
            }
            other => panic!("the helper at {other:#x} is none of ours"),
        }
    }
}
