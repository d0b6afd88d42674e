"""Requests, votes, withdrawals, undos, crashes and lost answers in any order: what holds whatever happens."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from structlog.testing import capture_logs

from bot.clients.base import NotDone, Unsure
from bot.domain.change_requests import ChangeRequest
from bot.domain.changes import FINAL, MOVES, Change, Event, Kind, State
from bot.domain.drift import is_live
from bot.domain.errors import Fault
from bot.domain.live_state import NOTHING, Nothing
from bot.domain.names import Environment
from bot.domain.rate_limits import POSTS
from bot.domain.targets import PreviouslyLive, Target, UnresolvedTarget
from bot.features.changes import approvals, deploys, execution
from bot.outbox import delivery
from bot.ports import NotDelivered
from tests.bot.features.steps import Killed, die, needs
from tests.builders import ADA, DEPLOYS, MIRA, PRODUCTION, RAVI, STAGING, Meanwhile, World, make_world, problem

T = TypeVar("T")

PEOPLE = st.sampled_from([ADA, RAVI, MIRA])
PLACES = st.sampled_from([STAGING, PRODUCTION])
CONFIGS = st.sampled_from(["config_w", "config_x", "baseline"])
KINDS = st.sampled_from([Kind.DEPLOY, Kind.DEPLOY, Kind.ROLLBACK, Kind.DEACTIVATE])


async def refused() -> None:
    raise NotDone(problem(Fault.CONFLICT, 409))


async def lost() -> None:
    raise Unsure(problem(Fault.CUT_AFTER_WRITE))


async def timed_out() -> None:
    raise Unsure(problem(Fault.TIMED_OUT))


async def silent() -> None:
    raise NotDone(problem(Fault.UNAVAILABLE, 503))


TROUBLE: dict[str, tuple[str, bool, Meanwhile]] = {
    "dies while looking": ("served", False, die),
    "dies before the write": ("write", False, die),
    "dies after the write": ("write", True, die),
    "write refused": ("write", False, refused),
    "write lost before it landed": ("write", False, lost),
    "write timed out before it landed": ("write", False, timed_out),
    "answer lost after it landed": ("write", True, lost),
    "does not answer": ("served", False, silent),
}
"""What happens at the provider next: at which call, before or after the service did it, and what."""

STEPS = 25
MOST_POSTS = STEPS * 8
"""More new messages than the steps can make; a channel takes one burst of them at a time."""

TROUBLES = st.sampled_from([None, None, None, *sorted(TROUBLE)])


async def end_what_is_left() -> None:
    """What goes on beside a death ends before the next step begins, so that the same steps lead to the same end."""
    left = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.gather(*left, return_exceptions=True)


class AnyOrder(RuleBasedStateMachine):
    """A world in which anything happens in any order. Nobody but us writes to the service."""

    def __init__(self) -> None:
        super().__init__()
        self._loop = asyncio.new_event_loop()
        self._folder = tempfile.TemporaryDirectory()
        self._quiet = capture_logs()
        self._quiet.__enter__()
        self._processes = self._troubles = 0
        self._seen: dict[str, State] = {}

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            return self._loop.run_until_complete(work)
        finally:
            self._loop.run_until_complete(end_what_is_left())

    def teardown(self) -> None:
        self._run(self.world.store.close())
        self._loop.close()
        self._folder.cleanup()
        self._quiet.__exit__(None, None, None)

    @initialize(quorum=st.sampled_from([1, 2]))
    def begin(self, quorum: int) -> None:
        self.world: World = self._run(make_world(Path(self._folder.name), rule_for=needs(quorum)))
        self._first = dict(self.world.provider.live)

    # What happens

    @rule(kind=KINDS, config=CONFIGS, where=PLACES, who=PEOPLE, decided=st.booleans(), trouble=TROUBLES)
    def request(
        self, kind: Kind, config: str, where: Environment, who: Any, decided: bool, trouble: str | None
    ) -> None:
        targets: dict[Kind, Target | UnresolvedTarget] = {
            Kind.DEPLOY: self.world.provider.config("support", config),
            Kind.ROLLBACK: PreviouslyLive(),
            Kind.DEACTIVATE: Nothing(),
        }
        change_request = ChangeRequest(kind, self.world.provider.projects_["pr_support"], where, targets[kind])
        self._try(deploys.request(self.world.ctx, change_request, who, DEPLOYS))
        if decided:
            self._approved(where, [ADA, RAVI, MIRA], trouble)

    @rule(where=PLACES, people=st.lists(PEOPLE, min_size=1, max_size=4), trouble=TROUBLES)
    def approve(self, where: Environment, people: list[Any], trouble: str | None) -> None:
        self._approved(where, people, trouble)

    def _approved(self, where: Environment, people: list[Any], trouble: str | None) -> None:
        self._comes(trouble)
        self._on_newest(self._open(where), lambda change: self._all_approve(change, people))

    @rule(where=PLACES, who=PEOPLE, yes=st.booleans())
    def end(self, where: Environment, who: Any, yes: bool) -> None:
        def no(change: str) -> Coroutine[Any, Any, Any]:
            return approvals.reject(self.world.ctx, change, who, "no")

        def never_mind(change: str) -> Coroutine[Any, Any, Any]:
            return approvals.withdraw(self.world.ctx, change, who)

        self._on_newest(self._open(where), never_mind if yes else no)

    @rule(where=PLACES, who=PEOPLE)
    def undo(self, where: Environment, who: Any) -> None:
        applied = [change for change in self._changes() if change.state is State.APPLIED]
        self._on_newest(
            [change for change in applied if change.environment.id == where.id],
            lambda change: deploys.undo(self.world.ctx, change, who, DEPLOYS),
        )

    @rule(where=PLACES, who=PEOPLE)
    def look_again(self, where: Environment, who: Any) -> None:
        self._on_newest(self._open(where), lambda change: execution.look_again(self.world.ctx, change, who))

    @rule(minutes=st.sampled_from([1, 3, 3, 25 * 60]))
    def time_passes(self, minutes: int) -> None:
        """The sweeps come by; what a crash left behind is found by its lease."""
        self.world.clock.move(timedelta(minutes=minutes))
        self._try(approvals.expire(self.world.ctx))
        self._try(execution.settle_interrupted(self.world.ctx))

    @rule(times=st.integers(1, 3))
    def slack_does_not_take_it(self, times: int) -> None:
        self.world.memo.failing += [NotDelivered("internal_error")] * times

    def _comes(self, trouble: str | None) -> None:
        if trouble not in TROUBLE:
            return
        self._troubles += 1
        method, after, what = TROUBLE[trouble]
        for name in ("serve", "clear") if method == "write" else (method,):
            (self.world.provider.then if after else self.world.provider.first)[name] = what

    def _open(self, where: Environment) -> list[Change]:
        return [change for change in self._changes() if change.is_open and change.environment.id == where.id]

    async def _all_approve(self, change: str, people: list[Any]) -> None:
        """At once, as far as the database lets them."""
        await asyncio.gather(*(approvals.approve(self.world.ctx, change, who) for who in people))

    def _on_newest(self, changes: list[Change], act: Callable[[str], Coroutine[Any, Any, Any]]) -> None:
        if changes:
            self._try(act(changes[0].id))

    def _try(self, work: Coroutine[Any, Any, Any]) -> None:
        """Carry it out; when the process died over it, another one takes its place."""
        try:
            self._run(work)
        except* Killed:
            self._processes += 1
            self.world = self.world.again(f"process {self._processes}")

    # What holds

    def _changes(self) -> tuple[Change, ...]:
        async def read() -> tuple[Change, ...]:
            async with self.world.store.read() as tx:
                return (await tx.changes(limit=1_000))[0]

        return self._run(read()) if hasattr(self, "world") else ()

    def _events(self, change: Change) -> list[Event]:
        async def read() -> list[Event]:
            async with self.world.store.read() as tx:
                return [said.event for said in await tx.audit(change.id)]

        return self._run(read())

    @invariant()
    def at_most_one_change_is_open_in_one_place(self) -> None:
        where = Counter(change.environment.id for change in self._changes() if change.is_open)
        assert all(count == 1 for count in where.values()), where

    @invariant()
    def every_state_is_one_that_the_table_leads_to(self) -> None:
        for change in self._changes():
            before = self._seen.get(change.id, State.REQUESTED)
            assert change.state in reachable(before), (before, change.state)
            self._seen[change.id] = change.state

    @invariant()
    def the_service_shows_what_was_applied_last(self) -> None:
        """Except where a change is on its way, or was sent and never found out about."""
        changes = self._changes()
        for where in (STAGING, PRODUCTION):
            here = [change for change in changes if change.environment.id == where.id]
            if any(change.state in (State.APPLYING, State.UNKNOWN) for change in here):
                continue
            applied = [change for change in here if change.state is State.APPLIED and change.applied_at]
            applied.sort(key=lambda change: (change.applied_at, change.number))
            live = self.world.provider.live.get(("pr_support", where.id), NOTHING)
            if applied:
                assert is_live(applied[-1], live), (applied[-1].label, live)
            else:
                assert live == self._first.get(("pr_support", where.id), NOTHING)

    @invariant()
    def nothing_is_written_more_often_than_it_was_meant(self) -> None:
        """One write for each change that was to be sent, and one more for each trouble, at most two for one change."""
        sending = sum(self._events(change).count(Event.SENDING) for change in self._changes())
        if sending:
            assert self.world.provider.writes() <= sending + min(sending, self._troubles)

    @invariant()
    def who_asked_never_counts_and_the_quorum_was_there(self) -> None:
        for change in self._changes():
            if change.state is State.APPLIED:
                assert self._approvers(change) >= change.seen.rule.approvals

    def _approvers(self, change: Change) -> int:
        async def read() -> int:
            async with self.world.store.read() as tx:
                said = await tx.decisions(change.id)
            return len({one.actor.key for one in said} - {change.requester.key})

        return self._run(read())

    @rule()
    def every_card_shows_what_is_stored_once_everything_was_said(self) -> None:
        self.world.memo.failing.clear()
        for _ in range(4 + MOST_POSTS // POSTS.burst):
            self.world.clock.move(timedelta(minutes=11))
            with suppress(Killed):
                self._run(delivery.deliver_due(self.world.ctx, limit=1_000))
            if self._nothing_waits():
                break
        shown = {view.change.id: view.change.state for view in self.world.memo.cards()}
        stored = {change.id: change.state for change in self._changes() if change.state is not State.REFUSED}
        assert shown == stored

    def _nothing_waits(self) -> bool:
        async def read() -> bool:
            async with self.world.store.read() as tx:
                return await tx.backlog(self.world.clock.now()) == ()

        return self._run(read())


def reachable(state: State) -> set[State]:
    """The states that the table leads to, by any number of moves."""
    found, new = {state}, {state}
    while new:
        new = {after for (before, _), after in MOVES.items() if before in new} - found
        found |= new
    return found


def test_final_states_lead_nowhere() -> None:
    assert all(reachable(state) == {state} for state in FINAL)


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(
    max_examples=40,
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
