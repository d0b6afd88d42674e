"""The records that the service stores, one JSON document each. Times are Unix milliseconds, as in the API.

Targeting refers to its entries by id here; responses refer to them by index, as the API does.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Mode = Literal["completion", "agent", "judge"]
State = Literal["published", "archived"]

DISABLED = ""
"""Variation key of the built-in disabled entry, which serves nothing."""

WHOLE = 100_000
"""The sum of the weights of a rollout, in thousandths of a percent."""


class Record(BaseModel):
    """Base class of everything that is stored."""

    model_config = ConfigDict(extra="forbid")


class ApprovalSettings(Record):
    """What an environment requires before AI Configs may change there."""

    required: bool = False
    required_tags: list[str] = []
    approvals: int = 1
    may_review_own: bool = False
    may_apply_declined: bool = False


class Environment(Record):
    """An environment of a project. `sdk_key` and `mobile_key` are secrets of applications."""

    id: str
    key: str
    name: str
    sdk_key: str = Field(repr=False)
    mobile_key: str = Field(repr=False)
    color: str = "417505"
    critical: bool = False
    tags: list[str] = []
    created_at: int
    approval: ApprovalSettings | None = None


class Project(Record):
    """A project with its environments, in order of creation."""

    id: str
    key: str
    name: str
    tags: list[str] = []
    created_at: int
    environments: dict[str, Environment] = {}


class Member(Record):
    """A person in the account."""

    id: str
    email: str
    first_name: str = ""
    last_name: str = ""
    role: Literal["reader", "writer", "admin", "owner"] = "writer"
    created_at: int

    @property
    def name(self) -> str:
        """First and last name, or the email address if both are empty."""
        return f"{self.first_name} {self.last_name}".strip() or self.email


class Team(Record):
    """A team of members."""

    key: str
    name: str
    description: str = ""
    members: list[str] = []
    created_at: int


class Metric(Record):
    """A metric of a project, by which AI Configs can be judged."""

    id: str
    project: str
    key: str
    name: str
    event: str
    higher_is_better: bool = True
    numeric: bool = False
    created_at: int


class Item(Record):
    """One version of a tool, a model config, a prompt snippet or a skill; `body` has its fields as in the API."""

    project: str
    kind: Literal["tool", "model", "snippet", "skill"]
    key: str
    version: int
    body: dict[str, Any]


class Version(Record):
    """One version of a variation. `content` has messages, model and so on, by their JSON names."""

    id: str
    key: str
    name: str
    version: int
    created_at: int
    state: State = "published"
    published_at: int | None = None
    archived_at: int | None = None
    comment: str | None = None
    content: dict[str, Any] = {}


class Entry(Record):
    """What targeting refers to: one entry per variation key, and the disabled one. Its id never changes."""

    id: str
    key: str
    name: str


class Share(Record):
    """The share of a rollout that one entry gets; `weight` is in thousandths of a percent."""

    entry: str
    weight: int


class Rollout(Record):
    """Several entries by weight. `allocation` is set while an experiment or a guarded rollout holds it."""

    context_kind: str = "user"
    bucket_by: str | None = None
    shares: list[Share]
    allocation: Literal["experiment", "measuredRollout"] | None = None


class Serving(Record):
    """What a rule serves: one entry or a rollout."""

    entry: str | None = None
    rollout: Rollout | None = None

    def entries(self, least: int = 1) -> set[str]:
        """Ids of all entries with at least this weight; with 0, of all entries it mentions."""
        if self.rollout is None:
            return {self.entry} if self.entry is not None else set()
        return {share.entry for share in self.rollout.shares if share.weight >= least}


class Clause(Record):
    """One condition of a rule."""

    id: str
    attribute: str
    op: str
    negate: bool = False
    values: list[Any] = []
    context_kind: str = "user"


class Rule(Record):
    """A targeting rule: contexts that match all clauses are served `serving`."""

    id: str
    description: str = ""
    clauses: list[Clause] = []
    serving: Serving
    track_events: bool = False


class Target(Record):
    """Contexts that are targeted individually."""

    context_kind: str = "user"
    entry: str
    values: list[str]


class Place(Record):
    """Targeting of one AI Config in one environment."""

    enabled: bool = True
    fallthrough: Serving
    off: str
    rules: list[Rule] = []
    targets: list[Target] = []
    track_events: bool = False
    track_events_fallthrough: bool = False
    last_modified: int
    version: int = 1

    def entries(self, least: int = 1) -> set[str]:
        """Ids of all entries served, with targeting on or off; `least` as in `Serving.entries`."""
        served = {self.off} | self.fallthrough.entries(least) | {target.entry for target in self.targets}
        return served.union(*(rule.serving.entries(least) for rule in self.rules))


class Usage(Record):
    """Daily metrics of one variation in one environment, by the names of the API."""

    variation: str
    environment: str
    daily: dict[str, float]


class Config(Record):
    """An AI Config: its own fields, its variations with all their versions, and its targeting."""

    project: str
    key: str
    name: str
    description: str = ""
    mode: Mode = "completion"
    tags: list[str] = []
    version: int = 1
    created_at: int
    updated_at: int
    maintainer: str | None = None
    maintainer_team: str | None = None
    metric: str | None = None
    inverted: bool | None = None
    variations: dict[str, list[Version]] = {}
    entries: list[Entry]
    on: str
    off: str
    targeting_version: int = 1
    places: dict[str, Place] = {}
    usage: list[Usage] = []

    def newest(self, key: str) -> Version:
        """The current version of a variation. Raises `KeyError`."""
        return self.variations[key][-1]

    def entry(self, key: str) -> Entry:
        """The targeting entry of a variation key. Raises `KeyError`."""
        for entry in self.entries:
            if entry.key == key:
                return entry
        raise KeyError(key)

    def entry_by_id(self, identifier: str) -> Entry | None:
        """The targeting entry with this id. Returns None when there is none."""
        return next((entry for entry in self.entries if entry.id == identifier), None)

    def index(self, identifier: str) -> int:
        """The index of an entry, by which the API refers to it. Raises `ValueError`."""
        return [entry.id for entry in self.entries].index(identifier)

    def is_archived(self, entry: Entry) -> bool:
        """Return whether the entry's variation is archived."""
        return entry.key != DISABLED and self.newest(entry.key).state == "archived"


