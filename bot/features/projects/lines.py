"""The lines about projects, which LaunchDarkly calls AI Configs."""

from __future__ import annotations

from bot.domain.base import Outcome
from bot.features.forms import of_project
from bot.features.projects import edits, forms, project_queries
from bot.features.registration import Call, Effect, Line, LineForm
from bot.grammar import Noun, say
from bot.grammar.commands import CreateProject, ListProjects, ShowProject, UpdateProject

PROJECT = Noun(
    word="project",
    spellings=(
        "projects",
        "prompt",
        "prompts",
        "ai-config",
        "ai-configs",
        "ai config",
        "ai configs",
        "agent-config",
        "agent config",
        "agent configs",
    ),
    group="Look",
    slash="project",
    about="Create, show, list and change projects.",
)


async def create(call: Call) -> Outcome:
    """Preview a new project; a button creates it."""
    return await edits.create(call.ctx, call.command, call.actor)


async def show(call: Call) -> Outcome:
    """One project, with what is live in it."""
    return await project_queries.answer(call.ctx, call.commands)


async def list_projects(call: Call) -> Outcome:
    """The projects with the words in their name."""
    return await project_queries.listed(call.ctx, call.command.words, say(call.command), page=call.page)


async def update(call: Call) -> Outcome:
    """Preview the changed fields, or request a deploy for ``active=``."""
    return await edits.update(call.ctx, call.commands, call.actor, call.place)


async def explain_update(call: Call) -> Outcome:
    """Explain what would change, and what that would need."""
    return await edits.update(call.ctx, call.commands, call.actor, call.place, only_explain=True)


LINES = (
    Line(
        key="project create",
        usage="project create NAME [in DIRECTORY]",
        does="Create a project. Give a directory by its id, dir_….",
        example="project create Refund triage in dir_1a2b",
        command=CreateProject,
        noun=PROJECT,
        run=create,
        explain=create,
        opens_form=("project create",),
        form=LineForm(forms.create),
    ),
    Line(
        key="project show",
        usage="project show PROJECT",
        does="Show a project and what is live where.",
        example="project show triage",
        command=ShowProject,
        noun=PROJECT,
        run=show,
        opens_form=("project", "project show"),
        form=LineForm(of_project(ShowProject)),
    ),
    Line(
        key="project list",
        usage="project list [WORDS]",
        does="List the projects, or those with the words in their name.",
        example="project list refund",
        command=ListProjects,
        noun=PROJECT,
        also=("projects [WORDS]",),
        plural_alone=True,
        run=list_projects,
    ),
    Line(
        key="project update",
        usage="project update PROJECT [FIELD=VALUE…]",
        does="Change fields: name, directory, active; for an AI Config: name, description, tags, maintainer, team, "
        "metric, inverted. Without fields, shows them.",
        example='project update triage name="Refund triage"',
        command=UpdateProject,
        noun=PROJECT,
        also=("config update PROJECT [FIELD=VALUE…]",),
        effect=Effect.CHANGES,
        run=update,
        explain=explain_update,
        opens_form=("project update", "config update"),
        form=LineForm(forms.update, load=forms.fields_now, edits=True),
    ),
)
