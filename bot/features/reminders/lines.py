"""The lines about reminders of evaluations left running."""

from __future__ import annotations

from bot.domain.base import Outcome
from bot.domain.facts import Facts, ReminderChange
from bot.features.registration import Call, Effect, Line
from bot.features.reminders import switches
from bot.grammar import Noun
from bot.grammar.commands import Reminders

REMINDER = Noun(word="reminder", spellings=("reminders",), group="Reminders")


async def answer(call: Call) -> Outcome:
    """Show when people are reminded, mute or unmute a project, or send a sample."""
    return await switches.answer(call.ctx, call.commands, call.actor, page=call.page)


def change(call: Call) -> Facts:
    """The facts for deciding who may change reminders."""
    return ReminderChange(call.actor)


LINES = (
    Line(
        key="reminders",
        usage="reminders [PROJECT]",
        does="Show which evaluations people are reminded about, where and when.",
        example="reminders",
        command=Reminders,
        noun=REMINDER,
        also=("reminders show [PROJECT]", "reminders list [PROJECT]"),
        fixed={"verb": "show"},
        run=answer,
    ),
    Line(
        key="reminders mute",
        usage="reminders mute PROJECT",
        does="Stop reminders about evaluations of a project.",
        example="reminders mute triage",
        command=Reminders,
        noun=REMINDER,
        fixed={"verb": "mute"},
        effect=Effect.CHANGES,
        may=change,
        run=answer,
    ),
    Line(
        key="reminders unmute",
        usage="reminders unmute PROJECT",
        does="Turn reminders about evaluations of a project back on.",
        example="reminders unmute triage",
        command=Reminders,
        noun=REMINDER,
        fixed={"verb": "unmute"},
        effect=Effect.CHANGES,
        may=change,
        run=answer,
    ),
    Line(
        key="reminders test",
        usage="reminders test",
        does="Send yourself a sample reminder.",
        example="reminders test",
        command=Reminders,
        noun=REMINDER,
        fixed={"verb": "test"},
        effect=Effect.CHANGES,
        may=change,
        run=answer,
    ),
)
