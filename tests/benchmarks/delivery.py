"""Ten thousand messages while Slack answers 429 again and again and loses answers: all said, each once, how fast?

Slack is the playground in a process of its own, with its real limits. Its clock and ours run faster than the machine's,
so that it ends in a few minutes; the figures are in seconds of that clock. The pace that Slack allows is one message
a second and channel after the first burst, and nothing as long as it asked to wait.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import multiprocessing
import re
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from structlog.testing import capture_logs

from bot.demo import PEOPLE, TEAM
from bot.domain.notices import Notice, NoticeKind
from bot.domain.rate_limits import POSTS
from bot.outbox import delivery
from bot.services.slack import Channel, Workspace, create_app
from bot.services.slack.faults import ANSWER_LOST, RATE_LIMITED, Fault, Rates
from bot.slack import bolt
from bot.slack.health import serving
from bot.store import Store
from handlers.notifier import SlackNotifier
from tests.benchmarks.rows import Row
from tests.bot.features.steps import asked, stored
from tests.builders import NOON, World, make_world


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
    def ideal(self) -> float:
        """Seconds that Slack's limits alone demand: after each wait there is no burst."""
        return self.each - POSTS.burst + self.refusals * self.wait


NAME = re.compile(r"C\d{3}-\d{4}")
"""What each message is about."""

WHOLE = Storm(channels=25, each=400, refusals=10, wait=5, lost=2, speed=2)
TINY = Storm(channels=3, each=12, refusals=1, wait=1, lost=1, speed=20)


def run(tiny: bool) -> list[Row]:
    """Two rows: how long it takes, and how many stand in Slack once."""
    storm = TINY if tiny else WHOLE
    with capture_logs(), _slack(storm) as slack:
        port: int = slack.recv()
        seconds = asyncio.run(_say_all(storm, port))
        slack.send("what was said?")
        said: Counter[str] = slack.recv()
    once = sum(count == 1 for count in said.values())
    total = storm.channels * storm.each
    figure = f"{total:,} messages in {storm.channels} channels under a storm of 429"
    return [
        Row(f"{figure}: until all are said", seconds, "s", "the pace that Slack allows", storm.ideal, 1.5),
        Row(f"{figure}: said once", once, "messages", "those to be said", total, 1, more_is_better=True),
    ]


class FastClock:
    """A clock that runs faster than the machine's."""

    def __init__(self, speed: float, begin: datetime) -> None:
        self._speed, self._begun, self._begin = speed, time.monotonic(), begin

    def now(self) -> datetime:
        """The instant."""
        return self._begin + timedelta(seconds=(time.monotonic() - self._begun) * self._speed)


async def _say_all(storm: Storm, port: int) -> float:
    """Seconds, of the fast clock, until nothing waits any more."""
    with tempfile.TemporaryDirectory() as folder:
        world = await make_world(Path(folder))
        await _fill(world, storm)
        await world.store.close()
        clock = FastClock(storm.speed, NOON + timedelta(minutes=1))
        store = await Store.open(f"sqlite:///{folder}/configbot.db", clock=clock)
        async with bolt.session() as session:
            slack = bolt.web_client("xoxb-playground", session=session, base_url=f"http://127.0.0.1:{port}/api/")
            notifier = SlackNotifier(bolt.impatient(slack), clock, "U0BOT")
            ctx = replace(world.ctx, store=store, clock=clock, notifier=notifier)
            begun = clock.now()
            while await _waiting(store):
                await delivery.deliver_due(ctx)
                await asyncio.sleep(1 / storm.speed)  # as often as the job runs
            took = clock.now() - begun
        await store.close()
        return took.total_seconds()


async def _waiting(store: Store) -> int:
    async with store.read() as tx:
        return len(await tx.backlog(NOON))


async def _fill(world: World, storm: Storm) -> None:
    """Cards that wait in every channel, each of a change of its own."""
    change = await stored(world, await asked(world))
    async with world.store.write() as tx:
        for number, name in ((number, name) for number in range(storm.each) for name in storm.names):
            environment = replace(change.environment, id=f"{name}-{number:04d}", name=f"{name}-{number:04d}")
            place = replace(change.origin, channel=name)
            other = replace(change, id=environment.id, environment=environment, origin=place)
            assert await tx.insert_change(replace(other, number=await tx.next_number()), [])
            since = NOON + timedelta(microseconds=number)
            await tx.add_notice(Notice(other.id, NoticeKind.CARD, other.id, place, since))


@contextlib.contextmanager
def _slack(storm: Storm) -> Iterator[Connection]:
    """A Slack in a process of its own: it says its port, and, asked, how often it was told each thing."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(storm, theirs), daemon=True)
    process.start()
    try:
        yield ours
    finally:
        process.kill()
        process.join()


def _serve(storm: Storm, connection: Connection) -> None:
    logging.getLogger().setLevel(logging.WARNING)
    asyncio.run(_serve_until_told(storm, connection))


async def _serve_until_told(storm: Storm, connection: Connection) -> None:
    channels = [Channel(name, name.lower()) for name in storm.names]
    workspace = Workspace(TEAM, PEOPLE, channels)
    workspace.rates = Rates(lambda: time.monotonic() * storm.speed)
    for name in storm.names:
        for _ in range(storm.refusals):
            workspace.faults.add(Fault("chat.postMessage", RATE_LIMITED, storm.wait, channel=name))
            workspace.faults.add(Fault("chat.postMessage", times=storm.each // storm.refusals, channel=name))
        workspace.faults.add(Fault("chat.postMessage", ANSWER_LOST, times=storm.lost, channel=name))
    async with serving(create_app(workspace), host="127.0.0.1", port=0) as port:
        connection.send(port)
        await asyncio.to_thread(connection.recv)
        texts = [message.text for name in storm.names for message in workspace.conversation(name)]
        connection.send(Counter(name for text in texts for name in NAME.findall(text)[:1]))
        await asyncio.to_thread(connection.recv)
