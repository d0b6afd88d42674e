"""The command line. Each command imports only what it needs, and says in a line what is wrong."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.console import BAD_SETTINGS, OK, WRONG, read_settings, say, serve, stop
from bot.cli.registry import registry_app

if TYPE_CHECKING:
    from starlette.types import ASGIApp

app = typer.Typer(
    name="configbot",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Change which prompt and model configuration is live, from Slack, with review, proof and undo.",
)
playground_app = typer.Typer()
db_app = typer.Typer(help="The bot's database.", no_args_is_help=True)
app.add_typer(playground_app, name="playground")
app.add_typer(registry_app, name="registry")
app.add_typer(db_app, name="db")


def main() -> None:
    """Run the command line."""
    app()


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
    from bot.services.registry.database import DatabaseUnavailable

    setup("WARNING")
    serve(run_playground(data, port, open_browser=not no_browser), (*OPERATOR_ERRORS, CannotPlay, DatabaseUnavailable))


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
            stop(f"playground: {data} is in use by another process. Choose another file with --data.")
        except (OSError, ValueError) as error:
            stop(f"playground: {error}")
        stack.callback(world.close)
        serve(_launchdarkly(create_app(world, signed_in=REVIEWER), port), (PortTaken,))


async def _launchdarkly(service: ASGIApp, port: int) -> None:
    from bot.shutdown import stop_signal
    from bot.slack.health import serving

    async with serving(service, host="127.0.0.1", port=port) as at:
        say(f"LaunchDarkly is at http://127.0.0.1:{at} (Ctrl-C stops it).")
        await stop_signal()


@app.command()
def run(
    no_clock: Annotated[
        bool, typer.Option("--no-clock", help="Don't run the scheduled jobs; `clock` runs them.")
    ] = False,
) -> None:
    """Run the bot, with Socket Mode if an app token is set, otherwise over HTTP."""
    settings = read_settings("run")
    from bot import app as composed

    serve(composed.run(settings, with_clock=not no_clock), composed.OPERATOR_ERRORS)


@app.command()
def clock() -> None:
    """Run only the scheduled jobs, next to processes started with `run --no-clock`."""
    settings = read_settings("clock")
    from bot import app as composed

    serve(composed.clock(settings), composed.OPERATOR_ERRORS)


@db_app.command("upgrade")
def upgrade() -> None:
    """Upgrade the bot's database to the newest schema, and the registry's if it is enabled."""
    settings = read_settings("database")
    from bot import own_registry
    from bot.store import SchemaMismatch, StoreUnavailable, migrate

    async def work() -> None:
        await migrate(settings.database_url)
        if settings.registry.enabled:
            await own_registry.migrate(settings.registry.database_url)

    try:
        asyncio.run(work())
    except (StoreUnavailable, SchemaMismatch, own_registry.RegistryUnavailable) as error:
        stop(f"configbot stopped: {error}")
    which = "Both databases have" if settings.registry.enabled else "The database has"
    say(f"{which} the newest schema.")


@app.command()
def manifest(
    http: Annotated[
        str | None, typer.Option(help="Public address of the bot. Makes a manifest for HTTP instead of Socket Mode.")
    ] = None,
    name: Annotated[str, typer.Option(help="Name of the app in Slack.")] = "configbot",
) -> None:
    """Print the app manifest to paste at api.slack.com/apps."""
    settings = read_settings("manifest")
    import bot.features  # noqa: F401 - registers the lines
    from bot.grammar import language
    from bot.slack.manifest import ManifestError
    from bot.slack.manifest import manifest as make

    known = {command.name: (command.name, command.description, command.usage) for command in language().slash_commands}
    chosen = [known[each] for each in settings.commands or known]
    try:
        made = make(chosen, prefix=settings.command_prefix, http_url=http, name=name)
    except ManifestError as error:
        stop(f"manifest: {error}", BAD_SETTINGS)
    say(json.dumps(made, indent=2, ensure_ascii=False))


@app.command()
def doctor() -> None:
    """Check settings, database, Slack and every config service. Shows what is wrong and how to fix it."""
    settings = read_settings("doctor", quiet=True)
    from bot.app import BadProvider
    from bot.doctor import check_up

    try:
        found = asyncio.run(check_up(settings))
    except BadProvider as error:
        stop(f"configbot can't start with these settings:\n\n{error}\n", BAD_SETTINGS)
    for name, problem in found:
        say(f"{'ok   ' if problem is None else 'WRONG'}  {name}{'' if problem is None else ': ' + problem}")
    raise typer.Exit(OK if all(problem is None for _, problem in found) else WRONG)


@app.command()
def explain(
    line: Annotated[list[str], typer.Argument(help="A line as you would type it in Slack.")],
    as_user: Annotated[str, typer.Option("--as", help="Slack user id of the person who would type it.")] = "",
) -> None:
    """Show who may do it, what is missing and which rule decides. Changes nothing."""
    settings = read_settings("doctor", quiet=True)
    from bot.app import OPERATOR_ERRORS
    from bot.doctor import explained

    try:
        text, fine = asyncio.run(explained(settings, " ".join(line), as_user))
    except OPERATOR_ERRORS as error:
        stop(f"explain: {error}")
    say(text)
    raise typer.Exit(OK if fine else WRONG)
