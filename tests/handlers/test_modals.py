"""Forms whose fields depend on what is picked in them, and forms that turn into others."""

from __future__ import annotations

import copy
from datetime import timedelta

import pytest

from bot.clients.base import Capabilities, NotDone
from bot.domain.errors import Fault
from bot.domain.evaluations import COMPLETED, RUNNING
from bot.domain.project_fields import ProjectFields
from tests.builders import PRODUCTION, problem
from tests.handlers.conversation import STRAY, Talk
from tests.scenarios.chat import ADA, Line


async def test_a_project_is_changed_by_a_form_that_shows_how_it_is(talk: Talk) -> None:
    await talk.types(ADA, "/project update")
    assert await talk.fields(ADA) == {"project": None}

    await talk.picks(ADA, "project", "support")
    assert await talk.fields(ADA) == {"project": "support", "name": "support", "directory": None, "active": "config_w"}
    assert await talk.submits(ADA, name="Support desk") == {"ok": True}

    said = await talk.last(ADA)
    assert "`support` → `Support desk`" in said.body()
    assert "Directory" not in said.body()
    await talk.presses(ADA, said, "Change it")
    assert talk.world.provider.projects_["pr_support"].name == "Support desk"


async def test_what_somebody_else_changed_meanwhile_is_not_changed_back_by_a_form(talk: Talk) -> None:
    await talk.types(ADA, "/project update")
    await talk.picks(ADA, "project", "support")
    project = talk.world.provider.projects_["pr_support"]
    await talk.world.provider.update_project(project, ProjectFields(name="Renamed meanwhile"))

    assert await talk.submits(ADA, directory="dir_1a2b") == {"ok": True}

    body = (await talk.last(ADA)).body()
    assert "dir_1a2b" in body
    assert "Name:" not in body


async def test_another_active_config_is_a_deploy_to_the_default_environment(talk: Talk) -> None:
    await talk.types(ADA, "/project update")
    await talk.picks(ADA, "project", "support")

    assert await talk.submits(ADA, active="config_x") == {"ok": True}

    card = await talk.card()
    assert "`config_w` → `config_x` in `production`" in card.body()


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({}, "pick.project", "You haven't changed anything yet"),
        ({"name": "search"}, "type.name", "There's already a project called search"),
        ({"name": " "}, "type.name", "visible letters"),
        ({"directory": "root"}, "type.directory", "root is not the id of a directory"),
        ({"directory": "dir_1", "active": "config_x"}, "pick.active", "You have to ask for a deploy alone"),
    ],
)
async def test_what_is_wrong_with_a_change_stands_beside_its_field(
    talk: Talk, typed: dict[str, str], field: str, says: str
) -> None:
    await talk.types(ADA, "/project update")
    await talk.picks(ADA, "project", "support")

    answer = await talk.submits(ADA, **typed)

    ((where, words),) = answer["errors"].items()
    assert where.partition("/")[0] == field
    assert says in words
    assert "`" not in words


async def test_a_form_whose_project_is_still_being_read_waits(talk: Talk) -> None:
    await talk.types(ADA, "/project update")

    answer = await talk.submits(ADA, project="support")

    assert "Wait until" in answer["errors"]["pick.project"]


async def test_another_project_shows_its_own_fields(talk: Talk) -> None:
    await talk.types(ADA, "/project update")
    await talk.picks(ADA, "project", "support")
    await talk.picks(ADA, "project", "search")

    assert await talk.fields(ADA) == {"project": "search", "name": "search", "directory": None, "active": "rewrite"}


async def test_the_fields_of_the_project_before_are_never_sent_for_the_next_one(talk: Talk) -> None:
    await talk.types(ADA, "/project update")
    await talk.picks(ADA, "project", "support")

    answer = await talk.submits(ADA, project="search", name="support two")

    assert "Wait until" in answer["errors"]["pick.project"]


async def test_a_project_that_cannot_be_read_says_so_in_the_form(talk: Talk) -> None:
    talk.world.provider.fail("project", NotDone(problem(Fault.TIMED_OUT)))
    await talk.types(ADA, "/project update")

    await talk.picks(ADA, "project", "support")

    assert "did not answer in time" in Line(await talk.open(ADA)).body()


async def test_a_project_of_a_provider_that_cannot_change_it_says_so_in_the_form(talk: Talk) -> None:
    talk.world.provider.capabilities = Capabilities(fields=frozenset())
    await talk.types(ADA, "/project update")

    await talk.picks(ADA, "project", "support")

    assert "Do it in the service itself" in Line(await talk.open(ADA)).body()


