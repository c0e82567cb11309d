#!/usr/bin/env python3
"""How long functions are: none over 60 lines, the median under 15.    sizes.py ROOT"""
import os
import statistics
import sys

MOST_LINES, MEDIAN_BELOW = 60, 15


def functions(path):
    """The house style opens and closes a function with a brace in the first column."""
    start = name = None
    before = ""
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            text = line.rstrip("\n")
            if text == "{" and before.rstrip().endswith(")"):
                start, name = number, before.strip()
            elif text == "}" and start:
                yield name, start, number - start - 1
                start = None
            before = text or before


def main():
    root, lengths, breaches = sys.argv[1], [], 0
    for top in ("src", "drivers", "firmware-host", "tests"):
        for folder, _, names in os.walk(os.path.join(root, top)):
            if "node_modules" in folder:
                continue
            for name in sorted(names):
                path = os.path.join(folder, name)
                if not name.endswith(".c"):
                    continue
                for what, line, length in functions(path):
                    lengths.append(length)
                    if length > MOST_LINES:
                        print(f"{os.path.relpath(path, root)}:{line}: {length} lines: {what}")
                        breaches += 1
    median = statistics.median(lengths)
    print(f"{len(lengths)} functions, median {median:g} lines, longest {max(lengths)}")
    return 1 if breaches or median >= MEDIAN_BELOW else 0


if __name__ == "__main__":
    sys.exit(main())
