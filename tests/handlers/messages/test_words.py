from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import Any

import pytest

from bot.domain.changes import Event, Kind, State
from bot.domain.errors import Code, Fault, Problem, Reason, ResolvableBy
from bot.domain.evaluations import Comparison, Doubt, Evidence, Trend, Verdict
from bot.domain.live_state import LiveState, Nothing, Off, One, Split
from bot.domain.names import Environment
from bot.domain.times import Due
from bot.grammar import language
from handlers.messages import phrases, reasons, refusals, words
from handlers.messages.errors import FIELD_PROBLEMS, MISUNDERSTANDINGS
from tests.handlers.messages.samples import FAIL, NOT_AVAILABLE, NOT_PROVEN, NOW, PASS, STAGING, change, reason

TABLES: list[tuple[type[StrEnum], dict[Any, Any]]] = [
    (State, words.STATES),
    (State, words.ENDINGS),
    (Code, reasons.REASONS),
    (ResolvableBy, refusals.WHO_CAN_HELP),
    (Fault, words.FAULTS),
    (Verdict, words.VERDICTS),
    (Doubt, words.DOUBTS),
    (Trend, words.TRENDS),
    (Event, words.EVENTS),
    (Kind, words.REQUESTS),
]


@pytest.mark.parametrize(("members", "table"), TABLES, ids=lambda each: getattr(each, "__name__", "words"))
def test_every_member_of_a_closed_list_has_words(members: type[StrEnum], table: dict[Any, Any]) -> None:
    assert set(table) == set(members)


def all_words() -> list[str]:
    found: list[str] = []
    for table in [*(table for _, table in TABLES), MISUNDERSTANDINGS, FIELD_PROBLEMS]:
        for value in table.values():
            match value:
                case tuple():
                    found += value
                case words.StateWords():
                    found.append(value.title)
                case _:
                    found.append(value)
    return found


def test_no_words_shout_or_blame() -> None:
    for said in all_words():
        assert "!" not in said
        assert not re.search(r"\b(you must|failed to|illegal|please)\b", said, re.IGNORECASE)


def test_no_words_send_people_to_a_line_that_cannot_be_done_yet() -> None:
    unbuilt = [line.key for line in language().lines if not line.ready]
    pointed_at = [span for said in all_words() for span in re.findall("`([^`]+)`", said)]
    assert pointed_at
    for span in pointed_at:
        assert not any(span == key or span.startswith(f"{key} ") for key in unbuilt), span


@pytest.mark.parametrize("code", Code)
def test_a_reason_without_facts_reads_well(code: Code) -> None:
    said = f"{refusals.why(Reason(code))} {refusals.remedy(Reason(code))}"
    assert "{" not in said
    assert "  " not in said
    assert said[0].isupper()


def test_reasons_are_filled_with_their_facts() -> None:
    assert refusals.why(reason(Code.OPEN_CHANGE, change="01ABC", number=7)).startswith("`ch-7` is open")
    assert "`withdraw ch-7`" in refusals.remedy(reason(Code.OPEN_CHANGE, change="01ABC", number=7))
    assert refusals.why(reason(Code.OTHER_PROJECT, config="config_x", project="Triage")) == (
        "`config_x` does not belong to `Triage`."
    )
    assert "waiting for approval (by <@U0RAVI>)." in refusals.why(
        reason(Code.TOO_LATE, state="waiting for approval", by="U0RAVI")
    )
    assert "now: `merged`." in refusals.why(reason(Code.TOO_LATE, state="merged"))
    assert "in the built-in rule" in refusals.why(reason(Code.QUORUM_INVALID, rule="built-in/one-approval"))
    assert "`running` can't become `done`" in refusals.why(reason(Code.STATUS_FORBIDS, status="running", wanted="done"))
    assert "too few approvals count: 1 of 2." in refusals.why(reason(Code.APPROVER_LOST, have=1, need=2))


@pytest.mark.parametrize("code", refusals.ABOUT_REQUESTER)
def test_who_asked_is_you_to_themselves_and_has_a_name_for_others(code: Code) -> None:
    one = reason(code)
    own, others = f"{refusals.why(one)} {refusals.remedy(one)}", refusals.why(one, of=change())
    assert "<@U0ADA>" not in own
    assert "<@U0ADA>" in others
    assert "asked for didn't run" in others
    assert "scheduled didn't run" in refusals.why(one, of=change(due=Due(NOW, "at 9:00", "UTC")))
    assert refusals.remedy(one, of=change()) != refusals.remedy(one)


