"""The real listeners in a conversation: a playground as Slack, its payloads dispatched to the real app in-process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

import handlers
from bot.services.slack import Channel, Command, Person, Workspace, create_app
from bot.services.slack.delivery import DISPATCH_FAILED, Kind, NotAcknowledged
from bot.services.slack.faults import Fault
from bot.slack.bolt import Identity, build_app, session, web_client
from bot.slack.health import serving
from bot.tasks import Tasks
from handlers.notifier import SlackNotifier
from handlers.people import SlackPeople
from tests.bot.services.slack.slack import TEAM
from tests.bot.slack.requests import SECRET
from tests.builders import MemoryProvider, World, make_world
from tests.scenarios.chat import DEPLOYS, Line

GUS, STRAY, BOB = "U0GUS", "U0STRAY", "U0BOB"
SHARED, LEADS = "C0SHARED", "G0LEADS"
PEOPLE = (
    Person("U0ADA", "Ada Ibarra", "engineer", tz="Europe/Madrid"),
    Person("U0RAVI", "Ravi Menon", "reviewer"),
    Person("U0MIRA", "Mira Okafor", "reviewer"),
    Person(GUS, "Gus Guest", is_restricted=True),
    Person(STRAY, "Stray Visitor", team_id="T0OTHER", is_stranger=True),
)
CHANNELS = (
    Channel(DEPLOYS, "deploys"),
    Channel("C0EVALS", "evals"),
    Channel(SHARED, "shared", is_ext_shared=True, members=tuple(person.id for person in PEOPLE)),
    Channel(LEADS, "leads-only", is_private=True, bot_is_member=False, members=("U0ADA", "U0RAVI")),
)
COMMANDS = {
    "/deploy": "deploy",
    "/promote": "promote",
    "/rollback": "rollback",
    "/deactivate": "deactivate",
    "/project": "project",
    "/config": "config",
    "/approvals": "approvals",
    "/deployments": "deployments",
    "/configbot": "",
}
IDENTITY = Identity(org="T0ACORN", team="T0ACORN", user_id="U0BOT", bot_id="B0BOT")


@dataclass(slots=True)
class InProcess:
    """A playground's way to an app in the same process; remembers what it brought, so that it can come again."""

    app: AsyncApp | None = None
    sent: list[dict[str, Any]] = field(default_factory=list)

    @property
    def connected(self) -> bool:
        return self.app is not None

    async def send(self, kind: Kind, payload: Mapping[str, Any], attempt: int = 0) -> dict[str, Any]:
        del kind, attempt
        answer = await self.bring(dict(payload))
        self.sent.append(dict(payload))
        return answer

    async def bring(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Dispatch a payload; the acknowledgement's content. Raises `NotAcknowledged`."""
        assert self.app is not None
        response = await self.app.async_dispatch(AsyncBoltRequest(body=payload, mode="socket_mode"))
        if response.status != 200:
            raise NotAcknowledged(DISPATCH_FAILED)
        return json.loads(response.body) if response.body else {}

    async def close(self) -> None:
        return None


@dataclass(slots=True)
class Talk:
    """People who type and press, and what the bot makes of it."""

    http: httpx.AsyncClient
    world: World
    workspace: Workspace
    delivery: InProcess
    tasks: Tasks
    client: AsyncWebClient

    async def settle(self) -> None:
        """Wait until the bot has done everything that it took on."""
        async with asyncio.timeout(30):
            while len(self.tasks):
                await asyncio.sleep(0.002)

    async def _post(self, what: str, **body: Any) -> dict[str, Any]:
        answer = await self.http.post(f"/playground/{what}", json=body)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    async def _get(self, what: str, **query: str) -> dict[str, Any]:
        answer = await self.http.get(f"/playground/{what}", params=query)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    async def says(self, who: str, text: str, channel: str = DEPLOYS, thread_ts: str | None = None) -> None:
        """Send a line; what comes of it is not waited for."""
        before = len(self.delivery.sent)
        await self._post("say", **{"as": who}, channel=channel, text=text, thread_ts=thread_ts)
        async with asyncio.timeout(30):
            while len(self.delivery.sent) == before:
                await asyncio.sleep(0.002)

    async def types(self, who: str, text: str, channel: str = DEPLOYS, thread_ts: str | None = None) -> None:
        """Say a line and wait for what comes of it."""
        await self.says(who, text, channel, thread_ts)
        await self.settle()

    async def presses(self, who: str, line: Line, button: str, channel: str = DEPLOYS) -> None:
        """Press a button and wait for what comes of it."""
        found = line.buttons()
        assert button in found, f"there is no {button!r}, only {sorted(found)}"
        await self._acts(who, line, found[button], channel)

    async def chooses(self, who: str, line: Line, choice: str, channel: str = DEPLOYS) -> None:
        """Choose from a menu of a message and wait for what comes of it."""
        element, option = line.choice(choice)
        await self._acts(who, line, element, channel, selected_option=option)

    async def _acts(self, who: str, line: Line, element: dict[str, Any], channel: str, **chosen: Any) -> None:
        which = {"ephemeral_id": line.raw["ephemeral_id"]} if line.private else {"ts": line.raw["ts"]}
        given = {name: element[name] for name in ("block_id", "action_id")}
        await self._post("action", **{"as": who}, channel=channel, **which, **given, **chosen)
        await self.settle()

    async def messages(self, who: str, channel: str = DEPLOYS, thread_ts: str | None = None) -> list[Line]:
        """What this person sees."""
        where = {"as": who, "channel": channel} | ({"thread_ts": thread_ts} if thread_ts else {})
        return [Line(raw) for raw in (await self._get("messages", **where))["messages"]]

    async def heard(self, who: str, channel: str = DEPLOYS, thread_ts: str | None = None) -> list[Line]:
        """What the bot told this person alone, oldest first."""
        return [line for line in await self.messages(who, channel, thread_ts) if line.by_bot and line.private]

    async def last(self, who: str, channel: str = DEPLOYS, thread_ts: str | None = None) -> Line:
        """The newest message that only this person sees."""
        return (await self.heard(who, channel, thread_ts))[-1]

    async def cards(self, channel: str = DEPLOYS) -> list[Line]:
        """What the bot told everybody."""
        return [line for line in await self.messages("U0RAVI", channel) if line.by_bot and not line.private]

    async def card(self) -> Line:
        """The one card that stands."""
        (line,) = await self.cards()
        return line

    async def asked(self, text: str = "/deploy config_x to production") -> Line:
        """Ada asks for a change that needs an approval; its card."""
        await self.types("U0ADA", text)
        return (await self.cards())[-1]

    async def direct(self, who: str) -> list[str]:
        """What the bot wrote into somebody's direct messages."""
        channel = self.workspace.im_of(who)
        assert channel is not None
        return [line.text for line in await self.messages(who, channel) if line.by_bot]

    async def on_screen(self, who: str) -> dict[str, Any] | None:
        """The modal on top of somebody's screen."""
        view: dict[str, Any] | None = (await self._get("modal", **{"as": who}))["view"]
        return view

    async def open(self, who: str) -> dict[str, Any]:
        """The modal that must be there."""
        view = await self.on_screen(who)
        assert view is not None, "no modal is open"
        return view

    async def opens_home(self, who: str) -> Line:
        """Look at the Home tab, and wait for what stands there."""
        await self._post("open_home", **{"as": who})
        await self.settle()
        return await self.home(who)

    async def home(self, who: str) -> Line:
        """The Home tab as it was published last."""
        view = (await self._get("home", **{"as": who}))["view"]
        return Line(view or {"blocks": []})

    async def presses_at_home(self, who: str, button: str) -> None:
        """Press a button of the Home tab and wait for what comes of it."""
        home = await self.home(who)
        found = home.buttons()
        assert button in found, f"there is no {button!r}, only {sorted(found)}"
        given = {name: found[button][name] for name in ("block_id", "action_id")}
        await self._post("action", **{"as": who}, view_id=home.raw["id"], **given)
        await self.settle()

    async def submits(self, who: str, **typed: str) -> dict[str, Any]:
        """Fill the modal on top and send it; fields by the end of their id: ``config="config_x"`` picks by label."""
        view = await self.open(who)
        values: dict[str, Any] = {}
        for block in view["blocks"]:
            if block["type"] != "input":
                continue
            element = block["element"]
            name = element["action_id"].partition(".")[2]
            if name not in typed:
                continue
            values[block["block_id"]] = {element["action_id"]: await self._filled(who, view, block, typed[name])}
        answer = await self._post("submit", **{"as": who}, view_id=view["id"], values=values)
        await self.settle()
        return answer

    async def _filled(self, who: str, view: dict[str, Any], block: dict[str, Any], text: str) -> dict[str, Any]:
        if block["element"]["type"] == "plain_text_input":
            return {"type": "plain_text_input", "value": text}
        if block["element"]["type"] == "datetimepicker":
            return {"type": "datetimepicker", "selected_date_time": int(datetime.fromisoformat(text).timestamp())}
        element = block["element"]
        offered = element.get("options") or await self.options(who, view, block["block_id"], "")
        option = next(each for each in offered if each["text"]["text"].startswith(text))
        return {"type": element["type"], "selected_option": option}

    async def picks(self, who: str, field: str, text: str) -> None:
        """Pick something in the modal on top, where the bot hears of it at once, and wait for what comes of it."""
        view = await self.open(who)
        block = next(each for each in view["blocks"] if each.get("block_id", "").startswith(f"pick.{field}"))
        given = await self._filled(who, view, block, text)
        where = {"view_id": view["id"], "block_id": block["block_id"], "action_id": block["element"]["action_id"]}
        await self._post("action", **{"as": who}, **where, **given)
        await self.settle()

    async def turns(self, who: str, button: str) -> None:
        """Press a button of the modal on top and wait for what comes of it."""
        view = Line(await self.open(who))
        given = {name: view.buttons()[button][name] for name in ("block_id", "action_id")}
        await self._post("action", **{"as": who}, view_id=view.raw["id"], **given)
        await self.settle()

    async def fields(self, who: str) -> dict[str, Any]:
        """What the inputs of the modal on top begin with, by the end of their id."""
        found: dict[str, Any] = {}
        for block in (await self.open(who))["blocks"]:
            if block["type"] == "input":
                element = block["element"]
                option = element.get("initial_option")
                told = option["text"]["text"] if option else element.get("initial_value")
                found[element["action_id"].partition(".")[2]] = told
        return found

    async def options(self, who: str, view: dict[str, Any], field_id: str, query: str) -> list[dict[str, Any]]:
        """What a select of a modal offers for these letters."""
        where = {"view_id": view["id"], "block_id": field_id, "action_id": field_id.partition("/")[0]}
        found: list[dict[str, Any]] = (await self._post("options", **{"as": who}, **where, query=query))["options"]
        return found

    def fault(self, method: str, error: str = "", **more: Any) -> None:
        """Let Slack fail at its next call of a method."""
        self.workspace.faults.add(Fault(method, error, **more))

    def calls(self, name: str) -> list[dict[str, Any]]:
        """What the bot sent to a method of Slack, oldest first."""
        entries = self.workspace.log.after(0)
        return [each["request"] for each in entries if each["name"] == name and each["direction"] == "bot→slack"]

    async def again(self, **changes: Any) -> dict[str, Any]:
        """Bring the newest payload once more, with changes at its top; the acknowledgement's content."""
        answer = await self.delivery.bring({**self.delivery.sent[-1], **changes})
        await self.settle()
        return answer


@asynccontextmanager
async def talking(path: Path, provider: MemoryProvider | None = None, **changes: Any) -> AsyncIterator[Talk]:
    """A playground, and over it the real app with all its listeners; `changes` replace parts of the context."""
    workspace = Workspace(TEAM, PEOPLE, CHANNELS, [Command(command) for command in COMMANDS], rate_limits=False)
    delivery, tasks = InProcess(), Tasks()
    world = await make_world(path, provider)
    served = create_app(workspace, delivery=delivery, retry_delays=())
    try:
        async with serving(served, host="127.0.0.1", port=0) as port, session() as shared:
            address = f"http://127.0.0.1:{port}"
            token, api = workspace.bot.token, f"{address}/api/"
            client = web_client(token, session=shared, base_url=api)
            people = SlackPeople(client, home_org="T0ACORN", home_team="T0ACORN", clock=world.clock)
            notifier = SlackNotifier(client, world.clock)
            world.ctx = replace(world.ctx, **{"people": people, "notifier": notifier, **changes})
            app = build_app(token=token, signing_secret=SECRET, session=shared, base_url=api, identity=IDENTITY)
            handlers.register(app, handlers.ListenerContext(world.ctx, tasks, IDENTITY.user_id, COMMANDS))
            delivery.app = app
            async with httpx.AsyncClient(
                base_url=address, headers={"Origin": address}, trust_env=False, verify=False
            ) as http:
                yield Talk(http, world, workspace, delivery, tasks, client)
            await tasks.drain(5)
            workspace.audience.end()
    finally:
        workspace.close()
        await world.store.close()
