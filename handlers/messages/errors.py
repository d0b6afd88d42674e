"""Messages about what did not work, with what to do next: refusals, faults, unknown names, unclear lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from slack_sdk.models.blocks import Block, ButtonElement, SectionBlock

from bot.domain.changes import Change
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


def reasons(reasons: Sequence[Reason], *, of: Change | None = None) -> SectionBlock | None:
    """Every reason with its remedy. Returns None when there are none. `of` as in `refusals.why`."""
    return (
        bullets(f"{refusals.why(each, of=of)} {refusals.remedy(each, of=of)}" for each in reasons) if reasons else None
    )


@renders(Refused)
def refused(result: Refused) -> Message:
    """A refusal: every check that failed, who can resolve it, and how."""
    count = len(result.reasons)
    about = f"{code(result.change.label)}: not done" if result.change else "Not done"
    for_reasons = f", for {words.counted(count, 'reason')}" if count > 1 else ""
    because = " ".join(refusals.why(each) for each in result.reasons)
    acted = any(each.code in (Code.BUTTON_USED, Code.STATE_MOVED) for each in result.reasons)
    state = "Nothing more was changed." if acted else "Nothing was changed."
    return compose(
        f"{about}. {because} {state}".replace("  ", " "),
        section(f"⛔ *{about}{for_reasons}.* {state}"),
        reasons(result.reasons),
        actions(_show_buttons(result)),
    )


def _show_buttons(result: Refused) -> Iterator[ButtonElement]:
    """A *Show* button for every change that the reasons refer to."""
    changes: dict[str, str] = {}
    if result.change is not None:
        changes[result.change.id] = result.change.label
    for reason in result.reasons:
        if reason.code is Code.OPEN_CHANGE and "change" in reason.facts:
            number = reason.facts.get("number")
            changes.setdefault(str(reason.facts["change"]), f"ch-{number}" if number else "the open change")
    for position, (change_id, name) in enumerate(changes.items(), start=1):
        yield button(f"Show {name}", numbered(Action.REVIEW, position), change_id)


def problem_blocks(problem: Problem, *, advise: bool = True) -> list[Block]:
    """What the provider did and answered, what to do, the failed operation, the log reference."""
    advice = f" {words.remedy_of(problem)}" if advise else ""
    blocks: list[Block] = [section(f"{words.fault(problem)}{advice}")]
    if problem.detail.strip():
        blocks.append(section("Its answer:" if problem.said else "Details:"))
        blocks.append(quote(problem.detail, 400))
    details = [f"I was doing this: {code(problem.operation, 120)}"] if problem.operation else []
    details += [f"Log reference: {code(problem.reference)}"] if problem.reference else []
    if details:
        blocks.append(context(" · ".join(details)))
    return blocks


@renders(Failed)
def failed(result: Failed) -> Message:
    """The provider refused, failed, or did not answer."""
    change = result.change
    about = f"{code(change.label)} failed" if change else "That didn't work"
    if result.problem.fault is Fault.OWN_DATABASE:
        state = "If I had already started, I'll finish by myself once my database is back."
    elif change is not None:
        state = words.effect(result.problem)
    elif result.look is not None:
        state = "It may or may not have happened."
    else:
        state = "Nothing was changed."
    look = f" Look before you try again: {code(result.look, 200)}." if result.look is not None else ""
    return compose(
        f"{about}: {words.fault(result.problem)} {state}{look}",
        section(f"❌ *{about}.* {state}"),
        *problem_blocks(result.problem, advise=result.look is None),
        section(f"Look before you try again: {code(result.look, 200)}") if result.look is not None else None,
        actions([button("Show", Action.REVIEW, change.id)]) if change else None,
    )


def own_database(reference: str) -> Message:
    """Our own database was locked, read-only or gone."""
    return failed(Failed(Problem(Fault.OWN_DATABASE, "", "", reference=reference)))


LISTED_BY: dict[str, str] = {
    "change": "`changes` shows the latest changes.",
    "evaluation": "`evaluations` shows the evaluations there are.",
    "project": "`project list` shows the projects there are.",
}
"""What to type to find the right name where none is similar."""

KNOWN = 10
"""How many names an answer is handed at most: as many as these may not be all of them."""


def _whole_or_part(known: Sequence[str]) -> str:
    return "I know these" if len(known) < KNOWN else "Some of those that I know"


@renders(NotFound, buttons=lambda result: result.near[:MAX_SUGGESTIONS])
def not_found(result: NotFound, drafts: Drafts) -> Message:
    """An unknown name, with similar ones."""
    scope = " in what I can read" if result.unread else ""
    head = f"There is no {result.noun} {code(result.word)}{scope}."
    state = _nothing_done(result)
    near = _lines(result.near)
    known = words.some([code(name) for name in result.known], KNOWN)
    return compose(
        head
        + state
        + (f" Similar: {label_list(result.near)}." if near else "")
        + "".join(f" {words.unread(each)}" for each in result.unread),
        section(f"*{head}*{state}"),
        *missing(result.unread),
        section("Did you mean one of these?") if near else None,
        bullets(near) if near else None,
        run_buttons(result.near, drafts),
        context(f"{_whole_or_part(result.known)}: {known}") if result.known else None,
        section(LISTED_BY[result.noun]) if result.noun in LISTED_BY and not (near or result.known) else None,
    )


def missing(unread: Iterable[Unread]) -> Iterator[Block]:
    """A note for each provider that cannot be read."""
    for each in unread:
        yield context(f"⚠️ {words.unread(each)} Anything in it may be missing here.")


def label_list(suggestions: Iterable[Suggestion]) -> str:
    """Suggestions in a sentence."""
    return words.some([code(each.label) for each in suggestions], 5)


def _lines(suggestions: Iterable[Suggestion]) -> list[str]:
    return [code(each.line, 200) for each in list(suggestions)[:MAX_SUGGESTIONS]]


@renders(Ambiguous, buttons=lambda result: result.choices[:MAX_SUGGESTIONS])
def ambiguous(result: Ambiguous, drafts: Drafts) -> Message:
    """A question, when a word can mean several things."""
    if len(result.choices) == 1:
        return _question(f"Did you mean this by {code(result.word)}?", result, drafts)
    head = f"{code(result.word)} can mean several things. Which one do you mean?"
    return _question(head, result, drafts)


@renders(EnvironmentMissing, buttons=lambda result: result.choices[:MAX_SUGGESTIONS])
def environment_missing(result: EnvironmentMissing, drafts: Drafts) -> Message:
    """A question, when no environment was named; production is never assumed."""
    return _question("Which environment do you mean?", result, drafts)


def _nothing_done(result: Ambiguous | EnvironmentMissing | NotFound) -> str:
    """That nothing was changed, unless the line would not have done that anyway."""
    return "" if result.only_looked else f" {NOTHING_DEPLOYED}"


def _question(head: str, result: Ambiguous | EnvironmentMissing, drafts: Drafts) -> Message:
    choices = result.choices
    rest = len(choices) - MAX_SUGGESTIONS
    state = _nothing_done(result)
    return compose(
        head + state + (f" Choices: {label_list(choices)}." if choices else ""),
        section(f"*{head}*{state}"),
        bullets(_lines(choices)) if choices else None,
        run_buttons(choices, drafts),
        context(f"And {rest} more. To pick one of those, type the line with its name in quotes.") if rest > 0 else None,
    )


MISUNDERSTANDINGS: dict[str, str] = {
    "unknown_verb": "I don't know {detail}.",
    "missing_part": "{detail} is missing.",
    "unexpected_words": "I don't understand {detail} in this line.",
    "unclosed_quote": "A quotation mark is opened but never closed: {detail}.",
    "bad_time": "I can't read {detail} as a time. Write it like `at 9:00`, `at 9 am` or `at 21:30 tomorrow`.",
    "no_time": "{detail} is a day without a time. Add one: `at 9:00 tomorrow`.",
    "bad_date": "I can't read {detail} as a date. Write it like `2026-12-01` or `1 december`.",
    "bad_zone": "{detail} is not the name of one time zone. Write it like `Europe/Madrid` or `UTC`.",
    "bad_duration": "I can't read {detail} as a length of time. Write it like `2 hours`, `30m` or `3 days`.",
    "bad_field": "I can't set {detail}. Type the line without it, and I'll show what you can set.",
    "twice": "You named {detail} twice.",
    "not_alone": "{detail} has to be alone on its line: it asks for a deploy, which is approved separately.",
    "too_long": "The line is too long.",
    "empty": "The line is empty.",
}
"""By `Misunderstood.problem`."""


def misunderstood(problem: Misunderstood, drafts: Drafts) -> Message:
    """A line that could not be parsed: its usage, similar lines, an example made from the person's words."""
    template = MISUNDERSTANDINGS.get(problem.problem, "I don't understand this line.")
    head = template.format(detail=code(problem.detail or "that"))
    near = [Suggestion(line, line) for line in problem.near]
    help_with = [f"Type it like this: {code(problem.usage, 200)}"] if problem.usage else []
    help_with += [f"For example: {code(problem.example, 300)}"] if problem.example else []
    help_with += [f"Did you mean: {line}" for line in _lines(near)]
    if not help_with:
        help_with = ["`help` shows everything you can type."]
    return compose(
        f"{head} {NOTHING_DEPLOYED} {help_with[0]}",
        section(f"*{head}* {NOTHING_DEPLOYED}"),
        bullets(help_with),
        run_buttons(near, drafts),
    )


