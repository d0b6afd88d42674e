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
    this.wanted = this.here;
    this.visit = 0;
    this.destination = null;
    this.firstSession = null;
    this.loading = null;
    this.readings = new Set();
    this.waits = new Set();
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

  /**
   * Make the page show what the address says; an address that makes no sense leads to the first channel. `wanted` is
   * the place that was asked for last, `here` the one on screen, `destination` a promise of the former: everything
   * that is done belongs to the place that was asked for at that moment, however long the page needs to get there.
   */
  go() {
    const visit = ++this.visit;
    this.wanted = place(location.hash);
    this.layout.drawWanted();
    this.destination = this.resolve(this.wanted);
    return this.follow(this.destination, visit);
  }

  /** Go somewhere else at once. The address keeps the choice, so a reload does not lose it. */
  visitPlace(next) {
    history.pushState(null, "", address(next));
    return this.go();
  }

  /** The place that is meant, and the session of its person. */
  async resolve(wanted) {
    const { people } = this.here.person ? this.session : await this.anySession();
    const person = (people.find(({ id }) => id === wanted.person) ?? people[0])?.id;
    const session = person === this.here.person ? this.session : await get("session", { as: person });
    const channel = wanted.channel === "home" ? "home" : (session.channels.find(({ id }) => id === wanted.channel) ?? session.channels[0])?.id;
    const thread = channel === wanted.channel && channel !== "home" ? wanted.thread : null;
    return { place: { person, channel, thread }, session };
  }

  /** The session of whoever comes first, read once: it says which people there are. */
  async anySession() {
    this.firstSession ??= get("session");
    try {
      return await this.firstSession;
    } catch (error) {
      this.firstSession = null;
      throw error;
    }
  }

  async follow(destination, visit) {
    this.busy("arrival", true);
    try {
      const { place: next, session } = await destination;
      if (visit !== this.visit) return;
      if (next.person !== this.here.person) this.become(next.person, session);
      this.settle(next);
      await this.show(next);
    } catch (error) {
      if (visit !== this.visit) return;
      this.complain(error);
      if (this.here.person) this.settle(this.here);
    } finally {
      if (visit === this.visit) this.busy("arrival", false);
    }
  }

  /** The address and everything that names the place say `next`. */
  settle(next) {
    if (address(next) !== location.hash) history.replaceState(null, "", address(next));
    this.wanted = next;
    this.destination = Promise.resolve({ place: next, session: this.session });
    this.layout.drawWanted();
  }

  /** Say in the document whether something is still on its way to the screen. */
  busy(what, on) {
    if (on) this.waits.add(what);
    else this.waits.delete(what);
    this.layout.drawBusy(this.waits.size > 0);
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
    this.busy("stream", true);
    this.stopListening = listen(person, {
      open: () => this.online(),
      lost: () => this.offline(),
      event: (name, data) => this.heard(name, data),
    });
  }

  async show(next) {
    const moved = next.channel !== this.here.channel;
    const threadMoved = moved || next.thread !== this.here.thread;
    this.here = next;
    this.layout.drawPlace(moved);
    if (next.channel === "home") {
      if (moved) await this.home.open();
      return;
    }
    if (moved) {
      this.timeline.expect();
      this.layout.drawEmpty();
      this.loading = this.load(true);
    }
    await this.loading;
    if (threadMoved && next === this.here) {
      this.thread.clear();
      if (next.thread) {
        this.thread.expect();
        await this.loadThread(true);
      }
    }
  }

  /**
   * Read something and use it. The server may have written its answer before what the page has heard meanwhile: that is
   * heard once more. `use` gives false when nobody wants the answer any more.
   */
  async reading(name, parameters, use) {
    const since = [];
    this.readings.add(since);
    try {
      if (use(await get(name, parameters)) === false) return false;
    } finally {
      this.readings.delete(since);
    }
    for (const [event, data] of since) this.heard(event, data);
    return true;
  }

  async load(fresh) {
    const { channel, person } = this.here;
    await this.reading("messages", { channel, as: person }, ({ messages }) => {
      if (person !== this.here.person || channel !== this.here.channel) return false;
      this.timeline.load(messages, fresh);
      this.unread.read(channel, messages);
      this.layout.drawEmpty(true);
      return true;
    });
  }

  async loadThread(fresh) {
    const { channel, person, thread } = this.here;
    await this.reading("messages", { channel, as: person, thread_ts: thread }, ({ messages }) => {
      if (person !== this.here.person || channel !== this.here.channel || thread !== this.here.thread) return false;
      const root = this.timeline.shown.get(thread)?.message;
      const all = root && !messages.some((message) => message.ts === thread) ? [root, ...messages] : messages;
      this.thread.load(all, fresh);
      if (fresh) this.layout.replyComposer.focus();
      return true;
    });
  }

  /** Read again what is on screen, touching only what differs. */
  async refresh() {
    if (!this.here.channel || this.here.channel === "home") return;
    try {
      await this.load(false);
      if (this.here.thread) await this.loadThread(false);
    } catch (error) {
      this.complain(error);
    }
  }

  openThread(ts) {
    this.visitPlace({ ...this.wanted, thread: ts });
  }

  closeThread() {
    const { thread } = this.here;
    this.visitPlace({ ...this.wanted, thread: null });
    this.timeline.shown.get(thread)?.article.querySelector('[data-action="replies"], [data-action="reply"]')?.focus();
  }

  // -- what happens -------------------------------------------------------------------------------------------

  heard(name, data) {
    if (RETOLD.includes(name)) for (const since of this.readings) since.push([name, data]);
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
  clockMoved(now) {
    setNow(now);
    this.layout.clock.draw();
    this.timeline.redraw();
    this.thread.redraw();
  }

  /** A first direct message opens a conversation that the session did not list yet. */
  async channelKnown(id) {
    if (this.session.channels.some((channel) => channel.id === id)) return;
    await this.readSession();
  }

  /** The session anew. False when somebody else has sat down meanwhile: then it is not theirs. */
  async readSession() {
    const { person } = this.here;
    return this.reading("session", { as: person }, (session) => {
      if (person !== this.here.person) return false;
      this.session = session;
      setNow(session.now);
      this.layout.drawSession();
      return true;
    });
  }

  botIs(connected) {
    if (this.session.bot.connected === connected) return;
    this.session.bot.connected = connected;
    this.layout.drawBot();
    this.say(`${this.session.bot.name} is ${connected ? "connected" : "not connected"}`);
  }

  /** The stream has begun: what happened before it did, and after the page was read, is read now. */
  async online() {
    const { person } = this.here;
    this.connected = true;
    this.layout.drawBot();
    try {
      if (!(await this.readSession())) return;
      await this.layout.logPane.catchUp();
      await this.refresh();
      await this.unread.fill(this, this.session.channels);
    } catch (error) {
      if (person === this.here.person) this.complain(error);
    } finally {
      if (person === this.here.person) this.busy("stream", false);
    }
  }

  offline() {
    this.connected = false;
    this.busy("stream", false);
    this.layout.drawBot();
  }

  // -- what the person does -----------------------------------------------------------------------------------

  /** Tell the server, in the name of the person who acts now, even if the page has not arrived there yet. */
  async send(name, body) {
    const { place } = await this.destination;
    return post(name, { as: place.person, ...body });
  }

  /** Say something where the person is now; `leaves` is called when it is known where that is. */
  async speak(text, inThread, leaves) {
    try {
      const { place } = await this.destination;
      const { person, channel, thread } = place;
      leaves();
      await post("say", { as: person, channel, text, ...(inThread ? { thread_ts: thread } : {}) });
      if (address(place) === address(this.here)) (inThread ? this.thread : this.timeline).toEnd();
    } catch (error) {
      this.complain(error);
      throw error;
    }
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

const RETOLD = ["message", "deleted", "bot", "clock"];
const isReply = (message) => Boolean(message.thread_ts) && message.thread_ts !== message.ts;

new App().start();
