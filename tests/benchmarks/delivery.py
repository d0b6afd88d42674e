"""Ten thousand messages while Slack answers 429 again and again and loses answers: all said, each once, how fast?

Slack is the playground in a process of its own, with its real limits; the bot is whole, with its jobs. Their clocks run
faster than the machine's, so that it ends in a few minutes; the figures are in seconds of that clock. The pace that
Slack allows is one message a second and channel after the first burst, and nothing as long as it asked to wait.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.app import Bot
from bot.domain.changes import Change
from bot.domain.notices import Notice, NoticeKind
from bot.domain.rate_limits import POSTS
from bot.services.slack import Channel, create_app
from bot.services.slack.faults import ANSWER_LOST, RATE_LIMITED, Fault, Rates
from bot.slack.health import serving
from tests.benchmarks.app import bot_at, chat_at, demo_registry, registry_at, rests, workspace_of
from tests.benchmarks.processes import served
from tests.benchmarks.rows import Benchmark, Figure, Measured, Size
from tests.scenarios.chat import ADA, Chat


@dataclass(frozen=True, slots=True)
class Storm:
    """How much there is to say, and what goes wrong meanwhile, in each channel."""

    channels: int
    each: int
    refusals: int
    """How often Slack asks to wait, for `wait` seconds each time."""
    wait: int
    lost: int
    """How many answers are lost."""
    speed: float
    """How much faster than the machine's both clocks run."""

    @property
    def names(self) -> list[str]:
        """The channels."""
        return [f"C{number:03d}" for number in range(self.channels)]

    @property
    def total(self) -> int:
        """How many messages there are to say."""
        return self.channels * self.each

    @property
    def ideal(self) -> float:
        """Seconds that Slack's limits alone demand: after each wait there is no burst."""
        return self.each - POSTS.burst + self.refusals * self.wait


NAME = re.compile(r"C\d{3}-\d{4}")
"""What each message is about."""

STORMS = {
    Size.TINY: Storm(channels=2, each=8, refusals=1, wait=1, lost=1, speed=20),
    Size.SHORT: Storm(channels=25, each=40, refusals=2, wait=5, lost=1, speed=2),
    Size.FULL: Storm(channels=25, each=400, refusals=10, wait=5, lost=2, speed=2),
}


def figures(size: Size) -> Sequence[Figure]:
    """Two figures: how long it takes, and how many stand in Slack once."""
    storm = STORMS[size]
    name = f"{storm.total:,} messages in {storm.channels} channels under a storm of 429"
    return [
        Figure(f"{name}: until all are said", "s", "the pace that Slack allows", 1.5),
        Figure(f"{name}: said once", "messages", "those to be said", 1, more_is_better=True),
    ]


def measure(size: Size) -> Sequence[Measured]:
    """Seconds, and messages."""
    return asyncio.run(_measure(STORMS[size]))


class FastClock:
    """A clock that runs faster than the machine's."""

    def __init__(self, speed: float) -> None:
        self._speed, self._begun, self._begin = speed, time.monotonic(), datetime.now(UTC)

    def now(self) -> datetime:
        """The instant."""
        return self._begin + timedelta(seconds=(time.monotonic() - self._begun) * self._speed)


async def _measure(storm: Storm) -> Sequence[Measured]:
    clock = FastClock(storm.speed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = await demo_registry(folder)
        async with (
            served(stormy_slack, asdict(storm)) as slack,
            chat_at(slack) as chat,
            registry_at(url) as client,
            bot_at(slack, folder, [client], clock) as bot,
        ):
            await _fill(bot, storm, await _asked(bot, chat))
            began = clock.now()
            while await _waiting(bot, began):
                await bot.scheduler.look()
                await asyncio.sleep(1 / storm.speed)  # as often as the scheduler looks
            seconds = (clock.now() - began).total_seconds()
            await rests(bot)
            said = await _said(chat, storm)
    return [(seconds, storm.ideal), (sum(count == 1 for count in said.values()), storm.total)]


async def _asked(bot: Bot, chat: Chat) -> Change:
    """A change that waits for an approval, of which all others are copies."""
    await chat.asks()
    await rests(bot)
    async with bot.ctx.store.read() as tx:
        change = await tx.change_by_number(1)
    assert change is not None
    return change


async def _fill(bot: Bot, storm: Storm, change: Change) -> None:
    """Cards that wait in every channel, each of a change of its own."""
    now = bot.ctx.clock.now()
    async with bot.ctx.store.write() as tx:
        for number, name in ((number, name) for number in range(storm.each) for name in storm.names):
            environment = replace(change.environment, id=f"{name}-{number:04d}", name=f"{name}-{number:04d}")
            place = replace(change.origin, channel=name)
            other = replace(change, id=environment.id, environment=environment, origin=place)
            assert await tx.insert_change(replace(other, number=await tx.next_number()), [])
            since = now + timedelta(microseconds=number)
            await tx.add_notice(Notice(other.id, NoticeKind.CARD, other.id, place, since))


async def _waiting(bot: Bot, since: datetime) -> int:
    async with bot.ctx.store.read() as tx:
        return len(await tx.backlog(since))


async def _said(chat: Chat, storm: Storm) -> Counter[str]:
    """How often each thing stands in Slack."""
    texts = [message.text for name in storm.names for message in await chat.messages(ADA, name)]
    return Counter(name for text in texts for name in NAME.findall(text)[:1])


@asynccontextmanager
async def stormy_slack(weather: dict[str, float]) -> AsyncIterator[str]:
    """A Slack that refuses and loses, as the fields of a `Storm` say; gives its address."""
    storm = Storm(**weather)  # type: ignore[arg-type]  # what `asdict` made of one
    workspace = workspace_of([Channel(name, name.lower()) for name in storm.names], rate_limits=True)
    workspace.rates = Rates(lambda: time.monotonic() * storm.speed)
    for name in storm.names:
        for _ in range(storm.refusals):
            workspace.faults.add(Fault("chat.postMessage", RATE_LIMITED, storm.wait, channel=name))
            workspace.faults.add(Fault("chat.postMessage", times=storm.each // storm.refusals, channel=name))
        workspace.faults.add(Fault("chat.postMessage", ANSWER_LOST, times=storm.lost, channel=name))
    async with serving(create_app(workspace), host="127.0.0.1", port=0) as port:
        yield f"http://127.0.0.1:{port}"


BENCHMARK = Benchmark(figures, measure)
