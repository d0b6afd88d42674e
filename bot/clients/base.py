"""The provider contract: what a config service must be able to do for us, in our words.

Errors, all of them a `ProviderError` that carries one `Problem`:

    ProviderError
    ├── NotDone      the service refused, or was never reached: nothing happened
    └── Unsure       a write was sent and no answer came: look before doing anything else
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.domain.contents import Content
from bot.domain.errors import Problem
from bot.domain.evaluations import Evaluation
from bot.domain.names import Config, Environment, Project
from bot.domain.served import Served


class ProviderError(Exception):
    """A provider did not do, or did not answer, what was asked."""

    def __init__(self, problem: Problem) -> None:
        status = f" (HTTP {problem.status})" if problem.status else ""
        super().__init__(
            f"{problem.doing}: {problem.fault.value}{status} from {problem.provider} {problem.detail}".strip()
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
    projects: bool = True
    """Projects can be made, renamed and moved to another directory."""
    immutable_configs: bool = True
    """Contents never change under an id, so a content version never has to be read again."""


@dataclass(frozen=True, slots=True)
class ProjectNow:
    """A project as it is called and where it lies now; `directory` is an id, None for none."""

    project: Project
    directory: str | None


@dataclass(frozen=True, slots=True)
class ConfigWithContent:
    """A config and what stands in it."""

    config: Config
    content: Content


@dataclass(frozen=True, slots=True)
class ServedNow:
    """What one project has live, environment by environment, in one look."""

    environments: tuple[Environment, ...]
    served: Mapping[str, Served]
    """By environment id; every environment has its entry."""


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

    async def update_project(self, project: Project, name: str | None, directory: str | None) -> ProjectNow:
        """Rename a project, move it, or both; None leaves as it is. Answers it as it is then: one write."""

    async def configs(self, project: Project) -> Sequence[ConfigWithContent]:
        """All configs of a project with their contents: one call."""

    async def served(self, project: Project) -> ServedNow:
        """What is live in every environment: one call."""

    async def serve(self, project: Project, environment: Environment, config: Config) -> None:
        """Make `config` live in exactly this environment, addressed by id: one write."""

    async def clear(self, project: Project, environment: Environment) -> None:
        """Make nothing live in exactly this environment, always named: one write."""

    async def evaluations(self, project: Project) -> Sequence[Evaluation]:
        """All evaluations of a project with their aggregates: one call."""

    async def evaluation(self, project: Project, evaluation_id: str) -> Evaluation:
        """One evaluation with its aggregates."""

    async def set_evaluation_status(self, project: Project, evaluation_id: str, status: str) -> Evaluation:
        """Set a status and answer the evaluation as it is then: one write."""

    async def close(self) -> None:
        """Close the pool."""
