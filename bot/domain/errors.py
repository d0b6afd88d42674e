"""All reason codes: why something is refused (an expected *no*), and why something failed (a fault).

Codes never change their meaning. Their texts are in ``handlers/messages``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class Code(StrEnum):
    """Why a request is refused."""

    # who
    PERSON_UNREADABLE = "person_unreadable"
    STRANGER = "stranger"
    GUEST = "guest"
    BOT = "bot"
    DEACTIVATED = "deactivated"
    OWN_CHANGE = "own_change"
    NOT_REQUESTER = "not_requester"
    ALREADY_VOTED = "already_voted"
    # what
    TARGET_UNFIT = "target_unfit"
    """The change's target is not one that its kind can make live."""
    ALREADY_LIVE = "already_live"
    NOTHING_LIVE = "nothing_live"
    OTHER_PROJECT = "other_project"
    NO_HISTORY = "no_history"
    SAME_ENVIRONMENT = "same_environment"
    NOT_ONE_LIVE = "not_one_live"
    PROVIDER_CANNOT = "provider_cannot"
    CONFIG_GONE = "config_gone"
    """The config no longer exists at the provider."""
    ARCHIVED = "archived"
    """The config is archived at the provider and can no longer be made live."""
    SWITCHED_OFF = "switched_off"
    """The project is switched off in that environment, and only the provider can switch it on."""
    EXPERIMENT_RUNNING = "experiment_running"
    GUARDED_ROLLOUT = "guarded_rollout"
    SPLIT_LIVE = "split_live"
    """Several configs share the traffic by weights; replacing them has to be confirmed."""
    # state
    OPEN_CHANGE = "open_change"
    STATE_MOVED = "state_moved"
    TOO_LATE = "too_late"
    NOT_LAST = "not_last"
    EXPIRED = "expired"
    # time
    TIME_PASSED = "time_passed"
    TIME_TOO_FAR = "time_too_far"
    NOT_SCHEDULED = "not_scheduled"
    NOT_INVOLVED = "not_involved"
    DUE_UNAPPROVED = "due_unapproved"
    """Its scheduled time passed while it still waited for an approval."""
    DUE_MISSED = "due_missed"
    """Its scheduled time is too long ago to apply it now."""
    # approvals are bound to what was seen
    TARGET_CHANGED = "target_changed"
    CONTENT_CHANGED = "content_changed"
    ENVIRONMENT_CHANGED = "environment_changed"
    RULE_CHANGED = "rule_changed"
    VERDICT_CHANGED = "verdict_changed"
    APPROVER_LOST = "approver_lost"
    GATE_DECLINED = "gate_declined"
    """The provider's own approval was declined."""
    GATE_GONE = "gate_gone"
    """The approval request at the provider was deleted there."""
    # policy
    QUORUM_INVALID = "quorum_invalid"
    RULE_UNREADABLE = "rule_unreadable"
    SERVED_UNREADABLE = "served_unreadable"
    TOO_MANY_REFUSED = "too_many_refused"
    REASON_REQUIRED = "reason_required"
    # evaluations
    NO_CALLER_EVALUATOR = "no_caller_evaluator"
    STATUS_FORBIDS = "status_forbids"
    KEEPS_NO_EVALUATIONS = "keeps_no_evaluations"
    EVALUATION_OVER = "evaluation_over"
    """The evaluation has ended, so there is nothing to remind of."""
    # projects
    NAME_TAKEN = "name_taken"
    NAME_INVALID = "name_invalid"
    DIRECTORY_INVALID = "directory_invalid"
    FIELD_MISSING = "field_missing"
    """The provider's projects have no such field."""
    TAG_INVALID = "tag_invalid"
    TAGS_MIXED = "tags_mixed"
    METRIC_INVALID = "metric_invalid"
    MEMBER_UNKNOWN = "member_unknown"
    TEAM_UNKNOWN = "team_unknown"
    MAINTAINER_UNCLEAR = "maintainer_unclear"
    """Several people or teams match that name."""
    MAINTAINER_TWICE = "maintainer_twice"
    ADDRESS_UNREADABLE = "address_unreadable"
    """Slack does not reveal the person's e-mail address, by which they would be found at the provider."""
    NOTHING_TO_CHANGE = "nothing_to_change"
    DRAFT_UNREADABLE = "draft_unreadable"
    """The draft stored for a button has a format that this version cannot read."""
    PROJECT_CHANGED = "project_changed"
    BUTTON_USED = "button_used"
    # drift
    DRIFT_OVER = "drift_over"
    DRIFT_MOVED_ON = "drift_moved_on"
    """What is live changed again after the message about the drift."""
    CANNOT_RESTORE = "cannot_restore"
    # where
    CANNOT_POST = "cannot_post"
    NO_CHANNEL = "no_channel"
    """It was not asked in a channel, as on the Home tab, and there is no default channel."""


class ResolvableBy(StrEnum):
    """Who can resolve a refusal."""

    REQUESTER = "requester"
    APPROVER = "approver"
    WORKSPACE_ADMIN = "workspace_admin"
    OPERATOR = "operator"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for a refusal: a code, facts for its text (ids, names, numbers), and who can resolve it."""

    code: Code
    resolvable_by: ResolvableBy = ResolvableBy.REQUESTER
    facts: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


class Fault(StrEnum):
    """Why a provider call failed."""

    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed_out"
    CUT_AFTER_WRITE = "cut_after_write"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    INVALID = "invalid"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"
    GATED = "gated"
    """The provider requires an approval of its own."""
    UNINTELLIGIBLE = "unintelligible"
    NO_EFFECT = "no_effect"
    OTHER_MOVED = "other_moved"
    NEVER_KNOWN = "never_known"
    """A person closed a change before it was known whether it took effect."""
    OWN_DATABASE = "own_database"
    """Our own database failed; no provider is involved, and `Problem.provider` is empty."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault as a value: what people see, and what the log can be searched by."""

    fault: Fault
    provider: str
    operation: str
    """The operation that failed, in lower case: ``reading what is live in production``."""
    status: int | None = None
    detail: str = ""
    """Plain text, shortened: the provider's own words if `said`, else our observation. Never contains a secret."""
    retry_after: float | None = None
    """Seconds that the provider asked us to wait."""
    reference: str = ""
    """The request id, as in the log."""
    said: bool = False
    """Whether `detail` is in the provider's own words."""


class Cause(StrEnum):
    """Why our own database did not do its work."""

    LOCKED = "it is locked by somebody else"
    READ_ONLY = "it can only be read"
    MISSING = "it is not there"
    LOST = "the connection was lost"
    DENIED = "it does not let us in"
    BROKEN = "it is full or damaged"


class StoreUnavailable(Exception):
    """The database did not do its work; nothing of the transaction was kept. The driver's error is the `__cause__`.

    After `Cause.LOST` while committing, it may have been kept: read again before doing anything else.
    """

    def __init__(self, operation: str, cause: Cause) -> None:
        super().__init__(f"{operation}: {cause.value}")
        self.cause = cause
