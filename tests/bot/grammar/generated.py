"""Readings made up by hypothesis, with names as nasty as names can be."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st

from bot.domain.times import At, In
from bot.grammar import language, parse
from bot.grammar.commands import (
    Assignment,
    CheckHealth,
    Command,
    CompleteEvaluation,
    CreateProject,
    Deactivate,
    Deploy,
    DiffConfigs,
    Help,
    ListApprovals,
    ListChanges,
    ListConfigs,
    ListEvaluations,
    ListProjects,
    Lock,
    Name,
    OpenForm,
    Promote,
    Reminders,
    ReopenEvaluation,
    Reschedule,
    Rollback,
    ShowBoard,
    ShowChange,
    ShowConfig,
    ShowEvaluation,
    ShowProject,
    Understood,
    Unlock,
    UpdateProject,
    Withdraw,
)

FORMS = sorted(text for text in language().forms if text != "config update")  # which opens that of project update

NASTY = (
    "to", "because", "deploy to production", "in 2h", "at 9:00", "a of b", "list", "help", "explain", "running",
    '"', "'",
    '19" rack', "\\", 'a\\"b', "\\\\", "“curly”", "Ravi's", "’tis",
    "`tick`", "a\nb", "\u00a0x", "x ", " x", "👩‍🚀", "🚀", "a—b", "—",
    "--", "->", "→", "v1.", ".", "&amp;", "\\&amp;", "&amp;amp;", "<@U1|x>", "<@U1>", "<#C1|x>", "<!channel>", "<http://a",
    "b>", "<https://x|y>", "\\<https://x|y>", "name=x", "x=", "a@b", "ld:x y", "project@config", "ch-142", "142", "/x",
    "<b>", "\u202ex",
    "config", "-h", "?", "İ", "ſt", "\x00",
)  # fmt: skip

texts = st.one_of(
    st.sampled_from(NASTY),
    st.text(min_size=1, max_size=12),
    st.lists(st.sampled_from(NASTY), min_size=1, max_size=3).map(" ".join),
).filter(lambda text: bool(text.strip()))
names = texts.map(lambda text: Name(text, quoted=True))
maybe = st.none() | names
reasons = texts.map(str.strip)
maybe_reason = st.none() | reasons


def _when(text: str) -> In | At:
    parsed = parse(f"deploy x {text}")
    assert isinstance(parsed, Understood)
    (reading,) = parsed.readings
    assert isinstance(reading, Deploy)
    assert reading.when is not None
    return reading.when


whens = st.none() | st.sampled_from(
    (
        "in 2h",
        "in 90 min",
        "in 1 day",
        "in 1h30m",
        "at 9:00",
        "at tomorrow 9:00",
        "at monday 9 am",
        "at 17:30 today",
        "at 2026-12-01 09:00",
        "at 9:00 Europe/Madrid",
        "at 1 december 9 am UTC",
        "at 9:00 on friday",
    )
).map(_when)
changes_ids = st.sampled_from(("ch-142", "142", "#7", "01J9Z3N8Q4M5V6T7W8X9Y0ZABC"))
directories = texts.map(lambda text: f"dir_{text}")
fields = st.lists(
    st.sampled_from(("name", "directory", "description", "tags", "maintainer", "team", "metric")),
    min_size=1,
    unique=True,
)
values = texts | st.just("")
assignments = fields.flatmap(
    lambda chosen: st.tuples(*(st.builds(Assignment, st.just(field), values) for field in chosen))
)

simple: st.SearchStrategy[Command] = st.one_of(
    st.builds(Deploy, names, maybe, maybe, whens, maybe_reason),
    st.builds(Promote, names, maybe, maybe, whens, maybe_reason),
    st.builds(Rollback, names, maybe, maybe, whens, maybe_reason),
    st.builds(Deactivate, names, maybe, whens, maybe_reason),
    st.builds(CreateProject, names, st.none() | directories),
    st.builds(ShowProject, names),
    st.builds(ListProjects, st.none() | texts),
    st.builds(UpdateProject, names, assignments | st.just(())),
    st.builds(UpdateProject, names, st.tuples(st.builds(Assignment, st.just("active"), values))),
    st.builds(ShowConfig, names, maybe),
    st.builds(ListConfigs, names),
    st.builds(DiffConfigs, names, names, maybe, maybe),
    st.builds(ListEvaluations, maybe, st.sampled_from((None, "pending", "running", "completed", "cancelled"))),
    st.builds(ShowEvaluation, names),
    st.builds(CompleteEvaluation, names),
    st.builds(ReopenEvaluation, names),
    st.builds(ShowBoard, maybe),
    st.just(ListApprovals()),
    st.builds(ListChanges, maybe, maybe),
    st.builds(ShowChange, changes_ids.map(lambda text: Name(text, quoted=True))),
    st.builds(Withdraw, changes_ids.map(lambda text: Name(text, quoted=True))),
    st.builds(
        Lock,
        names,
        maybe,
        st.none() | st.integers(1, 366 * 86_400).map(lambda seconds: timedelta(seconds=seconds)),
        reasons,
    ),
    st.builds(
        Reschedule, changes_ids.map(lambda text: Name(text, quoted=True)), whens.filter(lambda when: when is not None)
    ),
    st.builds(Unlock, names, maybe),
    st.builds(Reminders, st.just("show"), maybe),
    st.builds(Reminders, st.sampled_from(("mute", "unmute")), names),
    st.just(Reminders("test")),
    st.builds(Help, st.none() | texts),
    st.just(CheckHealth()),
    st.sampled_from(FORMS).map(OpenForm),
)
"""Every reading but `Explain`, with all its names in quotes."""
