"""Entities are read once: what a person typed as an entity stays one."""

from __future__ import annotations

from bot.grammar import parse
from bot.grammar.commands import Deploy, Misunderstood


def test_an_entity_that_was_typed_as_text_stays_text() -> None:
    parsed = parse("deploy &amp;lt;b&amp;gt; to production", None)
    assert not isinstance(parsed, Misunderstood)
    reading = parsed.readings[0]
    assert isinstance(reading, Deploy)
    assert reading.config.text == "&lt;b&gt;"
