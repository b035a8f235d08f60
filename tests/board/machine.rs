//! Core and chip together: exceptions, sleep, time.

use std::path::Path;

use crate::chip::{Chip, LightEvent, SECOND, Setup, Sound, Time};
use crate::engine::{Engine, READ_RUN, READ_WRITE_RUN, Register, Stop};

const FLASH: (u32, u32) = (0, 0x10_0000);
const MEMORY: (u32, u32) = (0x1000_0000, 0x6_0000);
/// Ranges of registers. The last one of the core's is where returns from exceptions jump to: no register.
const REGISTERS: [(u32, u32); 6] = [
    (0x4000_0000, 0x10_0000),
    (0x4FFF_F000, 0x1000),
    (0x5000_0000, 0x10_0000),
    (0x5FFF_0000, 0x1000),
    (0xE000_0000, 0x10_0000),
    (0xF000_0000, 0x1000),
];

const VECTOR_TABLE: u32 = 0xE000_ED08;
const COPROCESSORS: u32 = 0xE000_ED88;
const SLEEP_CONTROL: u32 = 0xE000_ED10;
const SLEEP_MEMORY: u32 = 0x4002_100C;
const TRACE_PORT: u32 = 0x4002_0250;
const HARD_FAULT: u32 = 3;
const FIRST_INTERRUPT: u32 = 16;
const EXTENDED_FRAME: u32 = 0xFFFF_FFE9;
const BASIC_FRAME: u32 = 0xFFFF_FFF9;

/// How a boot loader leaves the processor.
#[derive(Clone, Copy, Debug)]
pub enum HandOver {
    /// As the Ambiq loader does: stack and vector table set. Whether interrupts are masked is not known.
    Ambiq { masked: bool },
    /// As SparkFun's does: jumps to the second word and leaves everything else as it was.
    Sparkfun,
}

/// What happened while it ran.
#[derive(Clone, Debug, Default)]
pub struct Ran {
    /// Why it ended early, if it did.
    pub ended: Option<String>,
    /// When sound began.
    pub started: Time,
    /// Simulated time from the start of the sound.
    pub elapsed: Time,
    /// Instructions until the sound began.
    pub boot_instructions: u64,
    /// Instructions since the sound began.
    pub instructions: u64,
    /// Time asleep, deeply, since the sound began.
    pub deep_sleep: Time,
    /// Time asleep, not deeply, since the sound began.
    pub light_sleep: Time,
    /// Most instructions between two sleeps since the sound began.
    pub longest_work: u64,
    /// Changes of light; times count from the start of the sound.
    pub lights: Vec<(u32, bool, f64)>,
    pub log: String,
    pub baud: f64,
    pub violations: Vec<String>,
    pub missed_conversions: u64,
    pub buffers: u64,
    pub core_hertz: u32,
    /// Bytes of the stack that were ever used.
    pub stack_used: u32,
    pub sleep_memory: u32,
}

impl Ran {
    /// Seconds of sound.
    pub fn seconds(&self) -> f64 {
        self.elapsed as f64 / SECOND as f64
    }

    pub fn instructions_per_second(&self) -> f64 {
        self.instructions as f64 / self.seconds()
    }

    pub fn sleep_share(&self) -> f64 {
        (self.deep_sleep + self.light_sleep) as f64 / self.elapsed as f64
    }

    /// When a light went on, in seconds since the start of the sound.
    pub fn rises(&self, pad: u32) -> Vec<f64> {
        self.lights.iter().filter(|light| light.0 == pad && light.1).map(|light| light.2).collect()
    }

    /// When a light went off, in seconds since the start of the sound.
    pub fn falls(&self, pad: u32) -> Vec<f64> {
        self.lights.iter().filter(|light| light.0 == pad && !light.1).map(|light| light.2).collect()
    }
}

pub struct Machine {
    engine: Engine<Chip>,
    /// What memory holds when nobody has written it.
    noise: Vec<u8>,
    handling: Vec<u32>,
    deep_sleep: Time,
    light_sleep: Time,
    longest_work: u64,
    work_began: u64,
    boot_instructions: Option<u64>,
}

