#!/usr/bin/env python3
"""How many times faster than TensorFlow Lite Micro's reference kernels one invocation is, measured in one run.

Needs the packages `tflite-micro` and `numpy`. Usage, from the top of the project:

    python tests/bench/against_reference.py MODEL.tflite...

Both sides run one thread; the least time of many invocations counts, which other work on the machine disturbs least.
"""

import json
import pathlib
import subprocess
import sys
import time

import numpy
from tflite_micro.python.tflite_micro import runtime

BUDGET_SECONDS = 1.0


def reference_ns(path):
    """The least time of an invocation, without setting inputs and getting outputs."""
    interpreter = runtime.Interpreter.from_file(str(path))
    index = 0
    while True:
        try:
            details = interpreter.get_input_details(index)
        except Exception:
            break
        interpreter.set_input(numpy.zeros(details["shape"], details["dtype"]), index)
        index += 1
    times = []
    started = time.perf_counter()
    while time.perf_counter() - started < BUDGET_SECONDS or len(times) < 3:
        begin = time.perf_counter_ns()
        interpreter.invoke()
        times.append(time.perf_counter_ns() - begin)
    return min(times)


def name_of(path):
    return path.parent.name if path.stem == "model" else path.stem


def main():
    paths = [pathlib.Path(argument) for argument in sys.argv[1:]]
    if not paths:
        sys.exit(__doc__)
    command = ["cargo", "bench", "--quiet", "--bench", "speed", "--", "--json", *[str(path.resolve()) for path in paths]]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    ours = {entry["name"].removeprefix("invoke "): entry["least_ns"] for entry in json.loads(output)}
    print(f"{'model':32} {'reference':>14} {'tinyml':>14} {'ratio':>8}")
    for path in paths:
        theirs = reference_ns(path)
        mine = ours[name_of(path)]
        print(f"{name_of(path):32} {theirs / 1000:>11.1f} us {mine / 1000:>11.1f} us {theirs / mine:>7.1f}x")


if __name__ == "__main__":
    main()
