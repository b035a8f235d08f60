//! ELF executables: what a linker wants to lie in the flash.

use object::LittleEndian;
use object::elf::{EM_ARM, ET_EXEC, FileHeader32, PT_LOAD};
use object::read::elf::{FileHeader, ProgramHeader};

use super::{Chunk, FormatError, joined};
use crate::flash::words;

/// The loadable segments of a 32-bit Arm executable, at their load addresses.
pub fn read(bytes: &[u8]) -> Result<Vec<Chunk>, FormatError> {
    let wrong = |fault: &str| FormatError::Elf(fault.to_string());
    let damaged = |error: object::read::Error| FormatError::Elf(error.to_string());
    match (bytes.get(4), bytes.get(5)) {
        (Some(1), Some(1)) => {}
        (Some(2), _) => return Err(wrong("made for a 64-bit machine, 32-bit Arm needed")),
        (_, Some(2)) => return Err(wrong("big-endian, little-endian needed")),
        _ => return Err(wrong("the head is damaged")),
    }
    let head = FileHeader32::<LittleEndian>::parse(bytes).map_err(damaged)?;
    if head.e_machine(LittleEndian) != EM_ARM {
        let found = head.e_machine(LittleEndian).0;
        return Err(FormatError::Elf(format!("made for machine {found}, Arm ({}) needed", EM_ARM.0)));
    }
    if head.e_type(LittleEndian) != ET_EXEC {
        return Err(wrong("not an executable: it has not been linked to addresses"));
    }
    let mut chunks = Vec::new();
    for segment in head.program_headers(LittleEndian, bytes).map_err(damaged)? {
        if segment.p_type(LittleEndian) != PT_LOAD || segment.p_filesz(LittleEndian) == 0 {
            continue;
        }
        let address = segment.p_paddr(LittleEndian);
        let Ok(content) = segment.data(LittleEndian, bytes) else {
            return Err(FormatError::Elf(format!(
                "the segment at {} reaches past the end of the file",
                words::address(address)
            )));
        };
        chunks.push(Chunk { address, bytes: content.to_vec() });
        // Segments may share bytes of the file: a small file must not become a large image.
        if chunks.iter().map(|chunk| chunk.bytes.len()).sum::<usize>() > bytes.len().max(1 << 20) {
            return Err(wrong("its segments hold more than the file"));
        }
    }
    if chunks.is_empty() {
        return Err(wrong("no segment is to be loaded"));
    }
    joined(chunks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flash::format::tests_support::elf;

    #[test]
    fn segments_lie_at_their_load_addresses() {
        let file = elf(&[(0xC000, 0xC000, &[1, 2, 3, 4]), (0x1000_0000, 0xC004, &[5, 6])]);
        assert_eq!(read(&file), Ok(vec![Chunk { address: 0xC000, bytes: vec![1, 2, 3, 4, 5, 6] }]));
    }

    #[test]
    fn other_machines_and_objects_are_refused() {
        let file = elf(&[(0xC000, 0xC000, &[1])]);
        let changed = |at: usize, value: u8| {
            let mut file = file.clone();
            file[at] = value;
            read(&file).unwrap_err().to_string()
        };
        assert_eq!(changed(4, 2), "ELF: made for a 64-bit machine, 32-bit Arm needed");
        assert_eq!(changed(5, 2), "ELF: big-endian, little-endian needed");
        assert_eq!(changed(18, 243), "ELF: made for machine 243, Arm (40) needed");
        assert_eq!(changed(16, 1), "ELF: not an executable: it has not been linked to addresses");
        assert_eq!(changed(52, 0), "ELF: no segment is to be loaded");
        assert_eq!(read(&elf(&[])).unwrap_err().to_string(), "ELF: no segment is to be loaded");
    }

    #[test]
    fn a_cut_file_is_refused_wherever_it_is_cut() {
        let file = elf(&[(0xC000, 0xC000, &[1, 2, 3, 4])]);
        for length in 0..file.len() {
            assert!(read(&file[..length]).is_err(), "{length}");
        }
    }

    #[test]
    fn overlapping_segments_are_refused() {
        let file = elf(&[(0xC000, 0xC000, &[1, 2, 3, 4]), (0xC002, 0xC002, &[5])]);
        assert!(matches!(read(&file), Err(FormatError::Overlap { .. })));
    }
}
