"""The provider contract: the operations that every config service must offer, in terms of our domain.

Errors, all of them a `ProviderError` that carries one `Problem`:

    ProviderError
    ├── NotDone      the service refused, or was never reached: nothing happened
    └── Unsure       a write was sent and no answer arrived: read the state before doing anything else
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
    """A provider call failed: it was refused, or no usable answer arrived."""

    def __init__(self, problem: Problem) -> None:
        status = f" (HTTP {problem.status})" if problem.status else ""
        super().__init__(
            f"{problem.operation}: {problem.fault.value}{status} from {problem.provider} {problem.detail}".strip()
        )
        self.problem = problem


class NotDone(ProviderError):
    """The service refused, or was never reached. Nothing happened there."""


class Unsure(ProviderError):
    """A write was sent and its answer never arrived, or could not be read. It may have happened."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider can do. Commands that need a missing capability are refused with an explanation."""

    evaluations: bool = True
    fields: frozenset[str] = frozenset({"name", "directory"})
    """The fields of `ProjectFields` that its projects have and that can be changed."""
    create: bool = True
    """Projects can be created."""
    unique_names: bool = True
    """No two projects have the same name."""
    default_environment: bool = True
    """One environment is marked as the default, so ``active=`` needs no environment."""
    immutable_configs: bool = True
    """Contents never change under an id, so a content version never has to be read again."""
    answers_state: bool = False
    """A write returns the new live state, and reads can lag behind it, so the returned state is the read-back."""
    approvals: bool = False
    """It can require an approval of its own."""
    audit: bool = False
    """It records who changed what is live."""
    splits: bool = False
    """Several configs can share the traffic, and earlier weights can be restored."""
    noun: str = "project"
    """The provider's own word for a project, for example "AI Config"."""
    config_noun: str = "config"
    """The provider's own word for a config, for example "variation"."""


@dataclass(frozen=True, slots=True)
class ProjectNow:
    """A project as it is now. Only those `fields` are set that the provider stores and that have a value."""

    project: Project
    fields: ProjectFields
    mode: str = ""
    """What it configures (completion, agent, judge), if the provider distinguishes that."""
    version: int | None = None
    """Version of its fields, if the provider counts them."""


@dataclass(frozen=True, slots=True)
class ConfigWithContent:
    """A config with its content."""

    config: Config
    content: Content


@dataclass(frozen=True, slots=True)
class ServedNow:
    """What one project has live in each environment, read at one time."""

    environments: tuple[Environment, ...]
    served: Mapping[str, LiveState]
    """Live state by environment id; every environment has an entry."""
    gated: frozenset[str] = frozenset()
    """Ids of environments where the provider requires its own approval for this project."""
    blockers: Mapping[str, tuple[Reason, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """By environment id: why we cannot change what is live there. An environment that is not listed has none."""
    versions: Mapping[str, str] | None = None
    """Content version by config id; None if contents never change under an id."""
    revisions: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """By environment id: a counter that grows by one with each change there, if the provider has one."""


class ProviderClient(Protocol):
    """One config service. Every method can raise `ProviderError`; reads may be repeated, writes set a state."""

    @property
    def name(self) -> str:
        """The provider's name, chosen once by the operator."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""

    async def check(self) -> None:
        """Make one cheap read that proves that address and key work."""

    async def projects(self, words: str | None = None) -> Sequence[Project]:
        """All projects, or those whose name contains `words`, from all pages."""

    async def project(self, project: Project) -> ProjectNow:
        """One project as it is now: one call."""

    async def create_project(self, name: str, directory: str | None) -> ProjectNow:
        """Create a project and return it: one write. A name that is already taken is refused."""

    async def update_project(self, project: Project, fields: ProjectFields) -> ProjectNow:
        """Change only the fields that are set and return the updated project: one write."""

    async def maintainers(self, words: str) -> Sequence[Maintainer]:
        """Members and teams matching an e-mail address, a key or a name; empty if the provider has no maintainers."""

    async def configs(self, project: Project) -> Sequence[ConfigWithContent]:
        """All configs of a project with their contents: one call."""

    async def served(self, project: Project) -> ServedNow:
        """What is live in every environment: one call."""

    async def serve(
        self, project: Project, environment: Environment, live: Config | Split, *, comment: str = ""
    ) -> ServedNow | None:
        """Make one config, or the weights of a split, live in exactly this environment (addressed by id): one write.

        Returns the new live state if the provider's answer serves as the read-back (`Capabilities.answers_state`), else
        None. `comment` goes to the provider's log.
        """

    async def clear(self, project: Project, environment: Environment, *, comment: str = "") -> ServedNow | None:
        """Make nothing live in exactly this environment: one write. Returns the same as `serve`."""

    async def last_moved(self, project: Project, environment: Environment, *, edited: bool = False) -> Moved | None:
        """Who last changed what is live there, and when; None if the provider does not record it.

        With `edited`, who last edited the contents of the project instead.
        """

    async def ask_approval(
        self, project: Project, environment: Environment, live: Target, *, description: str
    ) -> ProviderApproval:
        """Request the provider's own approval for what `serve` (or `clear`, for `Nothing`) would do: one write.

        If a request for exactly that is already pending, it is returned instead, so repeating the call is safe.
        """

    async def approval(self, approval_id: str) -> ProviderApproval:
        """The current state of an approval; a deleted one is `GONE`."""

    async def apply_approval(self, approval_id: str, *, comment: str = "") -> ProviderApproval:
        """Apply what was approved and return the resulting approval: one write."""

    async def drop_approval(self, approval_id: str) -> None:
        """Delete an approval request, so that nobody can apply it any more: one write. Already deleted is fine."""

    async def evaluations(self, project: Project, *, scores: bool = True) -> Sequence[Evaluation]:
        """All evaluations of a project: one call. Without `scores` the service does not have to compute them."""

    async def evaluation(self, project: Project, evaluation_id: str) -> Evaluation:
        """One evaluation with its aggregates."""

    async def progress(self, project: Project, evaluation: Evaluation) -> Progress:
        """How far an evaluation is. One call, so for a large dataset only the first datapoints are counted."""

    async def set_evaluation_status(self, project: Project, evaluation_id: str, status: str) -> Evaluation:
        """Set a status and return the updated evaluation: one write."""

    async def close(self) -> None:
        """Close the connection pool."""
