"""Evaluations, and the comparison of a candidate with what is live, with one of four verdicts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

PENDING, RUNNING, COMPLETED, CANCELLED = "pending", "running", "completed", "cancelled"
"""The known statuses; a provider may return others, which are kept unchanged."""

WAITS_FOR_CALLER = frozenset({"human", "external"})
"""Evaluator kinds whose results come from outside the service; only runs with one let a caller set the status."""


@dataclass(frozen=True, slots=True)
class Evaluator:
    """An evaluator. `kind` is python, llm, human or external; `return_type` is boolean, number, select and so on."""

    id: str
    name: str
    kind: str
    return_type: str


@dataclass(frozen=True, slots=True)
class Score:
    """The mean result of one evaluator version over the run's dataset; booleans count as 0 and 1."""

    evaluator_id: str
    evaluator_version_id: str
    value: float | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One run of evaluators over a dataset for one config. `project_id` is the project that we queried."""

    provider: str
    project_id: str
    id: str
    status: str
    config_id: str
    config_name: str
    evaluators: tuple[Evaluator, ...]
    scores: tuple[Score, ...]
    dataset_id: str
    dataset_name: str
    dataset_version_id: str
    datapoints: int
    created_at: datetime
    updated_at: datetime

    @property
    def takes_status_from_caller(self) -> bool:
        """Whether the contract lets a caller set the status: some evaluator is external or human."""
        return any(evaluator.kind in WAITS_FOR_CALLER for evaluator in self.evaluators)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. Among the first `looked_at` of `total` datapoints, `judged` counts results by evaluator id.

    `done` of them have a result from every evaluator.
    """

    total: int
    looked_at: int
    done: int
    judged: Mapping[str, int]


class Verdict(StrEnum):
    """The result of comparing evaluations. Only `PASS` counts as passed."""

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    NOT_PROVEN = "not proven"
    NOT_AVAILABLE = "not available"


class Doubt(StrEnum):
    """Why a score is not proven or cannot be compared."""

    NOTHING_LIVE = "nothing_live"
    NEVER_RUN = "never_run"
    NOT_JUDGED = "not_judged"
    STILL_RUNNING = "still_running"
    LIVE_NEVER_RUN = "live_never_run"
    OTHER_DATASET = "other_dataset"
    OTHER_EVALUATOR_VERSION = "other_evaluator_version"
    NO_SCORE = "no_score"
    TOO_FEW_DATAPOINTS = "too_few_datapoints"
    NOT_LIVE_AS_ONE = "not_live_as_one"
    UNREADABLE = "unreadable"