def test_a_rule_that_changed_is_said_in_words() -> None:
    said = refusals.why(Reason(Code.RULE_CHANGED, facts={"was": "built-in/one-approval", "is": "two"}))
    assert "Before: the built-in rule: one approval by another full member. Now: the rule `two`" in said
    assert refusals.why(reason(Code.RULE_CHANGED)) == (
        "The approval rule has changed. Before: another one. Now: a different one."
    )


def test_a_reason_begins_with_a_capital_letter_whatever_fact_it_begins_with() -> None:
    assert refusals.why(reason(Code.OPEN_CHANGE)).startswith("Another change is open")
    assert refusals.why(reason(Code.PROVIDER_CANNOT, noun="AI Config", provider="shop", done="made")) == (
        "AI Configs in `shop` can't be made from here."
    )


def test_facts_of_a_reason_are_inert() -> None:
    said = refusals.why(reason(Code.OTHER_PROJECT, config="`<!channel>`", project="*P*"))
    assert said == "`'&lt;!channel&gt;'` does not belong to `*P*`."


@pytest.mark.parametrize("fault", Fault)
def test_a_fault_says_who_did_what_and_what_to_do(fault: Fault) -> None:
    problem = Problem(fault, "humanloop", "reading what is live")
    assert words.fault(problem).endswith(".")
    assert words.remedy_of(problem).endswith(".")
    own = fault is Fault.OWN_DATABASE
    assert words.fault(problem).startswith("I couldn't save that: my database" if own else "`humanloop`")


def test_a_fault_names_its_status_and_does_without_a_provider() -> None:
    assert words.fault(Problem(Fault.UNAVAILABLE, "", "reading", 503)) == (
        "The provider is having problems (HTTP 503)."
    )


def test_the_time_that_a_provider_asks_for_is_said() -> None:
    limited = Problem(Fault.RATE_LIMITED, "humanloop", "reading", retry_after=90)
    assert words.remedy_of(limited) == "Try again in 1 minute and 30 seconds."
    assert words.remedy_of(replace(limited, retry_after=None)) == "Try again in a minute."


def test_a_failed_change_says_what_it_left_behind() -> None:
    assert "nobody asked for" in words.effect(Problem(Fault.OTHER_MOVED, "humanloop", "sending"))
    assert "what is live did not change" in words.effect(Problem(Fault.TIMED_OUT, "humanloop", "sending"))


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        (PASS, "*Evaluations: pass.* No evaluator scores it worse than what is live."),
        (FAIL, "*Evaluations: fail.* It scores worse on `toxicity` than what is live."),
        (NOT_PROVEN, "*Evaluations: not proven.* Why: an evaluation of the new config is still running."),
        (Evidence(Verdict.NOT_PROVEN), "*Evaluations: not proven.* Why: no evaluator could be compared."),
        (NOT_AVAILABLE, "*Evaluations: not available.* `humanloop` keeps no evaluations."),
    ],
)
def test_a_verdict_is_one_line(evidence: Evidence, said: str) -> None:
    assert phrases.verdict(evidence, "humanloop") == said


@pytest.mark.parametrize(
    ("served", "said"),
    [
        (None, "unreadable"),
        (LiveState(Nothing()), "nothing"),
        (LiveState(Off()), "switched off"),
        (LiveState(One("config_1", "v", "config_w")), "`config_w`"),
        (LiveState(One("config_1", "v")), "`config_1`"),
        (LiveState(Split((("a", 70_000), ("b", 30_000)))), "split: `a` 70 %, `b` 30 %"),
        (LiveState(One("config_1", "v", "config_w"), 1), "`config_w` (1 rule overrides it)"),
        (LiveState(Nothing(), 2), "nothing (2 rules override it)"),
    ],
)
def test_what_is_live_in_words(served: LiveState | None, said: str) -> None:
    assert phrases.served(served) == said


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Kind.DEPLOY, "deploy `config_x` of `Refund triage` to `production`"),
        (Kind.PROMOTE, "promote `config_x` of `Refund triage` from `staging` to `production`"),
        (Kind.ROLLBACK, "roll `Refund triage` in `production` back to `config_x`"),
        (Kind.UNDO, "undo the last change of `Refund triage` in `production`, back to `config_x`"),
        (Kind.DEACTIVATE, "deactivate `Refund triage` in `production`"),
    ],
)
def test_a_wish_says_what_is_wanted(kind: Kind, said: str) -> None:
    assert phrases.change_request(change(kind=kind, source=STAGING)) == said


