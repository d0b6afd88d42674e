"""The closed lists of reasons: why something is refused (an expected *no*), and why something did not work (a fault).

Codes never change their meaning. The words for each live in ``handlers/messages``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class Code(StrEnum):
    """Why a wish is refused."""

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
    """The change does not state something that its kind can make live."""
    ALREADY_LIVE = "already_live"
    NOTHING_LIVE = "nothing_live"
    OTHER_PROJECT = "other_project"
    NO_HISTORY = "no_history"
    SAME_ENVIRONMENT = "same_environment"
    NOT_ONE_LIVE = "not_one_live"
    PROVIDER_CANNOT = "provider_cannot"
    CONFIG_GONE = "config_gone"
    """The config is no longer at the provider."""
    ARCHIVED = "archived"
    """The config is kept at the provider, and can no longer be made live."""
    SWITCHED_OFF = "switched_off"
    """The project is switched off in that environment, and only the provider can switch it on."""
    EXPERIMENT_RUNNING = "experiment_running"
    GUARDED_ROLLOUT = "guarded_rollout"
    SPLIT_LIVE = "split_live"
    """Several share the traffic by weights that somebody set; giving them up has to be asked for."""
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
    """Its time came while it still waited for an approval."""
    DUE_MISSED = "due_missed"
    """Its time is over for so long that applying it now would be a surprise."""
    # bound to what was seen
    TARGET_CHANGED = "target_changed"
    CONTENT_CHANGED = "content_changed"
    ENVIRONMENT_CHANGED = "environment_changed"
    RULE_CHANGED = "rule_changed"
    VERDICT_CHANGED = "verdict_changed"
    APPROVER_LOST = "approver_lost"
    GATE_DECLINED = "gate_declined"
    """The provider's own approval was declined there."""
    GATE_GONE = "gate_gone"
    """What was asked for at the provider was deleted there."""
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
    """It runs no longer, so there is nothing to be reminded of."""
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
    """Several people or teams are called like that."""
    MAINTAINER_TWICE = "maintainer_twice"
    ADDRESS_UNREADABLE = "address_unreadable"
    """Slack does not tell the address of a person, by which the provider would know them."""
    NOTHING_TO_CHANGE = "nothing_to_change"
    DRAFT_UNREADABLE = "draft_unreadable"
    """What a button stands for was stored in a way that this version does not read."""
    PROJECT_CHANGED = "project_changed"
    BUTTON_USED = "button_used"
    # drift
    DRIFT_OVER = "drift_over"
    DRIFT_MOVED_ON = "drift_moved_on"
    """What is live moved again after the message about it was shown."""
    CANNOT_RESTORE = "cannot_restore"
    # where
    CANNOT_POST = "cannot_post"


class ResolvableBy(StrEnum):
    """Who can lift a refusal."""

    REQUESTER = "requester"
    APPROVER = "approver"
    WORKSPACE_ADMIN = "workspace_admin"
    OPERATOR = "operator"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of a refusal: a code, facts to fill its words (ids, names, numbers), and who can lift it."""

    code: Code
    resolvable_by: ResolvableBy = ResolvableBy.REQUESTER
    facts: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


class Fault(StrEnum):
    """Why a provider did not do, or did not answer, what was asked."""

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
    """The provider demands an approval of its own."""
    UNINTELLIGIBLE = "unintelligible"
    NO_EFFECT = "no_effect"
    OTHER_MOVED = "other_moved"
    NEVER_KNOWN = "never_known"
    """A person closed a change before anybody knew whether it took effect."""
    OWN_DATABASE = "own_database"
    """Our own database did not take it; no provider is at fault, and `Problem.provider` is empty."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault as a value: what a person is told and what the log is searched by."""

    fault: Fault
    provider: str
    operation: str
    """What was being done, lower case: ``reading what is live in production``."""
    status: int | None = None
    detail: str = ""
    """What the provider said, or what we saw (`said` tells), as plain text, shortened. Never a secret."""
    retry_after: float | None = None
    """Seconds the provider asked to wait."""
    reference: str = ""
    """The request id that the log carries."""
    said: bool = False
    """The detail is in the provider's own words."""
