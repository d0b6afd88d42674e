"""What somebody quick does: the next thing before the last one is through. What the page shows has to hold already."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, settled
from tests.browser.test_page import act_as, articles, say

MESSAGE = "Message"


def slow(*names: str) -> str:
    """A script that holds back what the server answered under these names, as a slow line would."""
    return f"""
{{
  const quick = window.fetch;
  window.fetch = async (path, options) => {{
    const answer = await quick(path, options);
    if (/playground.({"|".join(names)})/.test(path)) await new Promise((done) => setTimeout(done, 700));
    return answer;
  }};
}}
"""


SLOW_STREAM = """
{
  const Quick = window.EventSource;
  window.EventSource = class extends EventTarget {
    constructor(path) {
      super();
      setTimeout(() => this.begin(path), 1000);
    }
    begin(path) {
      if (this.closed) return;
      this.source = new Quick(path);
      this.source.onopen = (event) => this.onopen?.(event);
      this.source.onerror = (event) => this.onerror?.(event);
      for (const [name, heard] of this.heard ?? []) this.source.addEventListener(name, heard);
    }
    addEventListener(name, heard) {
      (this.heard ??= []).push([name, heard]);
    }
    close() {
      this.closed = true;
      this.source?.close();
    }
  };
}
"""
"""The page whose stream of events begins a second after it was read."""

REFUSED_CLICKS = """
{
  const real = window.fetch;
  window.fetch = (path, options) =>
    String(path).includes("/playground/action")
      ? Promise.resolve(Response.json({ ok: false, error: "lost" }))
      : real(path, options);
}
"""


def tell_server(page: Page, name: str, body: dict[str, object]) -> None:
    """Something happens behind the page's back."""
    address = page.url.partition("#")[0]
    answer = page.request.post(f"{address}playground/{name}", data=body)
    assert answer.ok, answer.text()


def type_line(page: Page, text: str) -> None:
    box = page.get_by_role("textbox", name=MESSAGE, exact=True)
    box.fill(text)
    box.press("Enter")


def test_a_channel_opened_right_after_a_change_of_person_is_that_persons_even_after_a_reload(
    open_page: OpenPage,
) -> None:
    page = open_page(script=slow("session"))
    act_as(page, "Mira Okafor")
    page.get_by_role("navigation").get_by_role("link", name=re.compile("prompts")).click()
    page.reload()
    expect(page.get_by_label("Acting as")).to_have_value("U0MIRA")
    expect(page.get_by_role("log", name=re.compile("prompts"))).to_be_visible()
    assert page.url.endswith("#/U0MIRA/C0PROMPTS")


def test_a_person_chosen_right_after_a_channel_stays_in_that_channel(open_page: OpenPage) -> None:
    page = open_page(script=slow("session", "messages"))
    settled(page)
    act_as(page, "Mira Okafor")
    page.get_by_role("navigation").get_by_role("link", name=re.compile("prompts")).click()
    act_as(page, "Ravi Menon")
    settled(page)
    expect(page.get_by_label("Acting as")).to_have_value("U0RAVI")
    expect(page.get_by_role("log", name=re.compile("prompts"))).to_be_visible()


def test_a_line_belongs_to_whoever_acted_when_it_was_sent(open_page: OpenPage) -> None:
    page = open_page(script=slow("session"))
    settled(page)
    act_as(page, "Mira Okafor")
    type_line(page, "Said by Mira")
    act_as(page, "Ravi Menon")
    settled(page)
    line = page.get_by_role("log").get_by_role("article").filter(has_text="Said by Mira")
    expect(line).to_have_accessible_name(re.compile("Mira Okafor"))


def test_a_choice_of_person_that_the_server_does_not_confirm_is_taken_back(open_page: OpenPage) -> None:
    page = open_page()
    settled(page)
    page.evaluate(
        "() => { const real = window.fetch; window.fetch = (path, options) => "
        "path.includes('as=U0MIRA') ? Promise.reject(new Error('cut')) : real(path, options); }"
    )
    act_as(page, "Mira Okafor")
    expect(page.get_by_role("status")).to_contain_text("isn't answering")
    expect(page.get_by_label("Acting as")).to_have_value("U0ADA")
    assert page.url.endswith("#/U0ADA/C0DEPLOYS")


def test_words_in_the_box_survive_a_reload(open_page: OpenPage) -> None:
    page = open_page()
    settled(page)
    box = page.get_by_role("textbox", name=MESSAGE, exact=True)
    box.fill("/deploy config_x to prod")
    page.reload()
    expect(box).to_have_value("/deploy config_x to prod")
    box.fill("")
    page.reload()
    settled(page)
    expect(box).to_have_value("")


def test_a_line_that_has_not_left_yet_survives_a_reload(open_page: OpenPage) -> None:
    page = open_page(script=slow("session"))
    settled(page)
    act_as(page, "Mira Okafor")
    type_line(page, "/deployments")
    page.reload()
    expect(page.get_by_role("textbox", name=MESSAGE, exact=True)).to_have_value("/deployments")


def test_what_happens_while_a_channel_is_being_read_is_there(open_page: OpenPage) -> None:
    page = open_page(script=slow("messages"))
    settled(page)
    page.get_by_role("navigation").get_by_role("link", name=re.compile("prompts")).click()
    expect(page.get_by_role("log", name=re.compile("prompts"))).to_have_attribute("aria-busy", "true")
    tell_server(page, "say", {"as": "U0RAVI", "channel": "C0PROMPTS", "text": "In between"})
    settled(page)
    expect(page.get_by_role("log").get_by_role("article").filter(has_text="In between")).to_have_count(1)


