"""The one list of benchmarks."""

from __future__ import annotations

from tests.benchmarks import (
    ack,
    calls,
    clients,
    delivery,
    launchdarkly,
    memory,
    official,
    registry,
    scale,
    start,
    sweep,
)
from tests.benchmarks.rows import Benchmark

BENCHMARKS: dict[str, Benchmark] = {
    "ack": ack.BENCHMARK,
    "calls": calls.BENCHMARK,
    "clients": clients.BENCHMARK,
    "delivery": delivery.BENCHMARK,
    "launchdarkly": launchdarkly.BENCHMARK,
    "memory": memory.BENCHMARK,
    "official": official.BENCHMARK,
    "registry": registry.BENCHMARK,
    "scale": scale.BENCHMARK,
    "start": start.BENCHMARK,
    "sweep": sweep.BENCHMARK,
}
"""By their names."""
