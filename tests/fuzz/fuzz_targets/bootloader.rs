//! What a bootloader may say: the scanners of both protocols, fed in pieces.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tinyml::flash::line::Replies;
use tinyml::flash::{asb, svl};

fuzz_target!(|bytes: &[u8]| {
    let Some((&piece, bytes)) = bytes.split_first() else { return };
    let piece = usize::from(piece) + 1;
    let (mut ambiq, mut sparkfun) = (asb::frame::Scanner::default(), svl::packet::Scanner::default());
    let mut replies = Vec::new();
    for piece in bytes.chunks(piece) {
        ambiq.push(piece);
        replies.extend(std::iter::from_fn(|| ambiq.next_reply()));
        sparkfun.push(piece);
        while sparkfun.next_reply().is_some() {}
    }
    // A whole reply at the end is found whatever came before.
    let last = asb::frame::Reply::Ack { of: 8, status: 0, sequence: 77 };
    ambiq.push(&asb::frame::ack(8, 0, 77));
    assert!(std::iter::from_fn(|| ambiq.next_reply()).any(|reply| reply == last));
});
