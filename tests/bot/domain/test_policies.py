"""May they? Every rule of the one place that answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.actors import Actor, Standing
from bot.domain.changes import RESTORES, ApprovalSnapshot, Decision, Kind, RuleMark, Say, State
from bot.domain.errors import Code, Reason, ResolvableBy
from bot.domain.evaluations import Evaluation, Evaluator, Evidence, Verdict
from bot.domain.facts import (
    Allowed,
    Answer,
    Application,
    Denied,
    Facts,
    Lookup,
    NeedsApproval,
    OpenChange,
    Request,
    Rule,
    Settlement,
    StatusUpdate,
    Undone,
    Vote,
    Withdrawal,
    built_in_rule,
)
from bot.domain.live_state import NOTHING, LiveState, Nothing, Off, One, Split
from bot.domain.names import Config, Environment
from bot.domain.policies import decide
from tests import strategies
from tests.bot.store.builders import ADA, MINUTE, MIRA, NOON, PRODUCTION, RAVI, STAGING, TRIAGE

ONE_APPROVAL = Rule("built-in/one-approval", 1)
OPEN = Rule("built-in/open-environment", 0, open=True)
CONFIG_X = Config("humanloop", "pr_triage", "config_x", "triage v3", "v1")
OLD = LiveState(One("config_old", "v1"))
X = LiveState(One("config_x", "v1"))
PROVEN = Evidence(Verdict.PASS, rests_on=("ev_1",))


def codes(answer: Answer) -> list[Code]:
    """The codes of a refusal; empty for anything else."""
    return [reason.code for reason in answer.reasons] if isinstance(answer, Denied) else []


def request(**different: Any) -> Request:
    """Ada would deploy config_x to production."""
    values: dict[str, Any] = {
        "kind": Kind.DEPLOY,
        "actor": ADA,
        "project": TRIAGE,
        "environment": PRODUCTION,
        "target": CONFIG_X,
        "served": OLD,
        "rule": ONE_APPROVAL,
        "now": NOON,
    }
    return Request(**(values | different))


def vote(**different: Any) -> Vote:
    """Ravi would approve what Ada asked for."""
    values: dict[str, Any] = {
        "say": Say.APPROVE,
        "actor": RAVI,
        "requester": ADA,
        "state": State.WAITING,
        "rule": ONE_APPROVAL.mark(),
        "decisions": (),
        "expires_at": NOON + MINUTE,
        "now": NOON,
    }
    return Vote(**(values | different))


def application(**different: Any) -> Application:
    """Ravi approved, and nothing moved since."""
    values: dict[str, Any] = {
        "kind": Kind.DEPLOY,
        "requester": ADA,
        "seen": ApprovalSnapshot(OLD, ONE_APPROVAL.mark(), PROVEN),
        "target": CONFIG_X,
        "target_version": "v1",
        "environment": PRODUCTION,
        "served": OLD,
        "rule": ONE_APPROVAL,
        "evidence": PROVEN,
        "approvers": (RAVI,),
        "asked_at": NOON,
    }
    return Application(**(values | different))


def said(actor: Actor, say: Say = Say.APPROVE) -> Decision:
    return Decision("ch-a", actor, say, NOON)


# the built-in rule


@pytest.mark.parametrize("name", ["development", "dev", "test", "staging", "sandbox", " Staging ", "DEV"])
def test_environments_for_trying_out_are_open(name: str) -> None:
    rule = built_in_rule(TRIAGE, Environment("humanloop", "env", name))
    assert (rule.approvals, rule.open) == (0, True)


@pytest.mark.parametrize(
    "environment",
    [
        Environment("humanloop", "env", "production"),
        Environment("humanloop", "env", "staging-eu"),
        Environment("humanloop", "env", ""),
        Environment("humanloop", "env", "dev", is_default=True),
        Environment("humanloop", "env", "dev", is_critical=True),
    ],
)
def test_every_other_environment_needs_one_approval(environment: Environment) -> None:
    assert built_in_rule(TRIAGE, environment) == ONE_APPROVAL


# asking


def test_a_deploy_to_production_needs_an_approval() -> None:
    assert decide(request()) == NeedsApproval(ONE_APPROVAL.mark(), have=0, need=1)


def test_a_deploy_to_an_open_environment_is_allowed() -> None:
    assert decide(request(rule=OPEN, environment=STAGING)) == Allowed(OPEN.mark())


@pytest.mark.parametrize(
    ("standing", "code"),
    [
        (Standing.GUEST, Code.GUEST),
        (Standing.BOT, Code.BOT),
        (Standing.DEACTIVATED, Code.DEACTIVATED),
        (Standing.STRANGER, Code.STRANGER),
        (Standing.UNKNOWN, Code.PERSON_UNREADABLE),
    ],
)
def test_only_a_full_member_has_a_say(standing: Standing, code: Code) -> None:
    evaluation = running()
    nobody = replace(RAVI, standing=standing)
    for facts in (
        request(actor=nobody, rule=OPEN),
        vote(actor=nobody),
        Withdrawal(nobody, nobody, State.WAITING),
        application(requester=replace(ADA, standing=standing)),
        StatusUpdate(nobody, evaluation, "completed"),
        Settlement(nobody, State.UNKNOWN),
    ):
        assert codes(decide(facts)) == [code]


@pytest.mark.parametrize("standing", Standing)
def test_members_and_guests_may_look(standing: Standing) -> None:
    looks = isinstance(decide(Lookup(replace(ADA, standing=standing))), Allowed)
    assert looks is (standing in (Standing.MEMBER, Standing.GUEST))


@pytest.mark.parametrize(
    ("different", "code"),
    [
        ({"served": None}, Code.SERVED_UNREADABLE),
        ({"rule": None}, Code.RULE_UNREADABLE),
        ({"rule": Rule("bad", 0)}, Code.QUORUM_INVALID),
        ({"rule": Rule("bad", -1)}, Code.QUORUM_INVALID),
        ({"rule": Rule("bad", -1, open=True)}, Code.QUORUM_INVALID),
        ({"rule": replace(ONE_APPROVAL, reason_required=True)}, Code.REASON_REQUIRED),
        ({"rule": replace(ONE_APPROVAL, reason_required=True), "because": "  "}, Code.REASON_REQUIRED),
        ({"served": X}, Code.ALREADY_LIVE),
        ({"target": replace(CONFIG_X, project_id="pr_other")}, Code.OTHER_PROJECT),
        ({"target": replace(CONFIG_X, provider="registry")}, Code.OTHER_PROJECT),
        ({"target": Nothing(), "kind": Kind.DEACTIVATE, "served": NOTHING}, Code.NOTHING_LIVE),
        ({"target": Nothing(), "kind": Kind.DEACTIVATE, "served": LiveState(Off())}, Code.NOTHING_LIVE),
        ({"target": Nothing(), "kind": Kind.DEACTIVATE, "served": None}, Code.SERVED_UNREADABLE),
        ({"undone": Undone(ADA.key, frozenset(), NOON, on_top=True), "kind": Kind.UNDO}, Code.NOT_LAST),
    ],
)
def test_refuses_a_request_with_its_reason(different: dict[str, Any], code: Code) -> None:
    assert codes(decide(request(**different))) == [code]


def test_a_reason_that_is_given_is_enough() -> None:
    asked = request(rule=replace(ONE_APPROVAL, reason_required=True), because="new refund rules")
    assert isinstance(decide(asked), NeedsApproval)


def test_another_content_of_the_same_config_can_be_deployed() -> None:
    assert isinstance(decide(request(served=LiveState(One("config_x", "v0")))), NeedsApproval)


SPLIT = LiveState(Split((("a", 50_000), ("b", 50_000))))
OTHER_SPLIT = LiveState(Split((("a", 90_000), ("b", 10_000))))
EXPERIMENT = Reason(Code.EXPERIMENT_RUNNING, ResolvableBy.OPERATOR)


@pytest.mark.parametrize("kind", Kind)
def test_weights_that_somebody_set_are_given_up_knowingly_these_and_no_others(kind: Kind) -> None:
    target = Nothing() if kind is Kind.DEACTIVATE else CONFIG_X
    facts = request(kind=kind, target=target, served=SPLIT)
    says_itself = kind is Kind.UNDO
    assert codes(decide(facts)) == ([] if says_itself else [Code.SPLIT_LIVE])
    assert codes(decide(replace(facts, drops=OTHER_SPLIT.fingerprint()))) == codes(decide(facts))
    assert isinstance(decide(replace(facts, drops=SPLIT.fingerprint())), NeedsApproval)


def test_what_hinders_at_the_provider_is_told_and_nothing_is_asked_beside_it() -> None:
    assert codes(decide(request(served=SPLIT, blockers=(EXPERIMENT,)))) == [Code.EXPERIMENT_RUNNING]
    assert codes(decide(application(blockers=(EXPERIMENT,)))) == [Code.EXPERIMENT_RUNNING]


def test_what_is_archived_is_not_deployed() -> None:
    assert codes(decide(request(target=replace(CONFIG_X, is_archived=True)))) == [Code.ARCHIVED]


def test_weights_are_put_back_unless_they_are_what_is_live() -> None:
    assert isinstance(SPLIT.live, Split)
    facts = request(kind=Kind.UNDO, target=SPLIT.live)
    assert isinstance(decide(facts), NeedsApproval)
    assert codes(decide(replace(facts, served=SPLIT))) == [Code.ALREADY_LIVE]
    assert codes(decide(replace(facts, served=None))) == [Code.SERVED_UNREADABLE]


def test_names_every_reason_at_once() -> None:
    refused = request(
        actor=replace(ADA, standing=Standing.GUEST),
        served=X,
        rule=Rule("bad", 0, reason_required=True),
        open_change=OpenChange("ch-0", 7, Kind.DEPLOY, State.APPLYING),
    )
    found = codes(decide(refused))
    assert found == [Code.GUEST, Code.ALREADY_LIVE, Code.QUORUM_INVALID, Code.OPEN_CHANGE, Code.REASON_REQUIRED]


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("state", [State.WAITING, State.APPROVED, State.AT_PROVIDER, State.APPLYING, State.UNKNOWN])
def test_an_open_change_gives_way_only_to_what_restores_and_only_before_it_begins(kind: Kind, state: State) -> None:
    target = Nothing() if kind is Kind.DEACTIVATE else CONFIG_X
    answer = decide(request(kind=kind, target=target, open_change=OpenChange("ch-0", 7, Kind.DEPLOY, state)))
    gives_way = kind in RESTORES and state in (State.WAITING, State.APPROVED)
    assert codes(answer) == ([] if gives_way else [Code.OPEN_CHANGE])


@pytest.mark.parametrize(
    ("actor", "after", "needs"),
    [
        (ADA, timedelta(0), 0),
        (RAVI, timedelta(minutes=10), 0),
        (RAVI, timedelta(minutes=10, seconds=1), 1),
        (RAVI, timedelta(seconds=-1), 1),
        (MIRA, timedelta(minutes=1), 1),
    ],
)
def test_those_who_wanted_it_may_undo_it_for_ten_minutes(actor: Actor, after: timedelta, needs: int) -> None:
    undone = Undone(ADA.key, frozenset({RAVI.key}), NOON, on_top=False)
    answer = decide(request(kind=Kind.UNDO, actor=actor, undone=undone, now=NOON + after))
    assert isinstance(answer, NeedsApproval if needs else Allowed)
    assert answer.rule.approvals == needs
    assert isinstance(decide(request(kind=Kind.ROLLBACK, actor=actor, undone=undone, now=NOON)), NeedsApproval)
    assert isinstance(decide(request(kind=Kind.UNDO, actor=actor, now=NOON)), NeedsApproval)


# voting


def test_the_last_vote_allows_and_an_earlier_one_waits() -> None:
    two = RuleMark("two", 2)
    assert decide(vote()) == Allowed(ONE_APPROVAL.mark())
    assert decide(vote(rule=two)) == NeedsApproval(two, have=1, need=2)
    assert decide(vote(rule=two, decisions=(said(MIRA),))) == Allowed(two)


def test_one_reject_is_enough() -> None:
    assert decide(vote(say=Say.REJECT, rule=RuleMark("five", 5))) == Allowed(RuleMark("five", 5))


@pytest.mark.parametrize(
    ("different", "code"),
    [
        ({"actor": ADA}, Code.OWN_CHANGE),
        ({"actor": replace(ADA, team="T0OTHER", name="Not Ada")}, Code.OWN_CHANGE),
        ({"decisions": (said(RAVI),)}, Code.ALREADY_VOTED),
        ({"decisions": (said(replace(RAVI, team="T0OTHER")),)}, Code.ALREADY_VOTED),
        ({"decisions": (said(RAVI, Say.REJECT),)}, Code.ALREADY_VOTED),
        ({"state": State.APPLIED}, Code.TOO_LATE),
        ({"state": State.APPROVED, "expires_at": NOON}, Code.TOO_LATE),
        ({"expires_at": NOON}, Code.EXPIRED),
        ({"rule": RuleMark("bad", 0)}, Code.QUORUM_INVALID),
        ({"rule": RuleMark("bad", -1)}, Code.QUORUM_INVALID),
    ],
)
def test_refuses_a_vote_with_its_reason(different: dict[str, Any], code: Code) -> None:
    assert codes(decide(vote(**different))) == [code]
    assert codes(decide(vote(**different, say=Say.REJECT))) == [code]


@pytest.mark.parametrize("state", [State.EXPIRED, State.SUPERSEDED, State.VOID])
def test_who_comes_too_late_is_not_told_that_an_approver_ended_it(state: State) -> None:
    answer = decide(vote(state=state, rule=RuleMark("two", 2), decisions=(said(MIRA),)))
    assert isinstance(answer, Denied)
    assert "by" not in answer.reasons[0].facts


def test_who_comes_too_late_is_told_that_the_requester_withdrew_it() -> None:
    answer = decide(vote(state=State.WITHDRAWN))
    assert isinstance(answer, Denied)
    assert answer.reasons[0].facts["by"] == ADA.user_id


def test_the_same_user_id_in_another_organisation_is_another_person() -> None:
    assert isinstance(decide(vote(actor=replace(ADA, org="E0OTHER"))), Allowed)


def test_the_requester_votes_only_where_the_rule_says_so() -> None:
    assert isinstance(decide(vote(actor=ADA, rule=RuleMark("own", 1, requester_may_approve=True))), Allowed)


def test_an_approval_of_the_requester_that_came_in_anyhow_does_not_count() -> None:
    two = RuleMark("two", 2)
    assert decide(vote(rule=two, decisions=(said(ADA),))) == NeedsApproval(two, have=1, need=2)
    own = RuleMark("two", 2, requester_may_approve=True)
    assert decide(vote(rule=own, decisions=(said(ADA),))) == Allowed(own)


def test_a_change_without_an_end_can_be_voted_on() -> None:
    assert isinstance(decide(vote(expires_at=None)), Allowed)


# taking back, settling, evaluations


@pytest.mark.parametrize("state", State)
def test_the_requester_takes_back_what_has_not_begun(state: State) -> None:
    allowed = state in (State.WAITING, State.APPROVED, State.SCHEDULED, State.AT_PROVIDER)
    assert codes(decide(Withdrawal(ADA, ADA, state))) == ([] if allowed else [Code.TOO_LATE])
    nobody = Code.NOT_INVOLVED if state is State.SCHEDULED else Code.NOT_REQUESTER
    assert nobody in codes(decide(Withdrawal(RAVI, ADA, state)))


@pytest.mark.parametrize("state", State)
def test_who_approved_a_scheduled_change_takes_it_back_as_well(state: State) -> None:
    found = codes(decide(Withdrawal(RAVI, ADA, state, frozenset({RAVI.key}))))
    assert (found == []) is (state is State.SCHEDULED)


@pytest.mark.parametrize("state", State)
def test_a_member_settles_only_what_is_unknown(state: State) -> None:
    assert codes(decide(Settlement(RAVI, state))) == ([] if state is State.UNKNOWN else [Code.TOO_LATE])


def running(status: str = "running", kind: str = "human") -> Evaluation:
    """A run that waits for people."""
    judge = Evaluator("evfn_1", "tone", kind, "boolean")
    return Evaluation(
        "humanloop", "pr_triage", "ev_1", status, "config_x", "x", (judge,), (), "d", "d", "d1", 20, NOON, NOON
    )


@pytest.mark.parametrize(
    ("status", "wanted", "kind", "found"),
    [
        ("running", "completed", "human", []),
        ("completed", "running", "external", []),
        ("running", "completed", "llm", [Code.NO_CALLER_EVALUATOR]),
        ("running", "running", "human", [Code.STATUS_FORBIDS]),
        ("pending", "completed", "human", [Code.STATUS_FORBIDS]),
        ("running", "cancelled", "human", [Code.STATUS_FORBIDS]),
        ("made up", "completed", "python", [Code.NO_CALLER_EVALUATOR, Code.STATUS_FORBIDS]),
    ],
)
def test_sets_only_the_status_that_the_contract_lets_a_caller_set(
    status: str, wanted: str, kind: str, found: list[Code]
) -> None:
    assert codes(decide(StatusUpdate(RAVI, running(status, kind), wanted))) == found


# applying


def test_what_was_approved_and_did_not_move_is_applied() -> None:
    assert decide(application()) == Allowed(ONE_APPROVAL.mark())


WORSE = Evidence(Verdict.FAIL, rests_on=("ev_1",))


@pytest.mark.parametrize(
    ("different", "code"),
    [
        ({"environment": None}, Code.ENVIRONMENT_CHANGED),
        ({"served": None}, Code.SERVED_UNREADABLE),
        ({"served": X}, Code.TARGET_CHANGED),
        ({"served": replace(OLD, winning_rules=1)}, Code.TARGET_CHANGED),
        ({"target_version": "v2"}, Code.CONTENT_CHANGED),
        ({"target_version": None}, Code.CONTENT_CHANGED),
        ({"evidence": WORSE}, Code.VERDICT_CHANGED),
        ({"evidence": replace(PROVEN, rests_on=("ev_2",))}, Code.VERDICT_CHANGED),
        ({"rule": None}, Code.RULE_UNREADABLE),
        ({"rule": Rule("built-in/one-approval", 0)}, Code.QUORUM_INVALID),
        ({"rule": Rule("other", 1)}, Code.RULE_CHANGED),
        ({"rule": Rule("built-in/one-approval", 2)}, Code.RULE_CHANGED),
        ({"rule": replace(ONE_APPROVAL, requester_may_approve=True)}, Code.RULE_CHANGED),
    ],
)
def test_an_approval_is_void_when_what_was_seen_moved(different: dict[str, Any], code: Code) -> None:
    assert codes(decide(application(**different))) == [code]


@pytest.mark.parametrize("kind", sorted(RESTORES))
def test_a_restore_needs_no_evidence(kind: Kind) -> None:
    target = Nothing() if kind is Kind.DEACTIVATE else CONFIG_X
    assert isinstance(decide(application(kind=kind, target=target, evidence=WORSE)), Allowed)


def test_a_deactivate_has_no_content_that_could_move() -> None:
    assert isinstance(decide(application(kind=Kind.DEACTIVATE, target=Nothing(), target_version=None)), Allowed)


def test_a_comment_in_the_policy_and_a_rename_void_nothing() -> None:
    renamed = replace(PRODUCTION, name="prod")
    longer = replace(ONE_APPROVAL, expiry=timedelta(hours=1))
    assert isinstance(decide(application(environment=renamed, rule=longer)), Allowed)


@pytest.mark.parametrize(
    "approvers",
    [(), (ADA,), (replace(RAVI, standing=Standing.DEACTIVATED),), (replace(RAVI, standing=Standing.GUEST),)],
)
def test_an_approver_who_lost_the_right_does_not_count(approvers: tuple[Actor, ...]) -> None:
    assert decide(application(approvers=approvers)) == NeedsApproval(ONE_APPROVAL.mark(), have=0, need=1)


def test_one_person_is_one_vote_whatever_the_name() -> None:
    two = Rule("two", 2)
    twice = (RAVI, replace(RAVI, team="T0OTHER", name="Ravi again"))
    found = decide(application(rule=two, seen=ApprovalSnapshot(OLD, two.mark(), PROVEN), approvers=twice))
    assert found == NeedsApproval(two.mark(), have=1, need=2)


def test_an_undo_in_time_is_applied_without_an_approval_and_void_when_something_came_on_top() -> None:
    undone = Undone(ADA.key, frozenset(), NOON, on_top=False)
    seen = ApprovalSnapshot(OLD, RuleMark("built-in/one-approval/undo-grace", 0), PROVEN)
    undo = application(kind=Kind.UNDO, undone=undone, seen=seen, approvers=())
    assert isinstance(decide(undo), Allowed)
    assert codes(decide(replace(undo, undone=replace(undone, on_top=True)))) == [Code.RULE_CHANGED]


# whatever the facts

kinds: list[type[Any]] = [Request, Vote, Withdrawal, Application, StatusUpdate, Settlement, Lookup]
all_facts: st.SearchStrategy[Facts] = st.one_of([st.from_type(kind) for kind in kinds])
whatever = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


@given(all_facts)
@whatever
def test_answers_whatever_the_facts_are_and_never_refuses_without_a_reason(facts: Facts) -> None:
    answer = decide(facts)
    assert isinstance(answer, Allowed | NeedsApproval | Denied)
    assert not isinstance(answer, Denied) or answer.reasons
    assert not isinstance(answer, NeedsApproval) or answer.have < answer.need


def test_what_is_no_fact_is_never_allowed_by_chance() -> None:
    with pytest.raises(AssertionError):
        decide(ADA)  # type: ignore[arg-type]  # what a mistake could pass


@given(st.from_type(Vote))
@whatever
def test_nobody_approves_what_they_asked_for(facts: Vote) -> None:
    own = replace(facts, actor=facts.requester, rule=replace(facts.rule, requester_may_approve=False))
    assert Code.OWN_CHANGE in codes(decide(own))


@given(st.from_type(Application), st.integers(max_value=0))
@whatever
def test_a_quorum_that_makes_no_sense_applies_nothing(facts: Application, quorum: int) -> None:
    rule = Rule("bad", quorum)
    assert isinstance(decide(replace(facts, rule=rule)), Denied)


people = st.builds(
    Actor,
    st.just("E0ACORN"),
    st.just("T0ACORN"),
    st.sampled_from(["U0ADA", "U0RAVI", "U0MIRA", "U0EVE"]),
    standing=st.sampled_from(Standing),
)


@given(st.lists(people, max_size=5), people, st.integers(1, 3), st.booleans())
@whatever
def test_one_approval_more_never_makes_it_worse(approvers: list[Actor], more: Actor, need: int, own: bool) -> None:
    rule = Rule("some", need, requester_may_approve=own)
    facts = application(rule=rule, seen=ApprovalSnapshot(OLD, rule.mark(), PROVEN), approvers=tuple(approvers))
    without, with_it = decide(facts), decide(replace(facts, approvers=(*approvers, more)))
    if isinstance(without, Allowed):
        assert isinstance(with_it, Allowed)
    elif isinstance(with_it, NeedsApproval) and isinstance(without, NeedsApproval):
        assert without.have <= with_it.have <= without.have + 1
    able = {one.key for one in approvers if one.standing is Standing.MEMBER and (own or one.key != ADA.key)}
    assert isinstance(without, Allowed) is (len(able) >= need)


@given(strategies.actors, st.sampled_from(State))
def test_who_is_unknown_may_nothing(actor: Actor, state: State) -> None:
    unknown = replace(actor, standing=Standing.UNKNOWN)
    for facts in (
        request(actor=unknown),
        vote(actor=unknown, state=state),
        Withdrawal(unknown, unknown, state),
        Settlement(unknown, state),
        StatusUpdate(unknown, running(), "completed"),
        Lookup(unknown),
    ):
        assert Code.PERSON_UNREADABLE in codes(decide(facts))
