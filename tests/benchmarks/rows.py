"""What a benchmark declares, and what it returns."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

LIMIT = "the limit"
"""The baseline of a figure that has a fixed limit; its bound is 1."""


class Size(StrEnum):
    """How much is measured. Figures name what they measured, so those of different sizes have different names."""

    TINY = "tiny"
    """Everything runs once; the figures mean nothing."""
    SHORT = "short"
    """A few minutes in all, for a look in between."""
    FULL = "full"
    """What the bounds are for."""

    def of(self, tiny: int, short: int, full: int) -> int:
        """The number that belongs to this size."""
        return {Size.TINY: tiny, Size.SHORT: short, Size.FULL: full}[self]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure and its baseline, measured in the same run and in the same unit.

    `bound` is the ratio of the two: at most, or at least when `more_is_better`.
    """

    name: str
    unit: str
    baseline: str
    bound: float
    more_is_better: bool = False

    @property
    def bound_text(self) -> str:
        """The bound as it is printed."""
        return f"{'≥' if self.more_is_better else '≤'} {self.bound:g} ×"


@dataclass(frozen=True, slots=True)
class Row:
    """A figure that was measured. Raises `ValueError` for measurements that have no ratio."""

    figure: Figure
    measured: float
    baseline: float

    def __post_init__(self) -> None:
        if not all(math.isfinite(value) and value > 0 for value in (self.measured, self.baseline)):
            raise ValueError(f"{self.figure.name}: {self.measured} beside {self.baseline} cannot be compared")

    @property
    def ratio(self) -> float:
        """How many times the baseline."""
        return self.measured / self.baseline

    @property
    def reached(self) -> bool:
        """Whether the ratio is within the bound."""
        return self.ratio >= self.figure.bound if self.figure.more_is_better else self.ratio <= self.figure.bound


Measured = tuple[float, float]
"""The figure and its baseline."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Figures that are declared, and what measures them, in the same order."""

    figures: Callable[[Size], Sequence[Figure]]
    measure: Callable[[Size], Sequence[Measured]]

    def rows(self, size: Size) -> list[Row]:
        """Measure. Raises what the measurement raises, and `ValueError` when it does not fit the figures."""
        measured = self.measure(size)
        return [Row(figure, *values) for figure, values in zip(self.figures(size), measured, strict=True)]
