"""Evidence is not picked: an evaluator that judged only what is live leaves the candidate unproven."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.evaluations import Doubt, Evaluator, Score, Verdict, weigh
from tests.builders import demo_provider


def test_an_evaluator_that_never_judged_the_candidate_leaves_it_not_proven() -> None:
    provider = demo_provider()
    polite = Evaluator("evfn_polite", "Polite enough", "human", "number")
    new = provider.evaluated("support", "config_x", 0.9)
    live = provider.evaluated("support", "config_w", 0.8)
    live = replace(live, evaluators=(*live.evaluators, polite), scores=(*live.scores, Score(polite.id, "evv_1", 0.7)))

    evidence = weigh([new, live], live_config_id=live.config_id, candidate_config_id=new.config_id)

    assert evidence.verdict is Verdict.NOT_PROVEN
    assert evidence.doubts == (Doubt.NOT_JUDGED,)
    assert [(row.evaluator_name, row.live, row.candidate) for row in evidence.rows][-1] == ("Polite enough", 0.7, None)


def test_an_evaluator_of_the_live_config_without_a_score_is_named_all_the_same() -> None:
    provider = demo_provider()
    new = provider.evaluated("support", "config_x", 0.9)
    live = provider.evaluated("support", "config_w", 0.8)
    other = Evaluator("evfn_other", "Other", "python", "boolean")
    live = replace(live, evaluators=(*live.evaluators, other))

    evidence = weigh([new, live], live_config_id=live.config_id, candidate_config_id=new.config_id)

    assert evidence.rows[-1].live is None
    assert evidence.verdict is Verdict.NOT_PROVEN


def test_other_evaluators_on_either_side_are_told_both_ways() -> None:
    provider = demo_provider()
    latency = Evaluator("evfn_latency", "Latency", "python", "number")
    new = provider.evaluated("support", "config_x", 0.9)
    live = provider.evaluated("support", "config_w", 0.8, evaluators=(latency,))

    evidence = weigh([new, live], live_config_id=live.config_id, candidate_config_id=new.config_id)

    assert evidence.verdict is Verdict.NOT_PROVEN
    assert evidence.doubts == (Doubt.LIVE_NEVER_RUN, Doubt.NOT_JUDGED)
