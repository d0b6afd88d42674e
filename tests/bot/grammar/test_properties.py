"""What holds for every text and every reading."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.grammar import language, parse, quote, say
from bot.grammar.commands import Command, Deploy, Explain, Misunderstood, Name, OpenForm, Understood
from bot.grammar.words import plain, protected
from tests.bot.grammar.generated import NASTY, names, simple, texts

words = st.sampled_from(
    (
        "deploy", "promote", "rollback", "project", "config", "evaluation", "changes", "lock", "explain", "help",
        "update", "list",
        "diff", "to", "of", "in", "from", "at", "for", "with",
        "because", "2h", "9:00", "25:00", "tomorrow", "on", "1", "december", "2026-12-01", "utc", "pst", "move",
        "name=", '"', "“", "'", "x",
        "dir_1",
        "ch-1", "running", ".", "->", *NASTY,
    )
)  # fmt: skip
lines = st.one_of(st.text(max_size=80), st.lists(words, max_size=14).map(" ".join), st.lists(words).map("".join))


SLASH = [command.name for command in language().slash_commands]


@given(lines, st.none() | st.sampled_from(SLASH) | st.text(max_size=8))
@settings(max_examples=250, deadline=None)
@example("\ud800", None)
@example("`" * 9, None)
@example("explain `explain deploy x`", None)
def test_any_text_is_understood_or_answered(text: str, command: str | None) -> None:
    parsed = parse(text, command)
    assert parse(text, command) == parsed
    if isinstance(parsed, Misunderstood):
        assert parsed.problem
        for offered in filter(None, (*parsed.near, parsed.example)):
            assert isinstance(parse(offered), Understood)
    else:
        assert 1 <= len(parsed.readings) <= 64
        assert len(set(parsed.readings)) == len(parsed.readings)


@given(simple)
@settings(max_examples=500, deadline=None)
def test_what_is_said_means_exactly_what_was_read(reading: Command) -> None:
    assert parse(say(reading)) == Understood(plain(say(reading)), (reading,))


@given(simple.filter(lambda reading: not isinstance(reading, OpenForm)))
@settings(max_examples=150, deadline=None)
def test_an_explained_line_is_said_back_too(reading: Command) -> None:
    line = plain(say(reading))
    explained = Explain(line, (reading,))
    assert parse(say(explained)).text == f"explain {line}"
    assert getattr(parse(say(explained)), "readings", ()) == (explained,)


@given(simple)
@settings(max_examples=250, deadline=None)
def test_names_without_quotes_get_them_only_where_they_are_needed(reading: Command) -> None:
    bare = _with_bare_names(reading)
    parsed = parse(say(bare))
    assert isinstance(parsed, Understood)
    assert [_texts(one) for one in parsed.readings] == [_texts(bare)]


@given(lines)
@settings(max_examples=250, deadline=None)
def test_every_reading_of_every_line_can_be_said(text: str) -> None:
    parsed = parse(text)
    for reading in parsed.readings if isinstance(parsed, Understood) else ():
        again = parse(say(reading))
        assert isinstance(again, Understood)
        assert _texts(reading) in [_texts(one) for one in again.readings]


@given(texts)
def test_a_quoted_text_is_one_name_by_the_letter(text: str) -> None:
    assert parse(f"deploy {quote(text)}") == Understood(plain(f"deploy {quote(text)}"), (Deploy(Name(text, True)),))


@given(st.lists(st.sampled_from(NASTY)).map("".join) | st.text())
def test_escaping_can_be_undone(text: str) -> None:
    assert plain(protected(text)) == text


@given(names, names)
def test_upper_case_changes_no_meaning(config: Name, environment: Name) -> None:
    line = f"deploy {quote(config.text)} to {quote(environment.text)}"
    shouted = f"DEPLOY {quote(config.text)} TO {quote(environment.text)}"
    assert getattr(parse(line), "readings", 1) == getattr(parse(shouted), "readings", 2)


def _with_bare_names(reading: Command) -> Command:
    """The same with names that were typed without quotes."""
    bare: dict[str, Any] = {}
    for field in fields(reading):
        value = getattr(reading, field.name)
        if isinstance(value, Name):
            bare[field.name] = Name(" ".join(value.text.split()))
    return replace(reading, **bare)


def _texts(reading: Command) -> tuple[Any, ...]:
    values = (getattr(reading, field.name) for field in fields(reading))
    return (type(reading), *(value.text if isinstance(value, Name) else value for value in values))
