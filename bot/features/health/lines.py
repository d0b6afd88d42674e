"""The lines *doctor*, *help* and *explain*."""

from __future__ import annotations

from bot.domain.base import Outcome
from bot.domain.facts import Facts, Inspection
from bot.domain.outcomes import Harmless
from bot.features.explain import explain
from bot.features.health import doctor
from bot.features.registration import Call, Line
from bot.grammar import say
from bot.grammar.commands import CheckHealth, Explain, Help

MORE = "More"


async def check_health(call: Call) -> Outcome:
    """The health of the bot."""
    return await doctor.check_up(call.ctx, call.actor)


def inspection(call: Call) -> Facts:
    """The facts for deciding who may see the health of the bot."""
    return Inspection(call.actor)


async def nothing(call: Call) -> Outcome:
    """Never shown: *help* is answered by the handlers from the registered lines."""
    return Harmless(say(call.command))


LINES = (
    Line(
        key="explain",
        usage="explain LINE",
        does="Show who may do it, what is missing and which rule decides. Changes nothing.",
        example="explain deploy config_x to production",
        command=Explain,
        group=MORE,
        run=explain,
    ),
    Line(
        key="help",
        usage="help [WORD]",
        does="Show what you can type.",
        example="help deploy",
        command=Help,
        group=MORE,
        spellings=("?", "-h"),
        run=nothing,
    ),
    Line(
        key="doctor",
        usage="doctor",
        does="Check the bot: services, jobs, messages waiting to be sent.",
        example="doctor",
        command=CheckHealth,
        group=MORE,
        may=inspection,
        run=check_health,
    ),
)
