"""``python -m tests [pytest arguments]``: the whole suite under branch coverage, then the bounds that it must keep."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

CORE = ",".join(
    f"bot/{part}"
    for part in ("grammar/*", "domain/*", "features/*", "resolve/*", "outbox/*", "context.py", "ports.py", "tasks.py")
)
"""What decides: grammar, domain, use cases, and what they share."""

BOUNDS = (
    (f"{CORE},handlers/*", "", 100),
    ("bot/*", f"{CORE},bot/services/*", 95),
    ("bot/services/*", "", 95),
)
"""Files, those among them that are left out, and the branch coverage in percent that they may not fall below.

Only the tests that `tests.measured` counts reach them.
"""


def main() -> int:
    """Run and judge; the exit code is that of the first thing that was not fine."""
    coverage = [sys.executable, "-m", "coverage"]
    environment = {**os.environ, "COVERAGE_CORE": "ctrace"}  # the one that `tests.measured` pauses
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # hundreds of processes start: each would compile everything again
    for old in ROOT.glob(".coverage*"):
        old.unlink()
    arguments = sys.argv[1:] or ["-n", "auto", "--dist", "worksteal"]  # nobody idles while another has a queue
    tests = subprocess.run([*coverage, "run", "-m", "pytest", *arguments], cwd=ROOT, env=environment, check=False)
    subprocess.run([*coverage, "combine", "-q"], cwd=ROOT, check=False)
    if tests.returncode or sys.argv[1:]:
        return tests.returncode
    failed = 0
    for files, but, bound in BOUNDS:
        print(f"\nBranch coverage of {files}: at least {bound} %", flush=True)
        report = [
            *coverage,
            "report",
            "--skip-covered",
            "--show-missing",
            f"--include={files}",
            *([f"--omit={but}"] if but else []),
            f"--fail-under={bound}",
        ]
        failed |= subprocess.run(report, cwd=ROOT, check=False).returncode
    return failed


if __name__ == "__main__":
    raise SystemExit(main())
