"""A deploy for later on the page: its form, its card, and the clock that is moved to its time."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.test_page import act_as, articles, say


def test_a_scheduled_deploy_is_moved_and_applied_when_the_clock_gets_there(open_page: OpenPage) -> None:
    page = open_page()
    act_as(page, "Ada Ibarra")
    say(page, "/deploy config_x to production at 9:00 tomorrow")
    card = articles(page, "Waiting for approval", "09:00 (Europe/Madrid)").last
    act_as(page, "Ravi Menon")
    card.get_by_role("button", name="Approve").click()
    card = articles(page, "Scheduled", "09:00 (Europe/Madrid)").first
    expect(card).to_be_visible()

    act_as(page, "Ada Ibarra")
    card.get_by_role("button", name="Move").click()
    dialog = page.get_by_role("dialog", name=re.compile("Move"))
    when = dialog.get_by_label("New date and time")
    expect(when).to_have_value(re.compile(r"^\d{4}-\d\d-\d\dT09:00$"))
    when.fill(f"{when.input_value().partition('T')[0]}T08:30")
    dialog.get_by_role("button", name="Move").click()
    expect(articles(page, "Scheduled", "08:30 (Europe/Madrid)").first).to_be_visible()

    clock = page.get_by_role("region", name="Clock")
    clock.get_by_role("button", name=re.compile("Tomorrow 9:00", re.IGNORECASE)).click()
    expect(articles(page, "Live", "config_x", "I read it back, and it took effect").first).to_be_visible()


def test_the_form_asks_when_and_the_clock_brings_it(open_page: OpenPage) -> None:
    page = open_page()
    act_as(page, "Ada Ibarra")
    say(page, "/deploy")
    form = page.get_by_role("dialog", name="Deploy")
    form.get_by_role("combobox", name="Config").fill("config_x")
    form.get_by_role("option", name=re.compile("config_x")).click()
    form.get_by_role("combobox", name="Environment").fill("stag")
    form.get_by_role("option", name="staging · registry").click()
    form.get_by_label("When?").fill("2020-01-01T09:00")
    form.get_by_role("button", name="Ask").click()
    expect(form).to_contain_text("has already passed")
    page.keyboard.press("Escape")

    say(page, "/deploy config_x to staging in 1h")
    expect(articles(page, "Scheduled", "staging").last).to_be_visible()
    page.get_by_role("region", name="Clock").get_by_role("button", name=re.compile("hour")).click()
    expect(articles(page, "Live", "staging").first).to_be_visible()
