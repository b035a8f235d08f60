//! Counts the instructions that the front end takes for one 20 ms slice of sound.
//!
//! `-semihosting-config arg=slice,arg=SAMPLES`, with `-icount shift=0`; SAMPLES is raw 16-bit mono sound at 16 kHz.

#![no_std]
#![no_main]

use core::ptr::addr_of_mut;

use micro_runtime::frontend::{FrontEnd, STRIDE_SAMPLES};
use mps2_an386::counter;
use mps2_an386::semihosting::{File, arguments, exit, print};

mps2_an386::program!(&[], row_bytes: 0, labels: 0);

#[repr(C, align(16))]
struct Memory<const BYTES: usize>([u8; BYTES]);

#[unsafe(link_section = ".uninit")]
static mut SAMPLES: Memory<0x10_0000> = Memory([0; 0x10_0000]);

#[unsafe(no_mangle)]
extern "C" fn main() -> ! {
    let mut buffer = [0; 1024];
    let path = arguments(&mut buffer).split(' ').nth(1).unwrap_or_default();
    let Some(mut file) = File::read_from(path) else {
        print(format_args!("{path}: cannot be read\n"));
        exit(1)
    };
    // SAFETY: nothing else refers to this static.
    let memory = unsafe { &mut (*addr_of_mut!(SAMPLES)).0 };
    let length = file.read(memory);
    let mut samples = [0i16; STRIDE_SAMPLES];
    let mut front_end = FrontEnd::new();
    let (mut rows, mut total, mut most) = (0u32, 0u32, 0u32);
    let mut checksum = 0u32;
    counter::start();
    for slice in memory[..length].chunks_exact(2 * STRIDE_SAMPLES) {
        for (sample, bytes) in samples.iter_mut().zip(slice.chunks_exact(2)) {
            *sample = i16::from_le_bytes([bytes[0], bytes[1]]);
        }
        let start = counter::now();
        let mut pending = &samples[..];
        let mut complete = false;
        while let Some(row) = front_end.push(&mut pending) {
            complete = true;
            checksum = row.iter().fold(checksum, |sum, &value| sum.wrapping_mul(31).wrapping_add(value as u32));
        }
        let elapsed = start.elapsed();
        if complete {
            rows += 1;
            total += elapsed;
            most = most.max(elapsed);
        }
    }
    let mean = total.checked_div(rows).unwrap_or(0);
    print(format_args!("rows {rows}\nmean {mean}\nmost {most}\nchecksum {checksum:08x}\n"));
    exit(0)
}
