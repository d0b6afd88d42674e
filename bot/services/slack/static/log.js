// The log pane: every request and answer between the bot, this Slack and the config services.

import { get } from "./api.js";
import { h, icon } from "./dom.js";
import { hourMinuteSecond, iso, whole } from "./time.js";

const KEPT = 500;
const ARROWS = { "bot→slack": "bot → Slack", "slack→bot": "Slack → bot", "bot→service": "bot → service" };

export class LogPane {
  constructor({ onclose }) {
    this.entries = new Map();
    this.last = 0;
    this.list = h("div", { class: "log-list", tabindex: "0", "aria-label": "Requests and answers", role: "group" });
    this.filter = h("input", { type: "search", id: "log-filter", autocomplete: "off", placeholder: "Method, text, id …", oninput: () => this.apply() });
    this.count = h("span", { class: "log-count" });
    this.empty = h("p", { class: "log-empty" }, "Nothing yet. Each request between configbot and this Slack will be listed here.");
    this.node = h(
      "section",
      { class: "panel log-panel", id: "log-panel", "aria-label": "Log", hidden: true },
      h(
        "header",
        { class: "panel-head" },
        h("h2", {}, "Log"),
        this.count,
        h("button", { type: "button", class: "button quiet", onclick: () => this.clear() }, "Clear"),
        h("button", { type: "button", class: "icon-button", "aria-label": "Hide requests", onclick: onclose }, icon("close")),
      ),
      h("div", { class: "log-filter" }, h("label", { for: "log-filter" }, "Filter"), this.filter),
      this.empty,
      this.list,
    );
  }

  /** Fetch what this page has not seen yet. */
  async catchUp() {
    const { entries } = await get("log", { after: this.last });
    for (const entry of entries.slice(-KEPT)) this.put(entry);
  }

  /** Add an entry, newest first, and let the oldest go. */
  put(entry) {
    if (this.entries.has(entry.n)) return;
    this.last = Math.max(this.last, entry.n);
    const item = { entry, node: this.draw(entry), words: null };
    this.entries.set(entry.n, item);
    const below = [...this.list.children].find((other) => Number(other.dataset.n) < entry.n);
    this.list.insertBefore(item.node, below ?? null);
    while (this.list.children.length > KEPT) {
      this.entries.delete(Number(this.list.lastChild.dataset.n));
      this.list.lastChild.remove();
    }
    this.match(item);
    this.tell();
  }

  /** Empty the pane; the server keeps its entries. */
  clear() {
    this.entries.clear();
    this.list.replaceChildren();
    this.tell();
  }

  draw(entry) {
    const failed = entry.answer?.ok === false || Number(entry.answer?.status) >= 400;
    const details = h(
      "details",
      { class: `log-entry${failed ? " failed" : ""}`, "data-n": entry.n },
      h(
        "summary",
        {},
        h("time", { datetime: iso(entry.time), title: whole(entry.time) }, hourMinuteSecond(entry.time)),
        h("span", { class: `direction ${entry.direction.endsWith("service") ? "to-service" : entry.direction.startsWith("bot") ? "from-bot" : "to-bot"}` }, ARROWS[entry.direction] ?? entry.direction),
        h("span", { class: "log-name" }, entry.name || entry.kind),
        failed && h("span", { class: "log-failed" }, entry.answer?.error ?? entry.answer?.status ?? "failed"),
        h("span", { class: "log-ms" }, entry.ms === null || entry.ms === undefined ? "" : `${Math.round(entry.ms)} ms`),
      ),
    );
    details.addEventListener("toggle", () => details.open && details.children.length === 1 && details.append(...bodies(entry)));
    return details;
  }

  apply() {
    for (const item of this.entries.values()) this.match(item);
    this.tell();
  }

  match(item) {
    const wanted = this.filter.value.trim().toLowerCase();
    if (wanted) item.words ??= JSON.stringify(item.entry).toLowerCase();
    item.node.hidden = Boolean(wanted) && !item.words.includes(wanted);
  }

  tell() {
    const shown = [...this.entries.values()].filter((item) => !item.node.hidden).length;
    this.count.textContent = shown === this.entries.size ? `${shown}` : `${shown} of ${this.entries.size}`;
    this.empty.hidden = this.entries.size > 0;
  }
}

function bodies(entry) {
  return [["Request", entry.request], ["Answer", entry.answer]].map(([name, value]) =>
    h(
      "div",
      { class: "log-body" },
      h("h3", {}, name),
      h("pre", { tabindex: "0", "aria-label": `${name} as JSON` }, h("code", {}, value === null || value === undefined ? "none" : JSON.stringify(value, null, 2))),
    ),
  );
}
