from __future__ import annotations

import dataclasses
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.errors import Code, Reason
from bot.domain.outcomes import ProjectEditable, ProjectPreview, ProjectSaved, Refused
from bot.domain.project_edits import PlannedEdit
from bot.domain.project_fields import Maintainer, ProjectFields
from bot.grammar.vocabulary import FIELDS
from handlers import ids, messages
from handlers.ids import Action
from handlers.messages.project_edits import EXAMPLES, LABELS
from tests.handlers.messages.checking import check
from tests.handlers.messages.reading import buttons, read
from tests.handlers.messages.samples import PROJECT

WANTED = ProjectFields("Returns", "dir_1a2b")
EDIT = PlannedEdit("humanloop", None, ProjectFields(), WANTED)
NEW = ProjectPreview("humanloop", None, ProjectFields(), WANTED, EDIT)
RENAMED = ProjectPreview("humanloop", PROJECT, ProjectFields("Refund triage"), WANTED, EDIT)


def told(came: Any) -> messages.Message:
    drafts = {line: f"draft of {line}" for line in messages.lines_of(came)}
    made = messages.outcome(came, drafts=drafts)
    check(made)
    return made


def test_a_new_project_is_shown_before_it_is_made() -> None:
    made = told(NEW)
    assert made.text == (
        "Create the project `Returns`? Name: `Returns`; Directory: `dir_1a2b`. Nothing happens until you confirm."
    )
    found = buttons(made)
    assert found["Make it"]["action_id"] == Action.PROJECT_CONFIRM
    assert found["Make it"]["value"] == ids.value(f"draft of {EDIT}")
    assert "⚠️" not in read(made)


def test_renaming_shows_old_and_new_and_warns_of_who_uses_the_name() -> None:
    made = told(RENAMED)
    assert made.text == (
        "Change the project `Refund triage`? Name: `Refund triage` → `Returns`; Directory: `dir_1a2b`. "
        "Applications that look it up by its name, `Refund triage`, won't find it any more. "
        "Those that use its id are not affected. Nothing happens until you confirm."
    )
    assert "⚠️ Applications that look it up by its name" in read(made)
    assert set(buttons(made)) == {"Change it"}


def test_moving_alone_warns_of_nothing() -> None:
    made = told(replace(RENAMED, old=ProjectFields(directory="dir_old"), new=ProjectFields(directory="dir_new")))
    assert made.text.startswith("Change the project `Refund triage`? Directory: `dir_old` → `dir_new`. Nothing")


@pytest.mark.parametrize("shown", [NEW, RENAMED])
def test_what_is_only_explained_has_no_button(shown: ProjectPreview) -> None:
    assert buttons(told(replace(shown, kept=None))) == {}
    lost = messages.outcome(shown, drafts={})
    assert buttons(lost) == {}


def test_a_project_that_was_made_has_nothing_live_yet() -> None:
    made = told(ProjectSaved(PROJECT, ProjectFields(), ProjectFields("Returns"), True, "project show pr_1"))
    assert made.text == (
        "I created the project `Refund triage`. Name: `Returns`. I read it back to make sure. "
        "Nothing is live in it yet."
    )
    assert buttons(made)["Show the project"]["value"] == ids.value("draft of project show pr_1")


def test_a_project_that_was_changed_says_how() -> None:
    made = told(ProjectSaved(PROJECT, RENAMED.old, RENAMED.new, False, "project show pr_1"))
    assert "✅ *I changed the project `Refund triage`.* I read it back to make sure." in read(made)
    assert "• Name: `Refund triage` → `Returns`\n• Directory: `dir_1a2b`" in read(made)


ANA = Maintainer("member", "m1", "Ana Ibarra", "ana@acorn.example")


def test_every_field_of_an_ai_config_shows_old_and_new() -> None:
    old = ProjectFields("Support", None, "Answers", ("beta", "old"), ANA, None, False)
    new = ProjectFields("Support desk", None, "", (), Maintainer("team", "core", "Core"), "resolved", True)
    made = told(ProjectPreview("shop", PROJECT, old, new, EDIT, "AI Config"))
    assert made.text == (
        "Change the AI Config `Refund triage`? Name: `Support` → `Support desk`; Description: `Answers` → none; "
        "Tags: `beta, old` → none; Maintainer: `ana@acorn.example` → `team core`; Metric: `resolved`; "
        "A lower metric is better: `no` → `yes`. Nothing happens until you confirm."
    )
    assert "⚠️" not in read(made), "applications know an AI Config by its key"


def test_what_can_be_changed_is_shown_as_it_is_with_an_example() -> None:
    now = ProjectFields("Support", description="", tags=("beta",), maintainer=ANA)
    fields = ("name", "description", "tags", "maintainer", "team", "metric")
    made = told(ProjectEditable(PROJECT, now, fields, "project update triage", "AI Config"))
    assert made.text == (
        "What you can change in the AI Config `Refund triage`: Name: `Support`; Description: none; Tags: `beta`; "
        "Maintainer: `ana@acorn.example`; Metric: none. Type the line again with what you want to change, "
        'for example `project update triage name="New name"`.'
    )
    assert "`name=`, `description=`, `tags=`, `maintainer=`, `team=`, `metric=`" in read(made)
    assert buttons(made)["Open form"]["value"] == ids.value("project update//humanloop:pr_1")


def test_every_field_has_its_words() -> None:
    assert set(LABELS) == {each.name for each in dataclasses.fields(ProjectFields)}
    assert set(EXAMPLES) == FIELDS


@pytest.mark.parametrize(
    ("code", "facts", "words"),
    [
        (Code.NAME_TAKEN, {"name": "Returns"}, "There's already a project called `Returns`."),
        (Code.DIRECTORY_INVALID, {"directory": "Shop"}, "`Shop` is not the id of a directory."),
        (
            Code.FIELD_MISSING,
            {"field": "tags", "provider": "humanloop", "noun": "project", "fields": ["name", "active"]},
            "Projects in `humanloop` have no field `tags`.",
        ),
        (
            Code.PROVIDER_CANNOT,
            {"provider": "shop", "noun": "AI Config", "done": "made"},
            "AI Configs in `shop` can't be made from here.",
        ),
        (Code.TAG_INVALID, {"tag": "a b"}, "`a b` is not a tag: a tag is one word."),
        (Code.TAGS_MIXED, {}, "Some tags have a sign and some don't"),
        (Code.METRIC_INVALID, {"metric": "a b"}, "`a b` is not the key of a metric"),
        (Code.MEMBER_UNKNOWN, {"provider": "shop", "member": "ana"}, "`shop` doesn't know anybody as `ana`."),
        (Code.MEMBER_UNKNOWN, {"provider": "shop", "person": "U0ADA"}, "`shop` doesn't know anybody as <@U0ADA>."),
        (Code.TEAM_UNKNOWN, {"provider": "shop", "team": "core"}, "`shop` has no team `core`."),
        (
            Code.MAINTAINER_UNCLEAR,
            {"provider": "shop", "member": "ana", "names": ["ana@a.example", "ana@b.example"]},
            "There are several called `ana`: `ana@a.example`, `ana@b.example`.",
        ),
        (Code.MAINTAINER_TWICE, {}, "It can only have one maintainer"),
        (
            Code.ADDRESS_UNREADABLE,
            {"provider": "shop", "person": "U0ADA"},
            "Slack doesn't tell me the e-mail address of <@U0ADA>, and `shop` knows people by theirs.",
        ),
    ],
)
def test_a_refusal_names_what_was_typed(code: Code, facts: dict[str, Any], words: str) -> None:
    assert words in told(Refused((Reason(code, facts=facts),))).text
