"""Runs a parsed line: checks that its author may type it, and calls the function registered for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.context import Context
from bot.domain.actors import Actor, Place
from bot.domain.base import Outcome
from bot.domain.facts import Denied
from bot.domain.outcomes import Ambiguous, EnvironmentMissing, NotFound, Refused
from bot.domain.policies import decide
from bot.features.registration import Call, Effect, anybody, effect_of, registered_line
from bot.grammar.commands import Command


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who types a line, and where."""

    actor: Actor
    place: Place


async def run(ctx: Context, commands: Sequence[Command], speaker: Speaker, *, page: int = 1) -> Outcome:
    """Run a line; `commands` are its possible readings, the likeliest first.

    A name that is not found may belong to a provider that could not be read: `NotFound` lists those.
    """
    result = await _run(Call(ctx, commands, speaker.actor, speaker.place, page))
    if isinstance(result, Ambiguous | EnvironmentMissing | NotFound):
        result = replace(result, only_looked=all(effect_of([each]) is Effect.LOOKS for each in commands))
    if isinstance(result, NotFound) and result.noun != "change":
        return replace(result, unread=ctx.index.unread())
    return result


async def _run(call: Call) -> Outcome:
    line = registered_line(call.command)
    for facts in dict.fromkeys((anybody, line.may)):
        answer = decide(facts(call))
        if isinstance(answer, Denied):
            return Refused(answer.reasons)
    return await line.run(call)
