"""The demo account: Acorn Labs, with AI Configs, their history, and three environments; one requires approvals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from bot.services.launchdarkly.approvals import Asking, Reviewing, carried_out, create_request, reviewed
from bot.services.launchdarkly.behind import ExternalActor
from bot.services.launchdarkly.configs import ConfigPost, create_config
from bot.services.launchdarkly.demo_configs import ADA, CONFIGS, LIBRARY, MIRA, RAVI, Served
from bot.services.launchdarkly.records import ApprovalSettings, Environment, Item, Member, Metric, Project, Team, Usage
from bot.services.launchdarkly.variations import VariationPost, added, save
from bot.services.launchdarkly.world import Actor, Token, World, new_id, utc_now

PROJECT = "default"
GATED = "production"

MEMBERS = (
    (ADA, "ada@acorn.example", "Ada", "Ibarra", "writer"),
    (RAVI, "ravi@acorn.example", "Ravi", "Menon", "writer"),
    (MIRA, "mira@acorn.example", "Mira", "Okafor", "admin"),
)
TEAMS = (
    ("support-ai", "Support AI", [ADA, RAVI]),
    ("growth", "Growth", [MIRA]),
)
METRICS = (
    ("resolved-rate", "Tickets resolved without a person", "ticket-resolved", True),
    ("helpful-rate", "Answers marked as helpful", "answer-helpful", True),
    ("handover-rate", "Chats handed over to a person", "chat-handed-over", False),
)
ENVIRONMENTS = (
    ("development", "Development", None, False),
    ("staging", "Staging", None, False),
    (GATED, "Production", ApprovalSettings(required=True), True),
)


def demo_world(
    token: str, reviewer_token: str, *, now: Callable[[], datetime] = utc_now, path: Path | None = None
) -> World:
    """Return the demo account; an account already in the file is kept. `token` is Ada's, `reviewer_token` Ravi's.

    A file gets the whole account or nothing of it: what breaks off leaves it to be filled the next time.

    Raises `ValueError` for tokens that are empty or equal, and for a file that cannot be used.
    """
    if not token.strip() or not reviewer_token.strip() or token == reviewer_token:
        raise ValueError("the token and the reviewer's token have to be two different ones")
    tokens = [
        Token(token, "configbot", ADA, id="5f00000000000000000070a1"),
        Token(reviewer_token, "reviews", RAVI, id="5f00000000000000000070a2"),
    ]
    world = World(tokens, now=now, path=path)
    if not world.all(Project):
        with world.filled_whole():
            _fill(world, tokens)
    return world


def _fill(world: World, tokens: Sequence[Token]) -> None:
    now = world.now
    today = now()
    past = _Past(today)
    world.now = past
    _account(world)
    browser = ExternalActor(world, PROJECT, ADA)
    for config in CONFIGS:
        past.go(today - timedelta(days=config.age))
        project = world.project(PROJECT)
        create_config(world, Actor(config.owner), project.key, ConfigPost.model_validate(config.body))
        for body in config.variations:
            past.go_on(hours=3)
            _add(world, config.key, body)
        for variation, comment, edit in config.edits:
            past.go_on(days=1, hours=2)
            browser.edit(config.key, variation, comment=comment, **edit)
        for served in config.served:
            past.go_on(days=1, hours=1)
            _serve(world, browser, tokens, config.key, served)
        _use(world, config.key, config.usage)
    world.now = now


class _Past:
    """A clock for events before today; it moves forward, but never past today."""

    def __init__(self, today: datetime) -> None:
        self._today = today
        self._time = today

    def __call__(self) -> datetime:
        return self._time

    def go(self, time: datetime) -> None:
        self._time = time

    def go_on(self, **by: float) -> None:
        self._time = min(self._time + timedelta(**by), self._today)


def _account(world: World) -> None:
    created = world.ms() - 400 * 86_400_000
    environments = {
        key: Environment(
            id=new_id(),
            key=key,
            name=name,
            sdk_key=f"sdk-{uuid4()}",
            mobile_key=f"mob-{uuid4()}",
            critical=critical,
            created_at=created,
            approval=approval,
        )
        for key, name, approval, critical in ENVIRONMENTS
    }
    world.save(Project(id=new_id(), key=PROJECT, name="Acorn Labs", created_at=created, environments=environments))
    for identifier, email, first, last, role in MEMBERS:
        member = {"id": identifier, "email": email, "first_name": first, "last_name": last, "role": role}
        world.save(Member.model_validate(member | {"created_at": created}))
    for key, name, members in TEAMS:
        world.save(Team(key=key, name=name, members=members, created_at=created))
    for key, name, event, higher in METRICS:
        world.save(
            Metric(
                id=new_id(), project=PROJECT, key=key, name=name, event=event, higher_is_better=higher,
                created_at=created,
            )
        )  # fmt: skip
    for kind, key, bodies in LIBRARY:
        for version, body in enumerate(bodies, 1):
            timestamps = {} if kind == "model" else {"createdAt": created}
            item = {"project": PROJECT, "kind": kind, "key": key, "version": version, "body": body | timestamps}
            world.save(Item.model_validate(item))


def _add(world: World, key: str, body: dict[str, Any]) -> None:
    old = world.config(PROJECT, key)
    new = old.model_copy(deep=True)
    post = VariationPost.model_validate(body)
    added(new, post, world.ms())
    save(world, Actor(ADA), old, new, post.key, "createAIConfigVariation", post.comment)


def _serve(world: World, browser: ExternalActor, tokens: Sequence[Token], key: str, served: Served) -> None:
    """Serve something: through an approval if the environment requires one, else directly."""
    config = world.config(PROJECT, key)
    ids = {entry.key: entry.id for entry in config.entries}
    instructions = [served.instruction(ids)]
    if served.off:
        browser.switch(key, served.environment, on=False)
        return
    if served.environment != GATED:
        browser.patch(key, served.environment, *instructions, comment=served.comment)
        return
    ada, ravi = tokens
    asking = Asking.model_validate(
        {
            "resourceId": f"proj/{PROJECT}:env/{GATED}:aiconfig/{key}",
            "description": served.comment,
            "instructions": instructions,
            "notifyMemberIds": [RAVI],
        }
    )
    approval = create_request(world, ada, asking)
    approval = reviewed(world, ravi.actor, approval, Reviewing(kind="approve", comment="Read it, fine."))
    carried_out(world, ada.actor, approval, served.comment)


def _use(world: World, key: str, usage: dict[str, dict[str, float]]) -> None:
    config = world.config(PROJECT, key).model_copy(deep=True)
    config.usage = [Usage(variation=variation, environment=GATED, daily=daily) for variation, daily in usage.items()]
    world.save(config)
