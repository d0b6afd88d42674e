"""Storage of the drift watch: baselines, drifts, and periods in which a provider does not answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Delete, RowMapping, and_, delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain import contents, live_state
from bot.domain.changes import Change
from bot.domain.contents import Content
from bot.domain.drift import Baseline, Drift, Ending, Silence, Source, tells
from bot.domain.names import Project
from bot.domain.notices import NoticeKind
from bot.domain.provider_approvals import Moved
from bot.sql import insert_into
from bot.store.codec import from_environment, maybe, opened, sealed, to_environment
from bot.store.rows import Values, to_change
from bot.store.tables import ONE_DRIFT, ONE_SILENCE, baselines, changes, drifts, notices, silences


class DriftReading:
    """Queries about drift, inside a transaction."""

    _connection: AsyncConnection

    async def baselines(self, provider: str, project_id: str) -> tuple[Baseline, ...]:
        """The baselines of a project's environments, as far as they exist."""
        query = select(baselines).where(baselines.c.provider == provider, baselines.c.project_id == project_id)
        return tuple(_to_baseline(row) for row in (await self._connection.execute(query)).mappings())

    async def baseline(self, provider: str, project_id: str, environment_id: str) -> Baseline | None:
        """The baseline of one environment of a project."""
        rows = await self.baselines(provider, project_id)
        return next((each for each in rows if each.environment_id == environment_id), None)

    async def fingerprints(self) -> dict[tuple[str, str, str], str]:
        """All baselines: `LiveState.fingerprint` by provider, project id and environment id."""
        there = (baselines.c.provider, baselines.c.project_id, baselines.c.environment_id)
        rows = await self._connection.execute(select(*there, baselines.c.fingerprint))
        return {(provider, project, environment): fingerprint for provider, project, environment, fingerprint in rows}

    async def open_changes(self, provider: str, project_id: str) -> tuple[Change, ...]:
        """The open changes of a project, at most one per environment."""
        there = and_(changes.c.provider == provider, changes.c.project_id == project_id, changes.c.is_open)
        rows = (await self._connection.execute(select(changes).where(there))).mappings()
        return tuple(to_change(row) for row in rows)

    async def drift(self, id: str) -> Drift | None:  # noqa: A002 - the domain's word
        """The drift with this id."""
        row = (await self._connection.execute(select(drifts).where(drifts.c.id == id))).mappings().first()
        return None if row is None else _to_drift(row)

    async def open_drifts(self, project: tuple[str, str] | None = None) -> tuple[Drift, ...]:
        """The open drifts of one project or of all, oldest first."""
        query = select(drifts).where(drifts.c.ended_at.is_(None)).order_by(drifts.c.found_at, drifts.c.id)
        if project is not None:
            query = query.where(drifts.c.provider == project[0], drifts.c.project_id == project[1])
        return tuple(_to_drift(row) for row in (await self._connection.execute(query)).mappings())

    async def led_by(self, drift: Drift) -> tuple[Drift, ...]:
        """The other open drifts that the message about this one covers."""
        return tuple(each for each in await self.open_drifts(drift.project.key) if tells(drift, each))

    async def open_drift(self, provider: str, project_id: str, environment_id: str) -> Drift | None:
        """The open drift in one environment of a project."""
        open_drifts = await self.open_drifts((provider, project_id))
        return next((each for each in open_drifts if each.environment.id == environment_id), None)

    async def silence(self, id: str) -> Silence | None:  # noqa: A002 - the domain's word
        """The silence with this id."""
        return await self._silence(silences.c.id == id)

    async def open_silence(self, provider: str) -> Silence | None:
        """The open silence of a provider."""
        return await self._silence(and_(silences.c.provider == provider, silences.c.ended_at.is_(None)))

    async def _silence(self, condition: ColumnElement[bool]) -> Silence | None:
        row = (await self._connection.execute(select(silences).where(condition))).mappings().first()
        return None if row is None else Silence(**row)


class DriftWriting(DriftReading):
    """Writes about drift, inside a transaction."""

    async def add_baselines(self, new: Sequence[Baseline]) -> None:
        """Insert baselines; existing ones are kept."""
        for each in new:
            statement = insert_into(self._connection, baselines).values(**_from_baseline(each))
            await self._connection.execute(statement.on_conflict_do_nothing(index_elements=_PLACE))

    async def save_baseline(self, baseline: Baseline) -> None:
        """Insert or replace a baseline."""
        row = _from_baseline(baseline)
        statement = insert_into(self._connection, baselines).values(**row)
        changed = {name: statement.excluded[name] for name in row if name not in _PLACE}
        await self._connection.execute(statement.on_conflict_do_update(index_elements=_PLACE, set_=changed))

    async def add_drift(self, drift: Drift) -> bool:
        """Insert a drift. Returns False and writes nothing if one is already open there."""
        columns = [column.name for column in ONE_DRIFT.columns]
        statement = insert_into(self._connection, drifts).values(**_from_drift(drift))
        statement = statement.on_conflict_do_nothing(index_elements=columns, index_where=drifts.c.ended_at.is_(None))
        return (await self._connection.execute(statement.returning(drifts.c.id))).first() is not None

    async def save_drift(self, drift: Drift, expected: int) -> bool:
        """Update a drift that is open and in version `expected`. Returns False if another writer was faster."""
        as_seen = and_(drifts.c.id == drift.id, drifts.c.version == expected, drifts.c.ended_at.is_(None))
        statement = update(drifts).where(as_seen).values(**_from_drift(drift)).returning(drifts.c.id)
        return (await self._connection.execute(statement)).first() is not None

    async def add_silence(self, silence: Silence) -> bool:
        """Insert a silence. Returns False and writes nothing if one is already open for the provider."""
        columns = [column.name for column in ONE_SILENCE.columns]
        row = {"id": silence.id, "provider": silence.provider, "since": silence.since, "fault": silence.fault}
        statement = insert_into(self._connection, silences).values(**row)
        statement = statement.on_conflict_do_nothing(index_elements=columns, index_where=silences.c.ended_at.is_(None))
        return (await self._connection.execute(statement.returning(silences.c.id))).first() is not None

    async def end_silence(self, id: str, at: datetime) -> bool:  # noqa: A002 - the domain's word
        """End a silence, because the provider answers again. Returns False if another writer was faster."""
        lasting = and_(silences.c.id == id, silences.c.ended_at.is_(None))
        statement = update(silences).where(lasting).values(ended_at=at).returning(silences.c.id)
        return (await self._connection.execute(statement)).first() is not None


