"""How a feature registers a line: one declaration from which help, manifest, dispatcher, `explain` and forms are made.

Words for what a line answers with stand in `handlers.messages`, registered for the type of the answer.
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
    """What carrying a line out can do. What only looks may be repeated at will."""

    LOOKS = "looks"
    """Nothing, or nothing before a button confirms it."""
    CHANGES = "changes"
    CHANGES_WHAT_IS_LIVE = "changes what is live"


@dataclass(frozen=True, slots=True)
class Call:
    """A line that somebody typed: all its readings, the likeliest first, who typed it and where."""

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
    """For a line that everybody may type who may look at all; what it does may ask for more."""
    return Lookup(call.actor)


async def not_ready(call: Call) -> Outcome:
    """The answer of a line that is understood and not built yet."""
    return NotYet(say(call.command))


@dataclass(frozen=True, slots=True)
class LineForm:
    """The form of a line. `fill` makes of what was filled in a command, or a change with its names resolved.

    `load` reads what a picked project has, where the other fields depend on it.
    """

    fill: Callable[[Context, Filled], Command | ChangeRequest | FieldProblem]
    load: Callable[[Context, Project, Actor], Awaitable[Sequence[Any] | Refused | Failed]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(Syntax):
    """One line: how it is typed, who may type it, what it does."""

    run: Run
    effect: Effect = Effect.LOOKS
    may: Callable[[Call], Facts] = anybody
    """The facts for `decide` that have to allow it before it runs; `run` asks for itself what takes reading."""
    explain: Run | None = None
    """What *explain* answers for it; None: whether `may` allows it; that it changes nothing, where anybody may look."""
    form: LineForm | None = None
    """Its form, where `opens_form` names what opens it."""


def line_of(command: Command) -> Line | None:
    """The registered line that a command is of; None for a form, which has none."""
    line = language().line_of(command)
    return line if isinstance(line, Line) else None


def form_of(verb: str) -> LineForm | None:
    """The form that a first word, or the key of a line, opens."""
    line = language().forms.get(verb)
    return line.form if isinstance(line, Line) else None


def effect_of(commands: Sequence[Command]) -> Effect:
    """What carrying out the likeliest reading can do. A form that is opened changes nothing."""
    line = line_of(commands[0])
    if line is None:
        return Effect.LOOKS if isinstance(commands[0], OpenForm) else Effect.CHANGES
    return line.effect
