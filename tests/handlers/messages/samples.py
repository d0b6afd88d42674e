"""Memorable data for the words: one project, three environments, four people."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.actors import Actor, Place, Standing
from bot.domain.changes import ApprovalSnapshot, AuditEntry, Change, Decision, Event, Kind, RuleMark, Say, State
from bot.domain.contents import Content, Message
from bot.domain.errors import Code, Fault, Problem, Reason, ResolvableBy
from bot.domain.evaluations import Comparison, Doubt, Evaluation, Evaluator, Evidence, Score, Trend, Verdict
from bot.domain.live_state import LiveState, One
from bot.domain.names import Config, Environment, Project

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

ADA = Actor("T0ACORN", "T0ACORN", "U0ADA", "Ada Ibarra", Standing.MEMBER)
RAVI = Actor("T0ACORN", "T0ACORN", "U0RAVI", "Ravi Menon", Standing.MEMBER)
MIRA = Actor("T0ACORN", "T0ACORN", "U0MIRA", "Mira Okafor", Standing.MEMBER)
PLACE = Place("T0ACORN", "T0ACORN", "C0DEPLOYS")

PROJECT = Project("humanloop", "pr_1", "Refund triage")
PRODUCTION = Environment("humanloop", "env_1", "production", is_default=True)
STAGING = Environment("humanloop", "env_2", "staging")
OLD = Config("humanloop", "pr_1", "config_1", "config_w", "config_1")
NEW = Config("humanloop", "pr_1", "config_2", "config_x", "config_2")

OLD_CONTENT = Content(
    messages=(
        Message("system", "You sort refund requests for {{company}}. Be brief. Never promise money."),
        Message("user", "{{request}}"),
    ),
    model="gpt-4o-mini",
    vendor="openai",
    parameters={"temperature": 0.2, "max_tokens": 256},
)
NEW_CONTENT = Content(
    messages=(
        Message("system", "You sort refund requests with care. Be brief and kind. Never promise money."),
        Message("user", "{{request}}\nOrder: {{order}}"),
    ),
    model="gpt-4o",
    vendor="openai",
    parameters={"temperature": 0.7, "max_tokens": 256},
)

PASS = Evidence(
    Verdict.PASS,
    (
        Comparison("e1", "accuracy", 0.81, 0.86, Trend.BETTER, None, 120, NOW - 2 * DAY),
        Comparison("e2", "latency", 1.4, 1.4, Trend.SAME, None, 120, NOW - 2 * DAY),
    ),
    (),
    ("ev_1", "ev_2"),
)
FAIL = Evidence(
    Verdict.FAIL,
    (
        Comparison("e1", "accuracy", 0.81, 0.86, Trend.BETTER, None, 120, NOW - 2 * DAY),
        Comparison("e3", "toxicity", 0.01, 0.04, Trend.WORSE, None, 120, NOW - 2 * DAY),
        Comparison("e4", "tone", None, 0.9, Trend.UNCOMPARED, Doubt.LIVE_NEVER_RUN, 120, None),
    ),
)
NOT_PROVEN = Evidence(Verdict.NOT_PROVEN, (), (Doubt.STILL_RUNNING,), ("ev_3",))
NOT_AVAILABLE = Evidence(Verdict.NOT_AVAILABLE)

REASON = Reason(Code.TARGET_CHANGED)
PROBLEM = Problem(
    Fault.TIMED_OUT, "humanloop", "making config_x live in production", 504, "upstream timed out", None, "r-7f3k2q"
)

SEEN = ApprovalSnapshot(
    base=LiveState(One("config_1", "config_1", "config_w")),
    rule=RuleMark("built-in/one-approval", 1),
    evidence=PASS,
    base_config=OLD,
    base_content=OLD_CONTENT,
    target_content=NEW_CONTENT,
)


def change(**fields: Any) -> Change:
    """Ada's wish to deploy config_x to production."""
    standard = Change(
        id="01K9ZZZZZZZZZZZZZZZZZZZZZZ",
        number=142,
        kind=Kind.DEPLOY,
        state=State.WAITING,
        project=PROJECT,
        environment=PRODUCTION,
        target=NEW,
        requester=ADA,
        origin=PLACE,
        seen=SEEN,
        created_at=NOW - HOUR,
        updated_at=NOW - HOUR,
        because="the old one loops on partial refunds",
        expires_at=NOW + 23 * HOUR,
    )
    return replace(standard, **fields)


def in_state(state: State) -> Change:
    """The same with everything that a change in this state carries."""
    fields: dict[str, Any] = {"state": state}
    if state in (State.REFUSED, State.VOID):
        fields["reasons"] = (REASON,)
    if state in (State.FAILED, State.UNKNOWN):
        fields["problem"] = PROBLEM
    if state is State.APPLIED:
        fields["applied_at"] = NOW
    return change(**fields)


def decision(actor: Actor, say: Say = Say.APPROVE, comment: str = "") -> Decision:
    """One person's word on it."""
    return Decision("01K9ZZZZZZZZZZZZZZZZZZZZZZ", actor, say, NOW, comment)


def entry(event: Event, actor: Actor | None = None, **facts: str) -> AuditEntry:
    """One line of its history."""
    return AuditEntry("01K9AUDIT", NOW, event, "01K9ZZZZZZZZZZZZZZZZZZZZZZ", actor, facts)


def reason(code: Code, resolvable_by: ResolvableBy = ResolvableBy.REQUESTER, **facts: Any) -> Reason:
    """A reason with its facts."""
    return Reason(code, resolvable_by, facts)


def evaluation(**fields: Any) -> Evaluation:
    """An evaluation that waits for people."""
    standard = Evaluation(
        provider="humanloop",
        project_id="pr_1",
        id="ev_7",
        status="running",
        config_id="config_2",
        config_name="config_x",
        evaluators=(
            Evaluator("e1", "accuracy", "python", "boolean"),
            Evaluator("e5", "tone of voice", "human", "select"),
        ),
        scores=(Score("e1", "e1v1", 0.86),),
        dataset_id="ds_1",
        dataset_name="refunds 2026",
        dataset_version_id="dsv_1",
        datapoints=120,
        created_at=NOW - 3 * DAY,
        updated_at=NOW - 3 * DAY,
    )
    return replace(standard, **fields)
