"""The pins are those that `pyproject.toml` asks for, and what is wrong with them is said."""

from __future__ import annotations

import pytest

from tests.architecture.pins import problems, problems_of

HASH = "    --hash=sha256:94edc256424af38762eb31306eed28beb9f0efc50a8837492c9d6fd6004aed79"


def pinned(*entries: str) -> str:
    return "".join(f"{entry} \\\n{HASH}\n" for entry in entries)


def test_the_pins_of_this_version_are_right() -> None:
    assert problems() == []


@pytest.mark.parametrize(
    ("requirement", "entry"),
    [
        ("coverage>=7.17", "coverage==7.17"),
        ("coverage>=7.17", "coverage==7.100"),
        ("apscheduler>=3.11,<4", "apscheduler==3.11.1"),
        ("sqlalchemy[asyncio]>=2.1", "sqlalchemy[asyncio]==2.1.9"),
        ("pydantic_settings>=2.16", "pydantic-settings==2.16.0"),
        ("uvloop>=0.2 ; sys_platform != 'win32'", "uvloop==0.21 ; sys_platform != 'win32'"),
    ],
)
def test_a_pin_that_is_asked_for_is_right(requirement: str, entry: str) -> None:
    assert problems_of("dev.txt", [requirement], pinned(entry)) == []


@pytest.mark.parametrize(
    ("requirement", "text", "problem"),
    [
        ("coverage>=7.17", pinned("coverage==7.10"), "coverage is pinned to 7.10, which is not >=7.17"),
        ("apscheduler>=3.11,<4", pinned("apscheduler==4.0"), "apscheduler is pinned to 4.0, which is not <4,>=3.11"),
        (
            "numpy>=2",
            pinned("numpy==2.1 ; python_version >= '3.12'", "numpy==1.9 ; python_version < '3.12'"),
            "numpy is pinned to 1.9, which is not >=2",
        ),
        ("coverage>=7.17", pinned("httpx==0.28"), "coverage is not pinned with hashes"),
        ("httpx>=0.28", pinned("httpx==0.28") + "coverage==7.17\n", "an entry without hashes"),
        ("httpx>=0.28", pinned("httpx==0.28") + "--index https://x/\n", "an entry without hashes"),
        ("httpx>=0.28", pinned("httpx==0.28") + "# https://x/\n", "holds an address: # https://x/"),
    ],
)
def test_a_pin_that_nobody_asked_for_is_said(requirement: str, text: str, problem: str) -> None:
    assert f"dev.txt: {problem}" in problems_of("dev.txt", [requirement], text)
