"""What did not work, said so that somebody knows what to do next: refusals, faults, unknown names, unclear lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from slack_sdk.models.blocks import Block, ButtonElement, SectionBlock

from bot.domain.drafts import Drafts
from bot.domain.errors import Code, Fault, Problem, Reason
from bot.domain.outcomes import Ambiguous, EnvironmentMissing, Failed, NotFound, NotYet, Refused
from bot.domain.views import Suggestion, Unread
from bot.features.forms import FieldProblem
from bot.grammar.commands import Misunderstood
from handlers.ids import Action, numbered
from handlers.messages import refusals, words
from handlers.messages.blocks import (
    MAX_SUGGESTIONS,
    MESSAGE_LIMIT,
    Message,
    actions,
    bullets,
    button,
    code,
    compose,
    context,
    quote,
    run_buttons,
    section,
    size,
)
from handlers.messages.plain import unmarked
from handlers.messages.rendering import renders

NOTHING_DEPLOYED = "Nothing was deployed or changed."


def reasons(found: Sequence[Reason]) -> SectionBlock | None:
    """Every reason with what would lift it; None when there are none."""
    return bullets(f"{refusals.why(each)} {refusals.remedy(each)}" for each in found) if found else None


@renders(Refused)
def refused(outcome: Refused) -> Message:
    """An expected no: every check that failed, who can lift it, and how."""
    count = len(outcome.reasons)
    about = f"{code(outcome.change.label)}: not done" if outcome.change else "Not done"
    for_reasons = f", for {words.counted(count, 'reason')}" if count > 1 else ""
    because = " ".join(refusals.why(each) for each in outcome.reasons)
    return compose(
        f"{about}. {because} Nothing was changed by this.".replace("  ", " "),
        section(f"⛔ *{about}{for_reasons}.* Nothing was changed by this."),
        reasons(outcome.reasons),
        actions(_ways_out(outcome)),
    )


def _ways_out(outcome: Refused) -> Iterator[ButtonElement]:
    """A look at every change that the reasons speak of."""
    seen: dict[str, str] = {}
    if outcome.change is not None:
        seen[outcome.change.id] = outcome.change.label
    for reason in outcome.reasons:
        if reason.code is Code.OPEN_CHANGE and "change" in reason.facts:
            number = reason.facts.get("number")
            seen.setdefault(str(reason.facts["change"]), f"ch-{number}" if number else "the open change")
    for position, (change_id, name) in enumerate(seen.items(), start=1):
        yield button(f"Show {name}", numbered(Action.REVIEW, position), change_id)


def problem_blocks(problem: Problem, *, advise: bool = True) -> list[Block]:
    """What the provider did and said, what to do, what was being done, where the log has more."""
    advice = f" {words.remedy_of(problem)}" if advise else ""
    found: list[Block] = [section(f"{words.fault(problem)}{advice}")]
    if problem.detail.strip():
        found.append(section("What it said:" if problem.said else "More exactly:"))
        found.append(quote(problem.detail, 400))
    small = [f"While: {code(problem.operation, 120)}"] if problem.operation else []
    small += [f"Reference for the log: {code(problem.reference)}"] if problem.reference else []
    if small:
        found.append(context(" · ".join(small)))
    return found


@renders(Failed)
def failed(outcome: Failed) -> Message:
    """The provider did not do it, or did not answer."""
    change = outcome.change
    about = f"{code(change.label)} failed" if change else "That did not work"
    if outcome.problem.fault is Fault.OWN_DATABASE:
        state = "What was begun, if anything, is settled by itself once the database is back."
    else:
        state = words.effect(outcome.problem) if change else "Nothing was changed."
    return compose(
        f"{about}: {words.fault(outcome.problem)} {state}",
        section(f"❌ *{about}.* {state}"),
        *problem_blocks(outcome.problem),
        actions([button("Show", Action.REVIEW, change.id)]) if change else None,
    )


def own_database(reference: str) -> Message:
    """Our own database was locked, read-only or gone before anything else could be said."""
    return failed(Failed(Problem(Fault.OWN_DATABASE, "", "", reference=reference)))


@renders(NotFound, buttons=lambda result: result.near[:MAX_SUGGESTIONS])
def not_found(outcome: NotFound, drafts: Drafts) -> Message:
    """A name that nothing has, with what could have been meant."""
    seen = " where configbot could look" if outcome.unread else ""
    head = f"There is no {outcome.noun} {code(outcome.word)}{seen}."
    near = _lines(outcome.near)
    known = words.some([code(name) for name in outcome.known], 10)
    return compose(
        f"{head} {NOTHING_DEPLOYED}"
        + (f" Close to it: {known_labels(outcome.near)}." if near else "")
        + "".join(f" {words.unread(each)}" for each in outcome.unread),
        section(f"*{head}* {NOTHING_DEPLOYED}"),
        *missing(outcome.unread),
        section("Did you mean one of these?") if near else None,
        bullets(near) if near else None,
        run_buttons(outcome.near, drafts),
        context(f"Known here: {known}") if outcome.known else None,
    )


def missing(unread: Iterable[Unread]) -> Iterator[Block]:
    """Providers that cannot be read, one under the other."""
    for each in unread:
        yield context(f"⚠️ {words.unread(each)} What it has may be missing here.")


def known_labels(suggestions: Iterable[Suggestion]) -> str:
    """Suggestions in a sentence."""
    return words.some([code(each.label) for each in suggestions], 5)


def _lines(suggestions: Iterable[Suggestion]) -> list[str]:
    return [code(each.line, 200) for each in list(suggestions)[:MAX_SUGGESTIONS]]


@renders(Ambiguous, buttons=lambda result: result.choices[:MAX_SUGGESTIONS])
def ambiguous(outcome: Ambiguous, drafts: Drafts) -> Message:
    """A word that means several things: a question."""
    if len(outcome.choices) == 1:
        return _question(f"Is this what {code(outcome.word)} was meant as?", outcome.choices, drafts)
    head = f"{code(outcome.word)} can mean several things. Which one is it?"
    return _question(head, outcome.choices, drafts)


@renders(EnvironmentMissing, buttons=lambda result: result.choices[:MAX_SUGGESTIONS])
def environment_missing(outcome: EnvironmentMissing, drafts: Drafts) -> Message:
    """No environment was named: a question, never production."""
    return _question("In which environment?", outcome.choices, drafts)


def _question(head: str, choices: Sequence[Suggestion], drafts: Drafts) -> Message:
    rest = len(choices) - MAX_SUGGESTIONS
    return compose(
        f"{head} {NOTHING_DEPLOYED} Choices: {known_labels(choices)}.",
        section(f"*{head}* {NOTHING_DEPLOYED}"),
        bullets(_lines(choices)) if choices else None,
        run_buttons(choices, drafts),
        context(f"And {rest} more. Type the line with the name in quotes.") if rest > 0 else None,
    )


MISUNDERSTANDINGS: dict[str, str] = {
    "unknown_verb": "configbot does not know {detail}.",
    "missing_part": "{detail} is missing.",
    "unexpected_words": "The line makes sense up to {detail}.",
    "unclosed_quote": "A quotation mark is opened and never closed: {detail}.",
    "bad_time": "{detail} is not a time. A time is written like `at 9:00`, `at 9 am` or `at 21:30 tomorrow`.",
    "no_time": "{detail} is a day without a time. Add one: `at 9:00 tomorrow`.",
    "bad_date": "{detail} is not a date. A date is written like `2026-12-01` or `1 december`.",
    "bad_zone": "{detail} is not the name of one zone. Zones are written like `Europe/Madrid`, or `UTC`.",
    "bad_duration": "{detail} is not a length of time, such as `2 hours`, `30m` or `3 days`.",
    "bad_field": "{detail} is not a field that can be set.",
    "twice": "{detail} is named twice.",
    "not_alone": "{detail} stands alone on its line: it asks for a deploy, which is approved by itself.",
    "too_long": "The line is too long.",
    "empty": "The line is empty.",
}
"""By `Misunderstood.problem`."""


def misunderstood(found: Misunderstood, drafts: Drafts) -> Message:
    """A line that is not of the language: how it goes, what could have been meant, an example in the person's words."""
    template = MISUNDERSTANDINGS.get(found.problem, "configbot does not understand this line.")
    head = template.format(detail=code(found.detail or "that"))
    near = [Suggestion(line, line) for line in found.near]
    help_with = [f"It goes like this: {code(found.usage, 200)}"] if found.usage else []
    help_with += [f"For example: {code(found.example, 300)}"] if found.example else []
    help_with += [f"Perhaps: {line}" for line in _lines(near)]
    if not help_with:
        help_with = ["`help` shows every line that works."]
    return compose(
        f"{head} {NOTHING_DEPLOYED} {help_with[0]}",
        section(f"*{head}* {NOTHING_DEPLOYED}"),
        bullets(help_with),
        run_buttons(near, drafts),
    )


