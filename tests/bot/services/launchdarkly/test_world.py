"""What is kept: over a restart, all or nothing; and the demo account."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.services.launchdarkly import PROJECT, ExternalActor, World, demo_world
from bot.services.launchdarkly.demo_configs import CONFIGS as DEMO
from bot.services.launchdarkly.records import Approval, Config, Happening, Member
from bot.services.launchdarkly.world import KINDS, utc_now
from tests.bot.services.launchdarkly.conftest import CONFIGS, REVIEWER, START, TOKEN, Api, StandingClock, client, live


def test_the_demo_account_is_the_same_whenever_it_is_made(world: World) -> None:
    other = demo_world(TOKEN, REVIEWER, now=lambda: START)
    for kind in KINDS:
        assert len(other.all(kind)) == len(world.all(kind)) > 0
    assert other.now() == START


def test_nothing_in_the_demo_happened_after_now(world: World) -> None:
    now = world.ms()
    assert all(entry.at <= now for entry in world.all(Happening))
    assert all(place.last_modified <= now for config in world.all(Config) for place in config.places.values())
    assert {approval.status for approval in world.all(Approval)} == {"completed"}


def test_demo_configs_come_in_all_forms(world: World) -> None:
    configs = {config.key: config for config in world.all(Config)}
    assert {config.mode for config in configs.values()} == {"completion", "agent", "judge"}
    live_ = {key: config.places["production"] for key, config in configs.items()}
    assert live_["search-answers"].fallthrough.rollout is not None
    assert live_["onboarding-guide"].rules
    assert not live_["billing-explainer"].enabled
    disabled = configs["changelog-writer"].entry("")
    assert live_["changelog-writer"].fallthrough.entry == disabled.id
    assert [config.key for config in DEMO] == list(configs)


@pytest.mark.parametrize(("token", "reviewer"), [("", "api-1"), ("api-1", " "), ("api-1", "api-1")])
def test_two_different_tokens_are_needed(token: str, reviewer: str) -> None:
    with pytest.raises(ValueError, match="two different ones"):
        demo_world(token, reviewer)


def test_the_clock_is_that_of_the_machine_when_nothing_is_said() -> None:
    world = demo_world(TOKEN, REVIEWER)
    assert abs(world.ms() - utc_now().timestamp() * 1_000) < 60_000
    world.close()


async def test_a_file_keeps_everything_over_a_restart(tmp_path: Path, clock: StandingClock) -> None:
    path = tmp_path / "deep" / "launchdarkly.db"
    first = demo_world(TOKEN, REVIEWER, now=clock, path=path)
    async with client(first, TOKEN) as http:
        api = Api(http)
        await api.serve("terse")
        request = await api.ask()
        dropped = await api.ask()
        await api.delete(f"/approval-requests/{dropped['_id']}")
        await api.delete(f"{CONFIGS}/changelog-writer")
        document = await api.targeting()
    first.close()
    second = demo_world(TOKEN, REVIEWER, now=clock, path=path)
    for kind in KINDS:
        assert second.all(kind) == first.all(kind)
    async with client(second, TOKEN) as http:
        api = Api(http)
        assert await api.targeting() == document
        assert live(document, "staging") == "terse"
        assert (await api.get(f"/approval-requests/{request['_id']}"))["status"] == "pending"
        await api.get(f"{CONFIGS}/changelog-writer", 404)
    second.close()


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "launchdarkly.db"
    path.write_text("not a database, but long enough to look at " * 100)
    with pytest.raises(ValueError, match="remove it to begin anew"):
        demo_world(TOKEN, REVIEWER, path=path)


def test_an_account_that_was_not_filled_to_the_end_is_filled_the_next_time(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "launchdarkly.db"

    def ctrl_c(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("bot.services.launchdarkly.demo._serve", ctrl_c)
        with pytest.raises(KeyboardInterrupt):
            demo_world(TOKEN, REVIEWER, now=lambda: START, path=path)
    again = demo_world(TOKEN, REVIEWER, now=lambda: START, path=path)
    for kind in KINDS:
        assert len(again.all(kind)) == len(world.all(kind))
    again.close()


def test_somebody_else_is_told_by_name(world: World) -> None:
    ravi = next(member for member in world.all(Member) if member.first_name == "Ravi")
    somebody = ExternalActor(world, PROJECT, ravi.id)
    somebody.delete_config("changelog-writer")
    entry = world.all(Happening)[-1]
    assert (entry.member, entry.token, entry.access.action) == (ravi.id, None, "deleteAIConfig")


def test_an_entry_that_is_not_there_is_a_mistake_of_the_caller(world: World) -> None:
    with pytest.raises(KeyError, match="nobody"):
        world.config(PROJECT, "support-assistant").entry("nobody")


def test_a_member_without_a_name_is_called_by_address() -> None:
    assert Member(id="m", email="m@acorn.example", created_at=0).name == "m@acorn.example"


def test_an_experiment_takes_what_is_served_where_nothing_is_said(world: World) -> None:
    somebody = ExternalActor(world, PROJECT)
    somebody.hold("support-assistant", "staging", None)
    before = world.config(PROJECT, "support-assistant").places["staging"]
    somebody.hold("support-assistant", "staging", "measuredRollout")
    after = world.config(PROJECT, "support-assistant").places["staging"]
    assert after.fallthrough.entries() == before.fallthrough.entries()
    assert after.version == before.version + 1
