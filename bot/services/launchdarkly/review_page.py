"""The web page where requests are reviewed, at the path of an AI Config's targeting page in the real service.

It acts as one signed-in member: it shows what a request would change, and takes an approval or a decline.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from html import escape
from urllib.parse import parse_qsl, quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.services.launchdarkly.approvals import Reviewing, reviewed
from bot.services.launchdarkly.errors import Refusal
from bot.services.launchdarkly.records import Approval, Config, Member
from bot.services.launchdarkly.world import Actor, World

PAGE = "/projects/{project}/ai-configs/{config}/targeting"
REVIEW = "/projects/{project}/approvals/{approval}/reviews"

WORDS = {"approve": "approved", "decline": "declined", "comment": "commented"}

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",  # without a referrer a form has no origin and is refused
}
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #1d1c1d }
article { border: 1px solid #d0d0d0; border-radius: 8px; padding: 1rem; margin: 1rem 0 }
code { background: #f3f3f3; border-radius: 4px; padding: 0 .3em }
input { width: 100%; box-sizing: border-box; padding: .4rem; margin: .5rem 0 }
button { padding: .4rem 1rem; margin-right: .5rem }
small { color: #616061 }
"""


def pages(world: World, member: str) -> list[Route]:
    """The routes of the page, for the member with this id."""
    page = _Page(world, member)
    return [Route(PAGE, page.show, methods=["GET"]), Route(REVIEW, page.review, methods=["POST"])]


class _Page:
    def __init__(self, world: World, member: str) -> None:
        self._world = world
        self._member = member

    async def show(self, request: Request) -> Response:
        """Show the requests for one AI Config, in one environment or in all, newest first."""
        project, key = request.path_params["project"], request.path_params["config"]
        config = self._world.find(Config, project, key)
        if config is None:
            return _html("There is no such AI Config", "", 404)
        environment = request.query_params.get("env", "")
        requests = [
            each
            for each in reversed(self._world.all(Approval))
            if (each.project, each.config) == (project, key) and environment in ("", each.environment)
        ]
        where = f" in <code>{escape(environment)}</code>" if environment else ""
        parts = [f"<p>Requests to change it{where}. You review as <b>{escape(self._name(self._member))}</b>.</p>"]
        parts += [self._request(each, config) for each in requests] or ["<p>Nobody has asked for anything.</p>"]
        return _html(f"{config.name} · LaunchDarkly of the playground", "".join(parts))

    async def review(self, request: Request) -> Response:
        """Approve or decline a request, then redirect to the page."""
        project, identifier = request.path_params["project"], request.path_params["approval"]
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        approval = self._world.find(Approval, identifier)
        if approval is None or approval.project != project or form.get("kind") not in ("approve", "decline"):
            return _html("There is no such request any more", "", 404)
        body = Reviewing.model_validate({"kind": form["kind"], "comment": form.get("comment", "")[:2_000]})
        try:
            with self._world.together():
                reviewed(self._world, Actor(self._member), approval, body)
        except Refusal as refusal:
            return _html("That did not work", f"<p>{escape(refusal.message)}.</p>", refusal.status)
        path = PAGE.format(project=quote(project, safe=""), config=quote(approval.config, safe=""))
        return RedirectResponse(f"{path}?env={quote(approval.environment, safe='')}", 303)

    def _request(self, approval: Approval, config: Config) -> str:
        return f"<article>{''.join(self._parts(approval, config))}</article>"

    def _parts(self, approval: Approval, config: Config) -> Iterator[str]:
        at = datetime.fromtimestamp(approval.created_at / 1000, UTC)
        yield f"<h2>{escape(approval.description)}</h2>"
        environment = f"<code>{escape(approval.environment)}</code>"
        yield f"<p>Environment {environment}. Default rule: {_wanted(approval, config)}.</p>"
        for review in approval.reviews:
            comment = f": “{escape(review.comment)}”" if review.comment else ""
            yield f"<p>{escape(self._name(review.member))} {WORDS[review.kind]}{comment}</p>"
        by = escape(self._name(approval.requestor))
        yield f"<small>{_status(approval)} · asked {at:%Y-%m-%d %H:%M} UTC by {by}</small>"
        if approval.status == "pending" and approval.review_status == "pending":
            action = REVIEW.format(project=quote(approval.project, safe=""), approval=quote(approval.id, safe=""))
            yield (
                f'<form method="post" action="{escape(action)}"><input name="comment" placeholder="Comment">'
                '<button name="kind" value="approve">Approve</button>'
                '<button name="kind" value="decline">Decline</button></form>'
            )

    def _name(self, member: str | None) -> str:
        person = self._world.find(Member, member or "")
        return person.name if person else "a service token"


def _wanted(approval: Approval, config: Config) -> str:
    """What the default rule would serve, as HTML."""
    names = {entry.id: entry.name for entry in config.entries}
    parts = []
    for step in approval.instructions:
        weights = step.get("rolloutWeights") or {}
        shares = [f"{escape(names.get(each, each))} {share / 1000:g} %" for each, share in weights.items()]
        one = str(step.get("variationId", ""))
        parts.append(", ".join(shares) or f"<b>{escape(names.get(one, one) or str(step.get('kind')))}</b>")
    return "; ".join(parts)


def _status(approval: Approval) -> str:
    return approval.status if approval.status != "pending" else approval.review_status


def _html(title: str, body: str, status: int = 200) -> Response:
    page = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title><style>{STYLE}</style>'
        f"<h1>{escape(title)}</h1>{body}</html>"
    )
    return HTMLResponse(page, status, headers=HEADERS)
