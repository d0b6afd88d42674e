"""The wire format of the LaunchDarkly REST API, version 20240415, as far as AI Configs and approvals need it.

Parsing is lenient: unknown fields are kept, unknown enum values are strings, and what the documentation calls
optional may be null or missing. Times are milliseconds since 1970. The exception is environments: their responses
contain live SDK keys, so only the fields declared here are kept.
"""

from __future__ import annotations

from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter


def _list(value: Any) -> Any:
    return [] if value is None else value


def _map(value: Any) -> Any:
    return {} if value is None else value


def _text(value: Any) -> Any:
    return "" if value is None else value


Item = TypeVar("Item")
Items = Annotated[list[Item], BeforeValidator(_list)]
"""An array; null reads as empty."""
Text = Annotated[str, BeforeValidator(_text)]
"""A text; null reads as empty."""
Object = Annotated[dict[str, Any], BeforeValidator(_map)]
"""An object; null reads as empty."""


class Wire(BaseModel):
    """Base class of response objects. Validation errors never contain the received data."""

    model_config = ConfigDict(extra="allow", hide_input_in_errors=True)


class Kept(BaseModel):
    """Base class of response objects of which only the declared fields are kept."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class Page(Wire, Generic[Item]):
    """One page of a list; some lists have no total."""

    items: Items[Item] = []
    total: int | None = Field(None, alias="totalCount")
    links: Object = Field({}, alias="_links")


class Caller(Wire):
    """Whose token it is (*Identify the caller*); every field is optional."""


class Owner(Wire):
    """The maintainer of an AI Config: a member with an id, or a team with a key."""

    id: Text = Field("", alias="_id")
    email: Text = ""
    first_name: Text = Field("", alias="firstName")
    last_name: Text = Field("", alias="lastName")
    key: Text = ""
    name: Text = ""


class Variation(Wire):
    """One variation, in its newest version (*Get AI Config*)."""

    key: str
    name: str
    version: int = 1
    state: Text = "published"
    model: Object = {}
    model_config_key: Text = Field("", alias="modelConfigKey")
    messages: Items[dict[str, Any]] = []
    instructions: str | None = None
    tools: Items[dict[str, Any]] = []
    output_format: Any = Field(None, alias="outputFormat")


class AIConfig(Wire):
    """An AI Config (*Get AI Config*). `version` counts changes of its fields, not of its content."""

    key: str
    name: str
    description: Text = ""
    tags: Items[str] = []
    version: int | None = None
    variations: Items[Variation] = []
    mode: Text = "completion"
    maintainer: Owner | None = Field(None, alias="_maintainer")
    metric: Text = Field("", alias="evaluationMetricKey")
    inverted: bool | None = Field(None, alias="isInverted")


class Entry(Wire):
    """Something that can be served (*Show an AI Config's targeting*); instructions refer to its id."""

    id: str = Field(alias="_id")
    name: Text = ""
    value: Any = None

    @property
    def meta(self) -> dict[str, Any]:
        """The service's metadata on the content: its variation's key, version and whether it is enabled."""
        meta = self.value.get("_ldMeta") if isinstance(self.value, dict) else None
        return meta if isinstance(meta, dict) else {}

    @property
    def key(self) -> str:
        """The variation's key; empty for the built-in disabled entry."""
        return str(self.meta.get("variationKey") or "") if self.meta.get("enabled", True) else ""

    @property
    def content_version(self) -> str:
        """The version of the content that is served now; if absent, the first."""
        return str(self.meta.get("version") or 1)


class Weight(Wire):
    """A share of the traffic, in thousandths of a percent; `variation` is an index."""

    variation: int
    weight: int


class Allocation(Wire):
    """How an experiment or a guarded rollout allocates the traffic."""

    type: Text = ""


class Rollout(Wire):
    """Shares of the traffic."""

    context_kind: Text = Field("", alias="contextKind")
    bucket_by: Text = Field("", alias="bucketBy")
    variations: Items[Weight] = []
    allocation: Allocation | None = Field(None, alias="experimentAllocation")


class DefaultRule(Wire):
    """What is served if no target and no rule matches: one entry by its index, or shares of the traffic."""

    variation: int | None = None
    rollout: Rollout | None = None


class Target(Wire):
    """Contexts that are served one entry."""

    values: Items[Any] = []


class Aimed(Wire):
    """One environment of a targeting document."""

    enabled: bool
    fallthrough: DefaultRule
    rules: Items[dict[str, Any]] = []
    targets: Items[Target] = []
    context_targets: Items[Target] = Field([], alias="contextTargets")
    version: int | None = Field(None, alias="_version")


class Targeting(Wire):
    """What is served in every environment."""

    key: str
    tags: Items[str] = []
    variations: list[Entry]
    environments: dict[str, Aimed]


class Demands(Kept):
    """Approval settings of one kind of resource. A missing setting counts as the stricter value."""

    required: bool = True
    tags: Items[str] = Field([], alias="requiredApprovalTags")


class Environment(Kept):
    """An environment, without the SDK keys in the response."""

    key: str
    name: str
    critical: bool = False
    demands: Annotated[dict[str, Demands], BeforeValidator(_map)] = Field({}, alias="resourceApprovalSettings")


class Member(Wire):
    """A member of the account."""

    id: str = Field(alias="_id")
    email: Text = ""
    first_name: Text = Field("", alias="firstName")
    last_name: Text = Field("", alias="lastName")


class Team(Wire):
    """A team of the account."""

    key: str
    name: Text = ""


class Metric(Wire):
    """A metric of the project."""

    key: str


class Review(Wire):
    """One person's review of an approval request: approve, decline or comment."""

    kind: Text = ""
    comment: Text = ""
    created_at: int = Field(0, alias="creationDate")
    member: Text = Field("", alias="memberId")
    token: Text = Field("", alias="serviceTokenId")


class Approval(Wire):
    """An approval request; `status` is whether it was applied, `review_status` the result of the reviews."""

    id: str = Field(alias="_id")
    resource: Text = Field("", alias="resourceId")
    review_status: Text = Field("", alias="reviewStatus")
    status: Text = ""
    reviews: Items[Review] = Field([], alias="allReviews")
    conflicts: Items[Any] = []
    instructions: Items[dict[str, Any]] = []


class Actor(Wire):
    """Who did something: a member or a token, as in the audit log."""

    email: Text = ""
    name: Text = ""


class Access(Wire):
    """An action on a resource."""

    action: Text = ""


class AuditEntry(Wire):
    """One entry of the audit log."""

    date: int
    accesses: Items[Access] = []
    member: Actor | None = None
    token: Actor | None = None
    comment: Text = ""


CALLER: TypeAdapter[Caller] = TypeAdapter(Caller)
AI_CONFIG: TypeAdapter[AIConfig] = TypeAdapter(AIConfig)
AI_CONFIGS: TypeAdapter[Page[AIConfig]] = TypeAdapter(Page[AIConfig])
TARGETING: TypeAdapter[Targeting] = TypeAdapter(Targeting)
ENVIRONMENTS: TypeAdapter[Page[Environment]] = TypeAdapter(Page[Environment])
MEMBERS: TypeAdapter[Page[Member]] = TypeAdapter(Page[Member])
TEAMS: TypeAdapter[Page[Team]] = TypeAdapter(Page[Team])
METRIC: TypeAdapter[Metric] = TypeAdapter(Metric)
APPROVAL: TypeAdapter[Approval] = TypeAdapter(Approval)
APPROVALS: TypeAdapter[Page[Approval]] = TypeAdapter(Page[Approval])
AUDIT: TypeAdapter[Page[AuditEntry]] = TypeAdapter(Page[AuditEntry])
