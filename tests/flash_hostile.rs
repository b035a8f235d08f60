//! Damaged firmware files and damaged answers: an error or an image, never a panic.

#[path = "support/firmware.rs"]
mod firmware;

use micro_runtime::board::{ALL, SPARKFUN_EDGE};
use tinyml::flash::asb::frame;
use tinyml::flash::firmware::{Firmware, FirmwareError};
use tinyml::flash::format::{Chunk, hex};
use tinyml::flash::image::FlashImage;
use tinyml::flash::line::Replies;
use tinyml::flash::sim::faults::Random;
use tinyml::flash::svl::packet;

/// Sound files of every kind.
fn sound() -> Vec<Vec<u8>> {
    let raw = firmware::with_record(&SPARKFUN_EDGE, firmware::facts(&SPARKFUN_EDGE), &[1, 2, 3]);
    let text = hex::write(&[Chunk { address: 0xC000, bytes: raw.clone() }]).into_bytes();
    let mut elf = vec![0x7F, b'E', b'L', b'F', 1, 1, 1];
    elf.resize(16, 0);
    elf.extend([2, 0, 40, 0, 1, 0, 0, 0, 0, 0, 0, 0, 52, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5]);
    elf.extend([52, 0, 32, 0, 1, 0, 40, 0, 0, 0, 0, 0]);
    for word in [1, 84, 0xC000, 0xC000, raw.len() as u32, raw.len() as u32, 5, 4] {
        elf.extend(word.to_le_bytes());
    }
    elf.extend(&raw);
    vec![raw, text, elf]
}

#[test]
fn sound_files_of_all_formats_are_the_same_image() {
    let mut images = Vec::new();
    for file in sound() {
        let firmware = Firmware::read(&file, &SPARKFUN_EDGE).unwrap();
        assert_eq!(firmware.record.as_ref().map(|record| record.kernels.clone()), Some(vec![1, 2, 3]));
        images.push(FlashImage::build(&SPARKFUN_EDGE, Some(&firmware), None, None).unwrap().flat());
    }
    assert!(images.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn damaged_firmware_is_an_error_or_an_image_inside_the_board() {
    let mut random = Random::new(7);
    let (mut refused, mut taken) = (0, 0);
    for file in sound() {
        for _ in 0..3000 {
            let mut file = file.clone();
            for _ in 0..=random.below(4) {
                // Heads are where damage does most.
                let end = if random.one_in(2) { 96 } else { file.len() as u64 };
                let place = random.below(end) as usize;
                match random.below(4) {
                    0 => file[place] = random.next_u64() as u8,
                    1 => file[place] ^= 1 << random.below(8),
                    2 => file.truncate(place.max(1)),
                    _ => file.insert(place, random.next_u64() as u8),
                }
                if file.len() < 100 {
                    break;
                }
            }
            for board in ALL {
                match Firmware::read(&file, board) {
                    Ok(firmware) => {
                        taken += 1;
                        let image = FlashImage::build(board, Some(&firmware), None, None).unwrap();
                        assert!(image.start() >= board.application.start && image.end() <= board.application.end());
                        assert_eq!(hex::read(image.hex().as_bytes()), Ok(firmware.chunks));
                    }
                    Err(error) => {
                        refused += 1;
                        assert!(!error.to_string().is_empty() && !error.help().is_empty());
                    }
                }
            }
        }
    }
    assert!(refused > 10_000 && taken > 1000, "{refused} refused, {taken} taken");
}

#[test]
fn a_record_that_lies_is_refused() {
    let facts = firmware::facts(&SPARKFUN_EDGE);
    let read = |facts| Firmware::read(&firmware::with_record(&SPARKFUN_EDGE, facts, &[1]), &SPARKFUN_EDGE).unwrap_err();
    let newer = micro_runtime::board::firmware::FirmwareRecord { format: 9, ..facts };
    assert_eq!(read(newer), FirmwareError::RecordFormat { found: 9 });
    let below = micro_runtime::board::firmware::FirmwareRecord { program_start: 0, ..facts };
    assert!(read(below).to_string().contains("the place of its Program is not inside the flash"));
    let set = micro_runtime::board::firmware::FirmwareRecord { kernel_set: 77, ..facts };
    assert!(read(set).to_string().contains("its kernel set is unknown"));
    let mut image = firmware::with_record(&SPARKFUN_EDGE, facts, &[1]);
    let place = image.len() - 4 - 96;
    image[place + 84..place + 88].copy_from_slice(&u32::MAX.to_le_bytes());
    let error = Firmware::read(&image, &SPARKFUN_EDGE).unwrap_err();
    assert!(error.to_string().contains("its list of kernels is not inside the image"), "{error}");
}

#[test]
fn whatever_a_bootloader_says_the_next_answer_is_found() {
    let mut random = Random::new(11);
    for _ in 0..2000 {
        let (mut ambiq, mut sparkfun) = (frame::Scanner::default(), packet::Scanner::default());
        for _ in 0..random.below(6) {
            let rubbish = random.below(40) as usize;
            let mut bytes = random.bytes(rubbish);
            if random.one_in(2) {
                let mut ack = frame::ack(8, 0, random.next_u64() as u32);
                ack[4 + random.below(16) as usize] ^= 1 << random.below(8);
                bytes.extend(ack);
            }
            ambiq.push(&bytes);
            while ambiq.next_reply().is_some() {}
            sparkfun.push(&bytes);
            while sparkfun.next_reply().is_some() {}
        }
        ambiq.push(&frame::ack(3, 0, 0));
        let found: Vec<_> = std::iter::from_fn(|| ambiq.next_reply()).collect();
        assert!(found.contains(&frame::Reply::Ack { of: 3, status: 0, sequence: 0 }), "{found:?}");
        sparkfun.push(&packet::packet(packet::command::NEXT, &[]));
        let found: Vec<_> = std::iter::from_fn(|| sparkfun.next_reply()).collect();
        assert!(found.contains(&packet::Reply::Next), "{found:?}");
    }
}
