"""Renderers of outcomes, registered by type: ``@renders(Applied)``.

The bot does not start when an outcome has no renderer, or a renderer is for a type that is no outcome: see `check`.
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
    """Register the decorated function as the renderer of these types.

    `buttons` returns the drafts that the message's buttons run or confirm. They are stored first, and the function
    takes a mapping from each draft to its id as its second argument.
    Raises `ValueError` when a type has a renderer already.
    """

    def register(function: Function) -> Function:
        for kind in kinds:
            if kind in _RENDERERS:
                raise ValueError(f"registering words: {kind.__name__} has words already")
            _RENDERERS[kind] = _Renderer(function, buttons)
        return function

    return register


def render(result: Any, drafts: Mapping[Draft, str]) -> Message:
    """The message for an outcome. `drafts` maps the drafts of `drafts_of` to the ids under which they are stored."""
    renderer = _RENDERERS[type(result)]
    return renderer.make(result) if renderer.buttons is None else renderer.make(result, drafts)


def drafts_of(result: Any) -> tuple[Draft, ...]:
    """The drafts that the buttons of an outcome's message run or confirm, without duplicates."""
    renderer = _RENDERERS[type(result)]
    if renderer.buttons is None:
        return ()
    buttons = renderer.buttons(result)
    return tuple(dict.fromkeys(each.draft if isinstance(each, Suggestion) else each for each in buttons))


def rendered() -> frozenset[type[Any]]:
    """The types that have a renderer."""
    return frozenset(_RENDERERS)


def check() -> None:
    """Raises `RuntimeError` that lists outcomes without words, and types with words that are no outcomes."""
    unrendered = sorted(_names_below(Outcome) - {kind.__name__ for kind in _RENDERERS})
    unknown = sorted(kind.__name__ for kind in _RENDERERS if not issubclass(kind, Outcome))
    if unrendered or unknown:
        raise RuntimeError(f"outcomes without words: {unrendered}; words for no outcome: {unknown}")


def _names_below(kind: type[Any]) -> set[str]:
    """The names of all subclasses. By name, because a dataclass with slots is created twice."""
    return {name for below in kind.__subclasses__() for name in (below.__name__, *_names_below(below))}