async def test_a_project_that_went_while_it_was_picked_leaves_the_form_as_it_was(talk: Talk) -> None:
    await talk.types(ADA, "/project update")
    await talk.picks(ADA, "project", "support")
    payload = copy.deepcopy(talk.delivery.sent[-1])
    payload["actions"][0]["selected_option"]["value"] = "1:main:pr_gone"

    await talk.delivery.bring(payload)
    await talk.settle()

    assert (await talk.fields(ADA))["project"] == "support"


async def test_a_form_that_was_closed_meanwhile_is_left_alone(talk: Talk) -> None:
    talk.fault("views.update", "not_found")
    await talk.types(ADA, "/project update")

    await talk.picks(ADA, "project", "support")

    assert await talk.fields(ADA) == {"project": None}
    assert talk.world.provider.calls == []


async def test_a_stranger_reads_nothing_through_a_form(talk: Talk) -> None:
    await talk.types(ADA, "/project update")
    await talk.picks(ADA, "project", "support")
    payload = copy.deepcopy(talk.delivery.sent[-1])
    payload["user"] |= {"id": STRAY, "team_id": "T0OTHER"}
    talk.world.provider.calls.clear()

    await talk.delivery.bring(payload)
    await talk.settle()

    assert talk.world.provider.calls == []


@pytest.mark.parametrize(
    ("line", "status", "then", "says"),
    [
        ("evaluation complete", RUNNING, COMPLETED, "completed"),
        ("evaluation reopen", COMPLETED, RUNNING, "running"),
    ],
)
async def test_an_evaluation_is_completed_and_reopened_by_a_form(
    talk: Talk, line: str, status: str, then: str, says: str
) -> None:
    run = talk.world.provider.evaluated("support", "config_x", 0.5, status=status)
    await talk.types(ADA, f"/configbot {line}")
    await talk.picks(ADA, "project", "support")
    assert str((await talk.fields(ADA))["evaluation"]).startswith(f"config_x · {status} · ")

    assert await talk.submits(ADA) == {"ok": True}

    assert says in (await talk.last(ADA)).text
    (now,) = talk.world.provider.runs[run.project_id]
    assert now.status == then


async def test_an_evaluation_is_shown_by_a_form(talk: Talk) -> None:
    talk.world.provider.evaluated("support", "config_x", 0.5)
    await talk.types(ADA, "/configbot evaluation show")
    await talk.picks(ADA, "project", "support")

    assert await talk.submits(ADA) == {"ok": True}

    assert "ev_0_config_x" in (await talk.last(ADA)).body()


async def test_a_project_without_such_evaluations_says_so_in_the_form(talk: Talk) -> None:
    await talk.types(ADA, "/configbot evaluation complete")
    await talk.picks(ADA, "project", "support")

    assert "`support` has no running evaluation" in Line(await talk.open(ADA)).body()
    assert "Wait until" in (await talk.submits(ADA))["errors"]["pick.project"]


async def test_evaluations_that_cannot_be_read_say_so_in_the_form(talk: Talk) -> None:
    talk.world.provider.fail("evaluations", NotDone(problem(Fault.UNAUTHORIZED, 401)))
    await talk.types(ADA, "/configbot evaluation complete")
    await talk.picks(ADA, "project", "support")

    assert "did not accept my key" in Line(await talk.open(ADA)).body()


async def test_a_project_is_made_by_a_form(talk: Talk) -> None:
    await talk.types(ADA, "/project create")

    assert await talk.submits(ADA, name="Refund triage", directory="dir_1a2b") == {"ok": True}

    said = await talk.last(ADA)
    await talk.presses(ADA, said, "Make it")
    assert "pr_Refund triage" in talk.world.provider.projects_


async def test_configs_are_shown_and_compared_by_forms(talk: Talk) -> None:
    await talk.types(ADA, "/config show")
    assert await talk.submits(ADA, config="config_x") == {"ok": True}
    assert "Its content" in (await talk.last(ADA)).body()

    await talk.types(ADA, "/config diff")
    assert await talk.submits(ADA, config="config_w", other="config_x") == {"ok": True}
    assert "`config_w` → `config_x`" in (await talk.last(ADA)).body()


async def compared(talk: Talk) -> Line:
    talk.world.provider.evaluated("support", "config_w", 0.9)
    talk.world.provider.evaluated("support", "config_x", 0.8)
    await talk.types(ADA, "/config diff config_w with config_x")
    return await talk.last(ADA)


