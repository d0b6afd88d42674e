"""What tests are made of: a clock that is moved, a provider in memory, people by name, a notifier that remembers."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.clients.base import Capabilities, ConfigWithContent, NotDone, ProjectNow, ProviderError, ServedNow
from bot.context import Context
from bot.domain.actors import Actor, MessageAt, Place, Standing
from bot.domain.changes import Change
from bot.domain.contents import Content, Message
from bot.domain.drift import Drift, Silence
from bot.domain.errors import Fault, Problem, Reason
from bot.domain.evaluations import COMPLETED, Evaluation, Evaluator, Progress, Score
from bot.domain.facts import built_in_rule
from bot.domain.live_state import NOTHING, LiveState, Nothing, One, Split
from bot.domain.names import Config, Environment, Project
from bot.domain.notices import (
    ChangeView,
    DriftView,
    EvaluationsView,
    EvaluationView,
    HistoryView,
    ReminderView,
    Spot,
    TroubleView,
)
from bot.domain.project_fields import Maintainer, ProjectFields
from bot.domain.provider_approvals import GateState, Moved, ProviderApproval
from bot.domain.targets import Target
from bot.ports import NotDelivered
from bot.resolve.index import Index
from bot.store import Store, migrate

ORG = "T0ACORN"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DEPLOYS = Place(ORG, ORG, "C0DEPLOYS")

DEVELOPMENT = Environment("main", "env_dev", "development")
STAGING = Environment("main", "env_stg", "staging")
PRODUCTION = Environment("main", "env_prd", "production", is_default=True)


def actor(name: str, standing: Standing = Standing.MEMBER, org: str = ORG) -> Actor:
    """A person of the workspace: `ada` is U0ADA."""
    return Actor(org, org, f"U0{name.upper()}", name.title(), standing, "Europe/Madrid")


ADA, RAVI, MIRA = actor("ada"), actor("ravi"), actor("mira")


@dataclass(slots=True)
class MovedClock:
    """Stands still until it is moved."""

    instant: datetime = NOON

    def now(self) -> datetime:
        return self.instant

    def move(self, span: timedelta) -> None:
        self.instant += span


Meanwhile = Callable[[], Awaitable[object]]


WRITES = (
    "serve",
    "clear",
    "create_project",
    "update_project",
    "ask_approval",
    "apply_approval",
    "drop_approval",
)
"""Writes whose answer can be lost."""


@dataclass(slots=True)
class Gate:
    """An approval that a service was asked for."""

    wanted: tuple[Project, Environment, Target]
    description: str
    now: ProviderApproval


@dataclass(slots=True)
class MemoryProvider:
    """A config service in memory that counts its calls and can be told to fail.

    `failing` maps a method to what it raises, once for each element: a write raises it after it took effect if
    `lands` is set, and otherwise before.
    """

    name: str = "main"
    capabilities: Capabilities = field(default_factory=Capabilities)
    environments: list[Environment] = field(default_factory=list)
    projects_: dict[str, Project] = field(default_factory=dict)
    configs_: dict[str, list[ConfigWithContent]] = field(default_factory=dict)
    live: dict[tuple[str, str], LiveState] = field(default_factory=dict)
    runs: dict[str, list[Evaluation]] = field(default_factory=dict)
    failing: dict[str, list[ProviderError]] = field(default_factory=dict)
    lands: bool = True
    """Whether a write whose answer is lost took effect."""
    deaf: bool = False
    """Writes are answered well and change nothing."""
    calls: list[str] = field(default_factory=list)
    pause: float = 0.0
    """Seconds that every call takes."""
    first: dict[str, Meanwhile] = field(default_factory=dict)
    """By method: what happens once when it is called next, before the service hears of it."""
    then: dict[str, Meanwhile] = field(default_factory=dict)
    """By method: what happens once after the service did it, before the answer arrives."""
    fields: dict[str, ProjectFields] = field(default_factory=dict)
    """Project id → its fields beside the name."""
    people: list[Maintainer] = field(default_factory=list)
    """Members and teams that can look after a project."""
    gated: set[str] = field(default_factory=set)
    """Ids of environments where the service demands its own approval."""
    blockers: dict[str, tuple[Reason, ...]] = field(default_factory=dict)
    """By environment id: why nothing can be made live there."""
    revisions: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By project and environment id: how often what is live was changed by us."""
    asked: dict[str, Gate] = field(default_factory=dict)
    """Approvals that were asked for, by id."""
    moves: dict[tuple[str, str], Moved] = field(default_factory=dict)
    """By project and environment id: who moved what is live last."""
    edits: dict[str, Moved] = field(default_factory=dict)
    """Project id → who edited its contents last."""
    judged: dict[str, int] = field(default_factory=dict)
    """Evaluation id → how many of its datapoints have a result."""
    gone: set[str] = field(default_factory=set)
    """Ids of projects that are listed and, when asked for, no longer there."""

    def __post_init__(self) -> None:
        ours = (DEVELOPMENT, STAGING, PRODUCTION)
        self.environments = self.environments or [replace(each, provider=self.name) for each in ours]

    def add(self, project: str, *configs: str) -> Project:
        """A project and its configs; ids are made of the names."""
        found = Project(self.name, f"pr_{project}", project)
        self.projects_[found.id] = found
        self.configs_[found.id] = [self._config(found, name) for name in configs]
        return found

    def _config(self, project: Project, name: str) -> ConfigWithContent:
        identifier = f"config_{project.name}_{name}"
        content = Content(
            (Message("system", f"You are {name}."),), model=f"model-{name}", parameters={"temperature": 0}
        )
        return ConfigWithContent(Config(self.name, project.id, identifier, name, identifier), content)

    def config(self, project: str, name: str) -> Config:
        """A config by the names it was made with."""
        return next(found.config for found in self.configs_[f"pr_{project}"] if found.config.name == name)

    def put(self, project: str, environment: Environment, config: str | None) -> None:
        """Make a config live behind everybody's back; None takes it away."""
        key = (f"pr_{project}", environment.id)
        if config is None:
            self.live.pop(key, None)
            return
        found = self.config(project, config)
        self.live[key] = LiveState(One(found.id, found.content_version, found.name))

    def live_name(self, project: str, environment: Environment) -> str | None:
        """The name of the config that is live."""
        served = self.live.get((f"pr_{project}", environment.id), NOTHING)
        return served.live.name if isinstance(served.live, One) else None

    def evaluated(self, project: str, config: str, score: float, **changes: Any) -> Evaluation:
        """A completed evaluation of a config; `changes` replace fields."""
        found = self.config(project, config)
        runs = self.runs.setdefault(found.project_id, [])
        run = Evaluation(
            provider=self.name,
            project_id=found.project_id,
            id=f"ev_{len(runs)}_{config}",
            status=COMPLETED,
            config_id=found.id,
            config_name=found.name,
            evaluators=(Evaluator("evfn_match", "Answer matches", "external", "boolean"),),
            scores=(Score("evfn_match", "evv_1", score),),
            dataset_id="evts_cases",
            dataset_name="cases",
            dataset_version_id="v1",
            datapoints=40,
            created_at=NOON - timedelta(days=1),
            updated_at=NOON - timedelta(days=1),
        )
        run = replace(run, **changes)
        runs.append(run)
        return run

    def fail(self, method: str, error: ProviderError, times: int = 1) -> None:
        """Let a method raise, that many times."""
        self.failing.setdefault(method, []).extend([error] * times)

    def writes(self) -> int:
        """How many writes of what is live were asked for."""
        return sum(call in ("serve", "clear") for call in self.calls)

    async def _called(self, method: str) -> None:
        if method in self.first:
            await self.first.pop(method)()
        self.calls.append(method)
        await asyncio.sleep(self.pause)
        if self.failing.get(method) and (method not in WRITES or not self.lands):
            raise self.failing[method].pop(0)

    async def _done(self, method: str) -> None:
        if method in self.then:
            await self.then.pop(method)()
        if method in WRITES and self.failing.get(method):
            raise self.failing[method].pop(0)

    async def check(self) -> None:
        await self._called("check")

    async def projects(self, words: str | None = None) -> Sequence[Project]:
        await self._called("projects")
        return [project for project in self.projects_.values() if (words or "").casefold() in project.name.casefold()]

    def _find(self, project: Project) -> None:
        if project.id in self.gone:
            raise NotDone(Problem(Fault.NOT_FOUND, self.name, "reading a project", 404))

    async def project(self, project: Project) -> ProjectNow:
        await self._called("project")
        self._find(project)
        return self._now(project.id)

    def _now(self, project_id: str) -> ProjectNow:
        project = self.projects_[project_id]
        return ProjectNow(project, replace(self.fields.get(project_id, ProjectFields()), name=project.name))

    async def create_project(self, name: str, directory: str | None) -> ProjectNow:
        await self._called("create_project")
        fields = ProjectFields(name=name, directory=directory)
        made = ProjectNow(Project(self.name, f"pr_{name}", name), fields)
        if not self.deaf:
            self._free(name)
            self.add(name)
            self.fields[made.project.id] = fields
        await self._done("create_project")
        return made

    async def update_project(self, project: Project, fields: ProjectFields) -> ProjectNow:
        await self._called("update_project")
        self._find(project)
        if not self.deaf:
            if fields.name is not None:
                self._free(fields.name)
                self.projects_[project.id] = replace(self.projects_[project.id], name=fields.name)
            known = self.fields.get(project.id, ProjectFields())
            named = {each: getattr(fields, each) for each in fields.named()}
            self.fields[project.id] = replace(known, **named)
        await self._done("update_project")
        return self._now(project.id)

    async def maintainers(self, words: str) -> Sequence[Maintainer]:
        await self._called("maintainers")
        return [each for each in self.people if words in (each.id, each.name, each.email)]

    def _free(self, name: str) -> None:
        if any(each.name == name for each in self.projects_.values()):
            raise NotDone(Problem(Fault.CONFLICT, self.name, "naming a project", 409, "It is taken."))

    async def configs(self, project: Project) -> Sequence[ConfigWithContent]:
        await self._called("configs")
        self._find(project)
        return self.configs_[project.id]

    async def served(self, project: Project) -> ServedNow:
        await self._called("served")
        self._find(project)
        answer = self._served(project)
        await self._done("served")
        return answer

    def _served(self, project: Project) -> ServedNow:
        now = {each.id: self.live.get((project.id, each.id), NOTHING) for each in self.environments}
        versions = {each.config.id: each.config.content_version for each in self.configs_[project.id]}
        known = None if self.capabilities.immutable_configs else versions
        counts = {each.id: self.revisions[project.id, each.id] for each in self.environments}
        return ServedNow(tuple(self.environments), now, frozenset(self.gated), dict(self.blockers), known, counts)

    async def serve(
        self, project: Project, environment: Environment, live: Config | Split, *, comment: str = ""
    ) -> ServedNow | None:
        del comment
        await self._called("serve")
        self._set(project, environment, live)
        await self._done("serve")
        return self._answer(project)

    async def clear(self, project: Project, environment: Environment, *, comment: str = "") -> ServedNow | None:
        del comment
        await self._called("clear")
        self._set(project, environment, Nothing())
        await self._done("clear")
        return self._answer(project)

    def _answer(self, project: Project) -> ServedNow | None:
        return self._served(project) if self.capabilities.answers_state else None

    def _set(self, project: Project, environment: Environment, live: Target) -> None:
        if self.deaf:
            return
        key = (project.id, environment.id)
        rules = self.live.get(key, NOTHING).winning_rules
        self.revisions[key] += 1
        one = One(live.id, live.content_version, live.name) if isinstance(live, Config) else live
        self.live[key] = LiveState(one, rules)

    async def last_moved(self, project: Project, environment: Environment, *, edited: bool = False) -> Moved | None:
        await self._called("last_moved")
        return self.edits.get(project.id) if edited else self.moves.get((project.id, environment.id))

    async def ask_approval(
        self, project: Project, environment: Environment, live: Target, *, description: str
    ) -> ProviderApproval:
        await self._called("ask_approval")
        wanted = (project, environment, live)
        same = [each for each in self.asked.values() if each.now.state is GateState.PENDING and each.wanted == wanted]
        gate = same[0] if same else self._open(wanted, description)
        await self._done("ask_approval")
        return gate.now

    def _open(self, wanted: tuple[Project, Environment, Target], description: str) -> Gate:
        identifier = f"apr_{len(self.asked)}"
        link = f"https://service.invalid/approvals/{identifier}"
        gate = Gate(wanted, description, ProviderApproval(identifier, link, GateState.PENDING))
        self.asked[identifier] = gate
        return gate

    def say(self, approval_id: str, state: GateState, **changes: Any) -> None:
        """Let an approval come to something at the service; `changes` replace its fields."""
        gate = self.asked[approval_id]
        gate.now = replace(gate.now, state=state, **changes)

    async def approval(self, approval_id: str) -> ProviderApproval:
        await self._called("approval")
        gate = self.asked.get(approval_id)
        return gate.now if gate else ProviderApproval(approval_id, "", GateState.GONE)

    async def apply_approval(self, approval_id: str, *, comment: str = "") -> ProviderApproval:
        del comment
        await self._called("apply_approval")
        gate = self.asked[approval_id]
        if gate.now.state is GateState.APPROVED:
            project, environment, live = gate.wanted
            self._set(project, environment, live)
            self.say(approval_id, GateState.APPLIED)
        await self._done("apply_approval")
        return gate.now

    async def drop_approval(self, approval_id: str) -> None:
        await self._called("drop_approval")
        self.asked.pop(approval_id, None)
        await self._done("drop_approval")

    async def evaluations(self, project: Project, *, scores: bool = True) -> Sequence[Evaluation]:
        del scores
        await self._called("evaluations")
        self._find(project)
        answer = list(self.runs.get(project.id, []))
        await self._done("evaluations")
        return answer

    async def evaluation(self, project: Project, evaluation_id: str) -> Evaluation:
        del project
        await self._called("evaluation")
        for runs in self.runs.values():
            for run in runs:
                if run.id == evaluation_id:
                    return run
        raise NotDone(Problem(Fault.NOT_FOUND, self.name, "reading an evaluation", 404))

    async def progress(self, project: Project, evaluation: Evaluation) -> Progress:
        del project
        await self._called("progress")
        judged = self.judged.get(evaluation.id, 0)
        return Progress(
            evaluation.datapoints, evaluation.datapoints, judged, {each.id: judged for each in evaluation.evaluators}
        )

    async def set_evaluation_status(self, project: Project, evaluation_id: str, status: str) -> Evaluation:
        found = await self.evaluation(project, evaluation_id)
        await self._called("set_evaluation_status")
        if self.deaf:
            return found
        runs = self.runs[found.project_id]
        runs[runs.index(found)] = updated = replace(found, status=status)
        await self._done("set_evaluation_status")
        return updated

    async def close(self) -> None:
        return None


