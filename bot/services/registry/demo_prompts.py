"""The configs of the demo organisation by project, oldest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Config:
    """A config; its parameters have the names of the v4 API."""

    name: str
    parameters: Mapping[str, Any]
    description: str | None = None


def _chat(name: str, description: str | None, system: str, user: str, **parameters: Any) -> Config:
    template = [{"role": "system", "content": system}, {"role": "user", "content": user}]
    return Config(name, {"endpoint": "chat", "chat_template": template, **parameters}, description)


def _completion(name: str, description: str | None, prompt: str, **parameters: Any) -> Config:
    return Config(name, {"endpoint": "complete", "prompt_template": prompt, **parameters}, description)


def _object(required: str, **properties: str) -> dict[str, Any]:
    """A JSON schema: properties with their types, and the names of the required ones."""
    return {
        "type": "object",
        "properties": {name: {"type": kind} for name, kind in properties.items()},
        "required": required.split(),
    }


_JSON = {"type": "json_object"}

_FIND_ORDER = {
    "name": "find_order",
    "description": "Look an order up by its number",
    "parameters": _object("number", number="string"),
}
_SEARCH_ARTICLES = {
    "name": "search_articles",
    "description": "Search the help centre",
    "parameters": _object("words", words="string", limit="integer"),
}

_TICKET = "{{customer}} writes:\n\n{{question}}"

_SUPPORT = (
    _chat(
        "config_u",
        "The first one",
        "You answer support questions for Acorn Labs. Be helpful.",
        _TICKET,
        model="gpt-3.5-turbo",
        temperature=0.7,
        max_tokens=300,
    ),
    _chat(
        "config_v",
        "Names the help article",
        "You answer support questions for Acorn Labs. Be brief and helpful. Name the help article that applies.",
        _TICKET,
        model="gpt-4o-mini",
        temperature=0.5,
        max_tokens=300,
    ),
    _chat(
        "config_w",
        "Looks orders up",
        "You answer support questions for Acorn Labs. Be brief and kind. Look the order up before you promise "
        "anything. Name the help article that applies.",
        _TICKET,
        model="gpt-4o-mini",
        temperature=0.4,
        max_tokens=350,
        tools=[_FIND_ORDER],
    ),
    _chat(
        "config_x",
        "Searches the help centre, answers in the customer's language",
        "You answer support questions for Acorn Labs. Be brief and kind, and write in {{language}}. Look the order up "
        "before you promise anything. Search the help centre first and name the article that applies. "
        "If nothing applies, say so and hand over to a colleague.",
        _TICKET,
        model="gpt-4o",
        temperature=0.2,
        max_tokens=350,
        tools=[_FIND_ORDER, _SEARCH_ARTICLES],
    ),
    _chat(
        "three sentences",
        "An experiment with very short answers",
        "You answer support questions for Acorn Labs in at most three sentences. Name the help article that applies.",
        _TICKET,
        model="claude-3-5-sonnet-20240620",
        provider="anthropic",
        temperature=0.2,
        max_tokens=120,
    ),
)

_QUEUES = "not-delivered, damaged, cancelled, return, goodwill"

_REFUND = (
    _completion(
        "triage v1",
        None,
        f"Queues: {_QUEUES}.\nRequest of a customer on the {{{{plan}}}} plan: {{{{request}}}}\nQueue:",
        model="gpt-3.5-turbo-instruct",
        temperature=0,
        max_tokens=8,
        stop=["\n"],
    ),
    _chat(
        "triage v2",
        None,
        f"Sort the request into one of these queues: {_QUEUES}.",
        "{{request}}",
        model="gpt-4o-mini",
        temperature=0.2,
    ),
    _chat(
        "triage v3",
        "Answers the customer too",
        f"Sort the request of a customer on the {{{{plan}}}} plan into one of these queues: {_QUEUES}. "
        "Then thank them for writing and say in one friendly sentence what happens next.",
        "{{request}}",
        model="gpt-4o",
        temperature=0.2,
        max_tokens=200,
        response_format=_JSON,
    ),
    _chat(
        "triage v4",
        "Shorter system text",
        f"Queue and next step, nothing else. Queues: {_QUEUES}.",
        "{{request}}",
        model="gpt-4o",
        temperature=0,
        max_tokens=60,
        response_format=_JSON,
    ),
)

_FIELDS = _object("supplier number total", supplier="string", number="string", total="number", currency="string")

_INVOICE = (
    _chat(
        "fields v1",
        None,
        "Read supplier, invoice number and total from the text.",
        "{{text}}",
        model="gpt-4o-mini",
        temperature=0,
    ),
    _chat(
        "fields v2",
        "Answers JSON",
        "Read supplier, invoice number, total and currency from the text. Answer JSON. Leave out what is not there.",
        "{{text}}",
        model="gpt-4o",
        temperature=0,
        seed=7,
        response_format=_JSON,
    ),
    _chat(
        "fields v3",
        "Held to a schema; knows layouts",
        "Read the fields of the schema from an invoice with the layout {{layout}}. Copy numbers as they are printed.",
        "{{text}}",
        model="gpt-4o",
        temperature=0,
        seed=7,
        max_tokens=500,
        response_format={"type": "json_schema", "json_schema": {"name": "invoice", "strict": True, "schema": _FIELDS}},
    ),
)

_SEARCH = (
    _completion(
        "keywords",
        None,
        "Write search keywords for: {{query}}\nKeywords:",
        model="gpt-3.5-turbo-instruct",
        temperature=0.3,
        max_tokens=20,
    ),
    _chat(
        "rewrite one",
        "One better query",
        "Rewrite the query of somebody in {{team}} so that the intranet finds the right page. Answer one line.",
        "{{query}}",
        model="gpt-4o-mini",
        temperature=0.3,
        max_tokens=40,
    ),
    _chat(
        "rewrite many",
        "Three queries, merged later",
        "Write three different queries, one a line, with which somebody in {{team}} finds the page on the intranet.",
        "{{query}}",
        model="gpt-4o-mini",
        temperature=0.8,
        max_tokens=120,
    ),
    _chat(
        "rewrite long context",
        "With the titles of all pages",
        "These are the titles of our pages:\n{{titles}}\n\nAnswer the title that fits what somebody in {{team}} asks.",
        "{{query}}",
        model="gemini-1.5-pro",
        provider="google",
        temperature=0,
        max_tokens=40,
    ),
)

_MEETING = (
    _chat("baseline", None, "Sum the meeting up.", "{{transcript}}", model="gpt-4o-mini"),
    _chat(
        "decisions first",
        None,
        "List the decisions of the {{meeting}} meeting first, then sum up the rest in five lines.",
        "{{transcript}}",
        model="gpt-4o",
        temperature=0.3,
        max_tokens=600,
    ),
    _chat(
        "owners and dates",
        "Every task with a name and a date",
        "List the decisions of the {{meeting}} meeting. Then list the tasks, each with its owner and date; write "
        '"nobody" where nobody was named. Sum up the rest in five lines.',
        "{{transcript}}",
        model="gpt-4o",
        temperature=0.2,
        max_tokens=800,
    ),
)

_ONBOARDING = (
    _chat(
        "baseline",
        None,
        "Answer questions of new colleagues from the handbook below.\n\n{{handbook}}",
        "{{question}}",
        model="gpt-4o-mini",
        temperature=0.5,
    ),
    _chat(
        "friendly",
        "Knows the role, names the page",
        "Answer the question of a new {{role}} from the handbook below. Be warm, name the page, and say whom to ask "
        "when the handbook is silent.\n\n{{handbook}}",
        "{{question}}",
        model="gpt-4o",
        temperature=0.5,
        max_tokens=400,
    ),
    _chat(
        "friendly and short",
        None,
        "Answer the question of a new {{role}} in two sentences from this handbook. Name the page.\n\n{{handbook}}",
        "{{question}}",
        model="llama3-70b-8192",
        provider="groq",
        temperature=0.4,
        max_tokens=120,
    ),
)

_RELEASE = (
    _completion("plain", None, "Write release notes for these changes:\n{{changes}}\n", model="gpt-4o-mini"),
    _chat(
        "grouped",
        "Added, Fixed, Removed, Security",
        "Write release notes for version {{release}}, grouped as Added, Fixed, Removed and Security. Leave out what "
        "users cannot notice.",
        "{{changes}}",
        model="gpt-4o",
        temperature=0.3,
        frequency_penalty=0.2,
    ),
    _chat(
        "for customers",
        "Benefits instead of changes",
        "Tell customers what version {{release}} lets them do that they could not do before. No jargon, no promises.",
        "{{changes}}",
        model="claude-3-5-sonnet-20240620",
        provider="anthropic",
        temperature=0.7,
        presence_penalty=0,
    ),
)

_HANDOVER = (
    _chat(
        "checklist v1",
        None,
        "Write the checklist for handing {{service}} over to the people who run production.",
        "{{notes}}",
        model="gpt-4o-mini",
        temperature=0.2,
    ),
    _chat(
        "checklist v2",
        "Asks for an owner of every alarm",
        "Write the checklist for handing {{service}} over to the people who run production. Every alarm needs an owner "
        "and a page that says what to do.",
        "{{notes}}",
        model="gpt-4o",
        temperature=0.2,
    ),
    _chat(
        "checklist strict",
        "Refuses gaps",
        "Write the checklist for handing {{service}} over to the people who run production. Stop at the first gap in "
        "the notes and ask for it.",
        "{{notes}}",
        model="gpt-4o",
        temperature=0,
        stop=["END"],
    ),
)

CONFIGS: Mapping[str, tuple[Config, ...]] = {
    "Support reply": _SUPPORT,
    "Refund triage": _REFUND,
    "Invoice extraction": _INVOICE,
    "Search rewrite": _SEARCH,
    "Meeting notes": _MEETING,
    "Onboarding guide": _ONBOARDING,
    "Release notes": _RELEASE,
    "Handover to production": _HANDOVER,
}
"""The configs of each project."""
