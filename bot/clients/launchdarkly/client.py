"""A LaunchDarkly project as a provider: an AI Config is a project, a variation a config, the default rule is live."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import httpx
from pydantic import SecretStr

from bot.clients.base import Capabilities, ConfigWithContent, NotDone, ProjectNow, ProviderError, ServedNow, Unsure
from bot.clients.launchdarkly import mapping, wire
from bot.clients.launchdarkly.errors import detail_of, fault_of
from bot.clients.launchdarkly.operations import Instruction, Operations
from bot.clients.transport import EventHooks, Transport, checked_key, path_of
from bot.domain.errors import Fault, Problem
from bot.domain.evaluations import Evaluation, Progress
from bot.domain.live_state import Nothing, Split
from bot.domain.names import Config, Environment, Project
from bot.domain.project_fields import Maintainer, ProjectFields
from bot.domain.provider_approvals import GateState, Moved, ProviderApproval
from bot.domain.targets import Target

API_VERSION = "20240415"
"""Sent with every call; otherwise the API version that the token was created with applies (REST API, *Versioning*)."""

EDITED = "updateAIConfigVariation"
"""The audit log's action for an edit of a variation."""

LAG_PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Seconds between reads after an approval was applied, while they still show the previous live state."""

CAPABILITIES = Capabilities(
    evaluations=False,
    fields=frozenset({"name", "description", "tags", "maintainer", "metric", "inverted"}),
    create=False,
    unique_names=False,
    default_environment=False,
    immutable_configs=False,
    answers_state=True,
    approvals=True,
    audit=True,
    splits=True,
    noun="AI Config",
    config_noun="variation",
)


class LaunchDarklyClient:
    """Client for one project of a LaunchDarkly account: `base_url` is the account's address, `project` its key.

    Times are in seconds; see `Transport`. `wire` has the operations under their names in the reference. Raises
    `ValueError` for an unusable address, key or project.
    """

    def __init__(
        self,
        name: str,
        base_url: str,
        api_key: SecretStr,
        *,
        project: str | None,
        transport: httpx.AsyncBaseTransport | None = None,
        timeout: float = 10.0,
        concurrency: int = 16,
        event_hooks: EventHooks | None = None,
    ) -> None:
        if not (project or "").strip():
            raise ValueError(f"{name} needs the key of its LaunchDarkly project")
        self._name = name
        self._project = str(project).strip()
        self._transport = Transport(
            name,
            base_url.strip().rstrip("/").removesuffix("/api/v2"),
            headers={"Authorization": checked_key(name, api_key), "LD-API-Version": API_VERSION},
            secret=api_key,
            detail_of=detail_of,
            fault_of=fault_of,
            refused_when_limited=True,
            transport=transport,
            timeout=timeout,
            concurrency=concurrency,
            event_hooks=event_hooks,
        )
        self.wire = Operations(self._transport, self._project)
        self._environments: list[wire.Environment] = []
        self._entries: dict[str, list[wire.Entry]] = {}
        """Cache of what can be served, by AI Config, as last read; the ids do not change with edits."""
        self._names: dict[str, str] = {}
        """Names of members by id."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._name} {self._transport.base_url} {self._project}>"

    @property
    def name(self) -> str:
        """The provider's name, chosen once by the operator."""
        return self._name

    @property
    def capabilities(self) -> Capabilities:
        """No evaluations; contents can be edited; writes return the live state; approvals and an audit log."""
        return CAPABILITIES

    async def check(self) -> None:
        """Ask whose token it is (*Identify the caller*), and read the project. Raises `ProviderError`."""
        await self.wire.caller()
        await self.wire.list_environments(operation=f"reading the project {self._project}")

    # AI Configs and variations

    async def projects(self, words: str | None = None) -> Sequence[Project]:
        """All AI Configs, or those whose name or key contains `words`, ignoring case. Raises `ProviderError`."""
        needle = (words or "").casefold()
        return tuple(
            mapping.project(self._name, record)
            for record in await self.wire.list_ai_configs()
            if needle in record.name.casefold() or needle in record.key.casefold()
        )

    async def project(self, project: Project) -> ProjectNow:
        """One AI Config as it is now. Raises `ProviderError`."""
        return mapping.project_now(
            self._name, await self.wire.get_ai_config(project.id, operation=f"reading {project.name}")
        )

    async def create_project(self, name: str, directory: str | None) -> ProjectNow:
        """Not supported: an AI Config is created in LaunchDarkly, with its first variation. Raises `NotDone`."""
        del directory
        raise self._cannot(f"creating {name}")

    async def update_project(self, project: Project, fields: ProjectFields) -> ProjectNow:
        """Change the fields that are set (*Update AI Config*). Raises `ProviderError`.

        The service ignores unknown fields, so the result has to be compared with the request. A metric that does not
        exist is refused before anything is sent, if the key may read metrics.
        """
        operation = f"updating {project.name}"
        if fields.metric:
            await self._check_metric(fields.metric, operation)
        record = await self.wire.update_ai_config(project.id, mapping.update(fields), operation=operation)
        return mapping.project_now(self._name, record)

    async def _check_metric(self, metric: str, operation: str) -> None:
        try:
            await self.wire.get_metric(metric, operation=operation)
        except NotDone as error:
            if error.problem.fault is Fault.NOT_FOUND:
                detail = f"the project has no metric {metric}"
                raise NotDone(Problem(Fault.INVALID, self._name, operation, detail=detail)) from error
            if error.problem.fault is not Fault.FORBIDDEN:
                raise

    async def maintainers(self, words: str) -> Sequence[Maintainer]:
        """Members and teams matching an e-mail address, an id, a key or a name; exact matches only, if there are any.

        Teams are left out if the account has none or the token may not read them. Raises `ProviderError`.
        """
        operation = f"looking for {words}"
        members = await self.wire.find_members(f"query:{words}", operation=operation)
        candidates = [mapping.member(each) for each in members]
        if "@" not in words:
            candidates += await self._teams(words, operation)
        needle = words.strip().casefold()
        exact = [
            each for each in candidates if needle in (part.casefold() for part in (each.id, each.email, each.name))
        ]
        return tuple(exact or candidates)

    async def _teams(self, words: str, operation: str) -> list[Maintainer]:
        try:
            return [mapping.team(each) for each in await self.wire.find_teams(words, operation=operation)]
        except NotDone as error:
            if error.problem.fault in (Fault.FORBIDDEN, Fault.NOT_FOUND, Fault.INVALID):
                return []
            raise

    async def configs(self, project: Project) -> Sequence[ConfigWithContent]:
        """All variations with their contents, including archived ones. Raises `ProviderError`."""
        record = await self.wire.get_ai_config(project.id, operation=f"reading the variations of {project.name}")
        return tuple(mapping.config(self._name, project.id, variation) for variation in record.variations)

    # what is live

    async def served(self, project: Project) -> ServedNow:
        """What is live in every environment, and what the environments require. Raises `ProviderError`."""
        operation = f"reading what {project.name} has live"
        try:
            async with asyncio.TaskGroup() as reads:
                environments = reads.create_task(self.wire.list_environments(operation=operation))
                targeting = reads.create_task(self.wire.get_targeting(project.id, operation=operation))
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None
        self._environments = environments.result()
        return self._now(project, targeting.result(), operation)

    async def serve(
        self, project: Project, environment: Environment, live: Config | Split, *, comment: str = ""
    ) -> ServedNow:
        """Move the default rule of exactly this environment to a variation or to weights. Raises `ProviderError`."""
        what = f"making {live.name} of {project.name} live" if isinstance(live, Config) else "putting weights back"
        return await self._move(project, environment, live, comment, f"{what} in {environment.name}")

    async def clear(self, project: Project, environment: Environment, *, comment: str = "") -> ServedNow:
        """Move the default rule of exactly this environment to the disabled entry. Raises `ProviderError`.

        Targeting itself cannot be switched off over the API (*Update AI Config targeting*, instructions).
        """
        operation = f"making nothing of {project.name} live in {environment.name}"
        return await self._move(project, environment, Nothing(), comment, operation)

    async def _move(
        self, project: Project, environment: Environment, live: Target, comment: str, operation: str
    ) -> ServedNow:
        """Send one patch. If cached ids are refused, nothing was changed: they are read again and tried once more."""
        if not self._environments:
            self._environments = await self.wire.list_environments(operation=operation)
        cached = project.id in self._entries
        instructions = await self._instructions(project, live, operation)
        try:
            targeting = await self._patch(project, environment, instructions, comment, operation)
        except NotDone as error:
            if not cached or error.problem.fault is not Fault.INVALID:
                raise
            self._entries.pop(project.id, None)
            again = await self._instructions(project, live, operation)
            if again == instructions:
                raise
            targeting = await self._patch(project, environment, again, comment, operation)
        return self._now(project, targeting, operation, wrote=True)

    async def _patch(
        self, project: Project, environment: Environment, instructions: list[Instruction], comment: str, operation: str
    ) -> wire.Targeting:
        return await self.wire.patch_targeting(
            project.id, environment.id, instructions, comment=comment, operation=operation
        )

    async def _instructions(self, project: Project, live: Target, operation: str) -> list[Instruction]:
        """The instruction that moves the default rule, built from cached entries if they have what it needs."""
        instructions = mapping.default_rule(self._entries.get(project.id, ()), live)
        if instructions is None:
            targeting = await self.wire.get_targeting(project.id, operation=operation)
            self._entries[project.id] = targeting.variations
            instructions = mapping.default_rule(targeting.variations, live)
        if instructions is None:
            raise NotDone(
                Problem(Fault.NOT_FOUND, self._name, operation, detail="the variation is not there to be served")
            )
        return list(instructions)

    def _now(self, project: Project, targeting: wire.Targeting, operation: str, *, wrote: bool = False) -> ServedNow:
        self._entries[project.id] = targeting.variations
        try:
            return mapping.served_now(self._name, targeting, self._environments)
        except mapping.Unclear as error:
            problem = Problem(Fault.UNINTELLIGIBLE, self._name, operation, detail=str(error))
            raise (Unsure if wrote else NotDone)(problem) from error

    async def last_moved(self, project: Project, environment: Environment, *, edited: bool = False) -> Moved | None:
        """The newest audit log entry about it (*List audit log entries*). Raises `ProviderError`.

        An edit of a variation is logged for the AI Config, not for an environment.
        """
        resource = self.wire.resource(None if edited else environment.id, project.id)
        operation = f"reading who moved {project.name} in {environment.name}"
        entry = await self.wire.newest_audit_entry(resource, EDITED if edited else None, operation=operation)
        return mapping.moved(entry) if entry else None

    # approvals

    async def ask_approval(
        self, project: Project, environment: Environment, live: Target, *, description: str
    ) -> ProviderApproval:
        """Create an approval request for the change, or return the one already pending. Raises `ProviderError`."""
        operation = f"asking for an approval for {project.name} in {environment.name}"
        resource = self.wire.resource(environment.id, project.id)
        instructions = await self._instructions(project, live, operation)
        for pending in await self.wire.pending_approvals(resource, operation=operation):
            if pending.instructions == instructions:
                return await self._approval(pending)
        record = await self.wire.create_approval(resource, instructions, description=description, operation=operation)
        return await self._approval(record)

    async def approval(self, approval_id: str) -> ProviderApproval:
        """The state of an approval request, with its reviews. Raises `ProviderError`."""
        try:
            return await self._approval(await self.wire.get_approval(approval_id))
        except NotDone as error:
            if error.problem.fault is Fault.NOT_FOUND:
                return ProviderApproval(approval_id, "", GateState.GONE)
            raise

    async def apply_approval(self, approval_id: str, *, comment: str = "") -> ProviderApproval:
        """Apply what was approved (*Apply approval request*). Raises `ProviderError`.

        If the service refuses, it cannot be applied now: the current state of the request is returned.
        """
        try:
            record = await self.wire.apply_approval(approval_id, comment=comment)
        except NotDone as error:
            if error.problem.fault in (Fault.UNAUTHORIZED, Fault.RATE_LIMITED) or error.problem.status is None:
                raise
            if error.problem.status >= 500:
                raise
            return await self.approval(approval_id)
        applied = await self._approval(record)
        if applied.state is GateState.APPLIED:
            await self._wait_until_visible(record)
        return applied

    async def _wait_until_visible(self, record: wire.Approval) -> None:
        """Wait a while until reads, which can lag, show what was applied; the answer has no live state."""
        _, environment, config = _parts(record.resource)
        for pause in LAG_PAUSES:
            try:
                targeting = await self.wire.get_targeting(
                    config, operation=f"reading back what approval {record.id} did"
                )
            except ProviderError:
                return
            if mapping.shows(targeting, environment, record.instructions):
                return
            await asyncio.sleep(pause)

    async def drop_approval(self, approval_id: str) -> None:
        """Delete a request. Raises `ProviderError`."""
        try:
            await self.wire.delete_approval(approval_id)
        except NotDone as error:
            if error.problem.fault is not Fault.NOT_FOUND:
                raise

    async def _approval(self, record: wire.Approval) -> ProviderApproval:
        await self._learn_names([review.member for review in record.reviews])
        return mapping.approval(record, self._link(record.resource), self._names)

    async def _learn_names(self, ids: Sequence[str]) -> None:
        """Read the reviewers' names; if the token may not read members, their ids are shown instead."""
        unknown = sorted({each for each in ids if each and each not in self._names})
        if not unknown:
            return
        try:
            members = await self.wire.find_members(f"id:{'|'.join(unknown)}", operation="reading who reviewed")
        except ProviderError:
            return
        self._names.update({each.id: each.email or mapping.member(each).name for each in members})

    def _link(self, resource: str) -> str:
        """The address where people review it: the AI Config's page in that environment."""
        project, environment, config = _parts(resource)
        path = path_of("/projects/{}/ai-configs/{}/targeting?env={}", project, config, environment)
        return f"{self._transport.base_url}{path}"

    # what LaunchDarkly does not have

    async def evaluations(self, project: Project, *, scores: bool = True) -> Sequence[Evaluation]:
        """Always empty: LaunchDarkly has no evaluations."""
        del project, scores
        return ()

    async def evaluation(self, project: Project, evaluation_id: str) -> Evaluation:
        """Not supported: LaunchDarkly has no evaluations. Raises `NotDone`."""
        raise self._cannot(f"reading evaluation {evaluation_id} of {project.name}")

    async def progress(self, project: Project, evaluation: Evaluation) -> Progress:
        """Not supported: LaunchDarkly has no evaluations. Raises `NotDone`."""
        raise self._cannot(f"reading how far evaluation {evaluation.id} of {project.name} is")

    async def set_evaluation_status(self, project: Project, evaluation_id: str, status: str) -> Evaluation:
        """Not supported: LaunchDarkly has no evaluations. Raises `NotDone`."""
        raise self._cannot(f"setting evaluation {evaluation_id} of {project.name} to {status}")

    def _cannot(self, operation: str) -> NotDone:
        return NotDone(Problem(Fault.INVALID, self._name, operation, detail="LaunchDarkly has no such operation here"))

    async def close(self) -> None:
        """Close the connection pool."""
        await self._transport.close()


def _parts(resource: str) -> tuple[str, str, str]:
    """Project, environment and AI Config of a resource specifier; empty strings if it has no such part."""
    named = dict(part.partition("/")[::2] for part in resource.split(":"))
    return named.get("proj", ""), named.get("env", ""), named.get("aiconfig", "")
