// The page: who is acting, where they look, and what the events change.

import { get, listen, post } from "./api.js";
import { debounced, memory } from "./dom.js";
import { HomeTab } from "./home.js";
import { Layout } from "./layout.js";
import { keyOf, Timeline } from "./messages.js";
import { Modals } from "./modals.js";
import { address, place } from "./place.js";
import { setNow, setZone } from "./time.js";
import { toasts } from "./toasts.js";
import { Unread } from "./unread.js";

class App {
  constructor() {
    this.session = { team: {}, people: [], channels: [], bot: {}, commands: [] };
    this.here = { person: null, channel: null, thread: null };
    this.visit = 0;
    this.arrival = Promise.resolve();
    this.stopListening = null;
    this.connected = null;
    this.lookup = {
      people: () => this.session.people,
      user: (id) => (id === this.session.bot.user_id ? this.session.bot.name : this.session.people.find((person) => person.id === id)?.name) ?? null,
      channel: (id) => this.session.channels.find((channel) => channel.id === id)?.name ?? null,
    };
    this.layout = new Layout(this);
    this.timeline = new Timeline(this, this.layout.log, { threads: true });
    this.thread = new Timeline(this, this.layout.threadList, { threads: false });
    this.modals = new Modals(this);
    this.home = new HomeTab(this, this.layout.homePanel);
    this.unread = new Unread(() => this.layout.drawUnread(this.unread));
    this.refreshSoon = debounced(() => this.refresh(), 120);
  }

  async start() {
    window.addEventListener("hashchange", () => this.go());
    await this.go();
  }

  // -- where we are -------------------------------------------------------------------------------------------

  /** Make the page show what the address says; an address that makes no sense leads to the first channel. */
  go() {
    this.arrival = this.follow();
    return this.arrival;
  }

  /** Go somewhere else at once: what is done from now on waits until the page has arrived. */
  visitPlace(next) {
    history.pushState(null, "", address(next));
    return this.go();
  }

  /** Resolves when nobody is on the way any more: only then is it clear who acts, and where. */
  async arrived() {
    for (let waited = null; waited !== this.arrival; ) {
      waited = this.arrival;
      await waited;
    }
  }

  async follow() {
    const visit = ++this.visit;
    const wanted = place(location.hash);
    try {
      if (!this.session.people.length) this.session = await get("session");
      const person = this.session.people.find(({ id }) => id === wanted.person)?.id ?? this.session.people[0]?.id;
      if (person !== this.here.person) {
        const session = await get("session", { as: person });
        if (visit !== this.visit) return;
        this.become(person, session);
      }
      const channel = wanted.channel === "home" ? "home" : (this.session.channels.find(({ id }) => id === wanted.channel) ?? this.session.channels[0])?.id;
      const thread = channel === wanted.channel && channel !== "home" ? wanted.thread : null;
      const correct = address({ person, channel, thread });
      if (correct !== location.hash) history.replaceState(null, "", correct);
      await this.show({ person, channel, thread }, visit);
    } catch (error) {
      if (visit === this.visit) this.complain(error);
    }
  }

  become(person, session) {
    this.stopListening?.();
    this.modals.clear();
    this.session = session;
    this.here = { person, channel: null, thread: null };
    setZone(session.people.find(({ id }) => id === person)?.tz);
    setNow(session.now);
    this.unread.become(person, session.channels);
    this.layout.drawSession();
    this.stopListening = listen(person, {
      open: () => this.online(),
      lost: () => this.offline(),
      event: (name, data) => this.heard(name, data),
    });
  }

  async show(next, visit) {
    const moved = next.channel !== this.here.channel;
    const threadMoved = moved || next.thread !== this.here.thread;
    this.here = next;
    this.layout.drawPlace(moved);
    if (next.channel === "home") {
      if (moved) await this.home.open();
      return;
    }
    if (moved) {
      this.timeline.clear();
      this.layout.drawEmpty();
      await this.load(visit);
    }
    if (threadMoved) {
      this.thread.clear();
      if (next.thread) await this.loadThread(visit, true);
    }
  }

  async load(visit = this.visit, fresh = true) {
    const { channel, person } = this.here;
    const { messages } = await get("messages", { channel, as: person });
    if (visit !== this.visit) return;
    this.timeline.load(messages, fresh);
    this.unread.read(channel, messages);
    this.layout.drawEmpty(true);
  }

  async loadThread(visit = this.visit, fresh = false) {
    const { channel, person, thread } = this.here;
    const { messages } = await get("messages", { channel, as: person, thread_ts: thread });
    if (visit !== this.visit) return;
    const root = this.timeline.shown.get(thread)?.message;
    const all = root && !messages.some((message) => message.ts === thread) ? [root, ...messages] : messages;
    this.thread.load(all, fresh);
    if (fresh) this.layout.replyComposer.focus();
  }

