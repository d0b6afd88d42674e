"""Any domain value there can be, for property tests."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st

from bot.domain.actors import Actor, MessageAt, Place
from bot.domain.changes import ApprovalSnapshot, AuditEntry, Change, Decision
from bot.domain.contents import Content, Message
from bot.domain.errors import Code, Reason, ResolvableBy
from bot.domain.evaluations import Comparison, Evaluation, Evidence
from bot.domain.live_state import LiveState, Nothing, Off, One, Split
from bot.domain.notices import Notice, Reminder

scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(max_size=8)
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
"""What can stand in a JSON document, lists not tuples."""

objects = st.dictionaries(st.text(max_size=8), json_values, max_size=3)

times = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds

messages = st.builds(Message, st.text(max_size=10), st.text(max_size=30))

contents = st.builds(
    Content,
    messages=st.lists(messages, max_size=3).map(tuple),
    parameters=objects,
    tools=objects,
    response_format=json_values,
    judges=st.dictionaries(st.text(max_size=8), st.floats(0, 1), max_size=3),
)

served = st.builds(
    LiveState,
    st.just(Nothing())
    | st.just(Off())
    | st.builds(One, st.text(max_size=8), st.text(max_size=8), st.text(max_size=8))
    | st.builds(
        Split,
        st.lists(st.tuples(st.text(max_size=8), st.integers(0, 100_000)), max_size=3).map(tuple),
        st.text(max_size=5),
        st.text(max_size=5),
    ),
    st.integers(0, 20),
)

reasons = st.builds(Reason, st.sampled_from(Code), st.sampled_from(ResolvableBy), objects)

comparisons = st.builds(
    Comparison,
    live=st.none() | st.floats(allow_nan=False),
    candidate=st.none() | st.floats(allow_nan=False),
    measured_at=st.none() | times,
)

evidence = st.builds(Evidence, rows=st.lists(comparisons, max_size=2).map(tuple))

evaluations = st.builds(Evaluation, created_at=times, updated_at=times)

for kind, strategy in {
    Content: contents,
    LiveState: served,
    Reason: reasons,
    Evidence: evidence,
    Evaluation: evaluations,
    Comparison: comparisons,
    datetime: times,
}.items():
    st.register_type_strategy(kind, strategy)

actors = st.from_type(Actor)
places = st.from_type(Place)
seen = st.from_type(ApprovalSnapshot)
changes = st.builds(Change, reasons=st.lists(reasons, max_size=2).map(tuple))
decisions = st.builds(Decision)
entries = st.builds(AuditEntry)
notices = st.builds(Notice, at=st.none() | st.from_type(MessageAt))
reminders = st.builds(Reminder)
