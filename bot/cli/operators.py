"""Commands for operators: API keys and environments, which v4 has no operations for, an export, and a deploy."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from bot.cli.console import stop

DatabaseOption = Annotated[
    str | None,
    typer.Option(help="Address of the registry's database. Default: CONFIGBOT_REGISTRY__DATABASE_URL."),
]
Chosen = Callable[[typer.Context, str | None], str]
"""Returns the database URL: from the option, else from the options before the command, else from the settings."""

Result = TypeVar("Result")


def add_to(app: typer.Typer, chosen: Chosen) -> None:
    """Add the commands to `app`; `chosen` returns the database URL."""
    app.add_typer(_keys(chosen), name="key")
    app.add_typer(_environments(chosen), name="environment")
    app.command("export")(_export(chosen))
    app.command("deploy")(_deploy(chosen))


def _keys(chosen: Chosen) -> typer.Typer:
    app = typer.Typer(help="API keys of the registry.", no_args_is_help=True)

    @app.command()
    def create(
        context: typer.Context,
        name: Annotated[str, typer.Argument(help="Who or what the key is for.")],
        database: DatabaseOption = None,
    ) -> None:
        """Create a key and print it. It is shown only this once; the registry stores only its hash."""
        from bot.services.registry import keys

        typer.echo(_run(chosen(context, database), lambda it: keys.create(it, name, _now())))

    @app.command("list")
    def list_keys(context: typer.Context, database: DatabaseOption = None) -> None:
        """List all keys by name, including revoked ones."""
        from bot.services.registry import keys

        for key in _run(_existing(chosen(context, database)), keys.listed):
            revoked = "" if key.revoked_at is None else f", revoked {key.revoked_at:%Y-%m-%d %H:%M} UTC"
            typer.echo(f"{key.name}: created {key.created_at:%Y-%m-%d %H:%M} UTC{revoked}")

    @app.command()
    def revoke(
        context: typer.Context,
        name: Annotated[str, typer.Argument(help="The name of the key.")],
        database: DatabaseOption = None,
    ) -> None:
        """Revoke a key. A running registry stops accepting it within seconds."""
        from bot.services.registry import keys

        _run(_existing(chosen(context, database)), lambda it: keys.revoke(it, name, _now()))
        typer.echo(f'The key "{name}" is revoked.')

    return app


def _environments(chosen: Chosen) -> typer.Typer:
    app = typer.Typer(help="Environments, shared by all projects.", no_args_is_help=True)

    @app.command()
    def add(
        context: typer.Context,
        name: Annotated[str, typer.Argument(help="The name, for example staging.")],
        database: DatabaseOption = None,
    ) -> None:
        """Add an environment. Every project gets it right away."""
        from bot.services.registry import environments

        environment_id = _run(chosen(context, database), lambda it: environments.add(it, name))
        typer.echo(f'Added the environment "{name.strip()}" ({environment_id}).')

    @app.command()
    def rename(
        context: typer.Context,
        old: Annotated[str, typer.Argument(help="The current name.")],
        new: Annotated[str, typer.Argument(help="The new name.")],
        database: DatabaseOption = None,
    ) -> None:
        """Rename an environment. Its id stays the same; callers that use the old name will break."""
        from bot.services.registry import environments

        _run(_existing(chosen(context, database)), lambda it: environments.rename(it, old, new))
        typer.echo(f'Renamed the environment "{old}" to "{new.strip()}".')

    @app.command()
    def default(
        context: typer.Context,
        name: Annotated[str, typer.Argument(help="Its name.")],
        database: DatabaseOption = None,
    ) -> None:
        """Make an environment the default one: a project's active config is what is live there."""
        from bot.services.registry import environments

        _run(_existing(chosen(context, database)), lambda it: environments.make_default(it, name))
        typer.echo(f'The environment "{name}" is now the default one.')

    @app.command("list")
    def list_environments(context: typer.Context, database: DatabaseOption = None) -> None:
        """List all environments with their ids."""
        from bot.services.registry import environments

        for each in _run(_existing(chosen(context, database)), environments.listed):
            typer.echo(f"{each.name} ({each.id}){', the default one' if each.is_default else ''}")

    return app


def _export(chosen: Chosen) -> Callable[..., None]:
    def export(
        context: typer.Context,
        path: Annotated[Path, typer.Argument(help="The file to write. An existing file is replaced.")],
        database: DatabaseOption = None,
    ) -> None:
        """Export everything in a registry except its API keys to one JSON file that `import` can read."""
        from bot.services.registry import exports

        document = _run(_existing(chosen(context, database)), exports.export)
        try:
            exports.write(document, path)
        except OSError as error:
            stop(f"registry: cannot write {path}: {error.strerror}")
        typer.echo(f"Exported the registry to {path}; projects: {len(document['projects'])}.")

    return export


def _deploy(chosen: Chosen) -> Callable[..., None]:
    def deploy(
        context: typer.Context,
        project: Annotated[str, typer.Argument(help="The name or id of the project.")],
        config: Annotated[str, typer.Argument(help="The name or id of the config.")],
        environment: Annotated[str, typer.Argument(help="The name or id of the environment.")],
        database: DatabaseOption = None,
    ) -> None:
        """Make a config live without approval. A configbot that watches reports it as changed outside."""
        from bot.services.registry import deployments

        url = _existing(chosen(context, database))
        _run(url, lambda it: deployments.deploy_by_name(it, project, config, environment, _now()))
        typer.echo(f'"{config}" of "{project}" is now live in "{environment}".')

    return deploy


def _now() -> datetime:
    return datetime.now(UTC)


def _run(url: str, work: Callable[[Any], Awaitable[Result]]) -> Result:
    """Migrate the database and run `work` on it; errors that an operator can fix are printed as one line."""
    from bot.services.registry.database import Database, DatabaseUnavailable, migrate
    from bot.services.registry.errors import Unable

    async def with_database() -> Result:
        await migrate(url)
        database = Database(url)
        try:
            return await work(database)
        finally:
            await database.close()

    try:
        return asyncio.run(with_database())
    except (DatabaseUnavailable, Unable) as error:
        stop(f"registry: {error}")


def _existing(url: str) -> str:
    """The URL, unless it is that of a SQLite file that is not there: looking must not make it."""
    file = missing_file(url)
    if file is not None:
        stop(f"registry: there is no registry at {file}")
    return url


def missing_file(url: str) -> Path | None:
    """The file of a SQLite database, where there is none."""
    from bot.sql import sqlite_file

    file = sqlite_file(url)
    return None if file is None or file.exists() else file