async def test_the_full_diff_of_two_configs_is_a_modal_with_the_scores_of_both(talk: Talk) -> None:
    said = await compared(talk)
    assert "The second scored worse in `Answer matches`" in said.body()

    await talk.presses(ADA, said, "Full diff")

    view = Line(await talk.open(ADA))
    assert "`Answer matches`: 0.9 → 0.8, worse (40 datapoints)" in view.body()
    assert "model-config_w" in view.body()


async def test_a_full_diff_that_cannot_be_read_says_so_in_its_modal(talk: Talk) -> None:
    said = await compared(talk)
    talk.world.provider.fail("configs", NotDone(problem(Fault.TIMED_OUT)))

    await talk.presses(ADA, said, "Full diff")

    assert "did not answer in time" in Line(await talk.open(ADA)).body()


async def test_a_full_diff_that_slack_does_not_open_says_so(talk: Talk) -> None:
    said = await compared(talk)
    talk.fault("views.open", "expired_trigger_id")

    await talk.presses(ADA, said, "Full diff")

    assert "didn't open" in (await talk.last(ADA)).text


async def test_a_full_diff_that_slack_does_not_put_into_its_modal_says_so(talk: Talk) -> None:
    said = await compared(talk)
    talk.fault("views.update", "internal_error")

    await talk.presses(ADA, said, "Full diff")

    assert "didn't open" in (await talk.last(ADA)).text


async def test_a_full_diff_of_which_nothing_is_kept_any_more_is_too_old(talk: Talk) -> None:
    said = await compared(talk)
    talk.world.clock.move(timedelta(days=8))

    await talk.presses(ADA, said, "Full diff")

    assert "too old" in (await talk.last(ADA)).text


@pytest.mark.parametrize(
    ("line", "button", "title"),
    [
        ("/project", "Make a project", "Make a project"),
        ("/project", "Change a project", "Change a project"),
        ("/config", "Show one config", "Show a config"),
        ("/config", "Compare two", "Compare two configs"),
    ],
)
async def test_the_form_of_a_bare_noun_turns_into_the_others(talk: Talk, line: str, button: str, title: str) -> None:
    await talk.types(ADA, line)

    await talk.turns(ADA, button)

    view = await talk.open(ADA)
    assert view["title"]["text"] == title
    assert view["private_metadata"].endswith("/C0DEPLOYS")


async def test_a_form_that_cannot_turn_says_how_to_type_it(talk: Talk) -> None:
    talk.fault("views.update", "internal_error")
    await talk.types(ADA, "/project")

    await talk.turns(ADA, "Make a project")

    assert "`project create`" in (await talk.direct(ADA))[-1]


async def test_a_form_never_turns_into_one_that_nobody_knows(talk: Talk) -> None:
    await talk.types(ADA, "/project")
    await talk.turns(ADA, "Make a project")
    payload = copy.deepcopy(talk.delivery.sent[-1])
    payload["actions"][0]["value"] = "1:tomorrow"

    await talk.delivery.bring(payload)
    await talk.settle()

    assert (await talk.open(ADA))["title"]["text"] == "Make a project"
    assert "can't do it yet" in (await talk.direct(ADA))[-1]
    assert talk.world.provider.live_name("support", PRODUCTION) == "config_w"


async def test_the_form_of_one_project_opens_with_what_it_has(talk: Talk) -> None:
    await talk.types(ADA, "/project update support")
    said = await talk.last(ADA)
    assert "What you can change in the project `support`" in said.body()

    await talk.presses(ADA, said, "Open form")

    assert await talk.fields(ADA) == {"project": "support", "name": "support", "directory": None, "active": "config_w"}
    assert await talk.submits(ADA, name="Support desk") == {"ok": True}
    assert "`support` → `Support desk`" in (await talk.last(ADA)).body()


async def test_the_form_of_a_project_that_went_meanwhile_is_outdated(talk: Talk) -> None:
    await talk.types(ADA, "/project update support")
    said = await talk.last(ADA)
    talk.world.provider.projects_.pop("pr_support")
    await talk.world.ctx.index.refresh()

    await talk.presses(ADA, said, "Open form")

    assert "button" in (await talk.last(ADA)).text


async def test_a_form_that_slack_does_not_open_says_how_it_is_typed(talk: Talk) -> None:
    await talk.types(ADA, "/project update support")
    said = await talk.last(ADA)
    talk.fault("views.open", "exchanged_trigger_id")

    await talk.presses(ADA, said, "Open form")

    assert "`help project update`" in (await talk.last(ADA)).text
