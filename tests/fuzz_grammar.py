"""Throw made-up lines at the grammar: ``python -m tests.fuzz_grammar [--lines 1000000] [--seed N]``.

Lines are written from the table of lines and then damaged. Nothing may be raised, and every reading of an undamaged
line must survive being said and read again.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter

import bot.features  # noqa: F401 - registers the lines of the language
from bot.grammar import language, parse, say
from bot.grammar.commands import Misunderstood, Name
from bot.grammar.patterns import Pattern

NAMES = (
    "config_x", "triage", "triage v3", "Refund triage", "Move to front", "Ravi's triage", "“triage v3”",
    '"a of b"',
    "'x y'",
    "prod", "production", "eu-west", "staging", "ld:support", "triage@v3", "<@U1|x>", "<#C1|deploys>", "R&amp;D", "v1.",
    "🚀",
)  # fmt: skip
FILLINGS = {
    "TIME": ("9:00", "9am", "tomorrow 9:00", "monday 17:30", "25:00", "9"),
    "DURATION": ("2h", "90 min", "1 day", "1h30m", "0h", "5"),
    "ID": ("ch-142", "142", "01J9Z3N8Q4M5V6T7W8X9Y0ZABC", "triage"),
    "DIRECTORY": ("dir_1a2b",),
    "STATUS": ("running", "completed", "cancelled"),
    "FIELD=VALUE…": ('name="New name"', "tags=+a,-b", "active=config_x", 'description=""', "nam=x", "name="),
    "LINE": ("deploy config_x to production", "approvals", "depoly x"),
}
SCRAPS = (
    '"',
    "“",
    "”",
    "'",
    "`",
    "because",
    "to",
    "→",
    "->",
    "&amp;",
    "<",
    ">",
    "\u00a0",
    "\n",
    "—",
    "=",
    "\\",
    ".",
    "explain",
    "in 2h",
)


def line_from(chance: random.Random) -> str:
    """One line of the language, or nearly: a place can be filled with something that is wrong there."""
    head = chance.choice(sorted(language().heads))
    pattern = chance.choice(language().patterns(head))
    words = [pattern.line.usage.split()[0], *(_filled(part, chance) for part in _parts(pattern))]
    return " ".join(words + (["because", "it loops"] if pattern.reason else []))


def damaged(line: str, chance: random.Random) -> str:
    """The line after a few slips: letters swapped, lost or doubled, scraps put in, parts repeated."""
    for _ in range(chance.randint(0, 3)):
        at = chance.randint(0, len(line))
        match chance.randint(0, 5):
            case 0:
                line = line[:at] + line[at + 1 :]
            case 1:
                line = line[:at] + line[at : at + 2][::-1] + line[at + 2 :]
            case 2:
                line = line[:at] + chance.choice(SCRAPS) + line[at:]
            case 3:
                line = f"{line[:at]} {chance.choice(SCRAPS)} {line[at:]}"
            case 4:
                line = line[:at] + line[chance.randint(0, at) :]
            case _:
                line = line[:at] + chr(chance.randint(1, chance.choice((0x7F, 0xFFFF)))) + line[at:]
    return line


def run(lines: int, seed: int) -> Counter[str]:
    """Parse so many lines; counts those understood and each kind of mistake. Raises on the first fault."""
    chance = random.Random(seed)
    counted: Counter[str] = Counter()
    commands = [None, None, None, *(command.name for command in language().slash_commands)]
    for number in range(lines):
        whole = line_from(chance)
        line = damaged(whole, chance)
        try:
            parsed = parse(line, chance.choice(commands))
            counted[parsed.problem if isinstance(parsed, Misunderstood) else "understood"] += 1
            if number % 20 == 0:
                _check_said_back(whole)
        except Exception as error:
            error.add_note(f"line {number} of seed {seed}: {line!r}, made from {whole!r}")
            raise
    return counted


def _check_said_back(line: str) -> None:
    parsed = parse(line)
    for reading in () if isinstance(parsed, Misunderstood) else parsed.readings:
        again = parse(say(reading))
        assert not isinstance(again, Misunderstood), f"{say(reading)!r} is not understood: {again}"
        assert any(_texts(reading) == _texts(other) for other in again.readings), f"{say(reading)!r} means {again}"


def _texts(reading: object) -> tuple[object, ...]:
    values = (getattr(reading, name) for name in reading.__slots__)  # type: ignore[attr-defined]  # every command has slots
    return (type(reading), *(value.text if isinstance(value, Name) else value for value in values))


def _parts(pattern: Pattern) -> list[str]:
    return [part.text for part in pattern.parts]


def _filled(part: str, chance: random.Random) -> str:
    return part if part.islower() else chance.choice(FILLINGS.get(part, NAMES))


def main() -> None:
    """Run from the command line."""
    options = argparse.ArgumentParser(description="Throw made-up lines at the grammar.")
    options.add_argument("--lines", type=int, default=1_000_000)
    options.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    chosen = options.parse_args()
    parse(language().lines[0].example)
    started = time.perf_counter()
    counted = run(chosen.lines, chosen.seed)
    seconds = time.perf_counter() - started
    print(f"seed {chosen.seed}: {chosen.lines} lines in {seconds:.1f} s, {chosen.lines / seconds:,.0f} lines/s")
    for what, number in counted.most_common():
        print(f"{number:>9} {what}")


if __name__ == "__main__":
    main()
