//! Links the programs of this package for the board.

fn main() -> std::io::Result<()> {
    layout::link(&micro_runtime::board::MPS2_AN386, 64 * 1024)
}
