// A list of messages: the conversation of a channel, or of a thread.

import { drawBlocks } from "./blocks.js";
import { avatar, freshId, h, icon, isPressed, whenReleased } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";
import { Surface } from "./surface.js";
import { day, hourMinute, iso, whole } from "./time.js";

const BUILDER = "https://app.slack.com/block-kit-builder/#";
const NEAR = 80;

/** How a message is told apart from all others in its channel. */
export const keyOf = (message) => message.ephemeral_id ?? message.ts;

/** Keeps the DOM of a list equal to the messages it is given, touching only what has changed. */
export class Timeline {
  /** `container` scrolls and holds the messages; `threads`: offer to open threads. */
  constructor(app, container, { threads }) {
    this.app = app;
    this.container = container;
    this.threads = threads;
    this.shown = new Map();
    this.held = new Map();
  }

  /** Another conversation comes: empty, and busy until it is loaded. */
  expect() {
    this.clear();
    this.container.setAttribute("aria-busy", "true");
  }

  /** Make the list exactly these messages. `fresh`: another conversation than before. */
  load(messages, fresh) {
    if (fresh) this.clear();
    this.container.setAttribute("aria-busy", "true");
    const wanted = new Set(messages.map(keyOf));
    for (const key of [...this.shown.keys()]) if (!wanted.has(key)) this.remove(key);
    for (const message of messages) this.put(message);
    this.container.removeAttribute("aria-busy");
    if (fresh) this.toEnd();
  }

  /** Forget everything. */
  clear() {
    this.shown.clear();
    this.held.clear();
    this.container.removeAttribute("aria-busy");
    this.container.replaceChildren();
  }

  /** Draw everything again: the same messages at another time. */
  redraw() {
    for (const { message } of [...this.shown.values()]) this.put(message, true);
  }

  get isEmpty() {
    return this.shown.size === 0;
  }

  /** Add a message or bring it up to date. */
  put(message, anew = false) {
    const key = keyOf(message);
    const drawing = JSON.stringify(message);
    const before = this.shown.get(key);
    if (this.held.has(key) || (before && isPressed(before.article))) {
      this.hold(key, message, anew);
      return;
    }
    if (before?.drawing === drawing && !anew) return;
    const stay = this.nearEnd;
    const surface = new Surface(this.app, this.target(message), before?.surface.values);
    const article = this.draw(message, surface, before);
    const item = { key, drawing, message, surface, article };
    if (before) {
      const focus = focusIn(before.article);
      before.article.replaceWith(article);
      restoreFocus(article, focus);
    } else {
      this.insert(item);
    }
    this.shown.set(key, item);
    this.drawDays();
    if (stay) this.toEnd();
    else if (!before) this.app.below(this);
  }

  /** Somebody has the mouse button down on this message: draw it when they let go, or their click is lost. */
  hold(key, message, anew) {
    const held = this.held.get(key);
    this.held.set(key, { message, anew: anew || held?.anew });
    if (held) return;
    whenReleased(this.shown.get(key).article, () => {
      const last = this.held.get(key);
      this.held.delete(key);
      if (last && this.shown.has(key)) this.put(last.message, last.anew);
    });
  }

  /** Take a message away. */
  remove(key) {
    this.held.delete(key);
    const item = this.shown.get(key);
    if (!item) return;
    const focused = item.article.contains(document.activeElement);
    item.article.remove();
    this.shown.delete(key);
    this.drawDays();
    if (focused) this.container.focus();
  }

  target(message) {
    const name = message.ephemeral_id ? { ephemeral_id: message.ephemeral_id } : { ts: message.ts };
    return { channel: message.channel, ...name };
  }

  insert(item) {
    const later = [...this.shown.values()]
      .filter((other) => isBefore(item.message, other.message))
      .reduce((first, other) => (first && isBefore(first.message, other.message) ? first : other), null);
    this.container.insertBefore(item.article, later?.article ?? null);
  }

  /** One heading above the first message of each day. */
  drawDays() {
    for (const old of this.container.querySelectorAll(":scope > .day")) old.remove();
    let current = null;
    for (const article of this.container.querySelectorAll(":scope > article")) {
      const name = day(Number(article.dataset.time));
      if (name !== current) article.before(h("div", { class: "day" }, h("span", {}, name)));
      current = name;
    }
  }

