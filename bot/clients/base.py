"""The provider contract: what a config service must be able to do for us, in our words.

Errors, all of them a `ProviderError` that carries one `Problem`:

    ProviderError
    ├── NotDone      the service refused, or was never reached: nothing happened
    └── Unsure       a write was sent and no answer came: look before doing anything else
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from bot.domain.contents import Content
from bot.domain.errors import Problem, Reason
from bot.domain.evaluations import Evaluation, Progress
from bot.domain.live_state import LiveState, Split
from bot.domain.names import Config, Environment, Project
from bot.domain.project_fields import Maintainer, ProjectFields
from bot.domain.provider_approvals import Moved, ProviderApproval
from bot.domain.targets import Target


class ProviderError(Exception):
    """A provider did not do, or did not answer, what was asked."""

    def __init__(self, problem: Problem) -> None:
        status = f" (HTTP {problem.status})" if problem.status else ""
        super().__init__(
            f"{problem.operation}: {problem.fault.value}{status} from {problem.provider} {problem.detail}".strip()
        )
        self.problem = problem


class NotDone(ProviderError):
    """The service refused, or was never reached. Nothing happened there."""


class Unsure(ProviderError):
    """A write was sent and its answer never came, or was unintelligible. It may have happened."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider can do; commands say in words what it cannot."""

    evaluations: bool = True
    fields: frozenset[str] = frozenset({"name", "directory"})
    """The fields of `ProjectFields` that its projects have and that can be changed."""
    create: bool = True
    """Projects can be made."""
    unique_names: bool = True
    """No two projects have the same name."""
    default_environment: bool = True
    """One environment is the default one, so that ``active=`` says where."""
    immutable_configs: bool = True
    """Contents never change under an id, so a content version never has to be read again."""
    answers_state: bool = False
    """A write answers what is live then, and reads can lag behind it: the answer is the read-back."""
    approvals: bool = False
    """It can demand an approval of its own."""
    audit: bool = False
    """It tells who changed what is live."""
    splits: bool = False
    """Several configs can share the traffic, and weights that were live once can be put back."""
    noun: str = "project"
    """What people who know the provider call a project: a project, an AI Config."""
    config_noun: str = "config"
    """What they call a config: a config, a variation."""


@dataclass(frozen=True, slots=True)
class ProjectNow:
    """A project as it is now. Of `fields` those are set that the provider keeps and that have a value."""

    project: Project
    fields: ProjectFields
    mode: str = ""
    """What kind of thing it configures (completion, agent, judge), where the provider tells kinds apart."""
    version: int | None = None
    """Of its fields, where the provider counts."""


@dataclass(frozen=True, slots=True)
class ConfigWithContent:
    """A config and what stands in it."""

    config: Config
    content: Content


@dataclass(frozen=True, slots=True)
class ServedNow:
    """What one project has live, environment by environment, in one look."""

    environments: tuple[Environment, ...]
    served: Mapping[str, LiveState]
    """By environment id; every environment has its entry."""
    gated: frozenset[str] = frozenset()
    """Ids of environments where the provider demands its own approval for this project."""
    blockers: Mapping[str, tuple[Reason, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """By environment id: why nothing may be made live there by us. Who is not listed has none."""
    versions: Mapping[str, str] | None = None
    """Content version by config id; None where contents never change under an id."""
    revisions: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """By environment id: a number that grows by one with each change there, where the provider counts them."""


class ProviderClient(Protocol):
    """One config service. Every method raises `ProviderError`; reads may be repeated, writes set a state."""

    @property
    def name(self) -> str:
        """The provider's name, chosen once by the operator."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""

    async def check(self) -> None:
        """One cheap read that proves address and key."""

    async def projects(self, words: str | None = None) -> Sequence[Project]:
        """All projects, or those whose name contains `words`, over all pages."""

    async def project(self, project: Project) -> ProjectNow:
        """One project as it is now: one call."""

    async def create_project(self, name: str, directory: str | None) -> ProjectNow:
        """Make a project and answer it as it is then: one write. A name that is taken is refused."""

    async def update_project(self, project: Project, fields: ProjectFields) -> ProjectNow:
        """Change the fields that are named and no other; answers the project as it is then: one write."""

    async def maintainers(self, words: str) -> Sequence[Maintainer]:
        """Members and teams that an e-mail address, a key or a name means; none where there is no such thing."""

    async def configs(self, project: Project) -> Sequence[ConfigWithContent]:
        """All configs of a project with their contents: one call."""

    async def served(self, project: Project) -> ServedNow:
        """What is live in every environment: one call."""

    async def serve(
        self, project: Project, environment: Environment, live: Config | Split, *, comment: str = ""
    ) -> ServedNow | None:
        """Make one config, or the weights of a split, live in exactly this environment, addressed by id: one write.

        Answers what is live then where the answer is the read-back, else None; `comment` goes to the provider's log.
        """

    async def clear(self, project: Project, environment: Environment, *, comment: str = "") -> ServedNow | None:
        """Make nothing live in exactly this environment, always named: one write. Answers as `serve` does."""

    async def last_moved(self, project: Project, environment: Environment, *, edited: bool = False) -> Moved | None:
        """Who changed what is live there last, and when; None where the provider does not tell.

        `edited` asks who edited the contents of the project last, instead of who made something else live.
        """

    async def ask_approval(
        self, project: Project, environment: Environment, live: Target, *, description: str
    ) -> ProviderApproval:
        """Ask for the provider's own approval of what `serve`, or for nothing `clear`, would do: one write.

        One that waits for exactly that already is answered instead, so that asking twice asks once.
        """

    async def approval(self, approval_id: str) -> ProviderApproval:
        """Where an approval stands; one that was deleted is `GONE`."""

    async def apply_approval(self, approval_id: str, *, comment: str = "") -> ProviderApproval:
        """Do what was approved, and answer where that led: one write."""

    async def drop_approval(self, approval_id: str) -> None:
        """Take back what was asked for, so that nobody can apply it any more: one write. Gone already is well."""

    async def evaluations(self, project: Project, *, scores: bool = True) -> Sequence[Evaluation]:
        """All evaluations of a project: one call. Without `scores` the service need not work them out."""

    async def evaluation(self, project: Project, evaluation_id: str) -> Evaluation:
        """One evaluation with its aggregates."""

    async def progress(self, project: Project, evaluation: Evaluation) -> Progress:
        """How far an evaluation is: one call, so of a large dataset the first datapoints only."""

    async def set_evaluation_status(self, project: Project, evaluation_id: str, status: str) -> Evaluation:
        """Set a status and answer the evaluation as it is then: one write."""

    async def close(self) -> None:
        """Close the pool."""
