"""Four honest verdicts: only a pass is a pass."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.evaluations import Doubt, Evaluation, Evaluator, Evidence, Score, Trend, Verdict, moved, weigh
from tests import strategies

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ACCURACY = Evaluator("evfn_1", "accuracy", "python", "boolean")
LATENCY = Evaluator("evfn_2", "Latency (ms)", "python", "number")


def run(id: str, config: str, score: float | None = 0.9, **different: Any) -> Evaluation:  # noqa: A002 - named as the field
    """A completed run of accuracy over twenty datapoints."""
    values: dict[str, Any] = {
        "provider": "humanloop",
        "project_id": "pr_1",
        "id": id,
        "status": "completed",
        "config_id": config,
        "config_name": config,
        "evaluators": (ACCURACY,),
        "scores": (Score("evfn_1", "v1", score),),
        "dataset_id": "evts_1",
        "dataset_name": "refunds",
        "dataset_version_id": "evts_1@1",
        "datapoints": 20,
        "created_at": NOON,
        "updated_at": NOON,
    }
    return Evaluation(**(values | different))


LIVE = run("ev_live", "old", 0.8)


def weighed(*runs: Evaluation, **different: Any) -> Evidence:
    asked: dict[str, Any] = {"live_config_id": "old", "candidate_config_id": "new"}
    return weigh(runs, **(asked | different))


def test_better_on_the_same_ground_is_a_pass() -> None:
    found = weighed(LIVE, run("ev_new", "new"))
    assert found.verdict is Verdict.PASS
    assert found.rests_on == ("ev_live", "ev_new")
    (row,) = found.rows
    assert (row.live, row.candidate, row.trend, row.datapoints, row.measured_at) == (0.8, 0.9, Trend.BETTER, 20, NOON)


@pytest.mark.parametrize(
    ("score", "trend", "verdict"),
    [
        (0.9, Trend.BETTER, Verdict.PASS),
        (0.8 + 1e-12, Trend.SAME, Verdict.PASS),
        (0.79, Trend.WORSE, Verdict.FAIL),
    ],
)
def test_as_good_is_a_pass_and_worse_fails(score: float, trend: Trend, verdict: Verdict) -> None:
    found = weighed(LIVE, run("ev_new", "new", score))
    assert (found.rows[0].trend, found.verdict) == (trend, verdict)


def test_a_lower_latency_is_the_better_one() -> None:
    slow, fast = (
        run(name, config, evaluators=(LATENCY,), scores=(Score("evfn_2", "v1", value),))
        for name, config, value in (("ev_live", "old", 900.0), ("ev_new", "new", 300.0))
    )
    assert weighed(slow, fast).rows[0].trend is Trend.BETTER


@pytest.mark.parametrize(
    ("candidate", "live", "doubt"),
    [
        ({"score": None}, {}, Doubt.NO_SCORE),
        ({"score": math.nan}, {}, Doubt.NO_SCORE),
        ({"scores": ()}, {}, Doubt.NO_SCORE),
        ({"datapoints": 4}, {}, Doubt.TOO_FEW_DATAPOINTS),
        ({}, {"score": None}, Doubt.LIVE_NEVER_RUN),
        ({}, {"score": math.inf}, Doubt.LIVE_NEVER_RUN),
        ({}, {"scores": ()}, Doubt.LIVE_NEVER_RUN),
        ({}, {"dataset_version_id": "evts_1@2"}, Doubt.OTHER_DATASET),
        ({}, {"dataset_id": "evts_2"}, Doubt.OTHER_DATASET),
        ({}, {"scores": (Score("evfn_1", "v2", 0.1),)}, Doubt.OTHER_EVALUATOR_VERSION),
    ],
)
def test_what_cannot_be_compared_proves_nothing_and_says_why(
    candidate: dict[str, Any], live: dict[str, Any], doubt: Doubt
) -> None:
    found = weighed(run("ev_live", "old", **live), run("ev_new", "new", **candidate))
    assert found.verdict is Verdict.NOT_PROVEN
    assert found.doubts == (doubt,)
    assert found.rows[0].trend is Trend.UNCOMPARED


@pytest.mark.parametrize(
    ("runs", "different", "doubt"),
    [
        ([LIVE], {}, Doubt.NEVER_RUN),
        ([LIVE, run("ev_new", "new", status="cancelled")], {}, Doubt.NEVER_RUN),
        ([LIVE, run("ev_new", "new", status="running")], {}, Doubt.STILL_RUNNING),
        ([LIVE, run("ev_new", "new", status="pending")], {}, Doubt.STILL_RUNNING),
        ([run("ev_new", "new")], {}, Doubt.LIVE_NEVER_RUN),
        ([run("ev_new", "new")], {"live_config_id": None}, Doubt.NOTHING_LIVE),
        ([LIVE, run("ev_new", "new")], {"live_config_id": None, "split": True}, Doubt.NOT_LIVE_AS_ONE),
    ],
)
def test_what_is_missing_proves_nothing(runs: list[Evaluation], different: dict[str, Any], doubt: Doubt) -> None:
    found = weighed(*runs, **different)
    assert found.verdict is Verdict.NOT_PROVEN
    assert found.doubts == (doubt,)


def test_a_run_without_evaluators_proves_nothing() -> None:
    assert weighed(LIVE, run("ev_new", "new", evaluators=())).verdict is Verdict.NOT_PROVEN


def test_a_newer_run_that_is_not_finished_casts_doubt_on_an_older_pass() -> None:
    newer = run("ev_newer", "new", status="running", created_at=NOON + timedelta(hours=1))
    found = weighed(LIVE, run("ev_new", "new"), newer)
    assert (found.verdict, found.doubts) == (Verdict.NOT_PROVEN, (Doubt.STILL_RUNNING,))
    older = replace(newer, created_at=NOON - timedelta(hours=1))
    assert weighed(LIVE, run("ev_new", "new"), older).verdict is Verdict.PASS


def test_the_newest_run_of_an_evaluator_counts() -> None:
    newer = run("ev_newer", "new", 0.1, created_at=NOON + timedelta(hours=1))
    found = weighed(LIVE, run("ev_new", "new"), newer)
    assert (found.verdict, found.rests_on) == (Verdict.FAIL, ("ev_live", "ev_newer"))


def test_unreadable_and_not_kept_are_two_things() -> None:
    unreadable = weigh(None, live_config_id="old", candidate_config_id="new")
    assert (unreadable.verdict, unreadable.doubts) == (Verdict.NOT_PROVEN, (Doubt.UNREADABLE,))
    assert weigh(None, live_config_id="old", candidate_config_id="new", available=False).verdict is (
        Verdict.NOT_AVAILABLE
    )


@given(st.lists(strategies.evaluations, max_size=5), st.booleans(), st.booleans())
def test_weighs_whatever_a_provider_answers_and_a_pass_has_no_doubt(
    runs: list[Evaluation], split: bool, nothing: bool
) -> None:
    ids = [one.config_id for one in runs] or [""]
    found = weigh(runs, live_config_id=None if nothing else ids[0], candidate_config_id=ids[-1], split=split)
    assert list(found.rests_on) == sorted(set(found.rests_on))
    if found.verdict is Verdict.PASS:
        assert not found.doubts
        assert found.rows
        assert all(row.trend in (Trend.BETTER, Trend.SAME) for row in found.rows)


def test_an_approval_holds_until_the_verdict_worsens_or_rests_on_other_runs() -> None:
    then = Evidence(Verdict.NOT_PROVEN, rests_on=("ev_1",))
    assert not moved(then, then)
    assert not moved(then, replace(then, verdict=Verdict.PASS))
    assert not moved(then, replace(then, doubts=(Doubt.NO_SCORE,)))
    assert moved(then, replace(then, verdict=Verdict.FAIL))
    assert moved(then, replace(then, verdict=Verdict.PASS, rests_on=("ev_1", "ev_2")))


@pytest.mark.parametrize(("kind", "takes"), [("human", True), ("external", True), ("python", False), ("llm", False)])
def test_only_runs_that_wait_for_somebody_take_a_status(kind: str, takes: bool) -> None:
    assert run("ev", "new", evaluators=(ACCURACY, replace(ACCURACY, kind=kind))).takes_status_from_caller is takes
