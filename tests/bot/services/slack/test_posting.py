from __future__ import annotations

from bot.services.slack.posts import truth


def test_yes_and_no_may_be_words() -> None:
    assert truth("true")
    assert truth("1")
    assert truth(True)
    assert not truth("false")
    assert not truth(None)
