"""The one table of lines. The usage that people read is the grammar; help and manifest are made from it.

Small words are typed as they stand, capitals are what people fill in, brackets may be left out, a bar is a choice.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from bot.grammar.readings import (
    Approvals,
    Changes,
    ChangeShow,
    ConfigDiff,
    ConfigList,
    ConfigShow,
    Deactivate,
    Deploy,
    Deployments,
    Doctor,
    EvaluationComplete,
    EvaluationReopen,
    Evaluations,
    EvaluationShow,
    Explain,
    Help,
    Lock,
    ProjectCreate,
    ProjectList,
    ProjectShow,
    ProjectUpdate,
    Promote,
    Reading,
    Reminders,
    Reschedule,
    Rollback,
    Unlock,
    Withdraw,
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the language."""

    key: str
    usage: str
    does: str
    example: str
    reading: type[Reading]
    says: str = ""
    """How the bot writes it where the usage, typed by people, could mean something else too."""
    also: tuple[str, ...] = ()
    """Understood as well; its names hold small words only if there is no other reading."""
    loose: tuple[str, ...] = ()
    """Understood as well, if no name in it holds a small word."""
    fixed: Mapping[str, str] = field(default_factory=dict)
    """Fields of the reading that the small words stand for."""

    @property
    def head(self) -> str:
        """The first word: a verb, or the noun in the singular."""
        return HEADS.get((self.key.split()[0],), self.key.split()[0])

    @property
    def has_command(self) -> bool:
        """Whether the first word is a slash command of its own."""
        return self.head in COMMAND_HEADS.values()


_WHEN = "[at TIME | in DURATION] [because REASON]"

