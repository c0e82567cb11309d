#!/usr/bin/env python3
"""How much of other people's receipts is read: runs `tillside decode` over a folder of streams with known contents.

    score.py TILLSIDE

The folder is $TILLSIDE_CORPUS (or shared/corpus beside the checkout) and not part of the project; the judge stands in
tools/score_receipts.py next to it. Without them the test is skipped. What is required here is a floor, not the aim.
"""
import json
import os
import pathlib
import subprocess
import sys

SKIPPED = 77
FLOORS = {
    "streams answered": 1.0,
    "lines": 0.95,
    "codes": 0.95,
    "cuts": 1.0,
    "receipt.total_minor": 0.80,
}
MOST_SPURIOUS_LINES = 60


def main():
    here = pathlib.Path(__file__).resolve()
    corpus = pathlib.Path(os.environ.get("TILLSIDE_CORPUS", here.parents[4] / "shared" / "corpus"))
    judge = corpus.parent / "tools" / "score_receipts.py"
    if not judge.exists() or not (corpus / "receipts").is_dir():
        print(f"no streams at {corpus}: skipped")
        return SKIPPED
    run = [sys.executable, judge, "--json", corpus / "receipts", "--", sys.argv[1], "decode"]
    totals = json.loads(subprocess.run(run, capture_output=True, check=True, text=True).stdout)
    failed = False
    for name, floor in FLOORS.items():
        share = totals[name]["ok"] / max(1, totals[name]["of"])
        print(f"{name:<22} {100 * share:6.1f} %, at least {100 * floor:.0f} %")
        failed = failed or share < floor
    spurious = totals["lines"]["spurious"]
    print(f"{'lines that are not':<22} {spurious:6}, at most {MOST_SPURIOUS_LINES}")
    return int(failed or spurious > MOST_SPURIOUS_LINES)


sys.exit(main())
