"""Lines that are too long to be sure of are refused; long names and reasons are no trouble."""

from __future__ import annotations

import pytest

from bot.grammar import parse
from bot.grammar.commands import Misunderstood, Understood


@pytest.mark.parametrize(
    ("line", "limit"),
    [
        ("deploy " + "x" * 3_000, "3000 characters"),
        ("deploy " + "x " * 100, "80 words"),
        ("deploy " + "to " * 70 + "x", "64 meanings"),
    ],
)
def test_refuses_what_is_too_long_to_be_sure_of(line: str, limit: str) -> None:
    parsed = parse(line)
    assert isinstance(parsed, Misunderstood)
    assert (parsed.problem, parsed.detail) == ("too_long", limit)


def test_a_long_name_and_a_long_reason_are_no_trouble() -> None:
    name = " ".join(["seventeen"] * 30)
    parsed = parse(f"deploy {name} to production because {'it loops ' * 200}")
    assert isinstance(parsed, Understood)
    assert len(parsed.readings) == 1


def test_a_reason_where_none_belongs_is_a_part_of_the_line_and_its_quote_has_to_end() -> None:
    parsed = parse('approvals because "it leaks')
    assert isinstance(parsed, Misunderstood)
    assert parsed.problem == "unclosed_quote"
