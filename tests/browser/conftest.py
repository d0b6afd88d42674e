"""Chromium on the page of a playground that runs in a process of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.waiting import next_line

ROOT = Path(__file__).parents[2]

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""Chromium as root, without a network but this machine."""

PATIENCE = 15_000
"""Milliseconds that something may take to appear on a busy machine."""

expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture
def chromium() -> Iterator[Browser]:
    """A browser for one test: as long as Playwright runs, its event loop is in the way of other tests' loops."""
    found = os.environ.get("CONFIGBOT_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("there is no chromium on the path, and in CI nothing is skipped")
        pytest.skip("there is no chromium on the path: the page is not tested")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A playground of its own, so that tests do not disturb each other."""
    command = [
        sys.executable,
        "-m",
        "bot",
        "playground",
        "--port",
        "0",
        "--no-browser",
        "--data",
        str(tmp_path / "data"),
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            found = re.search(r"http://127\.0\.0\.1:\d+", next_line(process))
            assert found, "the playground did not say where it is"
            yield found[0]
            process.terminate()
            process.wait(timeout=30)
        finally:
            process.kill()


OpenPage = Callable[..., Page]


def settled(page: Page) -> None:
    """Wait until the page says that nothing is on its way to the screen any more."""
    expect(page.locator(".app")).to_have_attribute("aria-busy", "false")


@pytest.fixture
def open_page(chromium: Browser, address: str) -> Iterator[OpenPage]:
    """Opens the page, at any width and in any colour scheme; anything the browser complains about fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opened(width: int = 1280, height: int = 900, script: str = "", **options: object) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)  # type: ignore[arg-type]  # whatever a test names
        contexts.append(context)
        page = context.new_page()
        page.add_init_script(script)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.goto(address)
        expect(page.get_by_label("Acting as")).to_be_visible()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not complaints