@renders(NotYet)
def line_not_ready(result: NotYet) -> Message:
    """The answer to a line that is not implemented yet."""
    return not_yet(result.line)


def not_yet(line: str) -> Message:
    """A line that can be parsed but is not implemented yet."""
    text = f"I understand {code(line, 200)}, but I can't do it yet. Nothing was changed."
    return _note(text)


def apology(reference: str) -> Message:
    """An apology for an error of our own, with its log reference."""
    text = "Something went wrong on my side. It's not because of what you typed."
    more = "Check `deployments` and `changes` to see what was done and what wasn't."
    return compose(
        f"{text} Log reference: {code(reference)}.",
        section(f"*{text}*"),
        section(more),
        context(f"Log reference: {code(reference)}"),
    )


def working(operation: str) -> Message:
    """A progress message for an operation that takes longer."""
    text = f"I'm working on it: {code(operation, 200)}"
    return compose(text, section(f"⏳ {text}"))


def without_buttons(message: Message) -> Message:
    """The message with a note that its buttons are missing, unless it is too large for the note."""
    note = context("I left out the buttons: I couldn't save them, or you got too many within a minute.")
    whole = Message(message.text, (*message.blocks, note.to_dict()))
    return whole if size([whole.text, whole.blocks]) <= MESSAGE_LIMIT else message