@renders(NotYet)
def line_not_ready(result: NotYet) -> Message:
    """The answer to a line that is understood and not built yet."""
    return not_yet(result.line)


def not_yet(line: str) -> Message:
    """A line that is understood and that nothing carries out yet."""
    text = f"configbot understands {code(line, 200)} and cannot do it yet. Nothing was changed."
    return _note(text)


def apology(reference: str) -> Message:
    """A fault of our own."""
    text = "Something broke inside configbot while doing this. It is not your line."
    more = "`deployments` and `changes` show what was done and what was not."
    return compose(
        f"{text} Reference: {code(reference)}.",
        section(f"*{text}*"),
        section(more),
        context(f"Reference for the log: {code(reference)}"),
    )


def working(operation: str) -> Message:
    """A sign of life for what takes longer than a moment."""
    text = f"Working on it: {code(operation, 200)}"
    return compose(text, section(f"⏳ {text}"))


def without_buttons(message: Message) -> Message:
    """The same message, saying that its buttons are missing; without that where it is too large already."""
    said = context("Its buttons are left out: they could not be kept, or too many were made within a minute.")
    whole = Message(message.text, (*message.blocks, said.to_dict()))
    return whole if size([whole.text, whole.blocks]) <= MESSAGE_LIMIT else message


def shutting_down() -> Message:
    """Nothing new is taken."""
    return _note("configbot is restarting, so it did not take this. Try again in a minute. Nothing was changed.")


