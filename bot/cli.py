"""The command line. Each command imports only what it needs, and says in a line what is wrong."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Coroutine
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from bot.services.registry.commands import add_to

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from bot.settings import Mode, Settings

app = typer.Typer(
    name="configbot",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Change which prompt and model configuration is live, from Slack, with review, proof and undo.",
)
playground_app = typer.Typer()
registry_app = typer.Typer()
db_app = typer.Typer(help="The bot's database.", no_args_is_help=True)
app.add_typer(playground_app, name="playground")
app.add_typer(registry_app, name="registry")
app.add_typer(db_app, name="db")

OK, WRONG, BAD_SETTINGS = 0, 1, 2
_NO_KEY = (
    "registry: --api-key is missing or empty. Example: --api-key hl_sk_choose-a-long-one. "
    "Or create a key that is stored: python -m bot registry key create NAME"
)


def main() -> None:
    """Run the command line."""
    app()


def _stop(message: str, code: int = WRONG) -> NoReturn:
    print(message, file=sys.stderr)  # noqa: T201 - the command line speaks
    raise typer.Exit(code)


def _say(message: str) -> None:
    print(message, flush=True)  # noqa: T201 - the command line speaks


def _settings(mode: Mode, *, quiet: bool = False) -> Settings:
    """Read the settings and set up the log. `quiet` is for commands that print themselves what they found."""
    from bot.logs import setup
    from bot.settings import SettingsError, load

    try:
        settings = load(mode)
    except SettingsError as error:
        _stop(f"configbot can't start with these settings:\n\n{error}\n", BAD_SETTINGS)
    setup("ERROR" if quiet else settings.log_level, json=settings.log_json)
    return settings


def _serve(work: Coroutine[Any, Any, None], mendable: tuple[type[Exception], ...]) -> None:
    """Run something that serves; what an operator can mend is one line, not a traceback."""
    from bot.shutdown import stoppable

    try:
        asyncio.run(stoppable(work))
    except mendable as error:
        _stop(f"configbot stopped: {error}")


@playground_app.callback(invoke_without_command=True)
def play(
    context: typer.Context,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1. 0 picks a free one.", min=0, max=65535)] = 3000,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the browser.")] = False,
    data: Annotated[Path, typer.Option(help="Folder where the data is stored.")] = Path(".configbot"),
) -> None:
    """Run everything on this machine: a small Slack in the browser, a registry with demo data, the real bot."""
    if context.invoked_subcommand is not None:
        return
    from bot.app import OPERATOR_ERRORS
    from bot.demo import CannotPlay
    from bot.demo import play as run_playground
    from bot.logs import setup

    setup("WARNING")
    _serve(run_playground(data, port, open_browser=not no_browser), (*OPERATOR_ERRORS, CannotPlay))


@playground_app.command("launchdarkly")
def play_launchdarkly(
    token: Annotated[str, typer.Option(help="Access token for the bot.")],
    reviewer_token: Annotated[str, typer.Option(help="Access token of the member who reviews.")],
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1. 0 picks a free one.", min=0, max=65535)] = 3100,
    data: Annotated[
        Path | None, typer.Option(help="File where the data is stored. Without it, nothing is stored.")
    ] = None,
) -> None:
    """Run only a local LaunchDarkly with demo AI Configs, for trying out and for testing."""
    from contextlib import ExitStack

    from bot.exclusive import InUse, exclusive_lock
    from bot.logs import setup
    from bot.services.launchdarkly import REVIEWER, create_app, demo_world
    from bot.slack.health import PortTaken

    setup("WARNING")
    with ExitStack() as stack:
        try:
            if data is not None:
                stack.enter_context(exclusive_lock(data.with_name(f"{data.name}.lock")))
            world = demo_world(token, reviewer_token, path=data)
        except InUse:
            _stop(f"playground: {data} is in use by another process. Choose another file with --data.")
        except (OSError, ValueError) as error:
            _stop(f"playground: {error}")
        stack.callback(world.close)
        _serve(_launchdarkly(create_app(world, signed_in=REVIEWER), port), (PortTaken,))


async def _launchdarkly(service: ASGIApp, port: int) -> None:
    from bot.shutdown import stop_signal
    from bot.slack.health import serving

    async with serving(service, host="127.0.0.1", port=port) as at:
        _say(f"LaunchDarkly is at http://127.0.0.1:{at} (Ctrl-C stops it).")
        await stop_signal()


@app.command()
def run(
    no_clock: Annotated[
        bool, typer.Option("--no-clock", help="Don't run the scheduled jobs; `clock` runs them.")
    ] = False,
) -> None:
    """Run the bot, with Socket Mode if an app token is set, otherwise over HTTP."""
    settings = _settings("run")
    from bot import app as composed

    _serve(composed.run(settings, with_clock=not no_clock), composed.OPERATOR_ERRORS)


@app.command()
def clock() -> None:
    """Run only the scheduled jobs, next to processes started with `run --no-clock`."""
    settings = _settings("clock")
    from bot import app as composed

    _serve(composed.clock(settings), composed.OPERATOR_ERRORS)


_Database = Annotated[
    str | None,
    typer.Option(help="Address of the registry's database. Default: CONFIGBOT_REGISTRY__DATABASE_URL."),
]


@registry_app.callback(invoke_without_command=True)
def serve_registry(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port. 0 picks a free one.", min=0, max=65535)] = 8000,
    database: _Database = None,
    api_key: Annotated[
        list[str] | None,
        typer.Option(help="API key that callers may use; can be repeated. Default: CONFIGBOT_REGISTRY__API_KEYS."),
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Fill the registry with a demo organisation.")] = False,
) -> None:
    """Run only the registry, our config service (Humanloop v4 wire format; its base URL ends in /v4), or manage it."""
    if context.invoked_subcommand is not None:
        return
    settings = _settings("database")
    keys = api_key or [key.get_secret_value() for key in settings.registry.api_keys]
    if not all(key.strip() for key in keys):
        _stop(_NO_KEY, BAD_SETTINGS)
    url = _registry_url(database or settings.registry.database_url)
    if not keys and _is_missing(url):
        _stop(_NO_KEY, BAD_SETTINGS)
    from bot.services.registry.database import DatabaseUnavailable
    from bot.slack.health import PortTaken

    _serve(_registry(host, port, url, keys, demo=demo), (DatabaseUnavailable, PortTaken))


def _registry_database(context: typer.Context, database: str | None) -> str:
    """The address of the registry's database for a sub-command, also as `registry --database URL import …`."""
    above = context.parent
    while database is None and above is not None:
        database, above = above.params.get("database"), above.parent
    return _registry_url(database or _settings("database").registry.database_url)


