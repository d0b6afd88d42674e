"""What stands in a config, and what a reviewer is shown of a difference."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.contents import (
    Content,
    ContentDiff,
    Message,
    MessageDiff,
    Span,
    ValueDiff,
    diff,
    from_document,
    to_document,
    word_spans,
)
from tests import strategies


def prompt(*texts: str, role: str = "system") -> Content:
    return Content(tuple(Message(role, text) for text in texts))


@given(strategies.contents)
def test_what_is_written_is_read_again(content: Content) -> None:
    assert from_document(to_document(content)) == content


@given(strategies.contents)
def test_nothing_differs_from_itself(content: Content) -> None:
    assert not diff(content, content)


def test_nothing_at_all_is_like_an_empty_content() -> None:
    assert diff(None, None) == diff(None, Content()) == ContentDiff()


@given(strategies.contents, strategies.contents)
def test_a_difference_seen_from_the_other_side_is_the_same_difference(one: Content, other: Content) -> None:
    there, back = diff(one, other), diff(other, one)
    assert {(value.name, value.old, value.new) for value in there.values} == {
        (value.name, value.new, value.old) for value in back.values
    }
    assert there.variables_added == back.variables_lost
    assert bool(there) == bool(back)


def test_names_every_setting_that_differs() -> None:
    old = Content(
        model="gpt-4o",
        vendor="openai",
        parameters={"temperature": 1.0, "top_p": 0.5, "stop": ["\n"]},
        tools={"refund": {"a": 1}},
    )
    new = Content(
        model="claude",
        vendor="anthropic",
        parameters={"temperature": 1, "stop": ["é"], "seed": 7},
        tools={"search": {"b": 2}},
        response_format={"type": "json_object"},
    )
    assert diff(old, new).values == (
        ValueDiff("model", "gpt-4o", "claude"),
        ValueDiff("provider", "openai", "anthropic"),
        ValueDiff("top_p", "0.5", None),
        ValueDiff("stop", '["\\n"]', '["é"]'),
        ValueDiff("seed", None, "7"),
        ValueDiff("response_format", None, '{"type": "json_object"}'),
        ValueDiff("tool refund", '{"a": 1}', None),
        ValueDiff("tool search", None, '{"b": 2}'),
    )


def test_a_number_that_became_a_text_is_a_difference() -> None:
    assert diff(Content(parameters={"n": "1"}), Content(parameters={"n": 1})).values == (ValueDiff("n", '"1"', "1"),)


def test_names_the_variables_that_were_added_and_lost() -> None:
    found = diff(prompt("{{ name }} of {{order.id}}"), prompt("{{order.id}} in {{city-name}}", "{not one} {{}}"))
    assert (found.variables_added, found.variables_lost) == (("city-name",), ("name",))


def test_shows_messages_word_by_word_and_leaves_out_equal_ones() -> None:
    found = diff(prompt("same", "be kind"), prompt("same", "be very kind"))
    assert found.messages == (MessageDiff(2, "system", (Span("=", "be "), Span("+", "very "), Span("=", "kind"))),)


def test_a_message_of_another_role_is_another_message() -> None:
    found = diff(prompt("hello"), prompt("hello", role="user"))
    assert found.messages == (
        MessageDiff(1, "system", (Span("-", "hello"),)),
        MessageDiff(1, "user", (Span("+", "hello"),)),
    )


def test_messages_that_are_only_on_one_side_are_shown_whole() -> None:
    assert diff(prompt("a"), prompt("a", "b")).messages == (MessageDiff(2, "system", (Span("+", "b"),)),)
    assert diff(prompt("a", "b"), prompt("a")).messages == (MessageDiff(2, "system", (Span("-", "b"),)),)


def joined(spans: list[Span], signs: str) -> str:
    return "".join(span.text for span in spans if span.sign in signs)


@given(st.text(), st.text())
def test_the_runs_make_up_both_texts(old: str, new: str) -> None:
    spans = list(word_spans(old, new))
    assert joined(spans, "=+") == new
    assert joined(spans, "=-") == old


def words(count: int, seed: int, end: str) -> str:
    draw = random.Random(seed)
    return end.join(f"w{draw.randrange(300)}" for _ in range(count))


@pytest.mark.parametrize("end", [" ", "\n"], ids=["one line", "many lines"])
def test_two_long_prompts_are_compared_within_a_moment(end: str) -> None:
    old, new = words(20_000, 1, end), words(20_000, 2, end)
    began = time.process_time()
    spans = list(word_spans(old, new))
    assert time.process_time() - began < 5
    assert joined(spans, "=+") == new
    assert joined(spans, "=-") == old


def test_one_word_in_a_long_prompt_is_found() -> None:
    text = words(5_000, 1, " ")
    for old, new in ((f"{text} old {text}", f"{text} new {text}"), (f"old {text}", f"new {text}")):
        changed = [span for span in word_spans(old, new) if span.sign != "="]
        assert changed == [Span("-", "old"), Span("+", "new")]
    assert [span.sign for span in word_spans(f"{text} a", f"{text} a b")] == ["=", "+"]


def test_words_in_two_lines_of_a_long_prompt_are_found() -> None:
    lines = [words(10, seed, " ") + "\n" for seed in range(300)]
    changed = [*lines]
    changed[7], changed[200] = changed[7].replace("w", "W", 1), "instead\n"
    spans = [span for span in word_spans("".join(lines), "".join(changed)) if span.sign != "="]
    assert len(spans) >= 4
    assert spans[0].text == lines[7].split()[0]


def test_lines_beyond_what_can_be_compared_are_shown_whole() -> None:
    old = "".join(words(1_000, seed, " ") + f"\nkept {seed}\n" for seed in range(2))
    new = "".join(words(1_000, seed + 9, " ") + f"\nkept {seed}\n" for seed in range(2))
    spans = list(word_spans(old, new))
    assert joined(spans, "=+") == new
    assert joined(spans, "=-") == old
    assert [span.sign for span in spans][:2] == ["-", "+"]
