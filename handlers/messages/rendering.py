"""Words for outcomes are registered by the type that they are for: ``@renders(Applied)``.

An outcome without words, or words for something that is no outcome, keeps the bot from starting: see `check`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.domain.base import Outcome
from bot.domain.drafts import Draft
from bot.domain.views import Suggestion
from handlers.messages.blocks import Message

Function = TypeVar("Function", bound=Callable[..., Message])


@dataclass(frozen=True, slots=True)
class _Renderer:
    make: Callable[..., Message]
    buttons: Callable[[Any], Iterable[Suggestion | Draft]] | None


_RENDERERS: dict[type[Any], _Renderer] = {}


def renders(
    *kinds: type[Any], buttons: Callable[[Any], Iterable[Suggestion | Draft]] | None = None
) -> Callable[[Function], Function]:
    """Register the function below as the words for these types.

    `buttons` names what the message's buttons run or confirm. Each of that is stored first, and the function takes the
    ids under which it was stored as its second argument: a mapping from the draft to its id.
    Raises `ValueError` when a type has words already.
    """

    def register(function: Function) -> Function:
        for kind in kinds:
            if kind in _RENDERERS:
                raise ValueError(f"registering words: {kind.__name__} has words already")
            _RENDERERS[kind] = _Renderer(function, buttons)
        return function

    return register


def render(result: Any, drafts: Mapping[Draft, str]) -> Message:
    """The message for an outcome. `drafts` maps what `drafts_of` names to the ids under which it is stored."""
    renderer = _RENDERERS[type(result)]
    return renderer.make(result) if renderer.buttons is None else renderer.make(result, drafts)


def drafts_of(result: Any) -> tuple[Draft, ...]:
    """What the buttons of an outcome's message run or confirm, each once."""
    renderer = _RENDERERS[type(result)]
    if renderer.buttons is None:
        return ()
    every = renderer.buttons(result)
    return tuple(dict.fromkeys(each.line if isinstance(each, Suggestion) else each for each in every))


def rendered() -> frozenset[type[Any]]:
    """The types that have words."""
    return frozenset(_RENDERERS)


def check() -> None:
    """Raises `RuntimeError` that names each outcome without words, and each type with words that is no outcome."""
    silent = sorted(_names_below(Outcome) - {kind.__name__ for kind in _RENDERERS})
    idle = sorted(kind.__name__ for kind in _RENDERERS if not issubclass(kind, Outcome))
    if silent or idle:
        raise RuntimeError(f"outcomes without words: {silent}; words for no outcome: {idle}")


def _names_below(kind: type[Any]) -> set[str]:
    """By name, for a dataclass with slots is made twice, and the first one may still be there."""
    return {name for below in kind.__subclasses__() for name in (below.__name__, *_names_below(below))}
