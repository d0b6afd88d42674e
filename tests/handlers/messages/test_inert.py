"""Whatever people, prompts and services write: every message stays valid, small and harmless."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.actors import Actor
from bot.domain.base import Outcome
from bot.domain.changes import Change, Event, Kind, Say, State
from bot.domain.contents import Content, Message, diff
from bot.domain.errors import Code, Fault, Problem, Reason, ResolvableBy
from bot.domain.evaluations import Comparison, Doubt, Evaluator, Evidence, Trend, Verdict
from bot.domain.facts import Denied, NeedsApproval
from bot.domain.live_state import Live, LiveState, Nothing, One, Split
from bot.domain.names import Config, Environment, Project
from bot.domain.notices import ChangeView, EvaluationView, HistoryView, Reminder
from bot.domain.outcomes import (
    Ambiguous,
    Applied,
    AwaitingApproval,
    EnvironmentMissing,
    EvaluationUpdated,
    Explanation,
    Failed,
    Harmless,
    NotFound,
    NotWithdrawn,
    NotYet,
    Permission,
    ProjectEditable,
    ProjectPreview,
    ProjectSaved,
    Refused,
    Rejected,
    Snoozed,
    Unknown,
    Void,
    Withdrawn,
)
from bot.domain.project_edits import PlannedEdit
from bot.domain.project_fields import Maintainer, ProjectFields
from bot.domain.views import (
    Against,
    Board,
    BoardCell,
    BoardRow,
    ChangeDetail,
    ChangeList,
    ConfigComparison,
    ConfigDetail,
    ConfigList,
    ConfigRow,
    EvaluationDetail,
    EvaluationList,
    EvaluationRow,
    LiveIn,
    ProjectDetail,
    ProjectList,
    ProjectRow,
    Suggestion,
    Unread,
)
from bot.grammar.commands import Misunderstood
from handlers import messages
from tests.handlers.messages.checking import MARK, check, check_view
from tests.handlers.messages.samples import ADA, DAY, NOW, RAVI, SEEN, change, decision, entry, evaluation

NASTY = (
    "<!channel>",
    "<@U0EVIL> approved this",
    "<https://evil.example|Approve>",
    "*bold* _it_ ~gone~",
    "`` ` ```",
    '"quoted" “curly”',
    "line\nbreak\r\n\ttab",
    "😀👩‍👩‍👧" * 60,
    "&" * 350,
    "<" * 350,
    "x" * 350,
    "\u202egnp.exe\u2066",
    "",
    " ",
)

foreign = st.builds(
    lambda *parts: MARK + "".join(parts),
    st.sampled_from(NASTY),
    st.text(max_size=60),
    st.sampled_from(NASTY),
)
prompts = st.one_of(foreign, st.builds(lambda part: (part + " ") * max(1, 10_000 // (len(part) + 1)), foreign))


@st.composite
def contents(draw: st.DrawFn) -> Content:
    return Content(
        messages=tuple(Message(draw(foreign), draw(prompts)) for _ in range(draw(st.integers(0, 3)))),
        model=draw(foreign),
        vendor=draw(foreign),
        parameters={draw(foreign): draw(foreign) for _ in range(draw(st.integers(0, 12)))},
        tools={draw(foreign): {"description": draw(foreign)}},
    )


@st.composite
def changes(draw: st.DrawFn) -> Change:
    name = draw(foreign)
    config = Config("humanloop", "pr_1", "config_2", draw(foreign), "config_2")
    environment = Environment("humanloop", "env_1", draw(foreign))
    lives: list[Live] = [One("config_1", "v", name), Split(((name, 60_000), (name, 40_000)) * 4)]
    live = draw(st.sampled_from(lives))
    rows = tuple(
        Comparison(f"e{n}", draw(foreign), 0.1, 0.2, trend, draw(st.sampled_from([None, *Doubt])), 10, NOW - DAY)
        for n, trend in enumerate(draw(st.lists(st.sampled_from(Trend), max_size=9)))
    )
    seen = replace(
        SEEN,
        base=LiveState(live, draw(st.integers(0, 3))),
        evidence=Evidence(draw(st.sampled_from(Verdict)), rows, tuple(Doubt)),
        base_config=draw(st.sampled_from([None, config])),
        base_content=draw(st.one_of(st.none(), contents())),
        target_content=draw(st.one_of(st.none(), contents())),
        rule=replace(SEEN.rule, id=name, approvals=2),
    )
    return change(
        kind=draw(st.sampled_from(Kind)),
        state=draw(st.sampled_from(State)),
        project=Project(draw(foreign), "pr_1", draw(foreign)),
        environment=environment,
        source=environment,
        target=draw(st.sampled_from([Nothing(), config])),
        seen=seen,
        because=draw(st.one_of(st.none(), prompts)),
        reasons=tuple(reasons(name)),
        problem=problem(draw(st.sampled_from(Fault)), name),
        applied_at=NOW,
    )


def reasons(name: str) -> list[Reason]:
    names = "field directory name provider state by config project rule was is status wanted have"
    facts = dict.fromkeys(names.split(), name)
    return [Reason(code, ResolvableBy.REQUESTER, {**facts, "change": name, "number": 7}) for code in Code]


def problem(fault: Fault, name: str) -> Problem:
    return Problem(fault, name, name, 500, name * 9, 3.0, name)


def suggestions(name: str) -> tuple[Suggestion, ...]:
    return tuple(Suggestion(name, f'deploy "{name}" to {number}') for number in range(20))


def outcomes(one: Change, name: str) -> list[Outcome]:
    content = one.seen.target_content or Content()
    cells = tuple(BoardCell(one.environment, one.seen.base, one, one) for _ in range(14))
    rows = (BoardRow(one.project, cells), BoardRow(one.project, (), one.problem), BoardRow(one.project, cells[:1]))
    config = Config(name, "pr_1", name, name, name)
    detail_entries = tuple(entry(event, ADA, by=name, state=name, comment=name) for event in Event) * 4
    return [
        Applied(one),
        AwaitingApproval(one, 1, 3, posted=True),
        Refused(one.reasons, one),
        Failed(one.problem or problem(Fault.INVALID, name), one),
        Unknown(one),
        Void(one),
        Rejected(one),
        Withdrawn(one),
        NotWithdrawn(one, one.problem or problem(Fault.INVALID, name)),
        Ambiguous(name, suggestions(name)),
        NotFound("config", name, suggestions(name), (name,) * 30),
        EnvironmentMissing(suggestions(name)),
        Board(rows * 6, 2, 3, f"deployments {name}"),
        ChangeDetail(one, (decision(RAVI),), detail_entries, diff(one.seen.base_content, one.seen.target_content)),
        ChangeList("changes", (one,) * 30, 2, 3, f"changes {name}"),
        Explanation(name, one.kind, one.project, one.environment, one.target, one.seen.base, Denied(one.reasons)),
        Explanation(name, one.kind, one.project, one.environment, Nothing(), None, NeedsApproval(one.seen.rule, 0, 2)),
        *looks(one, config, content, name),
        EvaluationUpdated(evaluation(id=name, config_name=name, status=name), name),
        Snoozed(name, NOW.isoformat(), (NOW + DAY).isoformat()),
        NotYet(name),
        Harmless(name),
        Permission(name, Denied(one.reasons)),
    ]


def looks(one: Change, config: Config, content: Content, name: str) -> list[Outcome]:
    project, evidence = one.project, one.seen.evidence
    places = tuple(LiveIn(one.environment, whole) for whole in (True, False)) * 3
    against = (Against((one.environment,) * 6, one.seen.base, evidence),) * 5
    found = diff(one.seen.base_content, content)
    row = ConfigRow(config, name, places, evidence, f"config show {name}")
    return [
        ConfigDetail(project, config, content, places, evidence, against, f"config list {name}"),
        ConfigList(project, (row,) * 8, 30, 2, 4, f"config list {name}"),
        ConfigComparison((project, config), (project, config), found, evidence, f"config diff {name}"),
        ConfigComparison((project, config), (Project(name, name, name), config), found, evidence, name),
        *projects_and_runs(one, row, name),
    ]


def projects_and_runs(one: Change, row: ConfigRow, name: str) -> list[Outcome]:
    kinds = tuple(Evaluator(f"{kind}{n}", name, kind, name) for kind in ("human", name) for n in range(7))
    runs = [
        evaluation(id=name, provider=name, config_name=name, dataset_name=name, status=status, evaluators=kinds)
        for status in ("running", "completed", name)
    ]
    cells = tuple(BoardCell(one.environment, one.seen.base, one, one) for _ in range(14))
    against = (Against((one.environment,) * 6, one.seen.base, one.seen.evidence),) * 5
    line = f"evaluations {name}"
    unread = (Unread(problem(Fault.UNREACHABLE, name), NOW),)
    fields = ProjectFields(name, name, name, (name,), Maintainer("member", name, name, name), name, True)
    longer = ProjectFields(name * 9, name, name * 9, (name,) * 30, Maintainer("team", name, name), name * 9, False)
    listed = tuple(EvaluationRow(run, one.project, name) for run in runs)
    edit = PlannedEdit(name, one.project, fields, longer)
    return [
        ProjectList((ProjectRow(one.project, 3, name),) * 8, name, 30, 2, 4, line, unread),
        ProjectDetail(one.project, cells, (row,) * 8, 30, tuple(runs) * 4, True, f"a {name}", f"b {name}"),
        ProjectPreview(name, None, ProjectFields(), fields, edit),
        ProjectPreview(name, one.project, fields, longer, edit, "AI Config"),
        ProjectSaved(one.project, fields, longer, True, name),
        ProjectEditable(one.project, longer, ("name", "tags", "maintainer", "active"), name),
        EvaluationList(listed * 3, one.project, name, 9, 2, 4, line, 3),
        EvaluationList((), one.project, name, 0, 1, 1, line, 3),
        *(
            EvaluationDetail(run, one.project, row.live_in, against, NOW, False, NOW, True, name, line, problem)
            for run in runs
            for problem in (None, one.problem)
        ),
    ]


relaxed = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@relaxed
@given(changes(), foreign)
def test_every_outcome_is_valid_small_and_harmless(one: Change, name: str) -> None:
    for came in outcomes(one, name):
        drafts = dict.fromkeys(messages.lines_of(came), "d" * 26)
        check(messages.outcome(came, drafts=drafts))


@relaxed
@given(changes(), st.lists(st.sampled_from([ADA, RAVI]), max_size=12), prompts, st.sampled_from(Say))
def test_every_card_and_every_line_of_its_thread_is_too(
    one: Change, people: list[Actor], comment: str, say: Say
) -> None:
    for state in State:
        shown = replace(one, state=state)
        said = tuple(decision(person, say, comment) for person in people)
        check(messages.card(ChangeView(shown, said, undoable=True), now=NOW))
    for event in Event:
        said_so = entry(event, ADA, comment=comment, by=comment, state=comment)
        check(messages.history(HistoryView(said_so, one)))


@relaxed
@given(changes(), foreign)
def test_every_modal_is_too(one: Change, name: str) -> None:
    entries = tuple(entry(event, ADA, by=name, state=name) for event in Event) * 10
    content_diff = diff(one.seen.base_content, one.seen.target_content)
    detail = ChangeDetail(one, (decision(RAVI),), entries, content_diff)
    check_view(messages.review_modal(detail))
    check_view(messages.diff_modal(detail))
    check_view(messages.reject_modal(one))
    pick = messages.Pick("humanloop:config_1", name)
    check_view(messages.deploy_form("deploy/C0", config=pick, environment=pick, because=name))
    for option in messages.options([pick])["options"]:
        assert 1 <= len(option["text"]["text"]) <= 75


@relaxed
@given(foreign, st.booleans(), st.sampled_from(["", "completed", "gone", "<!here>", "*x*"]))
def test_every_report_about_an_evaluation_is_too(name: str, exact: bool, ended_as: str) -> None:
    kinds: dict[str, Any] = {"human": "human", "external": "external", name: name}
    one = evaluation(
        id=name,
        provider=name,
        config_name=name,
        dataset_name=name,
        status=name,
        evaluators=tuple(Evaluator(kind, name, kind, name) for kind in kinds for _ in range(4)),
    )
    reminder = Reminder(name, "pr_1", name, name, NOW, NOW + DAY, NOW if ended_as else None, ended_as, name)
    check(messages.reminder(EvaluationView(one, name, reminder, NOW - DAY, exact, NOW, True)))


@relaxed
@given(foreign)
def test_every_small_answer_is_too(name: str) -> None:
    for problem_code in ("unknown_verb", "missing_part", "something_new"):
        near = (name, f"{name} 2", f"{name} 3")
        found = Misunderstood(name, problem_code, name, name, name, near)
        check(messages.misunderstood(found, dict.fromkeys(near, "draft")))
    check(messages.misunderstood(Misunderstood(name, "too_long"), {}))
    for said in (messages.apology(name), messages.working(name), messages.not_yet(name), messages.open_form(name)):
        check(said)
    check(messages.help_message(name))
