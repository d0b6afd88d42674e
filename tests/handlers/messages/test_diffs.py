from __future__ import annotations

from dataclasses import replace

from bot.domain.contents import Content, Message, Span, diff
from handlers.messages import diffs
from handlers.messages.blocks import compose
from tests.handlers.messages.checking import check
from tests.handlers.messages.reading import read
from tests.handlers.messages.samples import NEW_CONTENT, OLD_CONTENT, SEEN, change


def shown(old: Content | None, new: Content | None) -> str:
    made = compose("-", *diffs.short(change(seen=replace(SEEN, base_content=old, target_content=new))))
    check(made)
    return read(made)


def test_a_lost_variable_comes_first() -> None:
    lines = [line for line in shown(OLD_CONTENT, NEW_CONTENT).split("\n") if line.startswith("• ")]
    assert lines[0] == "• +variable lost: +`{{company}}`"
    assert lines[1] == "• model: `gpt-4o-mini` → `gpt-4o`"


def test_removed_and_added_words_are_told_apart_in_their_place() -> None:
    said = shown(OLD_CONTENT, NEW_CONTENT)
    assert "message 1, system: …sort refund requests -for- +with+" in said
    assert "message 2, user: {{request}}+⏎Order: {{order}}+" in said


def test_a_setting_that_comes_or_goes_is_not_set_on_one_side() -> None:
    said = shown(Content(parameters={"top_p": 1}), Content(parameters={"stop": "\n"}))
    assert "top_p: `1` → not set" in said
    assert "stop: not set → `(empty)`" in said


def test_eight_lines_are_shown_and_the_rest_is_counted() -> None:
    said = shown(Content(parameters={}), Content(parameters={f"p{n}": n for n in range(11)}))
    assert said.count("• ") == 8
    assert "And 3 more differences: see *Full diff*." in said


def test_equal_contents_say_so() -> None:
    assert "nothing. Both have the same content." in shown(OLD_CONTENT, OLD_CONTENT)
    made = compose("-", *diffs.full(diff(OLD_CONTENT, OLD_CONTENT)))
    assert "nothing. Both have the same content." in read(made)


def test_without_an_old_content_the_new_one_is_told_in_short() -> None:
    said = shown(None, NEW_CONTENT)
    assert "• model: `gpt-4o`" in said
    assert "• variables: `{{order}}, {{request}}`" in said
    assert "• 2 messages" in said
    assert shown(None, Content()).endswith("• 0 messages")


def test_a_content_that_could_not_be_read_is_no_diff() -> None:
    assert "I couldn't read" in shown(OLD_CONTENT, None)


def test_a_long_message_shows_the_first_difference_and_is_cut() -> None:
    old = Content(messages=(Message("user", "same " * 100 + "old " + "between " * 40 + "old " + "tail " * 40),))
    new = Content(messages=(Message("user", "same " * 100 + "new " + "between " * 40 + "new " + "tail " * 40),))
    said = shown(old, new)
    assert "…same same same same -old- +new+" in said
    assert len(said) < 400
    endless = Content(messages=(Message("user", "other " * 500),))
    assert "… (cut)" in shown(old, endless)


def test_a_message_that_came_or_changed_its_role_is_shown_whole() -> None:
    old = Content(messages=(Message("system", "be brief"),))
    new = Content(messages=(Message("user", "be brief"),))
    said = shown(old, new)
    assert "message 1, system: -be brief-" in said
    assert "message 1, user: +be brief+" in said


def test_a_blank_that_came_or_went_is_visible() -> None:
    parts = diffs.styled([Span("=", "a"), Span("-", " \t"), Span("+", "\n"), Span("=", "")])
    assert [part.to_dict()["text"] for part in parts] == ["a", "␣⇥", " ", "⏎\n"]


def test_settings_beyond_forty_are_counted_in_the_full_diff() -> None:
    many = Content(parameters={f"p{n}": n for n in range(45)})
    assert "• and 5 more" in read(compose("-", *diffs.full(diff(Content(), many))))


def test_an_empty_message_is_named_without_a_body() -> None:
    found = diff(Content(), Content(messages=(Message("user", ""),)))
    said = read(compose("-", *diffs.full(found)))
    assert said.endswith("+message 1, user+")
    check(compose("-", *diffs.full(found)))
    check(
        compose(
            "-",
            *diffs.short(
                change(
                    seen=replace(SEEN, base_content=Content(), target_content=Content(messages=(Message("user", ""),)))
                )
            ),
        )
    )
