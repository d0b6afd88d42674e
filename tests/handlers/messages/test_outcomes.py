from __future__ import annotations

from typing import get_args

from bot.domain.outcomes import Ambiguous, Applied, NotFound, Outcome
from bot.domain.views import Suggestion
from bot.grammar.commands import Misunderstood
from handlers import messages
from handlers.messages import _ANSWERS
from tests.handlers.messages.samples import change

SAME = Suggestion("a", "deploy a")


def test_every_outcome_has_an_answer() -> None:
    assert set(_ANSWERS) == set(get_args(Outcome))


def test_lines_that_buttons_run_are_listed_once_each() -> None:
    assert messages.lines_of(Ambiguous("x", (SAME, SAME, Suggestion("b", "deploy b")))) == ("deploy a", "deploy b")
    assert messages.lines_of(NotFound("config", "x", (SAME,))) == ("deploy a",)
    assert messages.lines_of(Misunderstood("x", "empty", near=("help",))) == ("help",)
    assert messages.lines_of(Applied(change())) == ()


def test_everything_offered_can_be_imported() -> None:
    for name in messages.__all__:
        assert hasattr(messages, name)
    assert list(messages.__all__) == sorted(messages.__all__)
