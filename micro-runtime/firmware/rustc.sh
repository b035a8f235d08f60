#!/bin/sh
# A RUSTC_WRAPPER for builds whose bytes do not depend on where the tree lies. Cargo tells crates apart by a hash that
# the paths of packages go into, and the compiler orders what it emits by that hash; here the hash is the crate's name.
# Packages from elsewhere lie in folders whose names differ from machine to machine: their files are told by package.
set -eu
compiler=$1
shift
crate=
previous=
for argument in "$@"; do
    [ "$previous" != --crate-name ] || crate=$argument
    previous=$argument
done
case "${CARGO_MANIFEST_DIR:-}/$crate" in
*/build_script_*) exec "$compiler" "$@" ;;
*/micro-runtime/*) ;;
*/registry/src/*) exec "$compiler" "$@" "--remap-path-prefix=${CARGO_MANIFEST_DIR%/*}=crates" ;;
*) exec "$compiler" "$@" ;;
esac
left=$#
while [ "$left" -gt 0 ]; do
    argument=$1
    shift
    case $argument in
    metadata=*) argument=metadata=$CARGO_PKG_NAME-$crate ;;
    esac
    set -- "$@" "$argument"
    left=$((left - 1))
done
exec "$compiler" "$@"