  draw(message, surface, before) {
    const time = hourMinute(message.time);
    const name = message.username || this.app.lookup.user(message.user) || message.user;
    const body = h("div", { class: "message-body" });
    const json = this.jsonToggle(message, before);
    const article = h(
      "article",
      {
        class: `message${message.ephemeral ? " ephemeral" : ""}`,
        "aria-label": `${name}, ${time}`,
        tabindex: "-1",
        "data-time": message.time,
        "data-key": keyOf(message),
      },
      avatar(message.user, name, message.is_bot),
      h(
        "div",
        { class: "message-main" },
        message.ephemeral && h("p", { class: "only-you" }, icon("eye"), "Only visible to you"),
        h(
          "div",
          { class: "message-head" },
          h("span", { class: "sender" }, name),
          message.is_bot && h("span", { class: "badge" }, "App"),
          h("time", { datetime: iso(message.time), title: whole(message.time) }, time),
          message.edited && h("span", { class: "edited" }, "(edited)"),
        ),
        body,
        this.threads && message.reply_count > 0 && this.repliesButton(message),
        json.panel,
      ),
      h("div", { class: "message-tools" }, this.threads && !message.ephemeral && this.replyButton(message), json.button),
    );
    body.append(...content(message, surface));
    return article;
  }

  repliesButton(message) {
    const words = `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`;
    return h("button", { type: "button", class: "replies", "data-action": "replies", onclick: () => this.app.openThread(message.ts) }, words);
  }

  replyButton(message) {
    return h(
      "button",
      { type: "button", class: "tool", "data-action": "reply", title: "Answer in a thread", onclick: () => this.app.openThread(message.ts) },
      icon("reply"),
      h("span", {}, "Answer in thread"),
    );
  }

  jsonToggle(message, before) {
    const id = freshId("json");
    const panel = h("div", { class: "json", id, hidden: true });
    const fill = () => {
      const blocks = message.blocks?.length ? message.blocks : null;
      panel.replaceChildren(
        h("pre", { tabindex: "0", "aria-label": "JSON" }, h("code", {}, JSON.stringify(message, null, 2))),
        blocks &&
          h("a", { href: BUILDER + encodeURIComponent(JSON.stringify({ blocks })), target: "_blank", rel: "noopener noreferrer" }, "Open in Slack’s Block Kit Builder") || "",
      );
    };
    const toggle = () => {
      const open = panel.hidden;
      if (open) fill();
      panel.hidden = !open;
      button.setAttribute("aria-expanded", String(open));
      button.title = open ? "Hide JSON" : "View JSON";
    };
    const button = h(
      "button",
      { type: "button", class: "tool", "data-action": "json", "aria-expanded": "false", "aria-controls": id, title: "View JSON", onclick: toggle },
      icon("braces"),
      h("span", {}, "View JSON"),
    );
    if (before?.article.querySelector('[data-action="json"][aria-expanded="true"]')) toggle();
    return { button, panel };
  }

  get nearEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.container;
    return scrollHeight - scrollTop - clientHeight < NEAR;
  }

  toEnd() {
    this.container.scrollTop = this.container.scrollHeight;
  }
}

function content(message, surface) {
  if (message.blocks?.length) return drawBlocks(message.blocks, surface);
  return [h("div", { class: "prose" }, mrkdwn(message.text ?? "", surface.lookup))];
}

function isBefore(one, other) {
  return one.time === other.time ? keyOf(one) < keyOf(other) : one.time < other.time;
}

/** Which control has the focus, in words that survive a new drawing; null when it is elsewhere. */
export function focusIn(root) {
  const focused = document.activeElement;
  return root.contains(focused) ? { action: focused.dataset.action ?? null } : null;
}

/** Give the focus back to the same control, else to the whole. */
export function restoreFocus(root, focus, fallback = root) {
  if (!focus) return;
  const same = [...root.querySelectorAll("[data-action]")].find((node) => node.dataset.action === focus.action);
  (same ?? fallback).focus({ preventScroll: true });
}
