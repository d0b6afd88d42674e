from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.errors import Code, Reason
from bot.domain.outcomes import Altered, ProjectPreview, ProjectSaved, Refused
from handlers import ids, messages
from handlers.ids import Action
from tests.handlers.messages.checking import check
from tests.handlers.messages.reading import buttons, read
from tests.handlers.messages.samples import ADA, NOW, PROJECT

NEW = ProjectPreview("humanloop", None, Altered(None, "Returns"), Altered(None, "dir_1a2b"), "kept")
RENAMED = ProjectPreview("humanloop", PROJECT, Altered("Refund triage", "Returns"), Altered(None, "dir_1a2b"), "kept")


def told(came: Any) -> messages.Message:
    drafts = {line: f"draft of {line}" for line in messages.lines_of(came)}
    made = messages.outcome(came, reader=ADA, now=NOW, drafts=drafts)
    check(made)
    return made


def test_a_new_project_is_shown_before_it_is_made() -> None:
    made = told(NEW)
    assert made.text == (
        "Make the project `Returns`? Name: `Returns`; Directory: `dir_1a2b`. Nothing is done before it is confirmed."
    )
    found = buttons(made)
    assert found["Make it"]["action_id"] == Action.PROJECT_CONFIRM
    assert found["Make it"]["value"] == ids.value("draft of kept")
    assert "⚠️" not in read(made)


def test_renaming_shows_old_and_new_and_warns_of_who_uses_the_name() -> None:
    made = told(RENAMED)
    assert made.text == (
        "Change the project `Refund triage`? Name: `Refund triage` → `Returns`; Directory: `dir_1a2b`. "
        "Applications that address it by its name, `Refund triage`, no longer find it afterwards. "
        "Those that use its id are not affected. Nothing is done before it is confirmed."
    )
    assert "⚠️ Applications that address it by its name" in read(made)
    assert set(buttons(made)) == {"Change it"}


def test_moving_alone_warns_of_nothing() -> None:
    made = told(replace(RENAMED, name=None, directory=Altered("dir_old", "dir_new")))
    assert made.text.startswith("Change the project `Refund triage`? Directory: `dir_old` → `dir_new`. Nothing")


@pytest.mark.parametrize("shown", [NEW, RENAMED])
def test_what_is_only_explained_has_no_button(shown: ProjectPreview) -> None:
    assert buttons(told(replace(shown, kept=None))) == {}
    lost = messages.outcome(shown, reader=ADA, now=NOW, drafts={})
    assert buttons(lost) == {}


def test_a_project_that_was_made_has_nothing_live_yet() -> None:
    made = told(ProjectSaved(PROJECT, NEW.name, None, True, "project show pr_1"))
    assert made.text == (
        "The project `Refund triage` is made. Name: `Returns`. It was read back and found true. "
        "Nothing is live in it yet."
    )
    assert buttons(made)["Show the project"]["value"] == ids.value("draft of project show pr_1")


def test_a_project_that_was_changed_says_how() -> None:
    made = told(ProjectSaved(PROJECT, RENAMED.name, RENAMED.directory, False, "project show pr_1"))
    assert "✅ *The project `Refund triage` is changed.* It was read back and found true." in read(made)
    assert "• Name: `Refund triage` → `Returns`\n• Directory: `dir_1a2b`" in read(made)


@pytest.mark.parametrize(
    ("code", "facts", "words"),
    [
        (Code.NAME_TAKEN, {"name": "Returns"}, "Another project is called `Returns` already."),
        (Code.DIRECTORY_INVALID, {"directory": "Shop"}, "`Shop` is no directory: a directory is given by its id."),
        (
            Code.FIELD_MISSING,
            {"field": "tags", "provider": "humanloop"},
            "Projects of `humanloop` have no field `tags`.",
        ),
    ],
)
def test_a_refusal_names_what_was_typed(code: Code, facts: dict[str, str], words: str) -> None:
    assert words in told(Refused((Reason(code, facts=facts),))).text
