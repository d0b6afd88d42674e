"""How people are reminded, as whoever runs configbot chose it."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.domain.workhours import WorkHours


@dataclass(frozen=True, slots=True)
class Reminding:
    """When the bot speaks up by itself."""

    hours: WorkHours = field(default_factory=WorkHours)
    """Nothing is said unasked outside of them; what is said already is kept current at any hour."""