def shutting_down() -> Message:
    """The bot is restarting and starts nothing new."""
    return _note("I'm restarting, so I couldn't do this. Try again in a minute. Nothing was changed.")


def outdated_button() -> Message:
    """A click on a button that is no longer known."""
    return _note(
        "This button is too old, so I don't know any more what it does. Type the line again. Nothing was changed."
    )


def outdated_form() -> Message:
    """A submission of a form that is no longer known."""
    return _note("This form is too old, so I can't read it any more. Open it again. Nothing was changed.")


def try_again() -> Message:
    """Slack did not open a modal, mostly because the click took too long to arrive."""
    return _note("Slack didn't open the window in time. Press the button again. Nothing was changed.")


def _note(text: str) -> Message:
    return compose(text, section(text))


FIELD_PROBLEMS: dict[str, str] = {
    "missing": "Pick one here.",
    "gone": "This no longer exists. Pick another one.",
    "other_provider": "This belongs to a different provider than the rest. Pick one that fits.",
    "same": "This is the same environment as the other one. Pick a different one.",
    "same_config": "This is the same config as the other one. Pick a different one.",
    "unread": "I'm still reading this project. Wait until the rest appears below, then send the form again.",
    "unchanged": "You haven't changed anything yet. Change a field below, or close the form.",
    "no_new_time": "Pick another time, or type one below.",
    "alone": "You have to ask for a deploy alone. Leave this field as it was, or all the others.",
}
"""By `FieldProblem.problem`."""


def field_problem(problem: FieldProblem) -> str:
    """The error under a field of a form."""
    if problem.reason is not None:
        return unmarked(f"{refusals.why(problem.reason)} {refusals.remedy(problem.reason)}")
    if problem.problem in MISUNDERSTANDINGS:
        return unmarked(MISUNDERSTANDINGS[problem.problem].format(detail=code(problem.detail)))
    return FIELD_PROBLEMS.get(problem.problem, "This doesn't fit. Pick another one.")
