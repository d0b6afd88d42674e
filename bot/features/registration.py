"""How a feature registers a line: one declaration from which help, manifest, dispatcher, `explain` and forms are made.

The message for its outcome is in `handlers.messages`, registered for the type of the outcome.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from bot.context import Context
from bot.domain.actors import Actor, Place
from bot.domain.base import Outcome
from bot.domain.change_requests import ChangeRequest
from bot.domain.facts import Facts, Lookup
from bot.domain.names import Project
from bot.domain.outcomes import Failed, NotYet, Refused
from bot.features.forms import FieldProblem, Filled
from bot.grammar import Syntax, language, say
from bot.grammar.commands import Command, OpenForm


class Effect(Enum):
    """What running a line can change. A line that only looks may run several times."""

    LOOKS = "looks"
    """Nothing, or nothing before a button confirms it."""
    CHANGES = "changes"
    CHANGES_WHAT_IS_LIVE = "changes what is live"


@dataclass(frozen=True, slots=True)
class Call:
    """A line that somebody typed: its possible readings, the likeliest first, who typed it and where."""

    ctx: Context
    commands: Sequence[Command]
    actor: Actor
    place: Place
    page: int = 1

    @property
    def command(self) -> Any:
        """The likeliest reading."""
        return self.commands[0]


Run = Callable[[Call], Awaitable[Outcome]]


def anybody(call: Call) -> Facts:
    """The facts for a line that anybody who may look things up may type; `run` can check more."""
    return Lookup(call.actor)


async def not_ready(call: Call) -> Outcome:
    """The `run` function of a line that is not ready yet."""
    return NotYet(say(call.command))


@dataclass(frozen=True, slots=True)
class LineForm:
    """The form of a line. `fill` turns its values into a command, or into a change request with resolved names.

    `load` reads the picked project, if the other fields depend on it.
    """

    fill: Callable[[Context, Filled], Command | ChangeRequest | FieldProblem]
    load: Callable[[Context, Project, Actor], Awaitable[Sequence[Any] | Refused | Failed]] | None = None
    edits: bool = False
    """Whether its inputs begin with what the project has now, so that only those that were changed count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(Syntax):
    """One line: how it is typed, who may type it, what it does."""

    run: Run = not_ready
    effect: Effect = Effect.LOOKS
    may: Callable[[Call], Facts] = anybody
    """The facts that `decide` has to allow before it runs; `run` itself checks what takes a read."""
    explain: Run | None = None
    """The answer of *explain*. None: the decision on `may`; or that it changes nothing, where anybody may look."""
    form: LineForm | None = None
    """Its form; `opens_form` lists what opens it."""

    def __post_init__(self) -> None:
        """Raises `ValueError` for parts of a registration that contradict each other."""
        if self.ready != (self.run is not not_ready):
            raise ValueError(f"registering {self.key}: a line is ready if, and only if, it has a `run` of its own")
        if bool(self.opens_form) != (self.form is not None):
            raise ValueError(f"registering {self.key}: `form` and `opens_form` belong together")


def line_of(command: Command) -> Line | None:
    """The registered line of a command. Returns None for `OpenForm`, which has no line."""
    line = language().line_of(command)
    return line if isinstance(line, Line) else None


def registered_line(command: Command) -> Line:
    """The registered line of a command. Raises `LookupError` for one that has none, which is never run."""
    line = line_of(command)
    if line is None:
        raise LookupError(f"no line is registered for {type(command).__name__}")
    return line


def form_of(verb: str) -> LineForm | None:
    """The form that a verb, or the key of a line, opens. Returns None when there is none."""
    line = language().forms.get(verb)
    return line.form if isinstance(line, Line) else None


def effect_of(commands: Sequence[Command]) -> Effect:
    """What running the likeliest reading can change. Opening a form changes nothing."""
    return Effect.LOOKS if isinstance(commands[0], OpenForm) else registered_line(commands[0]).effect