def over_for_long(before: datetime) -> tuple[Delete, ...]:
    """Statements that delete drifts and silences that ended before then, and the notices about deleted ones."""
    return (
        delete(drifts).where(drifts.c.ended_at < before),
        delete(silences).where(silences.c.ended_at < before),
        *(
            delete(notices).where(notices.c.kind == kind.value, ~exists().where(table.c.id == notices.c.subject))
            for kind, table in ((NoticeKind.DRIFT, drifts), (NoticeKind.SILENCE, silences))
        ),
    )


_PLACE = ["provider", "project_id", "environment_id"]


def _from_baseline(baseline: Baseline) -> Values:
    return {
        "provider": baseline.provider,
        "project_id": baseline.project_id,
        "environment_id": baseline.environment_id,
        "at": baseline.at,
        "source": baseline.source.value,
        "change_id": baseline.change_id,
        "fingerprint": baseline.served.fingerprint(),
        "details": sealed(_baseline_details(baseline)),
    }


def _baseline_details(baseline: Baseline) -> dict[str, Any]:
    return {
        "served": live_state.to_document(baseline.served),
        "by": baseline.by,
        "content": maybe(contents.to_document, baseline.content),
    }


def _to_baseline(row: RowMapping) -> Baseline:
    place = (row["provider"], row["project_id"], row["environment_id"])

    def read(details: Mapping[str, Any]) -> Baseline:
        return _baseline(place, row["at"], row["source"], row["change_id"], details)

    return opened(f"what was last right in {'/'.join(place)}", row["details"], read)


def _baseline(
    place: tuple[str, str, str], at: datetime, source: str, change_id: str | None, details: Mapping[str, Any]
) -> Baseline:
    what, content = live_state.from_document(details["served"]), maybe(_content, details["content"])
    return Baseline(*place, what, at, Source(source), change_id, details["by"], content)


def _content(document: Mapping[str, Any]) -> Content:
    return contents.from_document(document)


def _from_drift(drift: Drift) -> Values:
    was, moved = drift.was, drift.moved
    return {
        "id": drift.id,
        "provider": drift.project.provider,
        "project_id": drift.project.id,
        "environment_id": drift.environment.id,
        "found_at": drift.found_at,
        "version": drift.version,
        "ended_at": drift.ended_at,
        "ended_as": drift.ended_as.value if drift.ended_as else None,
        "ended_by": drift.ended_by,
        "details": sealed(
            {
                "project": drift.project.name,
                "environment": from_environment(drift.environment),
                "was": {
                    "at": was.at.isoformat(),
                    "source": was.source.value,
                    "change": was.change_id,
                    **_baseline_details(was),
                },
                "now": live_state.to_document(drift.now),
                "late": drift.late,
                "lead": drift.lead,
                "moved": {"at": moved.at.isoformat(), "by": moved.by, "comment": moved.comment} if moved else None,
                "was_content": maybe(contents.to_document, drift.was_content),
                "now_content": maybe(contents.to_document, drift.now_content),
            }
        ),
    }


def _to_drift(row: RowMapping) -> Drift:
    place = (row["provider"], row["project_id"], row["environment_id"])

    def read(details: Mapping[str, Any]) -> Drift:
        was = details["was"]
        return Drift(
            id=row["id"],
            project=Project(row["provider"], row["project_id"], details["project"]),
            environment=to_environment(details["environment"]),
            was=_baseline(place, datetime.fromisoformat(was["at"]), was["source"], was["change"], was),
            now=live_state.from_document(details["now"]),
            found_at=row["found_at"],
            version=row["version"],
            moved=maybe(_moved, details["moved"]),
            was_content=maybe(_content, details["was_content"]),
            now_content=maybe(_content, details["now_content"]),
            late=details["late"],
            lead=details["lead"],
            ended_at=row["ended_at"],
            ended_as=maybe(Ending, row["ended_as"]),
            ended_by=row["ended_by"],
        )

    return opened(f"drift {row['id']}", row["details"], read)


def _moved(document: Mapping[str, Any]) -> Moved:
    return Moved(datetime.fromisoformat(document["at"]), document["by"], document["comment"])
