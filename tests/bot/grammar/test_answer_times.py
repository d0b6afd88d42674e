"""Long and hostile lines are answered soon, and typical ones at once."""

from __future__ import annotations

import time

import pytest

from bot.grammar import parse

HOSTILE = {
    "200 times to": "deploy " + "to " * 200,
    "70 times to": "deploy " + "to " * 70,
    "10 kB": "deploy " + "x" * 10_000,
    "no fit": "deploy " + "of to " * 38 + '"a" "b"',
    "no fit of a promote": "promote " + "from to " * 38 + '"a" "b"',
    "no fit of a rollback": "rollback " + "in to " * 38 + '"a" "b" "c"',
    "times": "deploy x " + "at 25:00 " * 38,
    "spans": "deploy x in " + "1h" * 1_000,
    "dashes": "deploy " + "—" * 2_900,
    "quotes": '"' * 2_999,
    "unclosed": 'deploy "' + "to " * 900,
    "backslashes": 'deploy "' + "\\" * 2_900,
    "links": "<http://x" * 300,
    "explanations": "explain " * 370,
    "unknown": "z " * 1_499,
    "fields": "project update x " + "name=a " * 70,
}


@pytest.mark.parametrize("line", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_line_is_answered_within_a_second(line: str) -> None:
    parse("deploy config_x")
    started = time.process_time()
    parse(line)
    assert time.process_time() - started < 1


def test_a_typical_line_takes_a_few_milliseconds_at_most() -> None:
    """A third of one on an idle machine; this one may be busy."""
    line = "deploy triage v3 of Refund triage to production in 2h because the old one loops"
    parse(line)
    started = time.process_time()
    for _ in range(200):
        parse(line)
    assert (time.process_time() - started) / 200 < 0.005
