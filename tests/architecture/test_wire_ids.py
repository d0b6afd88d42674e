"""The ids on the wire are a promise to messages that stand in Slack already: none moves, each has a listener."""

from __future__ import annotations

import ast
import re
from typing import Any, cast

import handlers
from bot.tasks import Tasks
from handlers.ids import VERSION, Action, Field, View, numbered, value
from tests.architecture.documentation import ROOT

ACTIONS = {
    "APPROVE": "change.approve",
    "REJECT": "change.reject",
    "REVIEW": "change.review",
    "FULL_DIFF": "change.diff",
    "WITHDRAW": "change.withdraw",
    "CHECK_NOW": "change.check",
    "REPLACE_SPLIT": "split.replace",
    "MOVE": "change.move",
    "UNDO": "change.undo",
    "LOOK_AGAIN": "change.look",
    "CLOSE_AS_FAILED": "change.close",
    "RUN_LINE": "line.run",
    "OPEN_FORM": "form.open",
    "CONFIG_DIFF": "config.diff",
    "PROJECT_CONFIRM": "project.confirm",
    "EVALUATION_COMPLETE": "evaluation.complete",
    "EVALUATION_SNOOZE": "evaluation.snooze",
    "DRIFT_ADOPT": "drift.adopt",
    "DRIFT_RESTORE": "drift.restore",
    "DRIFT_LOOK": "drift.look",
    "EVALUATION_SNOOZE_UNTIL": "evaluation.snooze_until",
    "EVALUATION_OPEN": "evaluation.open",
    "EVALUATION_STOP": "evaluation.stop",
    "EVALUATION_REMIND": "evaluation.remind",
    "EVALUATION_PAGE": "evaluation.page",
}
VIEWS = {
    "DEPLOY_FORM": "form.deploy",
    "LINE_FORM": "form.line",
    "REJECT_COMMENT": "change.reject_comment",
    "REVIEW": "change.review",
    "MOVE": "change.move",
}
FIELDS = {
    "CONFIG": "pick.config",
    "PROJECT": "pick.project",
    "ENVIRONMENT": "pick.environment",
    "SOURCE": "pick.source",
    "OTHER": "pick.other",
    "ACTIVE": "pick.active",
    "EVALUATION": "pick.evaluation",
    "PROVIDER": "pick.provider",
    "NAME": "type.name",
    "DIRECTORY": "type.directory",
    "DESCRIPTION": "type.description",
    "TAGS": "type.tags",
    "MAINTAINER": "person.maintainer",
    "TEAM": "type.team",
    "METRIC": "type.metric",
    "INVERTED": "pick.inverted",
    "BECAUSE": "type.because",
    "WHEN": "type.when",
    "TIME": "type.time",
    "COMMENT": "type.comment",
}
"""New ids are added below; a text that stands here never changes, and never gets another meaning."""

ASKED = {Field.CONFIG, Field.OTHER, Field.ACTIVE, Field.PROJECT, Field.ENVIRONMENT, Field.SOURCE}
"""Selects that ask for their options; the others are typed into, or carry what there is to pick."""


class Recorder:
    """Takes listeners as Bolt's app does, and remembers for what."""

    def __init__(self) -> None:
        self.taken: dict[str, list[str | re.Pattern[str]]] = {}

    def __getattr__(self, kind: str) -> Any:
        def register(what: str | re.Pattern[str]) -> Any:
            self.taken.setdefault(kind, []).append(what)
            return lambda listener: listener

        return register

    def named(self, kind: str, example: str) -> list[str | re.Pattern[str]]:
        """The listeners for this id, without the one for anything."""
        found = [each for each in self.taken[kind] if each != handlers.ANYTHING]
        return [each for each in found if (each == example if isinstance(each, str) else each.fullmatch(example))]


def recorded() -> Recorder:
    recorder = Recorder()
    nothing = cast("Any", type("Nothing", (), {"__getattr__": lambda self, name: None})())
    context = handlers.ListenerContext(nothing, Tasks(), "U0BOT", {"/deploy": "deploy", "/configbot": ""})
    handlers.register(cast("Any", recorder), context)
    return recorder


def test_the_texts_of_ids_never_change() -> None:
    assert {each.name: each.value for each in Action} == ACTIONS
    assert {each.name: each.value for each in View} == VIEWS
    assert {each.name: each.value for each in Field} == FIELDS


def test_values_carry_their_version() -> None:
    assert VERSION == "1"
    assert value("01J") == "1:01J"


def test_each_id_has_one_listener() -> None:
    app = recorded()
    for action in Action:
        assert len(app.named("action", action)) == 1, action
        assert len(app.named("action", numbered(action, 7))) == 1, action
    for view in View:
        assert len(app.named("view", view)) == 1, view
    for field in ASKED:
        assert len(app.named("options", field)) == 1, field


def test_each_listener_has_an_id() -> None:
    app = recorded()
    ids: dict[str, list[str]] = {"action": [*Action, Field.PROJECT], "view": [*View], "options": [*ASKED]}
    for kind, known in ids.items():
        listening = {each for each in app.taken[kind] if each != handlers.ANYTHING}
        answered = {found for one in known for found in app.named(kind, one)}
        assert listening == answered


def test_anything_comes_last_so_that_nothing_is_left_unanswered() -> None:
    app = recorded()
    for kind in ("command", "action", "view", "options", "event"):
        assert app.taken[kind][-1] == handlers.ANYTHING
    assert app.taken["command"][:-1] == ["/deploy", "/configbot"]


def test_ids_are_written_in_one_place() -> None:
    """Nowhere else in the code stands the text of an id, so that a button cannot miss its listener."""
    texts = {*ACTIONS.values(), *VIEWS.values(), *FIELDS.values()}
    for path in sorted((ROOT / "handlers").rglob("*.py")):
        if path == ROOT / "handlers" / "ids.py":
            continue
        written = {node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)}
        assert not texts & {each for each in written if isinstance(each, str)}, path
