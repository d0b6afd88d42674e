"""Benchmarks: ``python -m tests.benchmarks [NAME …] [--json FILE]``.

A benchmark is a callable of one argument, `tiny` (run everything once, measure nothing worth reading), that answers
rows. It stands in the registry below under its name.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.benchmarks import ack, calls, clients, delivery, launchdarkly, memory, official, scale, start, sweep
from tests.benchmarks.rows import Row

BENCHMARKS: dict[str, Callable[[bool], list[Row]]] = {
    "ack": ack.run,
    "calls": calls.run,
    "clients": clients.run,
    "delivery": delivery.run,
    "launchdarkly": launchdarkly.run,
    "memory": memory.run,
    "official": official.run,
    "scale": scale.run,
    "start": start.run,
    "sweep": sweep.run,
}
"""Name → what runs it."""
