#!/bin/sh
# Copies small files below the given folders into the corpus of a target, each named after its content.
#
#     ./seed.sh TARGET FOLDER...
set -eu

if [ $# -lt 2 ]; then
    echo "usage: $0 TARGET FOLDER..." >&2
    exit 2
fi
target=$1
shift
case $target in
model | compile) pattern='*.tflite' ;;
program) pattern='*.tinyml' ;;
*)
    echo "$0: no seeds are known for the target '$target'" >&2
    exit 2
    ;;
esac

corpus=$(dirname "$0")/corpus/$target
mkdir -p "$corpus"
find "$@" -type f -name "$pattern" -size -64k | while IFS= read -r file; do
    cp -- "$file" "$corpus/$(sha256sum -- "$file" | cut -c 1-16)"
done
chmod -R u+w "$corpus"
echo "$(find "$corpus" -type f | wc -l) seeds in $corpus"
