"""What the store promises, on every database."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import IntegrityError, StatementError

from bot.domain.changes import Attempt, Change, Event, Kind, Say, State
from bot.domain.errors import Code, Fault, Problem, Reason, ResolvableBy
from bot.domain.names import Project
from bot.domain.notices import Notice, NoticeKind
from bot.domain.times import Due, Oddity
from bot.store import Store
from tests.bot.store.builders import (
    ADA,
    DAY,
    MINUTE,
    MIRA,
    NOON,
    POSTED,
    PRODUCTION,
    RAVI,
    STAGING,
    TRIAGE,
    FixedClock,
    approval,
    card,
    change,
    entry,
    notice,
    reminder,
    say,
)
from tests.waiting import happens

THERE = (*TRIAGE.key, PRODUCTION.id)


# changes


async def test_keeps_a_change_whole(store: Store) -> None:
    whole = change(
        kind=Kind.PROMOTE,
        because="the new refund rules\0\ud83d",
        source=STAGING,
        undoes="ch-0",
        due=Due(NOON + DAY, "at 9:00\0", "Europe/Madrid", Oddity.TWICE),
        expires_at=NOON + DAY,
        applied_at=NOON + MINUTE,
        attempt=Attempt.SENDING,
        lease_by="worker-1",
        lease_until=NOON + MINUTE,
        reasons=(Reason(Code.OPEN_CHANGE, ResolvableBy.REQUESTER, {"change": "ch-0", "number": 7}),),
        problem=Problem(Fault.RATE_LIMITED, "humanloop", "deploying", 429, "slow down", 1.5, "r-7f3k2q"),
    )
    async with store.write() as tx:
        assert await tx.insert_change(whole, [entry()]) == whole
    async with store.read() as tx:
        assert await tx.change("ch-a") == whole
        assert await tx.change_by_number(whole.number) == whole
        assert await tx.audit("ch-a") == (entry(),)


async def test_answers_none_for_what_is_not_there(store: Store) -> None:
    async with store.read() as tx:
        assert await tx.change("ch-none") is None
        assert await tx.change_by_number(1) is None
        assert await tx.open_change(*THERE) is None
        assert await tx.last_applied(*THERE) is None
        assert await tx.audit_entry("au-none") is None
        assert await tx.notice("no-none") is None
        assert await tx.notice_for(NoticeKind.CARD, "ch-none") is None
        assert await tx.reminder("humanloop", "ev_none") is None
        assert await tx.draft("dr-none", ADA.org, ADA.user_id, NOON) is None
        assert await tx.changes() == ((), 0)
        assert await tx.audit("ch-none") == ()
        assert await tx.decisions("ch-none") == ()
        assert await tx.due_notices(NOON) == ()


async def test_gives_every_change_a_number_of_its_own(store: Store) -> None:
    async with store.write() as tx:
        numbers = [await tx.next_number() for _ in range(3)]
    async with store.write() as tx:
        assert [*numbers, await tx.next_number()] == [1, 2, 3, 4]


async def test_refuses_a_second_open_change_and_goes_on(store: Store) -> None:
    async with store.write() as tx:
        first = await tx.insert_change(change(), [entry()])
        assert await tx.insert_change(change("ch-b"), [entry("au-b", "ch-b")]) is None
        await tx.record(entry("au-c"))
    async with store.read() as tx:
        assert await tx.change("ch-b") is None
        assert await tx.audit("ch-b") == ()
        assert await tx.open_change(*THERE) == first
        assert len(await tx.audit("ch-a")) == 2


async def test_a_change_elsewhere_or_over_does_not_stand_in_the_way(store: Store) -> None:
    async with store.write() as tx:
        for other in (
            change("over", state=State.APPLIED),
            change("elsewhere", environment=STAGING),
            change("other project", project=Project("humanloop", "pr_other", "Other")),
            change("other provider", project=replace(TRIAGE, provider="registry")),
            change("scheduled", state=State.SCHEDULED),
            change("this one"),
        ):
            assert await tx.insert_change(other, [])


@pytest.mark.parametrize(
    "twin", [change("ch-a", environment=STAGING), change("ch-b", number=7, environment=STAGING)], ids=["id", "number"]
)
async def test_anything_else_that_is_there_already_is_a_bug_and_raises(store: Store, twin: Change) -> None:
    async def both() -> None:
        async with store.write() as tx:
            await tx.insert_change(change("ch-a", number=7), [])
            await tx.insert_change(twin, [])

    with pytest.raises(IntegrityError):
        await both()
    async with store.read() as tx:
        assert await tx.changes() == ((), 0)


async def test_refuses_a_time_without_a_zone(store: Store) -> None:
    naive = datetime(2026, 3, 2, 12, 0)  # noqa: DTZ001 - that is the point
    with pytest.raises(StatementError, match="it has no time zone"):
        async with store.write() as tx:
            await tx.insert_change(change(created_at=naive), [])


async def test_gives_back_every_time_in_utc(store: Store) -> None:
    there = datetime(2026, 3, 2, 17, 30, 0, 1, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    async with store.write() as tx:
        await tx.insert_change(change(expires_at=there), [])
    async with store.read() as tx:
        back = await tx.change("ch-a")
    assert back is not None
    assert back.expires_at == there
    assert back.expires_at.tzinfo is UTC


async def test_saves_a_move_with_its_history_and_wants_the_card_anew(store: Store, clock: FixedClock) -> None:
    async with store.write() as tx:
        before = await tx.insert_change(change(), [entry()])
        await tx.add_notice(card())
    assert before is not None
    clock.time = NOON + MINUTE
    async with store.write() as tx:
        moved = replace(before, state=State.APPROVED)
        after = await tx.save(moved, State.WAITING, [entry("au-b", event=Event.APPROVED, actor=RAVI)])
    assert after == replace(moved, revision=2, updated_at=NOON + MINUTE)
    async with store.read() as tx:
        assert await tx.change("ch-a") == after
        assert [line.event for line in await tx.audit("ch-a")] == [Event.REQUESTED, Event.APPROVED]
        shown = await tx.notice_for(NoticeKind.CARD, "ch-a")
        assert shown is not None
        assert shown.wanted == 2


@pytest.mark.parametrize(("state", "revision"), [(State.APPROVED, 1), (State.WAITING, 2)], ids=["state", "revision"])
async def test_saves_nothing_when_somebody_was_faster(store: Store, state: State, revision: int) -> None:
    there = change(state=state, revision=revision)
    async with store.write() as tx:
        await tx.insert_change(there, [])
        await tx.add_notice(card())
        late = change(number=there.number, state=State.WITHDRAWN)
        assert await tx.save(late, State.WAITING, [entry()]) is None
    async with store.read() as tx:
        assert await tx.change("ch-a") == there
        assert await tx.audit("ch-a") == ()
        assert [n.wanted for n in await tx.due_notices(NOON)] == [1]


async def test_saves_nothing_for_a_change_that_is_not_there(store: Store) -> None:
    async with store.write() as tx:
        assert await tx.save(change("ch-none"), State.WAITING, []) is None


async def test_a_superseded_change_makes_room_in_the_same_transaction(store: Store) -> None:
    async with store.write() as tx:
        old = await tx.insert_change(change(), [])
        assert old is not None
        assert await tx.save(replace(old, state=State.SUPERSEDED), State.WAITING, [])
        assert await tx.insert_change(change("ch-b", kind=Kind.ROLLBACK), [])


async def test_finds_what_is_due_and_what_is_scheduled_where(store: Store) -> None:
    def scheduled(name: str, minutes: int, **more: object) -> Change:
        due = Due(NOON + minutes * MINUTE, "", "UTC")
        return change(name, state=State.SCHEDULED, due=due, **more)

    async with store.write() as tx:
        for one in (
            scheduled("later", 2),
            scheduled("now", 0),
            scheduled("over", -5),
            scheduled("elsewhere", 1, environment=STAGING),
            change("waits", due=Due(NOON - DAY, "", "UTC")),
        ):
            assert await tx.insert_change(one, [])
    async with store.read() as reading:
        assert [one.id for one in await reading.due_changes(NOON)] == ["over", "now"]
        assert [one.id for one in await reading.due_changes(NOON + DAY)] == ["over", "now", "elsewhere", "later"]
        assert [one.id for one in await reading.scheduled(*THERE)] == ["over", "now", "later"]


async def test_a_scheduled_change_comes_due_only_where_no_other_is_open(store: Store) -> None:
    async with store.write() as tx:
        due = await tx.insert_change(change("due", state=State.SCHEDULED), [])
        other = await tx.insert_change(change("other"), [])
        assert due is not None
        assert other is not None
        opened = replace(due, state=State.APPROVED)
        assert await tx.save(opened, State.SCHEDULED, [entry()]) is None
        assert await tx.change("due") == due
        assert await tx.save(replace(other, state=State.WITHDRAWN), State.WAITING, [])
        assert await tx.save(opened, State.SCHEDULED, [entry()])


async def test_a_move_that_breaks_another_rule_of_the_database_raises(store: Store) -> None:
    async with store.write() as tx:
        await tx.insert_change(change("other", number=7, state=State.APPLIED), [])
        mine = await tx.insert_change(change("mine", state=State.SCHEDULED), [])
    assert mine is not None
    with pytest.raises(IntegrityError):
        async with store.write() as tx:
            await tx.save(replace(mine, number=7, state=State.APPROVED), State.SCHEDULED, [])


async def test_an_exception_undoes_everything(store: Store) -> None:
    async def interrupted() -> None:
        async with store.write() as tx:
            await tx.insert_change(change(), [entry()])
            await tx.add_notice(card())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await interrupted()
    async with store.read() as tx:
        assert await tx.change("ch-a") is None
        assert await tx.audit("ch-a") == ()
        assert await tx.due_notices(NOON) == ()


async def test_a_cancelled_transaction_leaves_nothing_and_the_store_usable(store: Store) -> None:
    written = asyncio.Event()

    async def hang() -> None:
        async with store.write() as tx:
            await tx.insert_change(change(), [entry()])
            written.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hang())
    await happens(written)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with store.write() as tx:
        assert await tx.insert_change(change("ch-b"), [])


async def test_one_read_sees_one_moment(store: Store) -> None:
    async with store.read() as before:
        assert await before.changes() == ((), 0)
        async with store.write() as tx:
            await tx.insert_change(change(), [])
        assert await before.changes() == ((), 0)
    async with store.read() as after:
        assert (await after.changes())[1] == 1


# finding changes


async def test_lists_changes_newest_first_page_by_page(store: Store) -> None:
    async with store.write() as tx:
        for minutes, name in enumerate("abcde"):
            await tx.insert_change(change(name, state=State.APPLIED, created_at=NOON + minutes * MINUTE), [])
    async with store.read() as tx:
        first, total = await tx.changes(limit=2)
        second, _ = await tx.changes(limit=2, offset=2)
        beyond = await tx.changes(limit=2, offset=20)
    assert [found.id for found in (*first, *second)] == ["e", "d", "c", "b"]
    assert total == 5
    assert beyond == ((), 5)


async def test_finds_changes_by_everything_that_is_asked(store: Store) -> None:
    elsewhere = Project("launchdarkly", "pr_triage", "Triage")
    async with store.write() as tx:
        await tx.insert_change(change("plain"), [])
        await tx.insert_change(change("staging", environment=STAGING, created_at=NOON - MINUTE), [])
        await tx.insert_change(change("ravi", requester=RAVI, project=elsewhere, created_at=NOON - 2 * MINUTE), [])
        await tx.insert_change(change("over", state=State.FAILED, created_at=NOON - 3 * MINUTE), [])
    stranger = replace(RAVI, org="E0OTHER")

    async def ids(**wanted: object) -> list[str]:
        async with store.read() as tx:
            found, total = await tx.changes(**wanted)  # type: ignore[arg-type]  # whatever a test names
        assert total == len(found)
        return [one.id for one in found]

    assert await ids() == ["plain", "staging", "ravi", "over"]
    assert await ids(project=TRIAGE.key) == ["plain", "staging", "over"]
    assert await ids(project=TRIAGE.key, environment_id=PRODUCTION.id) == ["plain", "over"]
    assert await ids(states=[State.WAITING]) == ["plain", "staging", "ravi"]
    assert await ids(states=[]) == []
    assert await ids(requester=RAVI.key) == ["ravi"]
    assert await ids(requester=stranger.key) == []
    assert await ids(not_requester=RAVI.key) == ["plain", "staging", "over"]
    assert await ids(not_requester=stranger.key) == ["plain", "staging", "ravi", "over"]


async def test_knows_what_was_applied_and_in_which_order(store: Store) -> None:
    async with store.write() as tx:
        for minutes, name in enumerate("abc"):
            await tx.insert_change(change(name, state=State.APPLIED, applied_at=NOON + minutes * MINUTE), [])
        await tx.insert_change(change("failed", state=State.FAILED, applied_at=NOON + DAY), [])
        await tx.insert_change(change("there", state=State.APPLIED, applied_at=NOON + DAY, environment=STAGING), [])
    async with store.read() as tx:
        history = await tx.applied_history(*THERE, 2)
        last = await tx.last_applied(*THERE)
        earlier = await tx.last_applied(*THERE, before=NOON + MINUTE)
        first = await tx.last_applied(*THERE, before=NOON)
    assert [found.id for found in history] == ["c", "b"]
    assert last is not None
    assert last.id == "c"
    assert earlier is not None
    assert earlier.id == "a"
    assert first is None


async def test_finds_what_a_crash_left_behind(store: Store) -> None:
    projects = [Project("humanloop", f"pr_{n}", str(n)) for n in range(7)]
    leases = [
        ("approved, nobody's", State.APPROVED, None, None),
        ("approved, ran out", State.APPROVED, "w", NOON),
        ("approved, held", State.APPROVED, "w", NOON + MINUTE),
        ("applying, ran out", State.APPLYING, "w", NOON - MINUTE),
        ("applying, held", State.APPLYING, "w", NOON + MINUTE),
        ("waiting", State.WAITING, None, None),
        ("unknown", State.UNKNOWN, None, None),
    ]
    async with store.write() as tx:
        for project, (name, state, by, until) in zip(projects, leases, strict=True):
            await tx.insert_change(change(name, project=project, state=state, lease_by=by, lease_until=until), [])
    async with store.read() as tx:
        found = [each.id for each in await tx.unsettled(NOON)]
    assert found == ["approved, nobody's", "approved, ran out", "applying, ran out"]


async def test_finds_what_waited_too_long(store: Store) -> None:
    async with store.write() as tx:
        await tx.insert_change(change("over", expires_at=NOON), [])
        await tx.insert_change(change("in time", expires_at=NOON + MINUTE, environment=STAGING), [])
        await tx.insert_change(change("decided", expires_at=NOON, state=State.REJECTED), [])
    async with store.read() as tx:
        assert [found.id for found in await tx.expired(NOON)] == ["over"]


# decisions and history


async def test_one_person_has_one_word(store: Store) -> None:
    renamed = replace(RAVI, team="T0OTHER", name="Somebody Else")
    async with store.write() as tx:
        await tx.insert_change(change(), [])
        assert await tx.add_decision(approval(comment="looks right\0"))
        assert not await tx.add_decision(approval(at=NOON + MINUTE, say=Say.REJECT))
        assert not await tx.add_decision(approval(renamed))
        assert await tx.add_decision(approval(MIRA, at=NOON - MINUTE))
    async with store.read() as tx:
        first, second = await tx.decisions("ch-a")
    assert first == approval(MIRA, at=NOON - MINUTE)
    assert second == approval(comment="looks right\0")


async def test_a_decision_belongs_to_a_change(store: Store) -> None:
    with pytest.raises(IntegrityError):
        async with store.write() as tx:
            await tx.add_decision(approval(change_id="ch-none"))


async def test_history_keeps_the_order_in_which_it_was_written(store: Store) -> None:
    async with store.write() as tx:
        await tx.insert_change(change(), [entry("z"), entry("a", event=Event.APPLYING, actor=None, facts={"n": "1"})])
        await tx.record(entry("ev", "humanloop:ev_1", event=Event.EVALUATION_COMPLETED))
    async with store.read() as tx:
        lines = await tx.audit("ch-a")
        assert [line.id for line in lines] == ["z", "a"]
        assert lines[1] == entry("a", event=Event.APPLYING, actor=None, facts={"n": "1"})
        assert await tx.audit_entry("a") == lines[1]
        assert [line.id for line in await tx.audit("humanloop:ev_1")] == ["ev"]


# notices


async def test_there_is_one_notice_about_one_thing(store: Store) -> None:
    async with store.write() as tx:
        assert await tx.add_notice(card())
        assert not await tx.add_notice(card(id="no-again"))
        assert await tx.add_notice(notice(NoticeKind.EVALUATION, "ch-a", "no-other"))
    async with store.read() as tx:
        assert await tx.notice_for(NoticeKind.CARD, "ch-a") == await tx.notice("no-card") == card()
        assert await tx.notice("no-again") is None


async def test_a_notice_with_an_id_that_is_taken_is_a_bug(store: Store) -> None:
    async with store.write() as tx:
        await tx.add_notice(card())
    with pytest.raises(IntegrityError):
        async with store.write() as tx:
            await tx.add_notice(card("ch-b"))


async def test_what_is_due_is_behind_and_neither_given_up_nor_put_off(store: Store) -> None:
    async with store.write() as tx:
        await tx.add_notice(card("late", "b"))
        await tx.add_notice(card("early", "a", created_at=NOON - MINUTE))
        await tx.add_notice(card("current", "c", shown=1, at=POSTED))
        await tx.add_notice(card("given up", "d", given_up=True))
        await tx.add_notice(card("put off", "e", not_before=NOON + MINUTE))
        await tx.add_notice(card("put off till now", "f", not_before=NOON))
    async with store.read() as tx:
        assert [due.id for due in await tx.due_notices(NOON)] == ["a", "b", "f"]
        assert [due.id for due in await tx.due_notices(NOON, limit=1)] == ["a"]


async def test_history_waits_until_the_card_stands(store: Store) -> None:
    async with store.write() as tx:
        await tx.insert_change(change(), [entry()])
        await tx.add_notice(notice(NoticeKind.HISTORY, "au-a", "no-line", created_at=NOON - MINUTE))
        await tx.add_notice(notice(NoticeKind.HISTORY, "au-none", "no-orphan"))
        assert [due.id for due in await tx.due_notices(NOON)] == []
        await tx.add_notice(card())
        assert [due.id for due in await tx.due_notices(NOON)] == ["no-card"]
        await say(tx, 1)
        assert [due.id for due in await tx.due_notices(NOON)] == ["no-line"]


async def test_a_claimed_notice_is_left_alone_until_the_claim_runs_out(store: Store) -> None:
    async with store.write() as tx:
        await tx.add_notice(card())
        assert await tx.claim_notice("no-card", "worker-1", NOON + MINUTE, NOON) == card()
        assert await tx.claim_notice("no-card", "worker-1", NOON + MINUTE, NOON) is None
        assert await tx.claim_notice("no-card", "worker-2", NOON + MINUTE, NOON) is None
        assert await tx.due_notices(NOON) == ()
        assert [due.id for due in await tx.due_notices(NOON + MINUTE)] == ["no-card"]
        assert await tx.claim_notice("no-card", "worker-2", NOON + 2 * MINUTE, NOON + MINUTE)


@pytest.mark.parametrize(
    "unclaimable",
    [card(shown=1), card(given_up=True), card(not_before=NOON + MINUTE), card(id="no-other")],
    ids=["current", "given up", "put off", "not there"],
)
async def test_only_what_is_due_can_be_claimed(store: Store, unclaimable: Notice) -> None:
    async with store.write() as tx:
        await tx.add_notice(unclaimable)
        assert await tx.claim_notice("no-card", "worker-1", NOON + MINUTE, NOON) is None


async def test_what_was_wanted_while_it_was_said_stays_due(store: Store) -> None:
    async with store.write() as tx:
        there = await tx.insert_change(change(), [])
        await tx.add_notice(card())
        claimed = await tx.claim_notice("no-card", "worker-1", NOON + MINUTE, NOON)
        assert there is not None
        assert claimed is not None
        await tx.save(replace(there, state=State.WITHDRAWN), State.WAITING, [])
        await tx.delivered("no-card", claimed.wanted, POSTED, "worker-1")
        (due,) = await tx.due_notices(NOON)
        assert due == card(wanted=2, shown=1, at=POSTED)
        await say(tx, due.wanted)
        assert await tx.due_notices(NOON) == ()


async def test_a_touched_notice_and_a_saved_change_are_both_seen(store: Store) -> None:
    """A vote that moves no state touches the card; the save after it must not end at the number that was reached."""
    async with store.write() as tx:
        there = await tx.insert_change(change(), [])
        await tx.add_notice(card())
        await tx.touch_notice(NoticeKind.CARD, "ch-a")
        await say(tx, 2)
        assert there is not None
        await tx.save(replace(there, state=State.APPROVED), State.WAITING, [])
        (due,) = await tx.due_notices(NOON)
    assert due.wanted == 3


async def test_a_card_that_was_added_late_is_wanted_in_the_revision_of_its_change(store: Store) -> None:
    async with store.write() as tx:
        there = await tx.insert_change(change(revision=5), [])
        await tx.add_notice(card())
        assert there is not None
        await tx.save(replace(there, state=State.APPROVED), State.WAITING, [])
        (due,) = await tx.due_notices(NOON)
    assert due.wanted == 6


async def test_touching_what_is_not_there_does_nothing(store: Store) -> None:
    async with store.write() as tx:
        await tx.touch_notice(NoticeKind.EVALUATION, "humanloop:ev_1")
        assert await tx.due_notices(NOON) == ()


async def test_a_failure_is_remembered_and_a_success_forgets_it(store: Store) -> None:
    async with store.write() as tx:
        await tx.add_notice(card())
        for _ in range(2):
            await tx.claim_notice("no-card", "worker-1", NOON + MINUTE, NOON)
            await tx.failed("no-card", 1, "ratelimited\0", NOON, given_up=False, owner="worker-1")
        (due,) = await tx.due_notices(NOON)
        assert due == card(attempts=2, last_error="ratelimited\ufffd", not_before=NOON)
        await say(tx, 1)
        assert await tx.notice("no-card") == card(shown=1, at=POSTED)


async def test_what_was_given_up_is_tried_again_when_there_is_something_new(store: Store) -> None:
    async with store.write() as tx:
        await tx.add_notice(card())
        await tx.claim_notice("no-card", "worker-1", NOON + MINUTE, NOON)
        await tx.failed("no-card", 1, "channel_not_found", None, given_up=True, owner="worker-1")
        assert await tx.due_notices(NOON + DAY) == ()
        await tx.touch_notice(NoticeKind.CARD, "ch-a")
        assert [due.wanted for due in await tx.due_notices(NOON)] == [2]


@pytest.mark.parametrize(("given_up", "attempts"), [(True, 0), (False, 1)])
async def test_the_tries_of_what_was_given_up_are_counted_from_zero_again(
    store: Store, given_up: bool, attempts: int
) -> None:
    async with store.write() as tx:
        await tx.add_notice(card())
        await tx.claim_notice("no-card", "worker-1", NOON + MINUTE, NOON)
        await tx.failed("no-card", 1, "timeout", None, given_up=given_up, owner="worker-1")
        await tx.touch_notice(NoticeKind.CARD, "ch-a")
        assert [due.attempts for due in await tx.due_notices(NOON)] == [attempts]


# drafts, reminders, clean-up


async def test_a_draft_is_for_one_person_and_for_a_time(store: Store) -> None:
    async with store.write() as tx:
        await tx.save_draft("dr-1", ADA.org, ADA.user_id, 'deploy "triage v3"', NOON)
    async with store.read() as tx:
        before = NOON - MINUTE
        assert await tx.draft("dr-1", ADA.org, ADA.user_id, before) == 'deploy "triage v3"'
        assert await tx.draft("dr-1", ADA.org, RAVI.user_id, before) is None
        assert await tx.draft("dr-1", "E0OTHER", ADA.user_id, before) is None
        assert await tx.draft("dr-1", ADA.org, ADA.user_id, NOON) is None


async def test_an_occasion_happens_once_until_it_runs_out(store: Store, clock: FixedClock) -> None:
    async with store.write() as tx:
        assert await tx.claim_once("event:Ev1", NOON + MINUTE)
        assert not await tx.claim_once("event:Ev1", NOON + DAY)
        assert await tx.claim_once("event:Ev2", NOON + DAY)
    clock.time = NOON + MINUTE
    async with store.write() as tx:
        assert await tx.claim_once("event:Ev1", NOON + DAY)
        assert not await tx.claim_once("event:Ev1", NOON + DAY)
        assert await tx.clean_up(NOON + DAY) == 2


async def test_a_reminder_is_remembered_as_it_was_saved_last(store: Store) -> None:
    ended = reminder(snoozed_until=NOON + DAY, ended_at=NOON, ended_as="completed", ended_by="U0ADA")
    earlier = reminder("ev_2", first_seen=NOON - MINUTE)
    async with store.write() as tx:
        for one in (reminder(), earlier, ended):
            await tx.save_reminder(one)
    async with store.read() as tx:
        assert await tx.reminder("humanloop", "ev_1") == ended
        assert await tx.reminders() == (earlier,)
        assert await tx.reminders(open_only=False) == (earlier, ended)


async def test_clean_up_removes_what_nobody_needs_and_nothing_else(store: Store) -> None:
    old = NOON - 31 * DAY
    line, evaluation = NoticeKind.HISTORY, NoticeKind.EVALUATION
    async with store.write() as tx:
        await tx.save_draft("dr-old", ADA.org, ADA.user_id, "x", NOON)
        await tx.save_draft("dr-new", ADA.org, ADA.user_id, "x", NOON + MINUTE)
        await tx.add_notice(card(created_at=old, shown=1))
        await tx.add_notice(notice(line, "said", "1", created_at=old, shown=1))
        await tx.add_notice(notice(line, "given up", "2", created_at=old, given_up=True))
        await tx.add_notice(notice(line, "unsaid", "3", created_at=old))
        await tx.add_notice(notice(line, "young", "4", shown=1))
        await tx.save_reminder(reminder("ev_over", ended_at=old))
        await tx.save_reminder(reminder("ev_running", first_seen=old))
        for name, subject in (("5", "ev_over@then"), ("6", "ev_running@then"), ("7", "evXrunning@then")):
            await tx.add_notice(notice(evaluation, f"humanloop:{subject}", name, created_at=old, shown=1))
    async with store.write() as tx:
        assert await tx.clean_up(NOON) == 6
        assert await tx.clean_up(NOON) == 0
    async with store.read() as tx:
        left = [name for name in ("no-card", *"1234567") if await tx.notice(name)]
        assert left == ["no-card", "3", "4", "6"]
        assert [one.evaluation_id for one in await tx.reminders(open_only=False)] == ["ev_running"]
        assert await tx.draft("dr-new", ADA.org, ADA.user_id, NOON) == "x"