def outdated_button() -> Message:
    """A click on something that nobody knows any more."""
    return _note("This button is too old to be understood. Type the line again. Nothing was changed.")


def outdated_form() -> Message:
    """A form that nobody knows any more was sent."""
    return _note("This form is too old to be understood. Open it again. Nothing was changed.")


def try_again() -> Message:
    """Slack did not open what was asked for, mostly because the click took too long to arrive."""
    return _note("Slack did not open the form in time. Press the button again. Nothing was changed.")


def _note(text: str) -> Message:
    return compose(text, section(text))


FIELD_PROBLEMS: dict[str, str] = {
    "missing": "Pick one here.",
    "gone": "This is no longer there. Pick another one.",
    "other_provider": "This belongs to another provider than the rest. Pick one that fits.",
    "same": "This is the same environment as the other one. Pick a different one.",
    "same_config": "This is the same config as the other one. Pick a different one.",
    "unread": "Wait until what it has is read and shown below, then send the form again.",
    "unchanged": "Nothing is changed yet. Change a field below, or close the form.",
    "no_new_time": "Pick another time, or write one below.",
    "alone": "A deploy is asked for alone. Leave the other fields as they were, or this one.",
}
"""By `FieldProblem.problem`."""


def field_problem(wrong: FieldProblem) -> str:
    """What stands under a field of a form that cannot be sent like this."""
    if wrong.reason is not None:
        return unmarked(f"{refusals.why(wrong.reason)} {refusals.remedy(wrong.reason)}")
    if wrong.problem in MISUNDERSTANDINGS:
        return unmarked(MISUNDERSTANDINGS[wrong.problem].format(detail=code(wrong.detail)))
    return FIELD_PROBLEMS.get(wrong.problem, "This does not fit. Pick another one.")
