"""Whatever Slack does with each call: a card stands once, its thread is in order, and the last word is the present."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ulid import ULID

from bot.domain.actors import MessageAt
from bot.domain.changes import State
from bot.domain.notices import ChangeView, HistoryView, NoticeKind
from bot.features.changes import approvals
from bot.outbox import delivery
from bot.ports import NotDelivered
from tests.bot.features.steps import asked, needs, stored
from tests.builders import MIRA, RAVI, Memo, World, make_world


class TimelessLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock stands still: how long the machine takes for something decides nothing."""

    def time(self) -> float:
        return 0.0


class Moody(Memo):
    """Does with each call what the script says, until it ends.

    Posts and edits have a script each: they are delivered side by side, and which of them is first is up to threads.
    """

    def __init__(self, posts: list[str], edits: list[str]) -> None:
        super().__init__()
        self.post_script = posts
        self.edit_script = edits
        self.blind_times = 0

    def _say(self, view: object, channel: str, at: MessageAt | None) -> MessageAt:
        script = self.post_script if at is None else self.edit_script
        mood = script.pop(0) if script else "fine"
        if mood == "slower":
            raise NotDelivered("ratelimited", retry_after=30)
        if mood == "refused":
            raise NotDelivered("msg_too_long")
        if mood == "down":
            raise NotDelivered("ClientConnectorError", unreached=True)
        if mood == "lost on the way":
            raise NotDelivered("TimeoutError", unsure=True)
        said = super()._say(view, channel, at)
        if mood == "answer lost":
            raise NotDelivered("ServerDisconnectedError", unsure=True)
        return said

    async def find(self, post: str, spot: object, since: object) -> MessageAt | None:
        if self.blind_times < 3 and self.post_script and self.post_script.pop(0) == "down":
            self.blind_times += 1  # for longer than two minutes, it would be said again without knowing
            raise NotDelivered("ClientConnectorError", unsure=True)
        return self.posts.get(post)


moods = st.lists(st.sampled_from(["fine", "slower", "refused", "down", "lost on the way", "answer lost"]), max_size=14)
pauses = st.lists(st.integers(0, 40), min_size=3, max_size=3)
seeds = st.integers(0, 2**32)


@given(moods, moods, pauses, seeds)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_card_stands_once_with_its_thread_in_order_whatever_slack_does(
    posts: list[str], edits: list[str], waits: list[int], seed: int
) -> None:
    ids = Random(seed)  # those of one millisecond are in no order
    with (
        patch("bot.context.ULID", lambda: ULID.from_bytes(ids.randbytes(16))),
        asyncio.Runner(loop_factory=TimelessLoop) as runner,
    ):
        runner.run(_a_change_told_by_a_moody_slack(Moody(posts, edits), waits))


async def _a_change_told_by_a_moody_slack(memo: Moody, waits: list[int]) -> None:
    with TemporaryDirectory() as folder:
        world = await make_world(Path(folder), notifier=memo, rule_for=needs(2))
        world = replace(world, memo=memo)
        try:
            change = await asked(world)
            for seconds, person in zip(waits, (RAVI, MIRA), strict=False):
                await _time_passes(world, seconds)
                await approvals.approve(world.ctx, change, person)
            await _time_passes(world, 1_800)
            assert (await stored(world, change)).state is State.APPLIED
            await _is_told_well(world, change)
        finally:
            await world.store.close()


async def _time_passes(world: World, seconds: int) -> None:
    for _ in range(0, seconds, 20):
        world.clock.move(timedelta(seconds=20))
        await delivery.deliver_due(world.ctx)


async def _is_told_well(world: World, change: str) -> None:
    said = world.memo.said
    cards = [one for one in said if isinstance(one.view, ChangeView)]
    assert [one.edited for one in cards] == [False] + [True] * (len(cards) - 1)
    assert isinstance(cards[-1].view, ChangeView)
    assert cards[-1].view.change.state is State.APPLIED
    told = [one.view.entry.event.value for one in said if isinstance(one.view, HistoryView)]
    assert told == ["change.approved", "change.approved", "change.applied"]
    async with world.store.read() as tx:
        card = await tx.notice_for(NoticeKind.CARD, change)
        assert await tx.backlog(world.clock.now()) == ()
    assert card is not None
    assert (card.shown, card.at) == (card.wanted, cards[0].at)
