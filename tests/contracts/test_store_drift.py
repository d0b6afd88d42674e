"""What the store promises to the drift watch, on every database."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from bot.domain.changes import State
from bot.domain.contents import Content, Message
from bot.domain.drift import Baseline, Drift, Ending, Silence, Source
from bot.domain.live_state import NOTHING, LiveState, One
from bot.domain.notices import NoticeKind
from bot.domain.provider_approvals import Moved
from bot.store import Store
from bot.store.codec import Unreadable
from bot.store.write import KEPT
from tests.bot.store.builders import DAY, MINUTE, NOON, PRODUCTION, STAGING, TRIAGE, FixedClock, change, notice

X = LiveState(One("config_x", "config_x", "triage v3\0"), 2)
CONTENT = Content((Message("system", "Sort {{requests}}.\0"),), "gpt-4o", "openai", {"temperature": 0.5})


def baseline(environment: str = PRODUCTION.id, **different: Any) -> Baseline:
    standard = Baseline(*TRIAGE.key, environment, X, NOON, Source.APPLIED, "ch-a")
    return replace(standard, **different)


def drift(id: str = "dr-a", **different: Any) -> Drift:  # noqa: A002 - the domain's word
    return replace(Drift(id, TRIAGE, PRODUCTION, baseline(), NOTHING, NOON + MINUTE), **different)


async def test_keeps_what_was_last_right_in_each_environment(store: Store) -> None:
    adopted = baseline(STAGING.id, source=Source.ADOPTED, change_id=None, by="U0RAVI", content=CONTENT)
    async with store.write() as tx:
        await tx.add_baselines([baseline(), adopted])
    async with store.read() as tx:
        assert {each.environment_id for each in await tx.baselines(*TRIAGE.key)} == {
            PRODUCTION.id,
            STAGING.id,
        }
        assert await tx.baseline(*baseline().place) == baseline()
        assert await tx.baseline(*adopted.place) == adopted
        assert await tx.baseline(*TRIAGE.key, "env_none") is None
        assert await tx.baselines("humanloop", "pr_none") == ()


async def test_what_is_seen_never_takes_the_place_of_what_is_known(store: Store) -> None:
    async with store.write() as tx:
        await tx.save_baseline(baseline())
        await tx.add_baselines([baseline(served=NOTHING, source=Source.SEEN)])
        assert await tx.baseline(*baseline().place) == baseline()
        await tx.save_baseline(baseline(served=NOTHING, at=NOON + DAY))
        assert await tx.baseline(*baseline().place) == baseline(served=NOTHING, at=NOON + DAY)


async def test_what_is_right_is_known_everywhere_at_once_by_its_fingerprint(store: Store) -> None:
    async with store.write() as tx:
        await tx.add_baselines([baseline(), baseline(STAGING.id, served=NOTHING)])
        assert await tx.fingerprints() == {
            baseline().place: X.fingerprint(),
            (*TRIAGE.key, STAGING.id): NOTHING.fingerprint(),
        }
        await tx.save_baseline(baseline(served=NOTHING))
        assert set((await tx.fingerprints()).values()) == {NOTHING.fingerprint()}


async def test_keeps_a_drift_whole(store: Store) -> None:
    whole = drift(
        moved=Moved(NOON, "lena@acorn.example", "hotfix\ud83d"),
        was_content=CONTENT,
        now_content=CONTENT,
        late="ch-7",
        lead="dr-0",
        version=3,
    )
    async with store.write() as tx:
        assert await tx.add_drift(whole)
    async with store.read() as tx:
        assert await tx.drift("dr-a") == whole
        assert await tx.open_drift(*baseline().place) == whole
        assert await tx.open_drift(*TRIAGE.key, STAGING.id) is None
        assert await tx.open_drifts() == await tx.open_drifts(TRIAGE.key) == (whole,)
        assert await tx.open_drifts(("humanloop", "pr_none")) == ()
        assert await tx.drift("dr-none") is None


async def test_knows_which_drifts_another_one_tells(store: Store) -> None:
    lead, other = drift(now=X), drift("dr-b", environment=STAGING, now=X, lead="dr-a")
    async with store.write() as tx:
        await tx.add_drift(lead)
        await tx.add_drift(other)
        assert [each.id for each in await tx.led_by(lead)] == ["dr-b"]
        assert await tx.led_by(other) == ()


async def test_one_drift_is_open_in_one_environment(store: Store) -> None:
    async with store.write() as tx:
        assert await tx.add_drift(drift())
        assert not await tx.add_drift(drift("dr-b"))
        assert await tx.add_drift(drift("dr-c", environment=STAGING))
        over = drift(ended_at=NOON + DAY, ended_as=Ending.ADOPTED, ended_by="U0RAVI", version=2)
        assert await tx.save_drift(over, 1)
        assert await tx.drift("dr-a") == over
        assert await tx.add_drift(drift("dr-b"))
        assert [each.id for each in await tx.open_drifts()] == ["dr-b", "dr-c"]


async def test_who_saw_an_older_version_of_a_drift_writes_nothing(store: Store) -> None:
    async with store.write() as tx:
        await tx.add_drift(drift())
        moved_on = drift(version=2, now=X)
        assert await tx.save_drift(moved_on, 1)
        assert not await tx.save_drift(drift(version=2), 1)
        assert await tx.drift("dr-a") == moved_on
        over = replace(moved_on, ended_at=NOON, ended_as=Ending.BACK, version=3)
        assert await tx.save_drift(over, 2)
        assert not await tx.save_drift(replace(over, version=4), 3), "what is over stays as it is"


async def test_knows_the_open_changes_of_a_project(store: Store) -> None:
    async with store.write() as tx:
        await tx.insert_change(change("ch-a"), [])
        await tx.insert_change(change("ch-b", state=State.APPLIED, environment=STAGING), [])
        assert [each.id for each in await tx.open_changes(*TRIAGE.key)] == ["ch-a"]
        assert await tx.open_changes("humanloop", "pr_none") == ()


async def test_keeps_one_silence_of_a_provider(store: Store) -> None:
    silence = Silence("si-a", "humanloop", NOON, "timed_out")
    async with store.write() as tx:
        assert await tx.add_silence(silence)
        assert not await tx.add_silence(replace(silence, id="si-b"))
        assert await tx.add_silence(replace(silence, id="si-c", provider="launchdarkly"))
        assert await tx.open_silence("humanloop") == await tx.silence("si-a") == silence
        assert await tx.end_silence("si-a", NOON + DAY)
        assert not await tx.end_silence("si-a", NOON + DAY)
        assert await tx.silence("si-a") == replace(silence, ended_at=NOON + DAY)
        assert await tx.open_silence("humanloop") is None
        assert await tx.silence("si-none") is None


async def test_what_is_over_for_long_is_removed_with_its_messages(store: Store, clock: FixedClock) -> None:
    over = drift(ended_at=NOON, ended_as=Ending.BACK)
    async with store.write() as tx:
        await tx.add_drift(over)
        await tx.add_drift(drift("dr-b", environment=STAGING))
        await tx.add_silence(Silence("si-a", "humanloop", NOON, "timed_out", NOON))
        await tx.end_silence("si-a", NOON)
        for kind, subject in (
            (NoticeKind.DRIFT, "dr-a"),
            (NoticeKind.DRIFT, "dr-b"),
            (NoticeKind.SILENCE, "si-a"),
        ):
            await tx.add_notice(notice(kind, subject, f"no-{subject}"))
        assert await tx.clean_up(NOON + DAY) == 0
        assert await tx.clean_up(NOON + KEPT + DAY) == 4
        assert await tx.drift("dr-a") is None
        assert await tx.notice("no-dr-a") is None
        assert await tx.silence("si-a") is None
        assert await tx.notice("no-si-a") is None
        assert await tx.drift("dr-b") is not None
        assert await tx.notice("no-dr-b") is not None


@pytest.mark.parametrize("table", ["baselines", "drifts"])
async def test_what_another_version_wrote_is_not_guessed(store: Store, table: str) -> None:
    async with store.write() as tx:
        await tx.save_baseline(baseline())
        await tx.add_drift(drift())
        await tx._connection.execute(text(f"update {table} set details = :details"), {"details": '{"v": 99}'})
        with pytest.raises(Unreadable, match="written in version 99"):
            await (tx.baselines(*TRIAGE.key) if table == "baselines" else tx.open_drifts())
