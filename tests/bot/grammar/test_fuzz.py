"""A short run of the fuzzer; ``python -m tests.fuzz_grammar`` runs a long one."""

from __future__ import annotations

from tests.fuzz_grammar import run


def test_three_thousand_made_up_lines_are_understood_or_answered() -> None:
    counted = run(3_000, seed=142)
    assert counted.total() == 3_000
    assert counted["understood"] > 1_000
    assert {"unknown_verb", "missing_part", "unexpected_words", "unclosed_quote", "bad_time", "bad_field"} <= set(
        counted
    )