LINES = (
    Line(
        "deploy",
        f"deploy CONFIG [of PROJECT] to ENV {_WHEN}",
        "Ask to make a config live in an environment.",
        "deploy config_x to production",
        Deploy,
        also=(
            f"deploy CONFIG [of PROJECT] {_WHEN}",
            f"deploy CONFIG [of PROJECT] in ENV {_WHEN}",
            "deploy CONFIG [of PROJECT] (at TIME | in DURATION) to ENV [because REASON]",
        ),
        loose=(f"deploy CONFIG PROJECT to ENV {_WHEN}", f"deploy PROJECT CONFIG to ENV {_WHEN}"),
    ),
    Line(
        "promote",
        f"promote PROJECT from SOURCE to ENV {_WHEN}",
        "Deploy what is live in the first environment to the second.",
        "promote triage from staging to production",
        Promote,
        also=(f"promote PROJECT to ENV from SOURCE {_WHEN}", f"promote PROJECT [from SOURCE] [to ENV] {_WHEN}"),
    ),
    Line(
        "rollback",
        f"rollback PROJECT in ENV [to CONFIG] {_WHEN}",
        "Deploy what was live before, or the config you name.",
        "rollback triage in production",
        Rollback,
        also=(
            f"rollback PROJECT to config CONFIG {_WHEN}",
            f"rollback PROJECT to ENV {_WHEN}",
            f"rollback PROJECT to CONFIG [in ENV] {_WHEN}",
            f"rollback PROJECT {_WHEN}",
        ),
    ),
    Line(
        "deactivate",
        f"deactivate PROJECT in ENV {_WHEN}",
        "Stop serving a project in an environment: nothing is live there afterwards.",
        "deactivate triage in staging because it answers twice",
        Deactivate,
        also=(f"deactivate PROJECT from ENV {_WHEN}", f"deactivate PROJECT {_WHEN}"),
    ),
    Line(
        "project create",
        "project create NAME [in DIRECTORY]",
        "Create a project. Give a directory by its id, dir_….",
        "project create Refund triage in dir_1a2b",
        ProjectCreate,
    ),
    Line(
        "project show",
        "project show PROJECT",
        "Show a project and what is live where.",
        "project show triage",
        ProjectShow,
    ),
    Line(
        "project list",
        "project list [WORDS]",
        "List the projects, or those with the words in their name.",
        "project list refund",
        ProjectList,
        also=("projects [WORDS]",),
    ),
    Line(
        "project update",
        "project update PROJECT [FIELD=VALUE…]",
        "Change fields: name, directory, active; for an AI Config: name, description, tags, maintainer, team, metric, "
        "inverted. Without fields, shows them.",
        'project update triage name="Refund triage"',
        ProjectUpdate,
        also=("config update PROJECT [FIELD=VALUE…]",),
    ),
    Line(
        "config show",
        "config show CONFIG [of PROJECT]",
        "Show the content of a config and where it is live.",
        "config show config_x",
        ConfigShow,
        also=("config CONFIG [of PROJECT]",),
    ),
    Line(
        "config list",
        "config list PROJECT",
        "List the configs of a project.",
        "config list triage",
        ConfigList,
        also=("config list of PROJECT", "config [of] PROJECT"),
    ),
    Line(
        "config diff",
        "config diff A [of PROJECT-A] with B [of PROJECT-B]",
        "Compare two configs, word by word.",
        "config diff config_x with config_y",
        ConfigDiff,
    ),
    Line(
        "evaluations",
        "evaluations [PROJECT] [STATUS]",
        "List evaluations, all or by project and status.",
        "evaluations triage running",
        Evaluations,
        says="evaluations list [PROJECT] [STATUS]",
        also=("evaluations list of PROJECT [STATUS]", "evaluations of PROJECT [STATUS]", "evaluations STATUS PROJECT"),
    ),
    Line(
        "evaluation",
        "evaluation EVALUATION",
        "Show an evaluation and its scores.",
        "evaluation ev_1a2b",
        EvaluationShow,
        says="evaluation show EVALUATION",
    ),
    Line(
        "evaluation complete",
        "evaluation complete EVALUATION",
        "Mark a running evaluation as completed.",
        "evaluation complete ev_1a2b",
        EvaluationComplete,
    ),
    Line(
        "evaluation reopen",
        "evaluation reopen EVALUATION",
        "Set a completed evaluation back to running.",
        "evaluation reopen ev_1a2b",
        EvaluationReopen,
    ),
    Line(
        "deployments",
        "deployments [PROJECT]",
        "Show the board: what is live where, since when and by whom.",
        "deployments triage",
        Deployments,
        also=("deployments list [PROJECT]", "deployments [list] of PROJECT"),
    ),
    Line(
        "approvals",
        "approvals",
        "Show what is waiting for you.",
        "approvals",
        Approvals,
        also=("approvals list",),
    ),
    Line(
        "changes",
        "changes [PROJECT] [in ENV]",
        "Show the history of changes.",
        "changes triage in production",
        Changes,
        says="changes list [PROJECT] [in ENV]",
        also=("changes [list] of PROJECT [in ENV]",),
    ),
    Line(
        "change",
        "change ID",
        "Show everything about one change.",
        "change ch-142",
        ChangeShow,
        says="change show ID",
    ),
    Line(
        "withdraw",
        "withdraw ID",
        "Take back your own change, even a scheduled one.",
        "withdraw ch-142",
        Withdraw,
        also=("withdraw change ID",),
    ),
    Line(
        "move",
        "move ID (at TIME | in DURATION)",
        "Move a scheduled change to another time. Its approvals stay valid.",
        "move ch-142 at 9:00 tomorrow",
        Reschedule,
        also=("move change ID (at TIME | in DURATION)", "move [change] ID to TIME"),
    ),
    Line(
        "lock",
        "lock [PROJECT in] ENV [for DURATION] because REASON",
        "Stop all changes in an environment until it is unlocked or the time runs out.",
        "lock production for 2h because the launch is on",
        Lock,
        also=("lock ENV of PROJECT [for DURATION] because REASON",),
    ),
    Line(
        "unlock",
        "unlock [PROJECT in] ENV",
        "Lift a lock.",
        "unlock production",
        Unlock,
        also=("unlock ENV of PROJECT",),
    ),
    Line(
        "reminders",
        "reminders [PROJECT]",
        "Show which evaluations people are reminded about, where and when.",
        "reminders",
        Reminders,
        also=("reminders show [PROJECT]", "reminders list [PROJECT]"),
        fixed={"verb": "show"},
    ),
    Line(
        "reminders mute",
        "reminders mute PROJECT",
        "Stop reminders about evaluations of a project.",
        "reminders mute triage",
        Reminders,
        fixed={"verb": "mute"},
    ),
    Line(
        "reminders unmute",
        "reminders unmute PROJECT",
        "Turn reminders about evaluations of a project back on.",
        "reminders unmute triage",
        Reminders,
        fixed={"verb": "unmute"},
    ),
    Line(
        "reminders test",
        "reminders test",
        "Send yourself a sample reminder.",
        "reminders test",
        Reminders,
        fixed={"verb": "test"},
    ),
    Line(
        "explain",
        "explain LINE",
        "Show who may do it, what is missing and which rule decides. Changes nothing.",
        "explain deploy config_x to production",
        Explain,
    ),
    Line("help", "help [WORD]", "Show what you can type.", "help deploy", Help),
    Line("doctor", "doctor", "Check the bot: services, jobs, messages waiting to be sent.", "doctor", Doctor),
)
"""Every line, in the order in which help shows them. `Form` has none: it is a bare first word, see `FORMS`."""

