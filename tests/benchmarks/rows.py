"""What a benchmark answers with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One figure beside what it is compared with, both measured in the same run, in the same unit.

    `reach` is the ratio to reach: at most, or at least when `more_is_better`. For a figure with a fixed limit,
    `against` is ``the limit`` and `reach` is 1.
    """

    figure: str
    measured: float
    unit: str
    against: str
    against_measured: float
    reach: float
    more_is_better: bool = False

    @property
    def ratio(self) -> float:
        """How many times the other."""
        return self.measured / self.against_measured

    @property
    def reached(self) -> bool:
        """Whether the figure is where it should be."""
        return self.ratio >= self.reach if self.more_is_better else self.ratio <= self.reach
