#!/bin/sh
# Installs what the tests need and runs them all.
set -eu
cd "$(dirname "$0")/.."
rustup target add thumbv7em-none-eabihf
cargo build --locked --release -p micro-runtime --target thumbv7em-none-eabihf
cargo test --locked --workspace
