"""`python -m bot registry`: our own config service, served alone, filled, and looked after."""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from bot.cli.console import BAD_SETTINGS, OK, WRONG, read_settings, say, serve, stop
from bot.cli.operators import DatabaseOption, add_to, missing_file

registry_app = typer.Typer()

_NO_KEY = (
    "registry: --api-key is missing or empty. Example: --api-key hl_sk_choose-a-long-one. "
    "Or create a key that is stored: python -m bot registry key create NAME"
)


@registry_app.callback(invoke_without_command=True)
def serve_registry(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port. 0 picks a free one.", min=0, max=65535)] = 8000,
    database: DatabaseOption = None,
    api_key: Annotated[
        list[str] | None,
        typer.Option(help="API key that callers may use; can be repeated. Default: CONFIGBOT_REGISTRY__API_KEYS."),
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Fill the registry with a demo organisation.")] = False,
) -> None:
    """Run only the registry, our config service (Humanloop v4 wire format; its base URL ends in /v4), or manage it."""
    if context.invoked_subcommand is not None:
        return
    settings = read_settings("database")
    keys = api_key or [key.get_secret_value() for key in settings.registry.api_keys]
    if not all(key.strip() for key in keys):
        stop(_NO_KEY, BAD_SETTINGS)
    url = _registry_url(database or settings.registry.database_url)
    if not keys and missing_file(url) is not None:
        stop(_NO_KEY, BAD_SETTINGS)
    from bot.services.registry.database import DatabaseUnavailable
    from bot.slack.health import PortTaken

    serve(_registry(host, port, url, keys, demo=demo), (DatabaseUnavailable, PortTaken))


def _registry_database(context: typer.Context, database: str | None) -> str:
    """The address of the registry's database for a sub-command, also as `registry --database URL import …`."""
    above = context.parent
    while database is None and above is not None:
        database, above = above.params.get("database"), above.parent
    return _registry_url(database or read_settings("database").registry.database_url)


def _registry_url(url: str) -> str:
    from bot.services.registry.database import async_url

    try:
        async_url(url)
    except ValueError as error:
        stop(f"registry: {error}", BAD_SETTINGS)
    return url


async def _registry(host: str, port: int, database: str, keys: list[str], *, demo: bool) -> None:
    from datetime import UTC, datetime

    from bot.services.registry.app import create_app
    from bot.services.registry.database import migrate
    from bot.services.registry.demo import seed_demo
    from bot.services.registry.keys import any_key
    from bot.shutdown import stop_signal
    from bot.slack.health import serving

    await migrate(database)
    if not keys and not await any_key(database):
        stop(_NO_KEY, BAD_SETTINGS)
    if demo:
        try:
            await seed_demo(database, datetime.now(UTC))
        except ValueError as error:
            stop(f"registry: {error}")
    async with serving(create_app(database, api_keys=keys), host=host, port=port) as at:
        where = f"[{host}]" if ":" in host else host
        say(f"The registry is at http://{where}:{at}/v4 (documentation: /v4/docs; Ctrl-C stops it).")
        await stop_signal()


@registry_app.command("import")
def bring_in(
    context: typer.Context,
    path: Annotated[
        Path,
        typer.Argument(
            help="Folder of .prompt files (each folder is a project, each file a config), or a JSON export."
        ),
    ],
    database: DatabaseOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would happen without changing anything.")
    ] = False,
) -> None:
    """Import `.prompt` files or a JSON export into a registry. Importing them again changes nothing."""
    url = _registry_database(context, database)
    from datetime import UTC, datetime

    from bot.services.registry.database import DatabaseUnavailable
    from bot.services.registry.errors import Unable
    from bot.services.registry.imports import Report, import_export
    from bot.services.registry.promptfiles import Report as PromptReport
    from bot.services.registry.promptfiles import import_folder

    async def work(url: str) -> Report | PromptReport:
        if path.is_file():
            return await import_export(url, path, dry_run=dry_run)
        return await import_folder(url, path, dry_run=dry_run, now=datetime.now(UTC))

    try:
        with TemporaryDirectory() as scratch:
            nothing_yet = dry_run and missing_file(url) is not None
            report = asyncio.run(work(f"sqlite:///{scratch}/registry.db" if nothing_yet else url))
    except (DatabaseUnavailable, Unable) as error:
        stop(f"registry: {error}")
    for line in report.lines():
        say(line)
    raise typer.Exit(OK if report.fine else WRONG)


add_to(registry_app, _registry_database)
