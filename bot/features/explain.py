"""``explain LINE``: whether a line would be allowed, and by which rule. Changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.base import Outcome
from bot.domain.outcomes import Ambiguous, EnvironmentMissing, Harmless, NotFound, NotYet, Permission, ProjectPreview
from bot.domain.policies import decide
from bot.domain.views import Suggestion
from bot.features.registration import Call, Effect, anybody, registered_line
from bot.grammar import say
from bot.grammar.commands import Explain


async def explain(call: Call) -> Outcome:
    """Explain the line after the word, in all its readings; its buttons only explain as well."""
    inner = replace(call, commands=call.command.readings)
    line = registered_line(inner.command)
    if not line.ready:
        return NotYet(say(inner.command))
    if line.explain is not None:
        return _explain_choices(await line.explain(inner))
    if line.may is anybody and line.effect is Effect.LOOKS:
        return Harmless(say(inner.command))
    return Permission(say(inner.command), decide(line.may(inner)))


def _explain_choices(result: Outcome) -> Outcome:
    match result:
        case NotFound(near=choices):
            return replace(result, near=_explaining(choices))
        case Ambiguous(choices=choices) | EnvironmentMissing(choices=choices):
            return replace(result, choices=_explaining(choices))
        case ProjectPreview():
            return replace(result, kept=None)
        case _:
            return result


def _explaining(choices: Sequence[Suggestion]) -> tuple[Suggestion, ...]:
    return tuple(Suggestion(each.label, say(Explain(each.line, ()))) for each in choices)
