"""A message as a terminal shows it."""

from __future__ import annotations

from handlers.messages import Message, plain_text


def test_markup_and_entities_are_taken_away_and_buttons_left_out() -> None:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "*Live* · `a &amp; b` for <@U0ADA|Ada>"}}
    actions = {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Undo"}}]}
    assert plain_text(Message("live", (section, actions))) == "Live · a & b for Ada"


def test_a_message_without_words_in_its_blocks_is_its_text() -> None:
    assert plain_text(Message("It is `live`.", ({"type": "section", "text": None},))) == "It is live."
