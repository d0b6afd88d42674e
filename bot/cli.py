"""The command line. Each command imports only what it needs, and says in a line what is wrong."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from bot.settings import Mode, Settings

app = typer.Typer(
    name="configbot",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Changes which prompt and model configuration is live, from Slack: with review, proof and undo.",
)
registry_app = typer.Typer(help="Serve our own config service alone (Humanloop v4 wire format), or fill it.")
db_app = typer.Typer(help="The bot's database.", no_args_is_help=True)
app.add_typer(registry_app, name="registry")
app.add_typer(db_app, name="db")

OK, WRONG, BAD_SETTINGS = 0, 1, 2


def main() -> None:
    """Run the command line."""
    app()


def _stop(message: str, code: int = WRONG) -> NoReturn:
    print(message, file=sys.stderr)  # noqa: T201 - the command line speaks
    raise typer.Exit(code)


def _say(message: str) -> None:
    print(message, flush=True)  # noqa: T201 - the command line speaks


def _settings(mode: Mode) -> Settings:
    from bot.logs import setup
    from bot.settings import SettingsError, load

    try:
        settings = load(mode)
    except SettingsError as error:
        _stop(f"configbot does not start with these settings:\n\n{error}\n", BAD_SETTINGS)
    setup(settings.log_level, json=settings.log_json)
    return settings


def _serve(work: Coroutine[Any, Any, None]) -> None:
    """Run something that serves; what an operator can mend is one line, not a traceback."""
    from bot.app import NotAlone
    from bot.slack.bolt import TokenProblem
    from bot.slack.health import PortTaken
    from bot.slack.socket import NotConnected
    from bot.store import SchemaMismatch, StoreUnavailable

    try:
        asyncio.run(work)
    except (NotAlone, TokenProblem, PortTaken, NotConnected, StoreUnavailable, SchemaMismatch) as error:
        _stop(f"configbot stopped: {error}")


@app.command("playground")
def play(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.", min=0, max=65535)] = 3000,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the browser.")] = False,
    data: Annotated[Path, typer.Option(help="Folder that keeps what happened.")] = Path(".configbot"),
) -> None:
    """Everything on this machine: a small Slack in the browser, a registry with demo data, and the real bot."""
    from bot.demo import play as run_playground
    from bot.logs import setup

    setup("WARNING")
    _serve(run_playground(data, port, open_browser=not no_browser))


@app.command()
def run(
    no_clock: Annotated[bool, typer.Option("--no-clock", help="Leave the jobs to `clock`.")] = False,
) -> None:
    """Serve Slack: Socket Mode if an app token is set, else HTTP."""
    settings = _settings("run")
    from bot import app as composed

    _serve(composed.run(settings, with_clock=not no_clock))


@app.command()
def clock() -> None:
    """Run the jobs alone, beside processes that `run --no-clock`."""
    settings = _settings("clock")
    from bot import app as composed

    _serve(composed.clock(settings))


@registry_app.callback(invoke_without_command=True)
def serve_registry(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.", min=0, max=65535)] = 8000,
    database: Annotated[
        str, typer.Option(help="Address of the registry's database.")
    ] = "sqlite+aiosqlite:///registry.db",
    api_key: Annotated[list[str] | None, typer.Option(help="A key that callers may use; repeatable.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Fill it with a demo organisation.")] = False,
) -> None:
    """Serve our own config service alone; its base URL ends in /v4."""
    if context.invoked_subcommand is not None:
        return
    if not api_key:
        _stop("registry: --api-key is missing. Example: --api-key hl_sk_choose-a-long-one", BAD_SETTINGS)
    from bot.logs import setup

    setup("INFO")
    _serve(_registry(host, port, database, api_key, demo=demo))


async def _registry(host: str, port: int, database: str, keys: list[str], *, demo: bool) -> None:
    from datetime import UTC, datetime

    from bot.registry.app import create_app
    from bot.registry.database import migrate
    from bot.registry.demo import seed_demo
    from bot.slack.health import serving
    from bot.stopping import stop_signal

    await migrate(database)
    if demo:
        await seed_demo(database, datetime.now(UTC))
    async with serving(create_app(database, api_keys=keys), host=host, port=port) as at:
        _say(f"The registry is at http://{host}:{at}/v4 (documentation: /v4/docs; Ctrl-C stops it).")
        await stop_signal()


@registry_app.command("import")
def import_folder(
    folder: Annotated[
        Path, typer.Argument(help="Folder of .prompt files: each folder is a project, each file a config.")
    ],
    database: Annotated[
        str, typer.Option(help="Address of the registry's database.")
    ] = "sqlite+aiosqlite:///registry.db",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, change nothing.")] = False,
) -> None:
    """Bring `.prompt` files into a registry; running it again changes nothing."""
    from datetime import UTC, datetime

    from bot.registry.database import migrate
    from bot.registry.promptfiles import Report
    from bot.registry.promptfiles import import_folder as bring_in

    async def work() -> Report:
        await migrate(database)
        return await bring_in(database, folder, dry_run=dry_run, now=datetime.now(UTC))

    report = asyncio.run(work())
    for line in report.lines():
        _say(line)
    raise typer.Exit(OK if report.fine else WRONG)


@db_app.command("upgrade")
def upgrade() -> None:
    """Bring the bot's database to the newest schema."""
    settings = _settings("database")
    from bot.store import migrate

    _serve(migrate(settings.database_url))
    _say("The database has the newest schema.")


@app.command()
def manifest(
    http: Annotated[
        str | None, typer.Option(help="Public address of the bot, for HTTP instead of Socket Mode.")
    ] = None,
    name: Annotated[str, typer.Option(help="Name of the app in Slack.")] = "configbot",
) -> None:
    """Print the app manifest to paste at api.slack.com/apps."""
    settings = _settings("manifest")
    from bot.grammar import COMMANDS
    from bot.slack.manifest import ManifestError
    from bot.slack.manifest import manifest as make

    known = {command.name: command for command in COMMANDS}
    chosen = [(each, known[each].description, known[each].usage) for each in settings.commands if each in known]
    try:
        _say(json.dumps(make(chosen, prefix=settings.command_prefix, http_url=http, name=name), indent=2))
    except ManifestError as error:
        _stop(f"manifest: {error}", BAD_SETTINGS)


@app.command()
def doctor() -> None:
    """Check settings, database, Slack and every config service; say what is wrong and what mends it."""
    settings = _settings("doctor")
    from bot.checkup import check_up

    raise typer.Exit(asyncio.run(_checked(check_up, settings)))


async def _checked(check_up: Callable[[Settings], Awaitable[list[tuple[str, str | None]]]], settings: Settings) -> int:
    found = await check_up(settings)
    for name, problem in found:
        _say(f"{'ok   ' if problem is None else 'WRONG'}  {name}{'' if problem is None else ': ' + problem}")
    return OK if all(problem is None for _, problem in found) else WRONG


@app.command()
def explain(
    line: Annotated[list[str], typer.Argument(help="A line as it is typed in Slack.")],
    as_user: Annotated[str, typer.Option("--as", help="User id of the person who would type it.")] = "",
) -> None:
    """Say who may, what is missing and which rule decides; changes nothing."""
    settings = _settings("doctor")
    from bot.checkup import explained

    text, fine = asyncio.run(explained(settings, " ".join(line), as_user))
    _say(text)
    raise typer.Exit(OK if fine else WRONG)
