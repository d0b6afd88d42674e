"""The demo organisation: people, projects with their configs, datasets, evaluators and evaluations.

Exactly one config is named ``config_x``: it is in *Support reply*, and its evaluation beats that of the live config.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot.services.registry.demo_prompts import CONFIGS, Config


@dataclass(frozen=True)
class Person:
    """A person in the organisation."""

    full_name: str
    email_address: str


@dataclass(frozen=True)
class Project:
    """A project; `deployed` maps the names of environments to those of their live configs."""

    name: str
    deployed: Mapping[str, str]
    people: tuple[Person, ...]

    @property
    def configs(self) -> tuple[Config, ...]:
        """The configs of the project, oldest first."""
        return CONFIGS[self.name]


@dataclass(frozen=True)
class Dataset:
    """A dataset of a project: every combination of `inputs` is a datapoint."""

    project: str
    name: str
    description: str
    inputs: Mapping[str, tuple[str, ...]]
    targets: tuple[str, ...]
    """The targets, assigned to the datapoints in turn."""


@dataclass(frozen=True)
class Evaluator:
    """An evaluator."""

    name: str
    description: str
    type: str
    arguments_type: str
    return_type: str
    code: str | None = None
    judge: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Run:
    """An evaluation; `means` are by evaluator, None for one without results yet.

    In a run that is not completed, people and callers have judged only the first `judged` datapoints.
    """

    project: str
    config: str
    dataset: str
    status: str
    age: timedelta
    means: Mapping[str, float | None] = field(default_factory=dict)
    judged: int = 0
    own_logs: bool = False


ADA = Person("Ada Ibarra", "ada@acorn.example")
RAVI = Person("Ravi Menon", "ravi@acorn.example")
MIRA = Person("Mira Okafor", "mira@acorn.example")
PEOPLE = (ADA, RAVI, MIRA)

ENVIRONMENTS = ("staging", "development")
"""In addition to production, the default environment, which every organisation starts with."""

PROJECTS = (
    Project(
        "Support reply",
        {"production": "config_w", "staging": "config_w", "development": "config_x"},
        (ADA, RAVI, MIRA),
    ),
    Project(
        "Refund triage",
        {"production": "triage v3", "staging": "triage v4", "development": "triage v4"},
        (ADA, MIRA),
    ),
    Project(
        "Invoice extraction",
        {"production": "fields v2", "staging": "fields v3", "development": "fields v3"},
        (RAVI,),
    ),
    Project(
        "Search rewrite",
        {"production": "rewrite one", "staging": "rewrite many", "development": "rewrite many"},
        (ADA, RAVI),
    ),
    Project("Meeting notes", {"production": "decisions first", "development": "baseline"}, (MIRA,)),
    Project("Onboarding guide", {"production": "baseline", "staging": "friendly"}, (ADA,)),
    Project("Release notes", {"staging": "grouped", "development": "grouped"}, (RAVI, MIRA)),
    Project("Handover to production", {"production": "checklist v1", "staging": "checklist v2"}, (ADA, RAVI)),
)

DATASETS = (
    Dataset(
        "Support reply",
        "Support tickets",
        "Answered tickets of the last quarter, with the article that solved them",
        {
            "customer": ("Marek", "Ines", "Tomoko", "Dele", "Pia"),
            "question": (
                "I was charged twice for one order.",
                "How do I change the address of a parcel that has left?",
                "The app signs me out every few minutes.",
                "Can I move my subscription to another account?",
                "Your invoice lacks our tax number.",
            ),
        },
        ("double-charge", "change-address", "session-length", "move-subscription", "tax-number"),
    ),
    Dataset(
        "Refund triage",
        "Refund requests",
        "Requests that two people sorted into the same queue",
        {
            "plan": ("free", "starter", "team", "business", "enterprise"),
            "request": (
                "The parcel never came.",
                "It arrived broken, photo attached.",
                "I cancelled in time and was charged anyway.",
                "Wrong size, unopened.",
                "My child bought this without asking.",
            ),
        },
        ("not-delivered", "damaged", "cancelled", "return", "goodwill"),
    ),
    Dataset(
        "Invoice extraction",
        "Supplier invoices",
        "Scans turned to text, with the fields that accounting booked",
        {
            "supplier": ("Nordlicht Papier", "Ferraz Transportes", "Kite & Sons", "Oduya Print"),
            "layout": ("one page", "two pages", "credit note", "handwritten total", "several currencies"),
        },
        ("booked", "booked", "credit", "checked by hand", "booked"),
    ),
    Dataset(
        "Search rewrite",
        "Search queries",
        "Queries with the document that was opened in the end",
        {
            "query": ("pto germany", "laptop broken", "who signs contracts", "vpn hotel"),
            "team": ("sales", "support", "engineering", "legal", "people"),
        },
        ("leave-policy", "it-help", "signing-rules", "remote-access"),
    ),
    Dataset(
        "Meeting notes",
        "Recorded meetings",
        "Transcripts whose decisions the participants confirmed",
        {
            "meeting": ("weekly", "retrospective", "planning", "customer call"),
            "length": ("10 minutes", "25 minutes", "45 minutes", "an hour", "two hours"),
        },
        ("one decision", "none", "three decisions", "two decisions"),
    ),
    Dataset(
        "Onboarding guide",
        "First-week questions",
        "What new colleagues asked, and the page that answers it",
        {
            "role": ("engineer", "designer", "account manager", "recruiter"),
            "question": (
                "Where do I book leave?",
                "Who do I ask about my contract?",
                "How do I get a test account?",
                "What is due in the first month?",
                "Where is the style guide?",
            ),
        },
        ("leave", "people-team", "test-accounts", "first-month", "style-guide"),
    ),
    Dataset(
        "Release notes",
        "Merged changes",
        "Changes of four releases with the lines that were published",
        {
            "release": ("3.1", "3.2", "3.3", "4.0"),
            "kind": ("fix", "feature", "security", "removal", "internal"),
        },
        ("Fixed", "Added", "Security", "Removed", "left out"),
    ),
)

MATCHES = Evaluator(
    "Answer matches",
    "Whether the answer names the expected target",
    "python",
    "target_required",
    "boolean",
    code='def evaluate(log, datapoint):\n    return datapoint["target"]["label"] in log["output"]\n',
)
POLITE = Evaluator(
    "Polite enough",
    "A model judges the tone",
    "llm",
    "target_free",
    "boolean",
    judge={
        "model": "gpt-4o",
        "temperature": 0,
        "max_tokens": 5,
        "prompt_template": "Is this answer polite and free of blame? Say yes or no.\n\n{{log.output}}",
    },
)
LATENCY = Evaluator(
    "Latency in seconds",
    "How long the model took",
    "python",
    "target_free",
    "number",
    code='def evaluate(log):\n    return log["provider_latency"]\n',
)
REVIEWED = Evaluator(
    "Reviewed by a person", "Marks from 1 to 5, given by a colleague", "human", "target_free", "number"
)
SOLVED = Evaluator(
    "Solved at first contact",
    "Reported by the help desk: nobody wrote again within a week",
    "external",
    "target_required",
    "boolean",
)
EVALUATORS = (MATCHES, POLITE, LATENCY, REVIEWED, SOLVED)

_M, _P, _L, _R, _S = (evaluator.name for evaluator in EVALUATORS)

RUNS = (
    # Support reply: config_x beats the live config.
    Run("Support reply", "config_v", "Support tickets", "completed", timedelta(days=40), {_M: 0.72, _P: 0.96, _L: 2.4}),
    Run("Support reply", "config_w", "Support tickets", "completed", timedelta(days=12), {_M: 0.84, _P: 0.96, _L: 2.1}),
    Run("Support reply", "config_x", "Support tickets", "completed", timedelta(days=2), {_M: 0.92, _P: 0.96, _L: 1.7}),
    # Refund triage: the candidate matches more queues and is much less polite.
    Run(
        "Refund triage", "triage v3", "Refund requests", "completed", timedelta(days=20), {_M: 0.8, _P: 0.96, _S: 0.72}
    ),
    Run("Refund triage", "triage v4", "Refund requests", "completed", timedelta(days=3), {_M: 0.88, _P: 0.6, _S: 0.72}),
    Run("Refund triage", "triage v2", "Refund requests", "cancelled", timedelta(days=50), {_M: None, _P: None}),
    # Invoice extraction: only the live config was evaluated.
    Run("Invoice extraction", "fields v2", "Supplier invoices", "completed", timedelta(days=30), {_M: 0.9, _L: 3.2}),
    # Search rewrite: the candidate still waits for the help desk.
    Run("Search rewrite", "rewrite one", "Search queries", "completed", timedelta(days=25), {_M: 0.7, _S: 0.65}),
    Run(
        "Search rewrite",
        "rewrite many",
        "Search queries",
        "running",
        timedelta(hours=6),
        {_M: 0.85, _S: 0.75},
        judged=8,
    ),
    # Meeting notes: a colleague stopped half way, three days ago.
    Run("Meeting notes", "decisions first", "Recorded meetings", "completed", timedelta(days=33), {_M: 0.75, _R: 3.8}),
    Run(
        "Meeting notes",
        "owners and dates",
        "Recorded meetings",
        "running",
        timedelta(days=3),
        {_M: 0.8, _R: 4},
        judged=10,
    ),
    # Onboarding guide: just started.
    Run("Onboarding guide", "baseline", "First-week questions", "completed", timedelta(days=18), {_M: 0.6, _R: 3.4}),
    Run("Onboarding guide", "friendly", "First-week questions", "running", timedelta(minutes=40), {_M: 0.7, _R: None}),
    # Release notes: waits for logs that a caller has to send.
    Run(
        "Release notes", "grouped", "Merged changes", "pending", timedelta(hours=2), {_M: None, _S: None}, own_logs=True
    ),
)
