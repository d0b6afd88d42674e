from __future__ import annotations

import pytest

from bot.domain.base import Outcome
from bot.domain.outcomes import Ambiguous, Applied, NotFound
from bot.domain.views import Suggestion
from bot.grammar.commands import Misunderstood
from handlers import messages
from handlers.messages import rendering
from tests.handlers.messages.samples import change

SAME = Suggestion("a", "deploy a")


def test_every_outcome_has_words_and_all_words_are_for_an_outcome() -> None:
    rendering.check()
    assert len(rendering.rendered()) > 35


def test_an_outcome_without_words_keeps_the_bot_from_starting(monkeypatch: pytest.MonkeyPatch) -> None:
    renderers = {kind: one for kind, one in rendering._RENDERERS.items() if kind is not Applied}
    monkeypatch.setattr(rendering, "_RENDERERS", renderers)
    with pytest.raises(RuntimeError, match=r"outcomes without words: \['Applied'\]"):
        messages.check()


def test_an_outcome_that_is_a_kind_of_another_needs_words_of_its_own() -> None:
    class Answer: ...

    class Done(Answer): ...

    class DoneAtNight(Done): ...

    assert rendering._names_below(Answer) == {Done.__name__, DoneAtNight.__name__}


def test_words_for_what_is_no_outcome_keep_the_bot_from_starting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "_RENDERERS", rendering._RENDERERS | {str: rendering._RENDERERS[Applied]})
    assert not issubclass(str, Outcome)
    with pytest.raises(RuntimeError, match=r"words for no outcome: \['str'\]"):
        messages.check()


def test_an_outcome_has_words_once() -> None:
    with pytest.raises(ValueError, match="Applied has words already"):
        rendering.renders(Applied)(messages.card)


def test_lines_that_buttons_run_are_listed_once_each() -> None:
    assert messages.lines_of(Ambiguous("x", (SAME, SAME, Suggestion("b", "deploy b")))) == ("deploy a", "deploy b")
    assert messages.lines_of(NotFound("config", "x", (SAME,))) == ("deploy a",)
    assert messages.lines_of(Misunderstood("x", "empty", near=("help",))) == ("help",)
    assert messages.lines_of(Applied(change())) == ()


def test_everything_offered_can_be_imported() -> None:
    for name in messages.__all__:
        assert hasattr(messages, name)
    assert list(messages.__all__) == sorted(messages.__all__)
