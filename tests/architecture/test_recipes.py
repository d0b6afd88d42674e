"""The recipes of CONTRIBUTING are true: their files and names exist, and their example runs."""

from __future__ import annotations

import ast
import re
import sys
import tokenize
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, cast, get_args

import pytest

import bot.features  # noqa: F401 - registers the lines beside which the example stands
from bot.clients import catalog
from bot.domain.actors import Actor, Place, Standing
from bot.domain.errors import Code
from bot.domain.outcomes import Harmless, Refused
from bot.features.dispatch import Speaker, run
from bot.grammar import parse, registered, say
from bot.grammar.commands import Explain, Understood
from bot.jobs import sweeps
from bot.jobs.scheduler import table
from bot.settings import ProviderSettings
from handlers.messages import help_message, outcome
from handlers.messages.reasons import REASONS
from tests.architecture.documentation import ROOT

CONTRIBUTING = ROOT / ".github" / "CONTRIBUTING.md"
RECIPES = ("Add a line", "Add a provider", "Add a job", "Add a message")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def section(title: str) -> str:
    """A section with its sub-sections, without its title."""
    text = re.sub(r"^```sh\n.*?^```$", "", CONTRIBUTING.read_text(), flags=re.MULTILINE | re.DOTALL)
    found = re.search(rf"^(#+) {re.escape(title)}\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL)
    assert found is not None, title
    return found[2]


def quoted(text: str) -> list[str]:
    """Everything in backticks, without the examples."""
    return re.findall(r"`([^`]+)`", FENCE.sub("", text))


def is_path(text: str) -> bool:
    return "/" in text or text.endswith((".py", ".toml")) or text == ".importlinter"


def files(pattern: str) -> list[Path]:
    """The files and folders that a path means: a word in angles stands for each one."""
    return sorted(ROOT.glob(re.sub(r"<\w+>", "*", pattern).removesuffix("/")))


@cache
def identifiers(path: Path) -> frozenset[str]:
    """Every name in a module, or in the modules of a folder, and the names of its modules."""
    if path.is_dir():
        inside = list(path.rglob("*.py"))
        return frozenset().union(*map(identifiers, inside), {each.name for each in inside})
    if path.suffix != ".py":
        return frozenset()
    with path.open("rb") as file:
        return frozenset(each.string for each in tokenize.tokenize(file.readline) if each.type == tokenize.NAME)


def unknown(text: str) -> Iterator[str]:
    """What stands in backticks and does not exist: a path, a module, a command, a name in the files named beside it."""
    every = quoted(text)
    named = [file for each in every if is_path(each) for file in files(each)]
    known = frozenset[str]().union(*map(identifiers, named))
    for each in every:
        if is_path(each):
            exists = bool(files(each))
        elif each.startswith("python -m "):
            exists = find_spec(each.split()[2]) is not None
        elif re.fullmatch(r"(bot|handlers|tests)(\.\w+)+", each):
            exists = _imports(each)
        else:
            exists = each in known
        if not exists:
            yield each


def _imports(dotted: str) -> bool:
    module, _, name = dotted.rpartition(".")
    return find_spec(dotted) is not None or hasattr(import_module(module), name)


@pytest.mark.parametrize("title", [*RECIPES, "Where a thing belongs"])
def test_everything_that_a_recipe_names_exists(title: str) -> None:
    assert list(unknown(section(title))) == []


@pytest.mark.parametrize("title", RECIPES)
def test_a_recipe_names_files(title: str) -> None:
    assert sum(is_path(each) for each in quoted(section(title))) >= 4


def test_what_does_not_exist_is_noticed() -> None:
    text = "`bot/nowhere.py` `Nobody` in `bot/app.py`, `build_bot`, `bot.nothing`, `python -m tests.nothing`"
    assert list(unknown(text)) == ["bot/nowhere.py", "Nobody", "bot.nothing", "python -m tests.nothing"]


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The example of *Add a line*, as a module."""
    code = "\n".join(re.findall(r"^```python\n(.*?)^```$", section("Add a line"), re.MULTILINE | re.DOTALL))
    module = ModuleType("recipe")
    monkeypatch.setitem(sys.modules, "recipe", module)
    exec(compile(ast.parse(code), str(CONTRIBUTING), "exec", dont_inherit=True), module.__dict__)
    return module


def speaker(standing: Standing) -> Speaker:
    return Speaker(Actor("T0ACORN", "T0ACORN", "U0ADA", "Ada", standing), Place("T0ACORN", "T0ACORN", "C0DEPLOYS"))


async def test_the_example_of_a_line_is_typed_explained_shown_and_done(example: Any) -> None:
    nobody = cast("Any", None)  # neither the line nor its explanation needs anything of the bot's inside
    with registered(*example.LINES):
        greeting = parse("greet Ada")
        assert isinstance(greeting, Understood)
        assert type(greeting.readings[0]) is example.Greet
        assert say(greeting.readings[0]) == "greet Ada"
        assert "greet NAME" in help_message("greet").text
        member = speaker(Standing.MEMBER)
        done = await run(nobody, greeting.readings, member)
        assert done == example.Greeted("Ada")
        assert outcome(done, {}).text == "Hello, `Ada`."
        explaining = parse("explain greet Ada")
        assert isinstance(explaining, Understood)
        assert isinstance(explaining.readings[0], Explain)
        assert await run(nobody, explaining.readings, member) == Harmless("greet Ada")
        assert isinstance(await run(nobody, greeting.readings, speaker(Standing.STRANGER)), Refused)
    assert not isinstance(parse("greet Ada"), Understood)


def test_settings_know_every_kind_of_provider_and_no_other() -> None:
    assert set(get_args(ProviderSettings.model_fields["kind"].annotation)) == set(catalog.KINDS)


def test_every_job_calls_a_sweep() -> None:
    assert {job.sweep.__module__ for job in table()} == {sweeps.__name__}


def test_every_refusal_has_its_words() -> None:
    assert set(REASONS) == set(Code)
