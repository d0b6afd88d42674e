// The frame of the page: bars, panes, and what fills them.

import { ClockPane } from "./clock.js";
import { Composer } from "./composer.js";
import { avatar, h, icon, memory } from "./dom.js";
import { LogPane } from "./log.js";
import { address } from "./place.js";
import { toasts } from "./toasts.js";

const EXAMPLE = "/deploy config_x to production";
const narrow = matchMedia("(max-width: 760px)");
const prefersDark = matchMedia("(prefers-color-scheme: dark)");

export class Layout {
  constructor(app) {
    this.app = app;
    this.logPane = new LogPane({ onclose: () => this.toggleLog(false) });
    this.composer = new Composer({ label: "Message", action: "Send", send: (text, leaves) => app.speak(text, false, leaves), commands: () => app.session.commands });
    this.replyComposer = new Composer({ label: "Reply", action: "Reply", send: (text, leaves) => app.speak(text, true, leaves) });
    this.replyComposer.placeholder = "Reply in this thread";
    this.clock = new ClockPane(app);
    this.build();
    document.body.append(this.skip, this.root, toasts.region);
    narrow.addEventListener("change", () => this.drawDrawer(false));
    prefersDark.addEventListener("change", () => this.drawTheme());
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.escape(event));
    this.drawDrawer(false);
    this.drawTheme();
    if (memory.get("log") && !narrow.matches) this.toggleLog(true, false);
  }

  build() {
    this.skip = h("button", { type: "button", class: "skip", onclick: () => this.composer.focus() }, "Skip to the conversation");
    this.teamName = h("span", { class: "team-name" });
    this.botState = h("p", { class: "bot-state" });
    this.channelList = h("ul");
    this.homeLink = h("a", { class: "place" }, icon("home"), h("span", {}, "Home"));
    this.themeButton = h("button", { type: "button", class: "button quiet", onclick: () => this.app.toggleTheme() }, icon("theme"), h("span", {}, "Dark theme"));
    this.sidebar = h(
      "aside",
      { class: "sidebar", id: "sidebar", "aria-label": "Workspace" },
      h("div", { class: "team" }, h("span", { class: "team-mark", "aria-hidden": "true" }), h("div", {}, this.teamName, h("span", { class: "team-note" }, "playground on this machine"))),
      h("nav", { "aria-label": "App" }, h("ul", {}, h("li", {}, this.homeLink))),
      h("p", { class: "nav-title", "aria-hidden": "true" }, "Channels"),
      h("nav", { "aria-label": "Channels" }, this.channelList),
      h("div", { class: "sidebar-foot" }, this.clock.node, this.botState, this.themeButton),
    );
    this.scrim = h("div", { class: "scrim", hidden: true, onclick: () => this.drawDrawer(false) });

    this.menuButton = h("button", { type: "button", class: "icon-button menu", "aria-label": "Menu", "aria-controls": "sidebar", "aria-expanded": "false", onclick: () => this.drawDrawer(true) }, icon("menu"));
    this.title = h("h1");
    this.topic = h("p", { class: "topic" });
    this.personMark = h("span", { class: "person-mark" });
    this.person = h("select", { id: "acting-as", onchange: () => this.app.visitPlace({ ...this.app.wanted, person: this.person.value, thread: null }) });
    this.logButton = h("button", { type: "button", class: "button log-button", "aria-controls": "log-panel", "aria-expanded": "false", onclick: () => this.toggleLog() }, icon("list"), h("span", {}, "Log"));
    this.topbar = h(
      "header",
      { class: "topbar" },
      this.menuButton,
      h("div", { class: "where" }, this.title, this.topic),
      h("div", { class: "acting" }, this.personMark, h("label", { for: "acting-as" }, "Acting as"), this.person),
      this.logButton,
    );

    this.banner = h("p", { class: "banner", hidden: true });
    this.log = h("div", { class: "messages", role: "log", tabindex: "0" });
    this.welcome = h("section", { class: "welcome", "aria-label": "Getting started", hidden: true });
    this.jump = h("button", { type: "button", class: "button jump", hidden: true, onclick: () => this.jumpToEnd() }, icon("down"), h("span", {}, "New below"));
    this.log.addEventListener("scroll", () => this.app.timeline?.nearEnd && (this.jump.hidden = true));
    this.conversation = h("div", { class: "conversation" }, this.log, this.welcome, this.jump, this.composer.node);
    this.homePanel = h("section", { class: "home", "aria-label": "Home", tabindex: "-1", hidden: true });
    this.threadList = h("div", { class: "messages thread-messages", tabindex: "0", role: "group", "aria-label": "Replies", "aria-live": "polite" });
    this.threadPanel = h(
      "aside",
      { class: "panel thread-panel", "aria-label": "Thread", hidden: true },
      h("header", { class: "panel-head" }, h("h2", {}, "Thread"), h("span", { class: "spacer" }), h("button", { type: "button", class: "icon-button", "aria-label": "Close thread", onclick: () => this.app.closeThread() }, icon("close"))),
      this.threadList,
      this.replyComposer.node,
    );
    this.side = h("div", { class: "side" }, this.threadPanel, this.logPane.node);
    this.main = h("main", {}, this.banner, this.conversation, this.homePanel);
    this.root = h("div", { class: "app" }, this.sidebar, this.scrim, this.topbar, this.main, this.side);
  }

  // -- drawing ------------------------------------------------------------------------------------------------

  /** The people, channels and the bot, as the acting person sees them. */
  drawSession() {
    const { session } = this.app;
    this.teamName.textContent = session.team.name ?? "";
    document.title = `${session.team.name ?? ""} – configbot playground`;
    this.drawPeople(session.people);
    this.links = new Map();
    this.channelList.replaceChildren(...session.channels.map((channel) => h("li", {}, this.channelLink(channel))));
    this.drawWanted();
    this.drawBot();
    this.clock.draw();
    this.drawUnread(this.app.unread);
    this.drawPlace(false);
  }

  /** The people, drawn again only when they are others: the list may be open. */
  drawPeople(people) {
    const drawing = JSON.stringify(people);
    if (this.person.dataset.people === drawing) return;
    this.person.dataset.people = drawing;
    this.person.replaceChildren(...peopleByTitle(people));
  }

  /** Who acts was chosen a moment before their channels are known: what can be clicked from now on is theirs. */
  drawWanted() {
    const { wanted, here } = this.app;
    const person = wanted.person ?? here.person;
    if (!person) return;
    this.person.value = person;
    this.personMark.replaceChildren(avatar(person, this.app.lookup.user(person), false));
    this.homeLink.href = address({ person, channel: "home" });
    for (const [id, { link, isOwn }] of this.links ?? []) {
      // a direct conversation belongs to one person: for another one it leads nowhere yet
      if (isOwn && person !== here.person) link.removeAttribute("href");
      else link.href = address({ person, channel: id });
    }
  }

  /** Whether something is still on its way to the screen. */
  drawBusy(busy) {
    this.root.setAttribute("aria-busy", String(busy));
  }

  channelLink(channel) {
    const badge = h("span", { class: "unread", id: `unread-${channel.id}`, hidden: true });
    const link = h(
      "a",
      { class: "place" },
      channel.is_im && h("span", { class: "dot", "aria-hidden": "true" }),
      h("span", {}, nameOf(channel)),
      channel.is_private && !channel.is_im && icon("lock"),
    );
    link.addEventListener("click", () => this.drawDrawer(false));
    this.links.set(channel.id, { link, badge, isOwn: channel.is_im });
    return [link, badge];
  }

  drawUnread(unread) {
    for (const [id, { link, badge }] of this.links ?? []) {
      const count = unread.count(id);
      badge.hidden = count === 0;
      badge.replaceChildren(String(count), h("span", { class: "visually-hidden" }, " unread"));
      link.classList.toggle("has-unread", count > 0);
      if (count) link.setAttribute("aria-describedby", badge.id);
      else link.removeAttribute("aria-describedby");
    }
  }

  /** Which channel, thread or tab is open. */
  drawPlace(moved) {
    const { here, session } = this.app;
    const channel = session.channels.find(({ id }) => id === here.channel);
    const isHome = here.channel === "home";
    const name = isHome ? "Home" : channel ? nameOf(channel) : "";
    this.title.textContent = name;
    this.topic.textContent = isHome ? `What ${session.bot.name} shows to ${this.app.lookup.user(here.person)}` : (channel?.topic ?? "");
    this.log.setAttribute("aria-label", name || "Conversation");
    this.composer.placeholder = channel ? `Write to ${name}, or type /` : "";
    for (const [id, { link }] of this.links ?? []) current(link, id === here.channel);
    current(this.homeLink, isHome);
    this.conversation.hidden = isHome;
    this.homePanel.hidden = !isHome;
    this.threadPanel.hidden = !here.thread;
    this.root.classList.toggle("with-side", Boolean(here.thread) || !this.logPane.node.hidden);
    if (!moved) return;
    this.jump.hidden = true;
    this.drawDrawer(false);
    if (!narrow.matches && document.activeElement === document.body) this.composer.focus();
  }

  /** The hint for newcomers, in a channel without messages. `known`: the messages have been read. */
  drawEmpty(known = false) {
    const show = known && this.app.timeline.isEmpty && !memory.get("welcomed");
    if (show && this.welcome.hidden) this.fillWelcome();
    this.welcome.hidden = !show;
  }

  fillWelcome() {
    const reviewer = this.app.reviewer;
    const close = () => {
      memory.set("welcomed", true);
      this.welcome.hidden = true;
      this.composer.focus();
    };
    this.welcome.replaceChildren(
      h("h2", {}, "Try it in three steps"),
      h(
        "ol",
        {},
        h("li", {}, "Type ", h("button", { type: "button", class: "try", onclick: () => this.composer.fill(EXAMPLE) }, EXAMPLE), " and press Enter."),
        h("li", {}, "Switch to a reviewer", reviewer && [", for example ", h("strong", {}, reviewer.name)], ", with “Acting as” at the top."),
        h("li", {}, "Press ", h("strong", {}, "Approve"), " on the card."),
      ),
      h("button", { type: "button", class: "button quiet", onclick: close }, "Hide this hint"),
    );
  }

  /** Whether the bot, and this page, are connected. */
  drawBot() {
    const { bot } = this.app.session;
    const name = bot.name ?? "The bot";
    this.botState.className = `bot-state ${bot.connected ? "on" : "off"}`;
    this.botState.replaceChildren(h("span", { class: "dot", "aria-hidden": "true" }), `${name} is ${bot.connected ? "connected" : "not connected"}`);
    const lost = this.app.connected === false;
    this.banner.textContent = lost
      ? "The playground isn't answering. Trying again …"
      : `${name} is not connected, so it can't answer you right now.`;
    this.banner.hidden = !lost && bot.connected !== false;
  }

  get isDark() {
    const { theme } = document.documentElement.dataset;
    return theme ? theme === "dark" : prefersDark.matches;
  }

  drawTheme() {
    this.themeButton.setAttribute("aria-pressed", String(this.isDark));
  }

  // -- opening and closing ------------------------------------------------------------------------------------

  /** On a phone the sidebar is a drawer; elsewhere it is always there. */
  drawDrawer(open) {
    const shut = narrow.matches && !open;
    const held = this.sidebar.contains(document.activeElement);
    const wasOpen = this.menuButton.getAttribute("aria-expanded") === "true";
    this.sidebar.classList.toggle("open", open && narrow.matches);
    this.sidebar.inert = shut;
    this.scrim.hidden = !(open && narrow.matches);
    this.menuButton.setAttribute("aria-expanded", String(open && narrow.matches));
    if (open && narrow.matches) this.sidebar.querySelector("a").focus();
    else if (wasOpen && held) this.menuButton.focus();
  }

  toggleLog(open = this.logPane.node.hidden, byHand = true) {
    this.logPane.node.hidden = !open;
    this.logButton.setAttribute("aria-expanded", String(open));
    this.root.classList.toggle("with-side", open || Boolean(this.app.here?.thread));
    if (!byHand) return;
    memory.set("log", open);
    if (!open) this.logButton.focus();
    else if (narrow.matches) this.logPane.filter.focus();
  }

  escape(event) {
    if (event.defaultPrevented) return;
    if (this.menuButton.getAttribute("aria-expanded") === "true") this.drawDrawer(false);
    else if (this.threadPanel.contains(event.target)) this.app.closeThread();
    else if (this.logPane.node.contains(event.target)) this.toggleLog(false);
  }

  showJump() {
    this.jump.hidden = false;
  }

  jumpToEnd() {
    this.app.timeline.toEnd();
    this.jump.hidden = true;
    this.composer.focus();
  }
}

/** Options for the people, those with the same title together. */
function peopleByTitle(people) {
  const option = ({ id, name }) => h("option", { value: id }, name);
  const titles = [...new Set(people.map(({ title }) => title).filter(Boolean))];
  return [
    ...people.filter(({ title }) => !title).map(option),
    ...titles.map((title) => h("optgroup", { label: title }, people.filter((person) => person.title === title).map(option))),
  ];
}

const nameOf = (channel) => (channel.is_im ? channel.name : `#${channel.name}`);

function current(link, on) {
  if (on) link.setAttribute("aria-current", "page");
  else link.removeAttribute("aria-current");
}