def problem(fault: Fault, status: int | None = None) -> Problem:
    """A fault of the provider `main`."""
    return Problem(fault, "main", "doing something", status)


@dataclass(slots=True)
class Crowd:
    """People by user id; whoever is not known is unknown. `closed` channels take no messages."""

    known: dict[str, Actor] = field(default_factory=lambda: {each.user_id: each for each in (ADA, RAVI, MIRA)})
    closed: set[str] = field(default_factory=set)
    emails: dict[str, str] = field(default_factory=dict)
    """By user id; whoever is not listed has none that Slack tells."""

    async def email(self, org: str, team: str, user_id: str) -> str:
        return self.emails.get(user_id, "")

    async def actor(self, org: str, team: str, user_id: str) -> Actor:
        return self.known.get(user_id) or Actor(org, team, user_id)

    async def can_post(self, place: Place) -> bool:
        return place.channel not in self.closed


@dataclass(slots=True)
class Said:
    """One message that was posted or edited."""

    view: ChangeView | HistoryView | ReminderView | DriftView | Silence | TroubleView | Change
    at: MessageAt
    edited: bool


_POST: ContextVar[str] = ContextVar("post", default="")
"""The id of the post that the running task is about to make: two tasks that post at once have one each."""


@dataclass(slots=True)
class Memo:
    """A notifier that remembers what it said, and can be told not to deliver."""

    said: list[Said] = field(default_factory=list)
    failing: list[NotDelivered] = field(default_factory=list)
    lost: list[NotDelivered] = field(default_factory=list)
    """Raised after a message was said: the answer does not arrive."""
    blind: list[NotDelivered] = field(default_factory=list)
    """Raised when a post is looked for."""
    posts: dict[str, MessageAt] = field(default_factory=dict)
    """Where each post stands, by its id."""
    refusing: dict[str, NotDelivered] = field(default_factory=dict)
    """Channels that take nothing, and why."""

    def posting(self, post: str) -> Memo:
        _POST.set(post)
        return self

    async def find(self, post: str, spot: Spot, since: datetime) -> MessageAt | None:
        if self.blind:
            raise self.blind.pop(0)
        return self.posts.get(post)

    async def card(self, view: ChangeView, place: Place, at: MessageAt | None) -> MessageAt:
        return self._say(view, place.channel, at)

    async def history(self, view: HistoryView, card: MessageAt) -> MessageAt:
        return self._say(view, card.channel, None)

    async def missed(self, change: Change, place: Place, at: MessageAt | None) -> MessageAt:
        return self._say(change, place.channel, at)

    async def reminder(self, view: ReminderView, place: Place, at: MessageAt | None) -> MessageAt:
        return self._say(view, place.channel, at)

    async def drift(self, view: DriftView, place: Place, at: MessageAt | None) -> MessageAt:
        return self._say(view, place.channel, at)

    async def trouble(self, view: TroubleView, place: Place, at: MessageAt | None) -> MessageAt:
        return self._say(view, place.channel, at)

    async def silence(self, silence: Silence, place: Place, at: MessageAt | None) -> MessageAt:
        return self._say(silence, place.channel, at)

    def _say(self, view: Any, channel: str, at: MessageAt | None) -> MessageAt:
        if self.failing:
            raise self.failing.pop(0)
        if refused := self.refusing.get(at.channel if at else channel):
            raise refused
        where = at or MessageAt(channel, f"1700000000.{len(self.said):06d}")
        self.said.append(Said(view, where, at is not None))
        self.posts[_POST.get()] = where
        if self.lost:
            raise self.lost.pop(0)
        return where

    def cards(self) -> list[ChangeView]:
        """Every state of every card that was shown, in order."""
        return [said.view for said in self.said if isinstance(said.view, ChangeView)]

    def told(self) -> list[str]:
        """The events that were told in threads."""
        return [said.view.entry.event.value for said in self.said if isinstance(said.view, HistoryView)]

    def missed_ones(self) -> list[Change]:
        """What was said in the channel about scheduled changes that did not take effect."""
        return [said.view for said in self.said if isinstance(said.view, Change)]

    def reports(self) -> list[Said]:
        """The reports about evaluations."""
        return [said for said in self.said if isinstance(said.view, EvaluationView | EvaluationsView)]

    def drifts(self) -> list[Drift]:
        """Every state of every drift that was told, in order."""
        return [said.view.drift for said in self.said if isinstance(said.view, DriftView)]

    def silences(self) -> list[Silence]:
        """Every state of every silence that was told, in order."""
        return [said.view for said in self.said if isinstance(said.view, Silence)]