class Review(Record):
    """A review of an approval request."""

    id: str
    kind: Literal["approve", "decline", "comment"]
    created_at: int
    comment: str = ""
    member: str | None
    token: str


class Approval(Record):
    """A request to change one AI Config in one environment. `base` is the targeting at the time of the request."""

    id: str
    version: int = 1
    project: str
    environment: str
    config: str
    created_at: int
    requestor: str | None
    requesting_token: str
    description: str
    comment: str | None = None
    instructions: list[dict[str, Any]]
    base: Place
    settings: ApprovalSettings
    reviewers: list[str] = []
    reviewing_teams: list[str] = []
    reviews: list[Review] = []
    status: Literal["pending", "completed", "failed"] = "pending"
    conflicts: list[dict[str, Any]] = []
    applied_at: int | None = None
    applied_by: str | None = None
    applied_with: str | None = None

    @property
    def resource(self) -> str:
        """The resource specifier of the AI Config in the environment."""
        return f"proj/{self.project}:env/{self.environment}:aiconfig/{self.config}"

    @property
    def review_status(self) -> Literal["pending", "approved", "declined"]:
        """The status by each reviewer's last review; one decline is enough to decline."""
        last = {review.member or review.token: review.kind for review in self.reviews if review.kind != "comment"}
        if "decline" in last.values():
            return "declined"
        return "approved" if len(last) >= self.settings.approvals else "pending"

    @property
    def may_be_applied(self) -> bool:
        """Return whether it may be applied: approved, or declined with one approval if the settings allow that."""
        if self.review_status == "declined":
            return self.settings.may_apply_declined and any(review.kind == "approve" for review in self.reviews)
        return self.review_status == "approved"


class Access(Record):
    """An action and the resource that it affected."""

    action: str
    resource: str


class Happening(Record):
    """An entry of the audit log. `before` and `after` are whole documents as in the API."""

    id: str
    at: int
    kind: str
    name: str
    verb: str
    access: Access
    config: str | None = None
    comment: str | None = None
    member: str | None = None
    token: str | None = None
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
