#!/bin/sh
# Installs what the tests need and runs them all.
set -eu
cd "$(dirname "$0")/.."
rustup target add thumbv7em-none-eabihf
if ! command -v qemu-system-arm >/dev/null; then
    if [ "$(id -u)" = 0 ]; then
        as_root=
    else
        as_root=sudo
    fi
    if ! { $as_root apt-get update && $as_root apt-get install -y --no-install-recommends qemu-system-arm; }; then
        echo "qemu-system-arm, which emulates a Cortex-M4, could not be installed: install QEMU and run this again" >&2
        exit 1
    fi
fi
# The processor of the board's model (tests/board): an emulator, from its Python package.
unicorn=2.1.4
if [ ! -d "target/board/unicorn-$unicorn.dist-info" ]; then
    python3 -m pip install --quiet --disable-pip-version-check --no-deps --upgrade --target target/board "unicorn==$unicorn"
fi
cargo build --locked --release -p micro-runtime --target thumbv7em-none-eabihf
cargo test --locked --workspace