@dataclass(slots=True)
class World:
    """A bot's inside with its surroundings in memory, over a real database."""

    ctx: Context
    provider: MemoryProvider
    clock: MovedClock
    people: Crowd
    memo: Memo
    store: Store

    def again(self, owner: str = "after-the-crash", **changes: Any) -> World:
        """The same surroundings seen by another process."""
        return replace(self, ctx=replace(self.ctx, owner=owner, **changes))


def demo_provider() -> MemoryProvider:
    """Two projects: in `support`, config_w is live in production and config_x is not; both have a `baseline`."""
    provider = MemoryProvider()
    provider.add("support", "config_w", "config_x", "baseline")
    provider.add("search", "rewrite", "baseline")
    provider.put("support", PRODUCTION, "config_w")
    provider.put("search", PRODUCTION, "rewrite")
    return provider


_MIGRATED: list[bytes] = []
"""A database as the migrations leave it: they run once for all worlds of a process."""


async def _database(path: Path) -> str:
    file = path / "configbot.db"
    url = f"sqlite+aiosqlite:///{file}"
    if not _MIGRATED:
        await migrate(url)
        _MIGRATED.append(file.read_bytes())
    file.write_bytes(_MIGRATED[0])
    return url


async def make_world(
    path: Path, provider: MemoryProvider | None = None, *others: MemoryProvider, **changes: Any
) -> World:
    """A world over a fresh SQLite file in `path`; whoever makes it closes its store."""
    url = await _database(path)
    clock, people, memo = MovedClock(), Crowd(), Memo()
    store = await Store.open(url, clock=clock)
    provider = provider or demo_provider()
    providers: Mapping[str, Any] = {each.name: each for each in (provider, *others)}
    ctx = Context(
        store=store,
        providers=providers,
        index=Index(providers, clock),
        people=people,
        notifier=memo,
        clock=clock,
        rule_for=built_in_rule,
        owner="one",
        org=ORG,
        team=ORG,
    )
    ctx = replace(ctx, **changes)
    await ctx.index.refresh()
    for each in (provider, *others):
        each.calls.clear()
    return World(ctx, provider, clock, people, memo, store)
