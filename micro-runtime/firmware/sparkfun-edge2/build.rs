//! Links the firmware for the board.

fn main() -> std::io::Result<()> {
    layout::link(&micro_runtime::board::SPARKFUN_EDGE2, 8 * 1024)
}
