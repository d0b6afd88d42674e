"""How the bot itself is: services, names, jobs, messages that wait. It names no secret and no address."""

from __future__ import annotations

from datetime import timedelta

import humanize

from bot.domain.health import CheckUp, JobHealth, ProviderHealth, is_wrong
from bot.domain.notices import Backlog
from bot.domain.rate_limits import EDITING, RateLimitBucket
from handlers.messages import words
from handlers.messages.blocks import Message, code, compose, context, mention, moment, stack
from handlers.messages.outages import CAUSES, cause, place
from handlers.messages.rendering import renders

FINE, WRONG = "✅", "⚠️"


@renders(CheckUp)
def checkup(found: CheckUp) -> Message:
    """Everything that was looked at, and first whether somebody has to do something."""
    count = found.wrong
    title = f"{words.counted(count, 'thing')} to look at" if count else "All is well"
    providers = [provider(each) for each in found.providers]
    jobs = [job(each) for each in found.jobs]
    waiting = [backlog(each, wrong=is_wrong(each, found.now)) for each in found.backlog]
    held = [bucket(each) for each in found.buckets if each.not_before and each.not_before > found.now]
    return compose(
        f"{title}. {' '.join(_bare(line) for line in [*providers, *jobs, *waiting] if line.startswith(WRONG))}".strip(),
        stack([f"*{title}*", *providers, f"{FINE} My database answers."]),
        stack(["*Background jobs*", *jobs]) if jobs else None,
        stack(["*Waiting messages*", *(waiting or [f"{FINE} None."]), *held]),
        context(_identity(found)),
    )


def _bare(line: str) -> str:
    return line.removeprefix(WRONG).strip()


def _identity(found: CheckUp) -> str:
    about = found.about
    who = f"{mention(about.user_id)} in {code(about.workspace)}, " if about.user_id else ""
    return f"{who}configbot {about.version or 'without a version'}, {moment(found.now)}."


def provider(found: ProviderHealth) -> str:
    """Whether it answers, since when it does not, and how old the names are that are known of it."""
    known = "I haven't read its projects yet."
    if found.read_at is not None:
        known = f"I know its {words.counted(found.names, 'project')}, read {moment(found.read_at)}."
    if found.problem is None:
        return f"{FINE} {code(found.name, 40)} answers. {known}"
    since = f" This started {moment(found.since)}." if found.since else ""
    return f"{WRONG} {words.fault(found.problem)}{since} {known} {words.remedy_of(found.problem)}"


def job(found: JobHealth) -> str:
    """When it ran, for how long, what came of it, and when it is due."""
    run, name = found.run, found.plan.name
    if run is None:
        return f"{FINE} {name}: has not run yet."
    glyph = WRONG if found.wrong else FINE
    if run.ended_at is None:
        return f"{glyph} {name}: started {moment(run.started_at)} and is still running."
    took = _span(run.ended_at - run.started_at)
    said = f"{glyph} {name}: {code(run.result, 80)}, {moment(run.ended_at)}, took {took}, next {moment(found.next)}."
    if found.late:
        return f"{said} It is late: check that a process runs the jobs."
    if not run.fine:
        last = f" It last succeeded {moment(run.succeeded_at)}." if run.succeeded_at else ""
        return f"{said}{last} The log from then says why."
    return said


def backlog(waiting: Backlog, *, wrong: bool) -> str:
    """What a channel was not told, since when, and why."""
    what = words.counted(waiting.count, "message")
    how = "given up" if waiting.given_up else "waiting"
    why = f": {cause_of(waiting.last_error)}" if waiting.last_error else ""
    return f"{WRONG if wrong else FINE} {what} for {place(waiting.channel)} {how} since {moment(waiting.since)}{why}."


def cause_of(word: str) -> str:
    """What was in the way, in short."""
    return cause(word)[0] if word in CAUSES else code(word, 80)


def bucket(found: RateLimitBucket) -> str:
    """That Slack asked to wait."""
    where = "edits" if found.name == EDITING else f"new messages in {place(found.name)}"
    until = moment(found.not_before) if found.not_before else ""
    return f"Slack asked me to wait with {where} until {until}."


def _span(time: timedelta) -> str:
    return humanize.precisedelta(time, minimum_unit="milliseconds", format="%0.0f")