def test_a_wish_without_its_source_or_target_still_reads() -> None:
    assert "from another environment to" in phrases.change_request(change(kind=Kind.PROMOTE))
    assert phrases.change_request(change(kind=Kind.ROLLBACK, target=Nothing())).endswith("back to nothing")


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"kind": Kind.DEPLOY}, 'deploy "config_x" of "Refund triage" to "production"'),
        ({"kind": Kind.PROMOTE, "source": STAGING}, 'promote "Refund triage" from staging to production'),
        ({"kind": Kind.DEACTIVATE, "target": Nothing()}, 'deactivate "Refund triage" in production'),
        ({"kind": Kind.UNDO, "target": Nothing()}, 'deactivate "Refund triage" in production'),
        ({"kind": Kind.ROLLBACK}, 'rollback "Refund triage" in production to config_x'),
    ],
)
def test_the_line_that_asks_anew_can_be_typed(fields: dict[str, Any], line: str) -> None:
    assert phrases.again(change(**fields)).replace('"', "") == line.replace('"', "")


@pytest.mark.parametrize(
    ("identifier", "said"),
    [
        ("built-in/one-approval", "the built-in rule: one approval by another full member"),
        ("checkout/production", "the rule `checkout/production` of the policy file"),
    ],
)
def test_rules_are_said_in_words(identifier: str, said: str) -> None:
    assert words.rule(identifier) == said
    assert words.rule(f"{identifier}/undo-grace").endswith(f"({said})")


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, "–"), (float("nan"), "–"), (0.5, "0.5"), (0.8125, "0.812"), (1234.5, "1,234.5"), (3e9, "3e+09"), (0, "0")],
)
def test_scores_are_short(value: float | None, said: str) -> None:
    assert phrases.score(value) == said


@pytest.mark.parametrize(
    ("live", "new", "said"),
    [
        (0.8, 0.85, "+0.05"),
        (0.85, 0.8, "−0.05"),
        (0.8, 0.8, "0"),
        (0.8, 0.8002, "+0.0002"),
        (None, 0.8, "–"),
        (0.8, None, "–"),
        (float("inf"), 0.8, "–"),
    ],
)
def test_differences_have_a_sign(live: float | None, new: float | None, said: str) -> None:
    assert phrases.difference(live, new) == said


def test_a_comparison_says_better_or_worse_or_why_not() -> None:
    row = Comparison("e", "accuracy", 0.8, 0.9, Trend.BETTER)
    assert phrases.comparison(row) == "better"
    assert phrases.comparison(replace(row, doubt=Doubt.OTHER_DATASET)) == "measured on different datasets"


def test_small_helpers_count_list_and_measure() -> None:
    assert words.counted(1, "approval") == "1 approval"
    assert words.counted(2_000, "approval") == "2,000 approvals"
    assert words.some(["a", "b", "c"], 2) == "a, b and 1 more"
    assert words.span(timedelta(days=3, hours=5)) == "3 days"
    assert words.span(timedelta(seconds=-5)) == "a moment"


def test_what_was_live_is_named_by_its_config_or_by_what_was_served() -> None:
    assert phrases.base(change()) == "`config_w`"
    bare = change(seen=replace(change().seen, base=LiveState(Nothing()), base_config=None))
    assert phrases.base(bare) == "nothing"


def test_who_approves_follows_the_rule() -> None:
    mark = change().seen.rule
    assert phrases.who_approves(mark).endswith("except the person who asked.")
    assert phrases.who_approves(replace(mark, requester_may_approve=True)).endswith("including the person who asked.")


def test_an_environment_name_with_braces_is_no_template() -> None:
    odd = Environment("humanloop", "env_9", "{target}")
    assert phrases.change_request(change(environment=odd)).endswith("to `{target}`")
