"""The page, as somebody uses it who knows nothing of its insides: by roles, labels and what stands there."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage


def say(page: Page, text: str) -> None:
    box = page.get_by_role("textbox", name="Message", exact=True)
    box.fill(text)
    box.press("Enter")
    expect(box).to_have_value("")


def act_as(page: Page, name: str) -> None:
    page.get_by_label("Acting as").select_option(label=name)


def articles(page: Page, *words: str) -> Locator:
    """The bot's messages in the conversation that hold all these words."""
    found = page.get_by_role("log").get_by_role("article", name=re.compile("configbot"))
    for word in words:
        found = found.filter(has_text=word)
    return found


def test_a_newcomer_deploys_approves_and_undoes(open_page: OpenPage) -> None:
    page = open_page()
    act_as(page, "Ada Ibarra")
    say(page, "/deploy config_x to production")
    card = articles(page, "Waiting for approval", "config_w", "config_x").last
    expect(card).to_be_visible()

    act_as(page, "Ravi Menon")
    card.get_by_role("button", name="Review").click()
    review = page.get_by_role("dialog", name=re.compile("Review"))
    expect(review).to_contain_text("gpt-4o")
    page.keyboard.press("Escape")
    expect(review).to_have_count(0)

    card.get_by_role("button", name="Approve").click()
    live = articles(page, "Live", "config_x").filter(has=page.get_by_role("button", name="Undo")).last
    expect(live).to_be_visible()
    expect(live.get_by_role("button", name="Approve")).to_have_count(0)

    say(page, "/deployments Support reply")
    expect(articles(page, "What is live", "config_x").last).to_be_visible()
    live.get_by_role("button", name="Undo").click()
    expect(articles(page, "undo", "config_w").last).to_contain_text("Live")


def test_a_typo_in_the_environment_offers_the_right_one_and_deploys_nothing(open_page: OpenPage) -> None:
    page = open_page()
    act_as(page, "Ada Ibarra")
    say(page, "/deploy config_x to prodction")
    answer = articles(page, "There is no environment", "Only visible to you").last
    expect(answer).to_be_visible()
    expect(articles(page, "Waiting for approval")).to_have_count(0)

    answer.get_by_role("button", name="production", exact=True).click()
    expect(articles(page, "Waiting for approval").last).to_be_visible()


def test_what_is_only_visible_to_one_person_is_not_seen_by_another(open_page: OpenPage) -> None:
    page = open_page()
    act_as(page, "Ada Ibarra")
    say(page, "/approvals")
    expect(articles(page, "Only visible to you", "Nothing is waiting for you")).to_have_count(1)
    act_as(page, "Mira Okafor")
    expect(articles(page, "Nothing is waiting for you")).to_have_count(0)


def test_a_bare_command_opens_a_form_that_searches_as_one_types(open_page: OpenPage) -> None:
    page = open_page()
    act_as(page, "Ada Ibarra")
    say(page, "/deploy")
    form = page.get_by_role("dialog", name="Deploy")
    expect(form).to_be_visible()
    form.get_by_role("combobox", name="Config").fill("config_x")
    form.get_by_role("option", name=re.compile("config_x")).click()
    form.get_by_role("combobox", name="Environment").fill("prod")
    form.get_by_role("option", name="production · registry").click()
    form.get_by_role("button", name="Ask").click()
    expect(form).to_have_count(0)
    expect(articles(page, "Waiting for approval", "config_x").last).to_be_visible()


def test_the_form_that_changes_a_project_shows_how_it_is_once_it_is_picked(open_page: OpenPage) -> None:
    page = open_page()
    act_as(page, "Ada Ibarra")
    say(page, "/project")
    page.get_by_role("dialog", name="Show a project").get_by_role("button", name="Change a project").click()
    form = page.get_by_role("dialog", name="Change a project")
    form.get_by_role("combobox", name="Project").fill("meeting")
    form.get_by_role("option", name="Meeting notes · registry").click()
    name = form.get_by_role("textbox", name=re.compile("^Name"))
    expect(name).to_have_value("Meeting notes")
    name.fill("Support reply")
    form.get_by_role("button", name="Preview").click()
    expect(form).to_contain_text("There's already a project called Support reply")

    name.fill("Minutes")
    form.get_by_role("button", name="Preview").click()
    answer = articles(page, "Only visible to you", "Minutes").last
    answer.get_by_role("button", name="Change it").click()
    expect(articles(page, "I changed the project", "Minutes").last).to_be_visible()