impl Machine {
    /// A board with `flash` (1 MB from address 0) and the application at `application`.
    pub fn new(
        library: &Path,
        setup: Setup,
        flash: Vec<u8>,
        sound: Sound,
        application: u32,
        from: HandOver,
    ) -> Machine {
        let mut engine = Engine::new(library, Chip::new(setup, flash.clone(), sound));
        engine.memory(FLASH.0, FLASH.1, READ_RUN);
        engine.memory(MEMORY.0, MEMORY.1, READ_WRITE_RUN);
        for (start, bytes) in REGISTERS {
            engine.registers(start, bytes);
        }
        engine.write(FLASH.0, &flash);
        let noise = noise(MEMORY.1 as usize);
        engine.write(MEMORY.0, &noise);
        engine.set(Register::Pc, engine.word(application + 4));
        let (stack, table, masked) = match from {
            HandOver::Ambiq { masked } => (engine.word(application), application, masked),
            HandOver::Sparkfun => (0x1005_F5B8, 0, true),
        };
        engine.set(Register::Sp, stack);
        engine.set(Register::Primask, masked.into());
        engine.world().hold(VECTOR_TABLE, table);
        Machine {
            engine,
            noise,
            handling: Vec::new(),
            deep_sleep: 0,
            light_sleep: 0,
            longest_work: 0,
            work_began: 0,
            boot_instructions: None,
        }
    }

    /// Runs until `seconds` of sound have gone by, or the same time without any.
    pub fn run(mut self, seconds: f64) -> Ran {
        let length = (seconds * SECOND as f64) as Time;
        let ended = loop {
            let chip = self.engine.world();
            chip.catch_up();
            let end = chip.started().unwrap_or(0) + length;
            let (now, instructions, started) = (chip.now, chip.instructions, chip.started().is_some());
            let writes = chip.take_writes();
            for (address, bytes) in writes {
                self.engine.write(address, &bytes);
            }
            if started && self.boot_instructions.is_none() {
                self.boot_instructions = Some(instructions);
                (self.deep_sleep, self.light_sleep, self.work_began) = (0, 0, instructions);
            }
            if now >= end {
                break None;
            }
            if self.engine.world().waiting() != 0
                && self.handling.is_empty()
                && self.engine.get(Register::Primask) & 1 == 0
            {
                let number = self.engine.world().waiting().trailing_zeros();
                self.engine.world().nvic_pending &= !(1 << number);
                self.enter(FIRST_INTERRUPT + number);
            }
            let chip = self.engine.world();
            chip.deadline = chip.next_event().unwrap_or(end).min(end).max(chip.now + 1);
            chip.single_block = false;
            let before = self.engine.get(Register::Pc);
            let (stop, problem) = self.engine.run();
            match stop {
                Stop::ExceptionReturn => self.leave(),
                Stop::Fault => {
                    let place = self.engine.get(Register::Pc);
                    let problem = problem.unwrap_or_default();
                    if self.handling.contains(&HARD_FAULT) {
                        break Some(format!("{problem}, while in a fault, at {place:#010x} after {before:#010x}"));
                    }
                    self.engine.world().violations.push(format!("{problem} at {place:#010x} after {before:#010x}"));
                    self.enter(HARD_FAULT);
                }
                Stop::Sleep => {
                    if !self.sleep(end) {
                        break Some("asleep for ever".to_string());
                    }
                }
                Stop::Asked => {}
            }
        };
        self.report(ended)
    }

    /// Sleeps until an interrupt waits, masked or not. False when none will.
    fn sleep(&mut self, end: Time) -> bool {
        let chip = self.engine.world();
        let is_deep = chip.held(SLEEP_CONTROL) >> 2 & 1 == 1;
        if is_deep && chip.held(TRACE_PORT) & 1 == 1 {
            chip.violations.push("deep sleep with the trace port on".to_string());
        }
        if is_deep {
            let powerless = chip.held(SLEEP_MEMORY);
            self.forget(powerless);
        }
        let chip = self.engine.world();
        let began = chip.now;
        while chip.waiting() == 0 {
            let Some(next) = chip.next_event() else { return false };
            chip.now = next.min(end).max(chip.now);
            if chip.now >= end {
                break;
            }
            chip.catch_up();
        }
        let (slept, instructions) = (chip.now - began, chip.instructions);
        if is_deep {
            self.deep_sleep += slept;
        } else {
            self.light_sleep += slept;
        }
        self.longest_work = self.longest_work.max(instructions - self.work_began);
        self.work_began = instructions;
        true
    }

    /// The memory banks without power hold anything after a deep sleep.
    fn forget(&mut self, powerless: u32) {
        let mut start = MEMORY.0;
        for bank in 0..13 {
            let bytes = match bank {
                0 => 0x2000,
                1 => 0x6000,
                _ => 0x8000,
            };
            if powerless >> bank & 1 == 1 {
                self.engine.write(start, &self.noise[(start - MEMORY.0) as usize..][..bytes as usize]);
            }
            start += bytes;
        }
    }

