//! Firmware files of every format, for every board.

#![no_main]

use libfuzzer_sys::fuzz_target;
use micro_runtime::board::ALL;
use tinyml::flash::firmware::Firmware;
use tinyml::flash::format::{Format, hex};
use tinyml::flash::image::FlashImage;

fuzz_target!(|bytes: &[u8]| {
    for board in ALL {
        let Ok(firmware) = Firmware::read(bytes, board) else { continue };
        let Ok(image) = FlashImage::build(board, Some(&firmware), None, None) else { continue };
        assert!(u64::from(image.end()) <= u64::from(board.application.end()));
        // Raw bytes come back as they were; HEX reads back to the same pieces.
        if firmware.format == Format::Raw {
            assert_eq!(image.flat(), bytes);
        }
        assert_eq!(hex::read(image.hex().as_bytes()).as_ref(), Ok(&firmware.chunks));
    }
});