def _registry_url(url: str) -> str:
    from bot.services.registry.database import async_url

    try:
        async_url(url)
    except ValueError as error:
        _stop(f"registry: {error}", BAD_SETTINGS)
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
        _stop(_NO_KEY, BAD_SETTINGS)
    if demo:
        try:
            await seed_demo(database, datetime.now(UTC))
        except ValueError as error:
            _stop(f"registry: {error}")
    async with serving(create_app(database, api_keys=keys), host=host, port=port) as at:
        where = f"[{host}]" if ":" in host else host
        _say(f"The registry is at http://{where}:{at}/v4 (documentation: /v4/docs; Ctrl-C stops it).")
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
    database: _Database = None,
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
            nothing_yet = dry_run and _is_missing(url)
            report = asyncio.run(work(f"sqlite:///{scratch}/registry.db" if nothing_yet else url))
    except (DatabaseUnavailable, Unable) as error:
        _stop(f"registry: {error}")
    for line in report.lines():
        _say(line)
    raise typer.Exit(OK if report.fine else WRONG)


def _is_missing(url: str) -> bool:
    """Whether it is a SQLite file that is not there: looking must not make it."""
    from bot.services.registry.database import async_url

    parsed = async_url(url)
    return parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists()


add_to(registry_app, _registry_database)


@db_app.command("upgrade")
def upgrade() -> None:
    """Upgrade the bot's database to the newest schema, and the registry's if it is enabled."""
    settings = _settings("database")
    from bot.services.registry.database import DatabaseUnavailable
    from bot.services.registry.database import migrate as migrate_registry
    from bot.store import SchemaMismatch, StoreUnavailable, migrate

    async def work() -> None:
        await migrate(settings.database_url)
        if settings.registry.enabled:
            await migrate_registry(settings.registry.database_url)

    try:
        asyncio.run(work())
    except (StoreUnavailable, SchemaMismatch, DatabaseUnavailable) as error:
        _stop(f"configbot stopped: {error}")
    which = "Both databases have" if settings.registry.enabled else "The database has"
    _say(f"{which} the newest schema.")


@app.command()
def manifest(
    http: Annotated[
        str | None, typer.Option(help="Public address of the bot. Makes a manifest for HTTP instead of Socket Mode.")
    ] = None,
    name: Annotated[str, typer.Option(help="Name of the app in Slack.")] = "configbot",
) -> None:
    """Print the app manifest to paste at api.slack.com/apps."""
    settings = _settings("manifest")
    from bot.grammar import language
    from bot.slack.manifest import ManifestError
    from bot.slack.manifest import manifest as make

    known = {command.name: (command.name, command.description, command.usage) for command in language().slash_commands}
    chosen = [known[each] for each in settings.commands]
    try:
        made = make(chosen, prefix=settings.command_prefix, http_url=http, name=name)
    except ManifestError as error:
        _stop(f"manifest: {error}", BAD_SETTINGS)
    _say(json.dumps(made, indent=2, ensure_ascii=False))


@app.command()
def doctor() -> None:
    """Check settings, database, Slack and every config service. Shows what is wrong and how to fix it."""
    settings = _settings("doctor", quiet=True)
    from bot.app import BadProvider
    from bot.doctor import check_up

    try:
        found = asyncio.run(check_up(settings))
    except BadProvider as error:
        _stop(f"configbot can't start with these settings:\n\n{error}\n", BAD_SETTINGS)
    for name, problem in found:
        _say(f"{'ok   ' if problem is None else 'WRONG'}  {name}{'' if problem is None else ': ' + problem}")
    raise typer.Exit(OK if all(problem is None for _, problem in found) else WRONG)


@app.command()
def explain(
    line: Annotated[list[str], typer.Argument(help="A line as you would type it in Slack.")],
    as_user: Annotated[str, typer.Option("--as", help="Slack user id of the person who would type it.")] = "",
) -> None:
    """Show who may do it, what is missing and which rule decides. Changes nothing."""
    settings = _settings("doctor", quiet=True)
    from bot.app import OPERATOR_ERRORS
    from bot.doctor import explained

    try:
        text, fine = asyncio.run(explained(settings, " ".join(line), as_user))
    except OPERATOR_ERRORS as error:
        _stop(f"explain: {error}")
    _say(text)
    raise typer.Exit(OK if fine else WRONG)
