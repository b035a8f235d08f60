//! The linker script of a firmware, made from the facts of its board. Build scripts call [`link`].
//!
//! The stack lies at the bottom of the memory, below everything else: running over its end leaves the memory and is a
//! fault at once, where it would otherwise overwrite variables. All memory above the variables is for the arena.

use std::fmt::Write as _;
use std::path::PathBuf;

use micro_runtime::board::Board;
use micro_runtime::board::firmware::ROW_BYTES;

/// Bytes beside arena and feature rows that are kept free for the working memory of the front end.
const WORKSPACE_BYTES: u32 = 2048;

/// Writes the linker script for `board` and tells cargo to link every binary of the calling package with it.
///
/// `stack_bytes` is a multiple of 8. Fails when the script cannot be written.
pub fn link(board: &Board, stack_bytes: u32) -> std::io::Result<()> {
    let folder = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
    let path = folder.join("link.x");
    std::fs::write(&path, script(board, stack_bytes))?;
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-link-arg-bins=-T{}", path.display());
    println!("cargo:rustc-link-arg-bins=-zmax-page-size=4");
    Ok(())
}

fn script(board: &Board, stack_bytes: u32) -> String {
    let firmware = board.firmware();
    let mut script = String::new();
    // Writing to a string cannot fail.
    let _ = write!(
        script,
        "MEMORY {{
  FLASH (rx) : ORIGIN = {flash:#x}, LENGTH = {flash_bytes:#x}
  RAM (rwx) : ORIGIN = {ram:#x}, LENGTH = {ram_bytes:#x}
}}
__program_start = {program:#x};
__program_bytes = {program_bytes:#x};
ENTRY(reset)
SECTIONS {{
  .vectors ORIGIN(FLASH) : {{ KEEP(*(.vectors)) }} > FLASH
  .text : {{ *(.reset) *(.text .text.*) }} > FLASH
  .rodata : ALIGN(16) {{ *(.rodata .rodata.*) }} > FLASH
  .stack ORIGIN(RAM) (NOLOAD) : {{ __stack_end = .; . += {stack_bytes:#x}; __stack_top = .; }} > RAM
  .data : ALIGN(4) {{
    __data_start = .;
    *(.data .data.*)
    . = ALIGN(4);
    __data_end = .;
  }} > RAM AT > FLASH
  __data_load = LOADADDR(.data);
  .bss (NOLOAD) : ALIGN(4) {{ __bss_start = .; *(.bss .bss.*) . = ALIGN(4); __bss_end = .; }} > RAM
  .uninit (NOLOAD) : ALIGN(16) {{ *(.uninit .uninit.*) . = ALIGN(16); __memory_start = .; }} > RAM
  __memory_bytes = ORIGIN(RAM) + LENGTH(RAM) - __memory_start;
  __arena_bytes = __memory_bytes - {beside_arena:#x};
  /DISCARD/ : {{ *(.ARM.exidx .ARM.exidx.* .ARM.extab.*) }}
}}
",
        flash = firmware.start,
        flash_bytes = firmware.bytes,
        ram = board.ram.start,
        ram_bytes = board.ram.bytes,
        program = board.program.start,
        program_bytes = board.program.bytes,
        beside_arena = ROW_BYTES + WORKSPACE_BYTES,
    );
    script
}