def test_what_happens_before_the_stream_begins_is_there(open_page: OpenPage) -> None:
    page = open_page(script=SLOW_STREAM)
    expect(page.get_by_role("log", name=re.compile("deploys"))).not_to_have_attribute("aria-busy", "true")
    tell_server(page, "say", {"as": "U0RAVI", "channel": "C0DEPLOYS", "text": "Before the stream"})
    expect(page.get_by_role("log").get_by_role("article").filter(has_text="Before the stream")).to_have_count(1)


def test_a_button_below_an_open_list_is_pressed_where_it_is_seen(open_page: OpenPage) -> None:
    page = open_page()
    say(page, "/project")
    form = page.get_by_role("dialog", name="Show a project")
    expect(form.get_by_role("option").first).to_be_visible()
    form.get_by_role("button", name="Change a project").click()
    expect(page.get_by_role("dialog", name="Change a project")).to_be_visible()


def test_options_for_other_words_cannot_be_chosen(open_page: OpenPage) -> None:
    page = open_page(script=slow("options"))
    say(page, "/project")
    form = page.get_by_role("dialog", name="Show a project")
    expect(form.get_by_role("option", name=re.compile("Meeting notes"))).to_be_visible()
    left = form.get_by_role("combobox", name="Project").evaluate(
        "box => { box.value = 'support'; box.dispatchEvent(new Event('input')); "
        "return [...document.querySelectorAll('dialog [role=option]')].filter(one => one.checkVisibility()).length; }"
    )
    assert left == 0, "from the first letter on"
    expect(form.get_by_text("Searching…")).to_be_visible()
    expect(form.get_by_role("option", name=re.compile("Support reply"))).to_be_visible()


def test_words_half_typed_survive_when_the_form_gets_its_fields(open_page: OpenPage) -> None:
    page = open_page()
    say(page, "/project")
    page.get_by_role("dialog", name="Show a project").get_by_role("button", name="Change a project").click()
    form = page.get_by_role("dialog", name="Change a project")
    project = form.get_by_role("combobox", name="Project")
    project.fill("meeting")
    option = form.get_by_role("option", name="Meeting notes · registry")
    expect(option).to_be_visible()
    tell_server(page, "faults", {"method": "views.update", "delay": 1})
    option.click()
    project.fill("supp")
    expect(form.get_by_role("textbox", name=re.compile("^Name"))).to_have_value("Meeting notes")
    expect(project).to_have_value("supp")


def test_after_escape_the_next_words_go_to_the_conversation(open_page: OpenPage) -> None:
    page = open_page(script=slow("close"))
    page.get_by_role("textbox", name=MESSAGE, exact=True).focus()
    page.keyboard.type("/deploy")
    page.keyboard.press("Enter")
    page.get_by_role("dialog", name="Deploy").get_by_role("textbox", name=re.compile("^Why")).focus()
    page.keyboard.press("Escape")
    page.keyboard.type("/deployments")
    page.keyboard.press("Enter")
    expect(articles(page, "What is live").last).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_form_that_is_being_sent_cannot_be_changed(open_page: OpenPage) -> None:
    page = open_page(script=slow("submit"))
    say(page, "/deploy")
    form = page.get_by_role("dialog", name="Deploy")
    form.get_by_role("combobox", name="Config").fill("config_x")
    form.get_by_role("option", name=re.compile("config_x")).click()
    form.get_by_role("combobox", name="Environment").fill("stag")
    form.get_by_role("option", name="staging · registry").click()
    when = form.get_by_label("When?")
    when.fill("2020-01-01T09:00")
    form.get_by_role("button", name="Ask").click()
    expect(when).to_be_disabled()
    expect(form).to_contain_text("has already passed")
    expect(when).to_be_enabled()


def test_the_clock_takes_the_next_step_only_when_the_last_one_is_through(open_page: OpenPage) -> None:
    page = open_page(script=slow("clock"))
    settled(page)
    clock = page.get_by_role("region", name="Clock")
    clock.get_by_role("button", name=re.compile("Monday 9:00")).click()
    expect(clock).to_contain_text(re.compile("Mon.*09:0"))
    clock.get_by_role("button", name=re.compile("tomorrow 9:00")).click()
    expect(clock).to_contain_text(re.compile("Tue.*09:0"))


def test_a_choice_that_the_bot_did_not_get_is_not_shown_as_chosen(open_page: OpenPage) -> None:
    page = open_page(script=REFUSED_CLICKS)
    settled(page)
    options = [{"text": {"type": "plain_text", "text": name}, "value": name} for name in ("tea", "coffee")]
    placeholder = {"type": "plain_text", "text": "Choose a drink"}
    menu = {"type": "static_select", "action_id": "drink", "placeholder": placeholder, "options": options}
    body = {"channel": "C0DEPLOYS", "text": "Drinks", "blocks": [{"type": "actions", "elements": [menu]}]}
    headers = {"Authorization": "Bearer xoxb-playground"}
    address = page.url.partition("#")[0]
    assert page.request.post(f"{address}api/chat.postMessage", data=body, headers=headers).json()["ok"]
    drink = page.get_by_role("log").get_by_role("combobox", name="Choose a drink")
    drink.select_option(label="tea")
    expect(drink).to_have_value("")