    fn has_floats(&mut self) -> bool {
        self.engine.world().held(COPROCESSORS) >> 20 & 0xF == 0xF
    }

    /// Enters an exception: what the core pushes and sets.
    fn enter(&mut self, number: u32) {
        let is_extended = self.has_floats();
        let status = self.engine.get(Register::Xpsr);
        let before = self.engine.get(Register::Sp);
        let mut frame = Vec::new();
        for register in
            [Register::R0, Register::R1, Register::R2, Register::R3, Register::R12, Register::Lr, Register::Pc]
        {
            frame.push(self.engine.get(register));
        }
        frame.push(status & !(1 << 9) | (before >> 2 & 1) << 9);
        if is_extended {
            frame.extend((0..16).map(|index| self.engine.get_float(index)));
            frame.push(self.engine.get(Register::Fpscr));
            frame.push(0);
        }
        let top = (before - 4 * frame.len() as u32) & !7;
        let bytes: Vec<u8> = frame.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.engine.write(top, &bytes);
        self.engine.set(Register::Sp, top);
        self.engine.set(Register::Lr, if is_extended { EXTENDED_FRAME } else { BASIC_FRAME });
        self.engine.set(Register::Xpsr, 1 << 24 | number);
        let table = self.engine.world().held(VECTOR_TABLE);
        let handler = self.engine.word(table + 4 * number);
        self.engine.set(Register::Pc, handler & !1);
        self.handling.push(number);
    }

    /// Returns from an exception: what the core pops.
    fn leave(&mut self) {
        let is_extended = self.engine.get(Register::Pc) & !1 == EXTENDED_FRAME & !1;
        let top = self.engine.get(Register::Sp);
        let words = if is_extended { 26 } else { 8 };
        let frame: Vec<u32> = (0..words).map(|index| self.engine.word(top + 4 * index)).collect();
        let registers =
            [Register::R0, Register::R1, Register::R2, Register::R3, Register::R12, Register::Lr, Register::Pc];
        for (register, &value) in registers.into_iter().zip(&frame) {
            self.engine.set(register, value);
        }
        if is_extended {
            for (index, &value) in frame[8..24].iter().enumerate() {
                self.engine.set_float(index as i32, value);
            }
            self.engine.set(Register::Fpscr, frame[24]);
        }
        let status = frame[7];
        self.engine.set(Register::Sp, top + 4 * words + 4 * (status >> 9 & 1));
        self.engine.set(Register::Xpsr, status & !(1 << 9));
        self.handling.pop();
    }

    fn report(mut self, ended: Option<String>) -> Ran {
        let mut memory = vec![0; MEMORY.1 as usize];
        self.engine.read(MEMORY.0, &mut memory);
        let table = self.engine.world().held(VECTOR_TABLE);
        let stack_end = self.engine.word(table).wrapping_sub(MEMORY.0);
        let untouched = memory.iter().zip(&self.noise).take_while(|(now, then)| now == then).count();
        let (boot, deep_sleep, light_sleep) = (self.boot_instructions.unwrap_or(0), self.deep_sleep, self.light_sleep);
        let longest_work = self.longest_work;
        let chip = self.engine.world();
        let started = chip.started().unwrap_or(0);
        let seconds = |event: &LightEvent| (event.time as f64 - started as f64) / SECOND as f64;
        Ran {
            ended,
            started,
            elapsed: chip.now - started,
            boot_instructions: boot,
            instructions: chip.instructions - boot,
            deep_sleep,
            light_sleep,
            longest_work,
            lights: chip.gpio.events.iter().map(|event| (event.pad, event.is_high, seconds(event))).collect(),
            log: String::from_utf8_lossy(&chip.uart.log).into_owned(),
            baud: chip.uart.baud(),
            violations: chip.violations.clone(),
            missed_conversions: chip.adc.missed + chip.pdm.missed,
            buffers: chip.adc.buffers + chip.pdm.buffers,
            core_hertz: chip.core_hertz(),
            stack_used: stack_end.saturating_sub(untouched as u32),
            sleep_memory: chip.held(SLEEP_MEMORY),
        }
    }
}

/// What memory holds before anybody has written it.
fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9u32;
    (0..bytes)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect()
}
