"""The health of the bot: services, names, jobs, waiting messages. It shows no secrets and no addresses."""

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
def checkup(checkup: CheckUp) -> Message:
    """All checks; the title says whether somebody has to do something."""
    count = checkup.wrong
    title = f"{words.counted(count, 'thing')} to look at" if count else "All is well"
    providers = [provider(each) for each in checkup.providers]
    jobs = [job(each) for each in checkup.jobs]
    waiting = [backlog(each, wrong=is_wrong(each, checkup.now)) for each in checkup.backlog]
    rate_limits = [bucket(each) for each in checkup.buckets if each.not_before and each.not_before > checkup.now]
    return compose(
        f"{title}. {' '.join(_bare(line) for line in [*providers, *jobs, *waiting] if line.startswith(WRONG))}".strip(),
        stack([f"*{title}*", *providers, f"{FINE} My database answers."]),
        stack(["*Background jobs*", *jobs]) if jobs else None,
        stack(["*Waiting messages*", *(waiting or [f"{FINE} None."]), *rate_limits]),
        context(_identity(checkup)),
    )


def _bare(line: str) -> str:
    return line.removeprefix(WRONG).strip()


def _identity(checkup: CheckUp) -> str:
    about = checkup.about
    who = f"{mention(about.user_id)} in {code(about.workspace)}, " if about.user_id else ""
    return f"{who}configbot {about.version or 'without a version'}, {moment(checkup.now)}."


def provider(health: ProviderHealth) -> str:
    """Whether a provider answers, since when it does not, and how old its names in the index are."""
    names = "I haven't read its projects yet."
    if health.read_at is not None:
        names = f"I know its {words.counted(health.names, 'project')}, read {moment(health.read_at)}."
    if health.problem is None:
        return f"{FINE} {code(health.name, 40)} answers. {names}"
    since = f" This started {moment(health.since)}." if health.since else ""
    return f"{WRONG} {words.fault(health.problem)}{since} {names} {words.remedy_of(health.problem)}"


def job(health: JobHealth) -> str:
    """The last run of a job, its duration and result, and when it is due next."""
    run, name = health.run, health.plan.name
    if run is None:
        return f"{FINE} {name}: has not run yet."
    glyph = WRONG if health.wrong else FINE
    if run.ended_at is None:
        return f"{glyph} {name}: started {moment(run.started_at)} and is still running."
    duration = _span(run.ended_at - run.started_at)
    when = f"{moment(run.ended_at)}, took {duration}, next {moment(health.next)}"
    text = f"{glyph} {name}: {code(run.result, 80)}, {when}."
    if health.late:
        return f"{text} It is late: check that a process runs the jobs."
    if not run.fine:
        last = f" It last succeeded {moment(run.succeeded_at)}." if run.succeeded_at else ""
        return f"{text}{last} The log from then says why."
    return text


def backlog(messages: Backlog, *, wrong: bool) -> str:
    """Messages that a channel has not received, since when, and why."""
    what = words.counted(messages.count, "message")
    state = "given up" if messages.given_up else "waiting"
    why = f": {cause_of(messages.last_error)}" if messages.last_error else ""
    return (
        f"{WRONG if wrong else FINE} {what} for {place(messages.channel)} {state} since {moment(messages.since)}{why}."
    )


def cause_of(error: str) -> str:
    """Why a message was not delivered, in short."""
    return cause(error)[0] if error in CAUSES else code(error, 80)


def bucket(bucket: RateLimitBucket) -> str:
    """A rate limit of Slack that is in effect."""
    where = "edits" if bucket.name == EDITING else f"new messages in {place(bucket.name)}"
    until = moment(bucket.not_before) if bucket.not_before else ""
    return f"Slack asked me to wait with {where} until {until}."


def _span(time: timedelta) -> str:
    return humanize.precisedelta(time, minimum_unit="milliseconds", format="%0.0f")
