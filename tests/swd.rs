//! The way through a debug probe: probe-rs's own code against a simulated chip, whose core runs the real flash
//! algorithm.

#[path = "swd/chip.rs"]
mod chip;
#[path = "swd/probe.rs"]
mod probe;

use std::sync::{Arc, Mutex};

use chip::{Chip, Faults};
use micro_runtime::board::SPARKFUN_EDGE;
use probe::Wires;
use tinyml::flash::format::Chunk;
use tinyml::flash::image::{FlashImage, Part, Segment};
use tinyml::flash::transport::{Event, Failed, Installed, Stage, TransportError, Unwatched, Watch};

/// Uneven bytes: a vector table, then anything.
fn image(bytes: usize, program_bytes: usize) -> FlashImage {
    let pattern = |seed: u32, count: usize| -> Vec<u8> {
        (0..count as u32).map(|index| (index.wrapping_mul(2_654_435_761).wrapping_add(seed) >> 11) as u8).collect()
    };
    let mut firmware = pattern(1, bytes);
    firmware[..4].copy_from_slice(&0x1006_0000u32.to_le_bytes());
    firmware[4..8].copy_from_slice(&0x0000_C101u32.to_le_bytes());
    let segments = [
        (Part::Firmware, SPARKFUN_EDGE.application.start, firmware),
        (Part::Program, SPARKFUN_EDGE.program.start, pattern(7, program_bytes)),
    ];
    let segments = segments.into_iter().map(|(part, address, bytes)| Segment { part, chunk: Chunk { address, bytes } });
    FlashImage { board: &SPARKFUN_EDGE, segments: segments.collect() }
}

fn install(chip: &Arc<Mutex<Chip>>, image: &FlashImage) -> Result<Installed, Failed> {
    tinyml::flash::swd::install(image, Wires::probe(chip), &mut Unwatched)
}

fn holds(chip: &Chip, image: &FlashImage) -> bool {
    image
        .segments
        .iter()
        .all(|segment| chip.flash.read(segment.chunk.address, segment.chunk.bytes.len()) == segment.chunk.bytes)
}

#[test]
fn an_image_is_programmed_verified_and_started() {
    for is_secure in [false, true] {
        let chip = Arc::new(Mutex::new(Chip::new(is_secure)));
        // Something is there already, in pages of the image and beside them.
        chip.lock().unwrap().flash.program_bytes(0xC000, &[0x12; 9000]);
        chip.lock().unwrap().flash.program_bytes(0xF_8000, &[0x34; 100]);
        let image = image(20_001, 9_999);
        install(&chip, &image).unwrap();
        let chip = chip.lock().unwrap();
        assert!(holds(&chip, &image));
        assert!(chip.is_running, "the application was started");
        assert_eq!(chip.flash.read(0xF_8000, 100), [0x34; 100], "what is beside the image stays");
        assert_eq!(chip.flash.offences(), [""; 0]);
        let mut erased = chip.erased_pages.clone();
        erased.sort_unstable();
        assert_eq!(erased, image.pages());
    }
}

#[test]
fn events_tell_all_stages_in_order() {
    struct Seen(Vec<(Stage, u64, u64)>);
    impl Watch for Seen {
        fn event(&mut self, event: Event) {
            match event {
                Event::Start { stage, bytes } => self.0.push((stage, bytes, 0)),
                Event::Progress { stage, bytes } => {
                    let last = self.0.iter_mut().rev().find(|(seen, ..)| *seen == stage).unwrap();
                    last.2 = bytes;
                }
                _ => {}
            }
        }
    }
    let chip = Arc::new(Mutex::new(Chip::new(true)));
    let mut seen = Seen(Vec::new());
    tinyml::flash::swd::install(&image(9_000, 100), Wires::probe(&chip), &mut seen).unwrap();
    let stages: Vec<Stage> = seen.0.iter().map(|(stage, ..)| *stage).collect();
    assert_eq!(stages, [Stage::Connect, Stage::Erase, Stage::Write, Stage::Verify, Stage::Install]);
    for (stage, bytes, done) in seen.0 {
        assert_eq!(bytes, done, "{stage}");
    }
}

#[test]
fn no_fault_is_taken_for_success() {
    let image = image(20_000, 5_000);
    let firmware = &image.segments[0].chunk.bytes;
    let stuck = 0xC000 + (256..).find(|&index| firmware[index] & 1 == 0).unwrap() as u32;
    let faults = [
        Faults { stubborn_page: Some(0xC000), ..Faults::default() },
        Faults { stuck_bit: Some(stuck), ..Faults::default() },
        Faults { program_fails_from: Some(0xE000), ..Faults::default() },
        Faults { never_boots: true, ..Faults::default() },
        Faults { silent_after: Some(0), ..Faults::default() },
        Faults { silent_after: Some(40), ..Faults::default() },
        Faults { silent_after: Some(700), ..Faults::default() },
        Faults { silent_after: Some(4_000), ..Faults::default() },
    ];
    for fault in faults {
        let chip = Arc::new(Mutex::new(Chip::new(true)));
        chip.lock().unwrap().flash.program_bytes(0xC000, &[0; 8192]);
        chip.lock().unwrap().faults = fault;
        let result = install(&chip, &image);
        let error = result.expect_err(&format!("{fault:?}")).error;
        match fault {
            Faults { stubborn_page: Some(_), .. } => {
                assert!(matches!(error, TransportError::Mismatch { at: 0xC002 | 0xC003, .. }), "{error:?}");
            }
            Faults { stuck_bit: Some(address), .. } => {
                assert!(matches!(error, TransportError::Mismatch { at, .. } if at == address), "{error:?}");
            }
            _ => assert!(matches!(error, TransportError::Probe(_)), "{error:?}"),
        }
        assert!(chip.lock().unwrap().flash.offences().is_empty() || fault.stubborn_page.is_some());
        // The next time, without the fault, it works.
        chip.lock().unwrap().faults = Faults::default();
        install(&chip, &image).unwrap();
        assert!(holds(&chip.lock().unwrap(), &image));
    }
}

#[test]
fn facts_about_boards_are_those_of_probe_rs() {
    let registry = tinyml::flash::swd::registry().unwrap();
    for board in micro_runtime::board::ALL {
        if !board.loaders.contains(&micro_runtime::board::Loader::Probe) {
            continue;
        }
        let target = registry.get_target_by_name(board.chip).unwrap();
        let covers = |range: micro_runtime::board::Range| {
            // Neighbouring regions count as one.
            let mut at = u64::from(range.start);
            let mut regions: Vec<_> = target.memory_map.iter().map(|region| region.address_range()).collect();
            regions.sort_by_key(|region| region.start);
            for region in regions {
                if region.contains(&at) {
                    at = region.end;
                }
            }
            at >= u64::from(range.end())
        };
        assert!(covers(board.application), "{}: application {:x?}", board.name, board.application);
        assert!(covers(board.ram), "{}: ram {:x?}", board.name, board.ram);
    }
}
