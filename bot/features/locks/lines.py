"""The lines about locks. They can be parsed, but are not implemented yet."""

from __future__ import annotations

from bot.features.registration import Effect, Line
from bot.grammar.commands import Lock, Unlock

PROTECT = "Protect"

LINES = (
    Line(
        key="lock",
        usage="lock [PROJECT in] ENV [for DURATION] because REASON",
        does="Stop all changes in an environment until it is unlocked or the time runs out.",
        example="lock production for 2h because the launch is on",
        command=Lock,
        group=PROTECT,
        also=("lock ENV of PROJECT [for DURATION] because REASON",),
        places={"DURATION": "duration"},
        effect=Effect.CHANGES,
        ready=False,
    ),
    Line(
        key="unlock",
        usage="unlock [PROJECT in] ENV",
        does="Lift a lock.",
        example="unlock production",
        command=Unlock,
        group=PROTECT,
        also=("unlock ENV of PROJECT",),
        effect=Effect.CHANGES,
        ready=False,
    ),
)
