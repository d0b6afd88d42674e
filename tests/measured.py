"""Which tests count for the coverage, and a plugin that measures nothing while the others run.

What a part does is tested beside it, and those tests alone have to reach every line and branch. The tests that go
through the whole bot prove something else; they would reach many lines without looking at what came of them, and a
tracer makes them twice as slow. Property tests do not count either: which lines they reach is chance, and a bound that
holds in one run of two is none.
"""

from __future__ import annotations

import functools
import importlib
import os
import pkgutil
import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import coverage
import pytest
from hypothesis import is_hypothesis_test

from bot.grammar.lines import Language, language

WHOLE = ("architecture", "benchmarks", "browser", "contracts/test_provider_faults.py", "scenarios")
"""The tests that go through the whole bot, or give a whole client every bad answer that there is."""

TIMED = ("bot/grammar/test_answer_times.py",)
"""Tests of how much work something is, which a tracer would double."""

UNCOUNTED = tuple(Path(__file__).parent / name for name in WHOLE + TIMED)

IN_SUBPROCESSES = "COVERAGE_PROCESS_CONFIG"
"""Coverage's own variable, from which a new process learns that it is measured."""

_stale = True
"""Whether the caches of the product may hold what was computed without measuring."""


def counts(test: pytest.Item) -> bool:
    """Whether what a test reaches counts as covered."""
    by_chance = isinstance(test, pytest.Function) and is_hypothesis_test(test.obj)
    return not by_chance and not any(test.path.is_relative_to(each) for each in UNCOUNTED)


def pytest_sessionstart() -> None:
    """Import everything while it is measured, so that no test that does not count imports it first."""
    if coverage.Coverage.current() is None:
        return
    for package in ("bot", "handlers"):
        for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if module.name.rpartition(".")[2] not in ("__main__", "env") and ".versions." not in module.name:
                importlib.import_module(module.name)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for the tests without measuring: the product is imported by then."""
    with unmeasured():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Run a test, measured or not, with everything that is set up and torn down for it."""
    global _stale
    if not counts(item):
        _stale = True
        with unmeasured():
            return (yield)
    if _stale:
        forget()
        _stale = False
    return (yield)


@contextmanager
def unmeasured() -> Iterator[None]:
    """Trace neither this process nor the threads and processes that it starts. Nothing happens without a tracer."""
    told = os.environ.pop(IN_SUBPROCESSES, None)
    tracer, of_threads = sys.gettrace(), threading.gettrace()
    sys.settrace(None)
    threading.settrace(None)
    try:
        yield
    finally:
        sys.settrace(tracer)
        threading.settrace(of_threads)
        if told is not None:
            os.environ[IN_SUBPROCESSES] = told


def forget() -> None:
    """Empty the caches of the product, so that a test that counts runs what it asks for, whatever ran before it."""
    for name, module in tuple(sys.modules.items()):
        if name.partition(".")[0] in ("bot", "handlers"):
            for cached in tuple(vars(module).values()):
                if isinstance(cached, functools._lru_cache_wrapper) and cached.__module__ == name:
                    cached.cache_clear()
    for name, value in vars(Language).items():
        if isinstance(value, functools.cached_property):
            vars(language()).pop(name, None)