class Trend(StrEnum):
    """A candidate's score compared with the live one."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"
    UNCOMPARED = "uncompared"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One evaluator's row: live score, candidate score, and how they compare."""

    evaluator_id: str
    evaluator_name: str
    live: float | None
    candidate: float | None
    trend: Trend
    doubt: Doubt | None = None
    datapoints: int = 0
    measured_at: datetime | None = None
    """When the candidate's evaluation was last updated."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The verdict of the evaluations, and the runs that it is based on."""

    verdict: Verdict
    rows: tuple[Comparison, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    rests_on: tuple[str, ...] = ()
    """Ids of the evaluations that were compared, sorted."""


MINIMUM_DATAPOINTS = 5
"""With fewer datapoints than this a score proves nothing."""

LOWER_IS_BETTER = ("latency", "cost", "error", "hallucination", "toxicity")
"""Words in an evaluator's name that make a lower score the better one under the built-in policy."""


def lower_is_better(evaluator_name: str) -> bool:
    """Whether a smaller score is the better one, by the evaluator's name."""
    name = evaluator_name.casefold()
    return any(word in name for word in LOWER_IS_BETTER)


def weigh(
    evaluations: Iterable[Evaluation] | None,
    *,
    live_config_id: str | None,
    candidate_config_id: str,
    available: bool = True,
    split: bool = False,
) -> Evidence:
    """Compare the newest completed runs of both configs, evaluator by evaluator.

    `evaluations` are the project's; None means they could not be read. `available` is false for a provider without
    evaluations. `split` means that several configs are live. A pass needs at least one comparable evaluator, none of
    them worse, none of them in doubt.
    """
    if not available:
        return Evidence(Verdict.NOT_AVAILABLE)
    if evaluations is None:
        return Evidence(Verdict.NOT_PROVEN, doubts=(Doubt.UNREADABLE,))
    runs = sorted(evaluations, key=lambda run: (run.created_at, run.id), reverse=True)
    candidates = [run for run in runs if run.config_id == candidate_config_id]
    lives = [run for run in runs if live_config_id is not None and run.config_id == live_config_id]
    done = [run for run in candidates if run.status == COMPLETED]
    unfinished = any(run.status in (PENDING, RUNNING) for run in candidates)
    if not done:
        doubt = Doubt.STILL_RUNNING if unfinished else Doubt.NEVER_RUN
        rests = tuple(sorted(run.id for run in candidates if run.status in (PENDING, RUNNING)))
        return Evidence(Verdict.NOT_PROVEN, doubts=(doubt,), rests_on=rests)
    done_lives = [run for run in lives if run.status == COMPLETED]
    rows, used = _rows(done, done_lives)
    doubts = list(dict.fromkeys(row.doubt for row in rows if row.doubt is not None))
    if unfinished and candidates[0].status != COMPLETED:
        doubts.insert(0, Doubt.STILL_RUNNING)
    if split:
        doubts = [Doubt.NOT_LIVE_AS_ONE]
    elif live_config_id is None:
        doubts = [Doubt.NOTHING_LIVE]
    elif not done_lives:
        doubts = [Doubt.LIVE_NEVER_RUN]
    compared = [row for row in rows if row.trend is not Trend.UNCOMPARED]
    if any(row.trend is Trend.WORSE for row in compared):
        verdict = Verdict.FAIL
    elif doubts or not compared:
        verdict = Verdict.NOT_PROVEN
    else:
        verdict = Verdict.PASS
    return Evidence(verdict, tuple(rows), tuple(doubts), tuple(sorted(used)))


def _rows(candidates: list[Evaluation], lives: list[Evaluation]) -> tuple[list[Comparison], set[str]]:
    """One row per evaluator, from the newest run that has it, and the ids of the runs used."""
    rows: list[Comparison] = []
    used: set[str] = set()
    evaluator_ids: set[str] = set()
    for run in candidates:
        for evaluator in run.evaluators:
            if evaluator.id in evaluator_ids:
                continue
            evaluator_ids.add(evaluator.id)
            used.add(run.id)
            live_run = next((live for live in lives if _judges(live, evaluator.id)), None)
            if live_run is not None:
                used.add(live_run.id)
            rows.append(_compare(evaluator, run, live_run))
    for run in lives:
        for evaluator in run.evaluators:
            if evaluator.id not in evaluator_ids:  # it never evaluated the candidate, so proves nothing about it
                evaluator_ids.add(evaluator.id)
                rows.append(_unjudged(evaluator, run))
    return rows, used


def _unjudged(evaluator: Evaluator, live_run: Evaluation) -> Comparison:
    """The row of an evaluator that never judged the candidate."""
    live = _score(live_run, evaluator.id)
    value = live.value if live else None
    return Comparison(evaluator.id, evaluator.name, value, None, Trend.UNCOMPARED, Doubt.NOT_JUDGED)


def _judges(run: Evaluation, evaluator_id: str) -> bool:
    return any(evaluator.id == evaluator_id for evaluator in run.evaluators)


def _score(run: Evaluation | None, evaluator_id: str) -> Score | None:
    if run is None:
        return None
    return next((score for score in run.scores if score.evaluator_id == evaluator_id), None)


def _compare(evaluator: Evaluator, run: Evaluation, live_run: Evaluation | None) -> Comparison:
    candidate, live = _score(run, evaluator.id), _score(live_run, evaluator.id)
    doubt: Doubt | None = None
    if candidate is None or candidate.value is None or not math.isfinite(candidate.value):
        doubt = Doubt.NO_SCORE
    elif run.datapoints < MINIMUM_DATAPOINTS:
        doubt = Doubt.TOO_FEW_DATAPOINTS
    elif live_run is None or live is None or live.value is None or not math.isfinite(live.value):
        doubt = Doubt.LIVE_NEVER_RUN
    elif (run.dataset_id, run.dataset_version_id) != (live_run.dataset_id, live_run.dataset_version_id):
        doubt = Doubt.OTHER_DATASET
    elif candidate.evaluator_version_id != live.evaluator_version_id:
        doubt = Doubt.OTHER_EVALUATOR_VERSION
    trend = Trend.UNCOMPARED
    if doubt is None and candidate and live and candidate.value is not None and live.value is not None:
        gain = candidate.value - live.value
        gain = -gain if lower_is_better(evaluator.name) else gain
        trend = Trend.SAME if math.isclose(gain, 0, abs_tol=1e-9) else Trend.BETTER if gain > 0 else Trend.WORSE
    return Comparison(
        evaluator_id=evaluator.id,
        evaluator_name=evaluator.name,
        live=live.value if live else None,
        candidate=candidate.value if candidate else None,
        trend=trend,
        doubt=doubt,
        datapoints=run.datapoints,
        measured_at=run.updated_at,
    )


_RANK = {Verdict.PASS: 2, Verdict.NOT_AVAILABLE: 2, Verdict.NOT_PROVEN: 1, Verdict.FAIL: 0}


def moved(then: Evidence, now: Evidence) -> bool:
    """Whether an approval based on `then` is void: the verdict got worse, or is based on other evaluations.

    One more datapoint, or a better verdict from the same runs, voids nothing. Evaluations that could be read then and
    cannot be read now do void it.
    """
    if Doubt.UNREADABLE in now.doubts and Doubt.UNREADABLE not in then.doubts:
        return True
    return _RANK[now.verdict] < _RANK[then.verdict] or now.rests_on != then.rests_on
