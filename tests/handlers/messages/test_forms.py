from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.errors import Code, Fault, Problem, Reason, ResolvableBy
from bot.domain.names import Project
from bot.domain.outcomes import Failed, Refused
from bot.features.projects.forms import FieldNow
from bot.grammar import language, parse
from bot.grammar.commands import OpenForm, Understood
from handlers import ids, messages
from handlers.ids import Field, Form, View
from tests.handlers.messages import samples
from tests.handlers.messages.checking import MARK, check_view


def fields(view: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {block["block_id"]: block for block in view["blocks"] if block["type"] == "input"}


def test_every_bare_word_that_opens_a_form_has_one() -> None:
    for beginning in language().forms:
        parsed = parse(beginning)
        assert isinstance(parsed, Understood)
        assert isinstance(parsed.readings[0], OpenForm)
        assert messages.form_for(Form(parsed.readings[0].verb, "C0DEPLOYS")) is not None, beginning


@pytest.mark.parametrize("verb", [verb for verb in language().forms if verb != "config update"])
def test_a_form_carries_its_draft_and_known_fields(verb: str) -> None:
    view = messages.form_for(Form(verb, "C0DEPLOYS"), ["main", "other"])
    assert view is not None
    check_view(view)
    assert view["private_metadata"] == ids.value(f"{verb}/C0DEPLOYS")
    assert view["callback_id"] == (View.DEPLOY_FORM if verb == "deploy" else View.LINE_FORM)
    for name, block in fields(view).items():
        assert name in set(Field)
        assert block["element"]["action_id"] == name


def test_a_verb_without_a_form_has_none() -> None:
    assert messages.form_for(Form("lock", "C0")) is None
    with pytest.raises(KeyError):
        messages.line_form(Form("lock"))


def test_the_deploy_form_searches_from_the_first_letter_and_fills_in_what_is_known() -> None:
    pick = messages.Pick("humanloop:config_2", "config_x")
    found = fields(messages.deploy_form("d", config=pick, because="loops"))
    config = found[Field.CONFIG]["element"]
    assert config["type"] == "external_select"
    assert config["min_query_length"] == 0
    assert config["initial_option"]["value"] == "humanloop:config_2"
    assert "initial_option" not in found[Field.ENVIRONMENT]["element"]
    assert found[Field.BECAUSE]["element"]["initial_value"] == "loops"
    assert found[Field.BECAUSE]["optional"] is True


def test_a_promote_asks_for_both_environments_and_a_rollback_for_a_config_if_any() -> None:
    promote = messages.line_form(Form("promote"))
    assert list(fields(promote)) == [Field.PROJECT, Field.SOURCE, Field.ENVIRONMENT, Field.WHEN, Field.BECAUSE]
    rollback = fields(messages.line_form(Form("rollback")))
    assert rollback[Field.CONFIG]["optional"] is True
    assert rollback[Field.PROJECT].get("optional") is not True


def test_the_button_says_what_it_does() -> None:
    assert messages.line_form(Form("promote"))["submit"]["text"] == "Ask"
    assert messages.line_form(Form("project"))["submit"]["text"] == "Show"


def test_options_are_plain_and_a_hundred_at_most() -> None:
    found = messages.options([messages.Pick(f"p:{n}", f"<config> {n}") for n in range(120)])["options"]
    assert len(found) == 100
    assert found[0] == {
        "text": {"type": "plain_text", "text": "&lt;config&gt; 0", "emoji": False},
        "value": "p:0",
    }


SUPPORT = Project("main", "pr_1", f"<!channel> {MARK} `support`")
FORM = Form("project update", "C0DEPLOYS", "main:pr_1")
UNABLE = Refused((Reason(Code.PROVIDER_CANNOT, ResolvableBy.NOBODY, {"provider": f"<!here> {MARK}"}),))
BROKEN = Failed(Problem(Fault.TIMED_OUT, "main", "reading a project"))


@pytest.mark.parametrize("verb", ["evaluation complete", "evaluation reopen", "evaluation show", "project update"])
def test_a_form_that_waits_for_its_project_is_one_that_slack_takes(verb: str) -> None:
    form = replace(FORM, verb=verb)
    for view in (
        messages.form_for(form),
        messages.reading_form(form, SUPPORT),
        messages.unread_form(form, SUPPORT, UNABLE),
        messages.unread_form(form, SUPPORT, BROKEN),
    ):
        assert view is not None
        check_view(view)
        assert list(fields(view)) == [Field.PROJECT]
        assert fields(view)[Field.PROJECT]["dispatch_action"] is True


def test_the_fields_of_a_project_stand_in_its_form_with_what_they_are_now() -> None:
    texts = [FieldNow("name", MARK * 100), FieldNow("directory"), FieldNow("colour", "of tomorrow")]
    view = messages.update_form(FORM, SUPPORT, [*texts, FieldNow("active", "main:config_1", f"<!here> {MARK}")])

    check_view(view)
    _, name, directory, active = fields(view).values()
    assert name["element"]["initial_value"] == (MARK * 100)[:255]
    assert "initial_value" not in directory["element"]
    assert [bool(each.get("optional")) for each in (name, directory, active)] == [False, True, False]
    assert active["element"]["initial_option"]["value"] == "1:main:config_1"


def test_the_fields_of_an_ai_config_are_filled_in_each_in_its_way() -> None:
    long = MARK * 500
    now = [
        FieldNow("description", long),
        FieldNow("tags", f"{MARK}, b"),
        FieldNow("maintainer", label=f"<!here> {MARK}" * 30),
        FieldNow("team", label="nobody"),
        FieldNow("metric", "solved"),
        FieldNow("inverted", "yes"),
    ]
    view = messages.update_form(FORM, SUPPORT, now)

    check_view(view)
    _, description, tags, maintainer, team, metric, inverted = fields(view).values()
    assert description["element"]["multiline"] is True
    assert tags["element"]["initial_value"] == f"{MARK}, b"
    assert maintainer["element"]["type"] == "users_select"
    assert maintainer["hint"]["text"].startswith("Now: ")
    assert team["hint"]["text"] == "Now: nobody"
    assert inverted["element"]["initial_option"]["value"] == "1:yes"
    assert [bool(each.get("optional")) for each in (description, tags, maintainer, team, metric, inverted)] == [
        True,
        True,
        True,
        True,
        True,
        False,
    ]
    unset = messages.update_form(FORM, SUPPORT, [FieldNow("inverted")])
    assert "initial_option" not in list(fields(unset).values())[1]["element"]


def test_evaluations_are_picked_by_config_status_and_time() -> None:
    runs = [replace(samples.evaluation(), id=f"ev_{n}", config_name=f"<!here> {MARK}" * 9) for n in range(100)]
    form = replace(FORM, verb="evaluation show")
    view = messages.evaluation_form(form, SUPPORT, runs)

    check_view(view)
    assert len(list(fields(view).values())[1]["element"]["options"]) == 100


@pytest.mark.parametrize("verb", ["evaluation show", "evaluation complete", "evaluation reopen"])
def test_without_evaluations_the_form_says_so(verb: str) -> None:
    view = messages.evaluation_form(replace(FORM, verb=verb), SUPPORT, [])

    check_view(view)
    assert "evaluation" in view["blocks"][-1]["text"]["text"]


def test_one_provider_is_not_asked_for() -> None:
    form = Form("project create", "C0DEPLOYS")
    assert Field.PROVIDER not in fields(messages.line_form(form, ["main"]))
    assert Field.PROVIDER in fields(messages.line_form(form, ["main", "other"]))