  /** Read again what is on screen, touching only what differs. */
  async refresh() {
    if (!this.here.channel || this.here.channel === "home") return;
    try {
      await this.load(this.visit, false);
      if (this.here.thread) await this.loadThread();
    } catch (error) {
      this.complain(error);
    }
  }

  openThread(ts) {
    this.visitPlace({ ...this.here, thread: ts });
  }

  closeThread() {
    const { thread } = this.here;
    this.visitPlace({ ...this.here, thread: null });
    this.timeline.shown.get(thread)?.article.querySelector('[data-action="replies"], [data-action="reply"]')?.focus();
  }

  // -- what happens -------------------------------------------------------------------------------------------

  heard(name, data) {
    if (name === "message") this.messageCame(data.message);
    else if (name === "deleted") this.messageWent(data);
    else if (name === "modal") this.modals.show(data.view);
    else if (name === "home") this.home.show(data.view);
    else if (name === "log") this.layout.logPane.put(data);
    else if (name === "bot") this.botIs(data.connected);
    else if (name === "clock") this.clockMoved(data.now);
    else if (name === "notice") this.say(data.text, "problem");
  }

  messageCame(message) {
    if (message.channel !== this.here.channel) {
      this.channelKnown(message.channel);
      if (!isReply(message)) this.unread.came(message);
      return;
    }
    if (isReply(message)) {
      if (message.thread_ts === this.here.thread) this.thread.put(message);
      this.refreshSoon();
      return;
    }
    this.timeline.put(message);
    if (message.ts === this.here.thread) this.thread.put(message);
    this.unread.read(message.channel, [message]);
    this.layout.drawEmpty(true);
  }

  messageWent({ channel, ts, ephemeral_id }) {
    if (channel !== this.here.channel) return;
    const key = keyOf({ ts, ephemeral_id });
    this.timeline.remove(key);
    this.thread.remove(key);
    this.layout.drawEmpty(true);
    this.refreshSoon();
  }

  /** Today has become yesterday, perhaps: what is on screen is drawn anew. */
  async clockMoved(now) {
    setNow(now);
    this.layout.clock.draw();
    this.timeline.clear();
    this.thread.clear();
    await this.refresh();
  }

  /** A first direct message opens a conversation that the session did not list yet. */
  async channelKnown(id) {
    if (this.session.channels.some((channel) => channel.id === id)) return;
    await this.readSession();
  }

  /** The session anew. False when somebody else has sat down meanwhile: then it is not theirs. */
  async readSession() {
    const { person } = this.here;
    const session = await get("session", { as: person });
    if (person !== this.here.person) return false;
    this.session = session;
    setNow(session.now);
    this.layout.drawSession();
    return true;
  }

  botIs(connected) {
    if (this.session.bot.connected === connected) return;
    this.session.bot.connected = connected;
    this.layout.drawBot();
    this.say(`${this.session.bot.name} is ${connected ? "connected" : "not connected"}`);
  }

  async online() {
    const again = this.connected === false;
    this.connected = true;
    this.layout.drawBot();
    try {
      if (!(await this.readSession())) return;
      await this.layout.logPane.catchUp();
    } catch (error) {
      this.complain(error);
      return;
    }
    if (again) await this.refresh();
    await this.unread.fill(this.here, this.session.channels);
  }

  offline() {
    this.connected = false;
    this.layout.drawBot();
  }

  // -- what the person does -----------------------------------------------------------------------------------

  /** Tell the server, in the name of the person who is acting. */
  async send(name, body) {
    await this.arrived();
    return post(name, { as: this.here.person, ...body });
  }

  async speak(text, thread = null) {
    await this.arrived();
    const { channel } = this.here;
    try {
      await this.send("say", { channel, text, ...(thread ? { thread_ts: thread } : {}) });
    } catch (error) {
      this.complain(error);
      throw error;
    }
    (thread ? this.thread : this.timeline).toEnd();
    if (!this.connected) await this.refresh();
  }

  focusComposer() {
    this.layout.composer.focus();
  }

  /** Something new is below what is on screen. */
  below(timeline) {
    if (timeline === this.timeline && timeline.container.getAttribute("aria-busy") !== "true") this.layout.showJump();
  }

  say(text, kind = "news") {
    toasts.say(text, kind);
  }

  complain(error) {
    this.say(error.message, "problem");
  }

  /** Which person should be tried next, for the hints: somebody who may review. */
  get reviewer() {
    return this.session.people.find(({ id, title }) => id !== this.here.person && /review/i.test(title ?? "")) ?? null;
  }

  toggleTheme() {
    const dark = !this.layout.isDark;
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    memory.set("theme", dark ? "dark" : "light");
    this.layout.drawTheme();
  }
}

const isReply = (message) => Boolean(message.thread_ts) && message.thread_ts !== message.ts;

new App().start();
