//! A debug probe whose wires end at a [`Chip`]: debug port, access port, and nothing else. What probe-rs does above the
//! wires is its own code.

use std::fmt;
use std::sync::{Arc, Mutex};

use probe_rs::CoreStatus;
use probe_rs::architecture::arm::sequences::ArmDebugSequence;
use probe_rs::architecture::arm::{
    ArmCommunicationInterface, ArmDebugInterface, ArmError, DapError, DapProbe, RawDapAccess, RegisterAddress,
};
use probe_rs::probe::{DebugProbe, DebugProbeError, Probe, WireProtocol};

use crate::chip::Chip;

/// The probe.
pub struct Wires {
    chip: Arc<Mutex<Chip>>,
    speed_khz: u32,
    select: u32,
    control: u32,
    csw: u32,
    tar: u32,
}

impl Wires {
    /// A probe at a chip.
    pub fn probe(chip: &Arc<Mutex<Chip>>) -> Probe {
        Probe::from_specific_probe(Box::new(Wires {
            chip: Arc::clone(chip),
            speed_khz: 1000,
            select: 0,
            control: 0,
            csw: 0x2300_0002,
            tar: 0,
        }))
    }

    /// The size of an access in bytes.
    fn size(&self) -> u32 {
        1 << (self.csw & 7)
    }

    fn step(&mut self) {
        if self.csw >> 4 & 3 == 1 {
            // The address steps inside of 1 KB.
            self.tar = self.tar & !0x3FF | self.tar.wrapping_add(self.size()) & 0x3FF;
        }
    }
}

impl fmt::Debug for Wires {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Wires")
    }
}

impl DebugProbe for Wires {
    fn get_name(&self) -> &str {
        "wires to a simulated chip"
    }

    fn speed_khz(&self) -> u32 {
        self.speed_khz
    }

    fn set_speed(&mut self, speed_khz: u32) -> Result<u32, DebugProbeError> {
        self.speed_khz = speed_khz;
        Ok(speed_khz)
    }

    fn attach(&mut self) -> Result<(), DebugProbeError> {
        Ok(())
    }

    fn detach(&mut self) -> Result<(), probe_rs::Error> {
        Ok(())
    }

    fn target_reset(&mut self) -> Result<(), DebugProbeError> {
        Err(DebugProbeError::NotImplemented { function_name: "target_reset" })
    }

    fn target_reset_assert(&mut self) -> Result<(), DebugProbeError> {
        Err(DebugProbeError::NotImplemented { function_name: "target_reset_assert" })
    }

    fn target_reset_deassert(&mut self) -> Result<(), DebugProbeError> {
        Err(DebugProbeError::NotImplemented { function_name: "target_reset_deassert" })
    }

    fn select_protocol(&mut self, protocol: WireProtocol) -> Result<(), DebugProbeError> {
        match protocol {
            WireProtocol::Swd => Ok(()),
            other => Err(DebugProbeError::UnsupportedProtocol(other)),
        }
    }

    fn active_protocol(&self) -> Option<WireProtocol> {
        Some(WireProtocol::Swd)
    }

    fn has_arm_interface(&self) -> bool {
        true
    }

    fn try_get_arm_debug_interface<'probe>(
        self: Box<Self>,
        sequence: Arc<dyn ArmDebugSequence>,
    ) -> Result<Box<dyn ArmDebugInterface + 'probe>, (Box<dyn DebugProbe>, ArmError)> {
        Ok(ArmCommunicationInterface::create(self, sequence, false))
    }

    fn into_probe(self: Box<Self>) -> Box<dyn DebugProbe> {
        self
    }

    fn try_as_dap_probe(&mut self) -> Option<&mut dyn DapProbe> {
        Some(self)
    }
}

impl RawDapAccess for Wires {
    fn raw_read_register(&mut self, address: RegisterAddress) -> Result<u32, ArmError> {
        let chip = Arc::clone(&self.chip);
        let mut chip = chip.lock().unwrap();
        if !chip.answers() {
            return Err(DapError::NoAcknowledge.into());
        }
        if !address.is_ap() {
            return Ok(match address.lsb() & 0xC {
                0x0 => 0x2BA0_1477,
                // What was asked to power up has powered up.
                0x4 => self.control | (self.control & 0x5000_0000) << 1,
                _ => 0,
            });
        }
        if self.select >> 24 != 0 {
            return Ok(0);
        }
        Ok(match (self.select & 0xF0) as u8 | address.lsb() & 0xC {
            0x00 => self.csw | 0x40,
            0x04 => self.tar,
            0x0C => {
                let value = chip.read(self.tar & !3);
                self.step();
                value
            }
            0xF8 => 0xE00F_F003,
            0xFC => 0x2477_0011,
            _ => 0,
        })
    }

    fn raw_write_register(&mut self, address: RegisterAddress, value: u32) -> Result<(), ArmError> {
        let chip = Arc::clone(&self.chip);
        let mut chip = chip.lock().unwrap();
        if !chip.answers() {
            return Err(DapError::NoAcknowledge.into());
        }
        if !address.is_ap() {
            match address.lsb() & 0xC {
                0x4 => self.control = value & 0x5000_0F01,
                0x8 => self.select = value,
                _ => {}
            }
            return Ok(());
        }
        if self.select >> 24 != 0 {
            return Ok(());
        }
        match (self.select & 0xF0) as u8 | address.lsb() & 0xC {
            0x00 => self.csw = value,
            0x04 => self.tar = value,
            0x0C => {
                let start = (self.tar & 3) as usize;
                chip.write(self.tar & !3, value, start..start + self.size() as usize);
                self.step();
            }
            _ => {}
        }
        Ok(())
    }

    fn jtag_sequence(&mut self, _cycles: u8, _tms: bool, _tdi: u64) -> Result<(), DebugProbeError> {
        Err(DebugProbeError::NotImplemented { function_name: "jtag_sequence" })
    }

    fn swj_sequence(&mut self, _bit_len: u8, _bits: u64) -> Result<(), DebugProbeError> {
        Ok(())
    }

    fn swj_pins(&mut self, _pin_out: u32, _pin_select: u32, _pin_wait: u32) -> Result<u32, DebugProbeError> {
        Err(DebugProbeError::NotImplemented { function_name: "swj_pins" })
    }

    fn into_probe(self: Box<Self>) -> Box<dyn DebugProbe> {
        self
    }

    fn core_status_notification(&mut self, _state: CoreStatus) -> Result<(), DebugProbeError> {
        Ok(())
    }
}

impl DapProbe for Wires {}