HEADS: Mapping[tuple[str, ...], str] = {
    ("projects",): "project",
    ("prompt",): "project",
    ("prompts",): "project",
    ("ai-config",): "project",
    ("ai-configs",): "project",
    ("ai", "config"): "project",
    ("ai", "configs"): "project",
    ("agent-config",): "project",
    ("agent", "config"): "project",
    ("agent", "configs"): "project",
    ("configs",): "config",
    ("evaluations",): "evaluation",
    ("deployments",): "deployment",
    ("approvals",): "approval",
    ("changes",): "change",
    ("reminders",): "reminder",
    ("roll", "back"): "rollback",
    ("roll-back",): "rollback",
    ("?",): "help",
    ("-h",): "help",
}
"""Other spellings of the first word or two."""

FORMS = frozenset(
    {"deploy", "promote", "rollback", "deactivate", "project", "config"}
    | {"project show", "project create", "project update", "config show", "config list", "config diff"}
    | {"evaluation show", "evaluation complete", "evaluation reopen"}
)
"""First words, and first two words, that open a form when nothing stands behind them."""

TIMED: Mapping[str, Collection[str]] = {
    **dict.fromkeys(("deploy", "promote", "rollback", "deactivate"), ("at",)),
    "move": ("at", "to"),
}
"""First words behind which a time may stand → the small words that lead to it."""

NOT_YET = frozenset(
    {
        "lock",
        "unlock",
    }
)
"""Keys of lines that are understood but cannot be done yet."""

COMMAND_HEADS: Mapping[str, str] = {
    "deploy": "deploy",
    "promote": "promote",
    "rollback": "rollback",
    "deactivate": "deactivate",
    "project": "project",
    "config": "config",
    "evaluations": "evaluation",
    "approvals": "approval",
    "deployments": "deployment",
}


def lines_of(head: str) -> tuple[Line, ...]:
    """The lines that begin with this verb or noun (in the singular)."""
    return tuple(line for line in LINES if line.head == head)


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command, without slash and prefix."""

    name: str
    description: str
    usage: str
    """What can stand behind it; Slack shows it as the hint."""


_ABOUT = {
    "project": "Create, show, list and change projects.",
    "config": "Show, list and compare configs.",
    "evaluation": "List, show and complete evaluations.",
}


def _commands() -> tuple[Command, ...]:
    commands = []
    for name, head in COMMAND_HEADS.items():
        lines = lines_of(head)
        hint = " | ".join(" ".join(line.usage.split()[1:]) for line in lines)
        commands.append(Command(name, _ABOUT.get(head, lines[0].does), hint or "[help]"))
    return (*commands, Command("configbot", "Everything configbot can do, in one line.", "LINE | help [WORD]"))


COMMANDS = _commands()
"""The slash commands, in the order in which they are registered."""