def test_a_rejection_is_asked_for_a_comment_and_the_card_says_it(open_page: OpenPage) -> None:
    page = open_page()
    act_as(page, "Ada Ibarra")
    say(page, "/deploy config_x to production")
    card = articles(page, "Waiting for approval").last
    act_as(page, "Mira Okafor")
    card.get_by_role("button", name="Reject").click()
    dialog = page.get_by_role("dialog", name=re.compile("Reject"))
    dialog.get_by_role("textbox").fill("Not before Monday")
    dialog.get_by_role("button", name="Reject").click()
    expect(articles(page, "Rejected", "Mira Okafor", "Not before Monday").first).to_be_visible()


def test_the_report_about_an_evaluation_left_running_is_there_by_itself(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_role("navigation").get_by_role("link", name=re.compile("evals")).click()
    report = articles(page, "has been running for at least 3 days").last
    expect(report).to_be_visible()
    report.get_by_role("button", name="Mark completed").click()
    confirm = page.get_by_role("dialog")
    expect(confirm).to_contain_text("missing")
    confirm.get_by_role("button", name="Mark completed").click()
    expect(articles(page, "completed after").last).to_be_visible()


def test_the_log_shows_requests_and_answers_as_json(open_page: OpenPage) -> None:
    page = open_page()
    say(page, "/deployments")
    expect(articles(page, "What is live").last).to_be_visible()
    page.get_by_role("button", name="Log").click()
    log = page.get_by_role("region", name="Log")
    expect(log).to_contain_text("/v4/projects")
    expect(log).to_contain_text("/deployments")
    expect(log).not_to_contain_text("hl_sk_0000")


def test_commands_are_completed_with_the_keyboard(open_page: OpenPage) -> None:
    page = open_page()
    box = page.get_by_role("textbox", name="Message", exact=True)
    box.click()
    page.keyboard.type("/depl")
    expect(page.get_by_role("listbox").get_by_role("option").first).to_contain_text("/deploy")
    page.keyboard.press("Tab")
    expect(box).to_have_value(re.compile(r"^/deploy"))


def test_the_main_job_works_with_the_keyboard_alone(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_role("textbox", name="Message", exact=True).focus()
    page.keyboard.type("/deploy config_x to staging")
    page.keyboard.press("Enter")
    live = articles(page, "Live", "staging").last
    undo = live.get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    for _ in range(60):
        if undo.evaluate("button => button === document.activeElement"):
            break
        page.keyboard.press("Shift+Tab")
    expect(undo).to_be_focused()
    page.keyboard.press("Enter")
    expect(articles(page, "undo", "staging").last).to_be_visible()


def test_text_from_people_stays_text(open_page: OpenPage) -> None:
    page = open_page()
    say(page, "<script>document.title = 'owned'</script> <img src=x onerror=alert(1)> *not bold*")
    mine = page.get_by_role("log").get_by_role("article", name=re.compile("Ada Ibarra")).last
    expect(mine).to_contain_text("<script>document.title")
    expect(page).not_to_have_title("owned")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_window(open_page: OpenPage, width: int, scheme: str) -> None:
    page = open_page(width=width, height=844, color_scheme=scheme)
    act_as(page, "Ada Ibarra")
    say(page, "/deploy config_x to production")
    expect(articles(page, "Waiting for approval").last).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    approve = articles(page, "Waiting for approval").last.get_by_role("button", name="Approve")
    box = approve.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= width
    if width == 390:
        assert box["height"] >= 40, "a finger is not a mouse"


def test_person_and_channel_survive_a_reload(open_page: OpenPage) -> None:
    page = open_page()
    act_as(page, "Mira Okafor")
    page.get_by_role("navigation").get_by_role("link", name=re.compile("prompts")).click()
    expect(page.get_by_role("log", name=re.compile("prompts"))).to_be_visible()
    page.reload()
    expect(page.get_by_role("log", name=re.compile("prompts"))).to_be_visible()
    expect(page.get_by_label("Acting as")).to_have_value("U0MIRA")


SLOW_SESSIONS = """
const quick = window.fetch;
window.fetch = async (path, options) => {
  const answer = await quick(path, options);
  if (String(path).includes("/playground/session")) await new Promise((done) => setTimeout(done, 700));
  return answer;
};
"""
"""The page of a slow machine: who is acting is known late."""


def test_a_line_typed_before_the_page_knows_who_acts_is_sent_once_it_does(open_page: OpenPage) -> None:
    page = open_page(script=SLOW_SESSIONS)
    say(page, "/deployments")
    expect(articles(page, "What is live").last).to_be_visible()


def test_what_is_done_right_after_a_change_of_person_is_done_by_that_person(open_page: OpenPage) -> None:
    page = open_page(script=SLOW_SESSIONS)
    act_as(page, "Ada Ibarra")
    say(page, "/deploy config_x to production")
    approve = articles(page, "Waiting for approval", "config_x").last.get_by_role("button", name="Approve")
    expect(approve).to_be_visible()
    act_as(page, "Ravi Menon")
    approve.click()
    expect(articles(page, "Live", "Ravi Menon").first).to_be_visible()


def test_channels_of_one_person_are_not_asked_for_in_the_name_of_another(open_page: OpenPage) -> None:
    page = open_page(script=SLOW_SESSIONS)
    for name in ("Ada Ibarra", "Mira Okafor", "Ada Ibarra", "Mira Okafor"):
        act_as(page, name)
        page.wait_for_timeout(300)  # milliseconds in which the answers for one person are still under way
    say(page, "/approvals")
    expect(articles(page, "Only visible to you", "Nothing is waiting for you")).to_have_count(1)
    direct = page.get_by_role("navigation", name="Channels").get_by_role("link", name="configbot")
    expect(direct).to_have_attribute("href", re.compile("U0MIRA/D0MIRA"))


def test_the_clock_is_moved_on_and_what_falls_due_is_there(open_page: OpenPage) -> None:
    page = open_page()
    act_as(page, "Ada Ibarra")
    clock = page.get_by_role("region", name="Clock")
    expect(clock).to_contain_text("Madrid")
    say(page, "/deploy config_x to production")
    expect(articles(page, "Waiting for approval", "config_x").last).to_be_visible()
    clock.get_by_role("button", name=re.compile("Monday 9:00")).click()
    expect(clock).to_contain_text(re.compile("Mon.*09:0"))
    clock.get_by_role("button", name=re.compile("tomorrow 9:00")).click()
    expect(clock).to_contain_text(re.compile("Tue.*09:0"))
    expect(articles(page, "Expired", "config_x").last).to_be_visible()


def test_an_ai_config_is_changed_by_a_form_and_a_request_is_reviewed_where_its_link_leads(open_page: OpenPage) -> None:
    page = open_page()
    act_as(page, "Ada Ibarra")
    say(page, "/config update support-assistant")
    articles(page, "What you can change in the AI Config").last.get_by_role("button", name="Open form").click()
    form = page.get_by_role("dialog", name="Change a project")
    form.get_by_role("textbox", name="Tags").fill("support, checked")
    form.get_by_label("Maintainer (a person)").select_option(label="Ravi Menon")
    form.get_by_role("button", name="Preview").click()
    shown = articles(page, "Change the AI Config", "support, checked", "ravi@acorn.example").last
    shown.get_by_role("button", name="Change it").click()
    expect(articles(page, "I changed the", "I read it back to make sure").last).to_be_visible()

    say(page, "/deploy warm-v2 to production")
    card = articles(page, "Waiting for approval", "Warm, shorter").last
    expect(card).to_be_visible()
    act_as(page, "Ravi Menon")
    card.get_by_role("button", name="Approve").click()
    with page.expect_popup() as opened:
        articles(page, "Waiting for approval at the provider").last.get_by_role("link", name="Review it there").click()
    review = opened.value
    expect(review.get_by_text("You review as Ravi Menon")).to_be_visible()
    review.get_by_placeholder("Comment").fill("Read it.")
    review.get_by_role("button", name="Approve").click()
    expect(review.get_by_text("Ravi Menon approved: “Read it.”")).to_be_visible()
    review.close()
    card.get_by_role("button", name="Check now").click()
    expect(articles(page, "Live", "Warm, shorter", "Approved by").last).to_be_visible()
