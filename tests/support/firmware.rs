//! Firmware images for tests: nothing that runs, but sound to look at.

/// A vector table and bytes behind it, for the start of an application.
pub fn plain(start: u32, stack: u32, bytes: usize) -> Vec<u8> {
    let mut image: Vec<u8> = (0..bytes as u32).map(|index| (index ^ index >> 8) as u8).collect();
    image[..4].copy_from_slice(&stack.to_le_bytes());
    image[4..8].copy_from_slice(&(start + 0x21).to_le_bytes());
    // No record.
    image[28..32].fill(0);
    image
}

/// What a made-up firmware says about itself; the test changes what it is about.
#[allow(dead_code)]
pub fn facts(board: &micro_runtime::board::Board) -> micro_runtime::board::firmware::FirmwareRecord {
    use micro_runtime::board::firmware::{FORMAT, FirmwareRecord, MAGIC, padded};
    FirmwareRecord {
        magic: MAGIC,
        format: FORMAT,
        board: {
            let mut name = [0; 32];
            name[..board.name.len()].copy_from_slice(board.name.as_bytes());
            name
        },
        version: padded("1.2.3"),
        program_format: micro_runtime::program::record::FORMAT,
        kernel_set: micro_runtime::program::KernelSet::Generic.code(),
        program_start: board.program.start,
        program_bytes: board.program.bytes,
        arena_bytes: 65_536,
        row_bytes: 1960,
        labels: 16,
        kernels: 0,
        kernel_count: 0,
        reserved: 0,
    }
}

/// A firmware for the board with a record, and with these kernels.
#[allow(dead_code)]
pub fn with_record(
    board: &micro_runtime::board::Board,
    facts: micro_runtime::board::firmware::FirmwareRecord,
    kernels: &[u32],
) -> Vec<u8> {
    let start = board.application.start;
    let mut image = plain(start, board.ram.end(), 0x200);
    let record = image.len() as u32;
    image[28..32].copy_from_slice(&(start + record).to_le_bytes());
    let facts = micro_runtime::board::firmware::FirmwareRecord {
        kernels: start + record + 96,
        kernel_count: kernels.len() as u32,
        ..facts
    };
    image.extend(bytemuck::bytes_of(&facts));
    kernels.iter().for_each(|code| image.extend(code.to_le_bytes()));
    image
}
