// The box in which messages and commands are typed, with a list that completes commands.

import { drafts, freshId, h, icon } from "./dom.js";

const REMEMBERED = 50;

/**
 * A composer; `send(text, leaves)` calls `leaves` when the text goes to the server, resolves when that took it, and
 * rejects (after saying so) when it did not. Until it has left, a reload brings a text back into the box.
 */
export class Composer {
  constructor({ label, action, send, commands = () => [] }) {
    this.name = label;
    this.send = send;
    this.waiting = [];
    this.underway = 0;
    this.commands = commands;
    this.past = [];
    this.recalled = 0;
    this.matches = [];
    this.active = -1;
    this.moved = false;
    const id = freshId("composer");
    const listId = `${id}-commands`;
    this.list = h("ul", { class: "options", id: listId, role: "listbox", "aria-label": "Commands" });
    this.popup = h("div", { class: "popup above", hidden: true }, this.list);
    this.usage = h("p", { class: "usage", id: `${id}-usage`, hidden: true });
    this.input = h("textarea", {
      id,
      rows: 1,
      autocomplete: "off",
      "aria-autocomplete": "list",
      "aria-controls": listId,
      "aria-describedby": `${id}-usage`,
      "aria-keyshortcuts": "Enter",
      oninput: () => this.changed(),
      onkeydown: (event) => this.key(event),
      onblur: () => this.hide(),
    });
    this.input.value = drafts.get(this.name);
    this.button = h("button", { type: "submit", class: "button primary send" }, icon("send"), h("span", {}, action));
    this.node = h(
      "form",
      {
        class: "composer",
        onsubmit: (event) => {
          event.preventDefault();
          this.submit();
        },
      },
      this.popup,
      this.usage,
      h("label", { for: id, class: "visually-hidden" }, label),
      h("div", { class: "composer-box" }, this.input, this.button),
    );
  }

  /** Put text into the box, ready to be sent. */
  fill(text) {
    this.input.value = text;
    this.input.focus();
    this.changed();
  }

  focus() {
    this.input.focus();
  }

  set placeholder(text) {
    this.input.placeholder = text;
  }

  async submit() {
    const text = this.input.value.trim();
    if (!text) return;
    this.past = [...this.past.filter((line) => line !== text), text].slice(-REMEMBERED);
    this.recalled = this.past.length;
    this.waiting.push(text);
    this.input.value = "";
    this.changed();
    this.busy(1);
    try {
      await this.send(text, () => this.left(text));
    } catch {
      this.left(text);
      if (!this.input.value) this.input.value = text;
      this.changed();
    } finally {
      this.busy(-1);
    }
  }

  /** A text is in the hands of the server, or in the box again. */
  left(text) {
    const index = this.waiting.indexOf(text);
    if (index >= 0) this.waiting.splice(index, 1);
    this.keep();
  }

  keep() {
    drafts.set(this.name, this.input.value || this.waiting.join("\n"));
  }

  busy(step) {
    this.underway += step;
    if (this.underway) this.node.setAttribute("aria-busy", "true");
    else this.node.removeAttribute("aria-busy");
  }

  changed() {
    this.grow();
    this.keep();
    const text = this.input.value;
    const word = /^\/\S*$/.exec(text)?.[0].toLowerCase();
    this.matches = word ? this.commands().filter(({ command }) => command.toLowerCase().startsWith(word)) : [];
    this.moved = false;
    if (this.matches.length) this.show(word);
    else this.hide();
    const known = this.commands().find(({ command }) => text.startsWith(`${command} `));
    this.usage.hidden = !known?.usage;
    this.usage.textContent = known?.usage ? `${known.command} ${known.usage}` : "";
  }

  grow() {
    this.input.style.height = "auto";
    this.input.style.height = `${this.input.scrollHeight}px`;
  }

  show(word) {
    this.list.replaceChildren(
      ...this.matches.map((entry, index) =>
        h(
          "li",
          { role: "option", id: `${this.list.id}-${index}`, "aria-selected": "false", onmousedown: (event) => event.preventDefault(), onclick: () => this.complete(entry) },
          h("span", {}, h("b", {}, entry.command), entry.usage && ` ${entry.usage}`),
          entry.description && h("small", {}, entry.description),
        ),
      ),
    );
    const exact = this.matches.findIndex(({ command }) => command.toLowerCase() === word);
    this.popup.hidden = false;
    this.move(Math.max(exact, 0));
  }

  hide() {
    this.popup.hidden = true;
    this.input.removeAttribute("aria-activedescendant");
  }

  move(index) {
    this.active = index;
    for (const [number, item] of [...this.list.children].entries()) {
      item.setAttribute("aria-selected", String(number === index));
      if (number === index) item.scrollIntoView({ block: "nearest" });
    }
    this.input.setAttribute("aria-activedescendant", `${this.list.id}-${index}`);
  }

  complete(entry) {
    this.fill(`${entry.command} `);
  }

  key(event) {
    if (event.isComposing) return;
    if (!this.popup.hidden && this.listKey(event)) event.preventDefault();
    else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.submit();
    } else if (this.recall(event.key)) event.preventDefault();
  }

  /** Keys that mean the open list; true when the key was used up. */
  listKey(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const entry = this.matches[this.active];
    if (step) {
      this.move((this.active + step + this.matches.length) % this.matches.length);
      this.moved = true;
    } else if (event.key === "Escape") this.hide();
    else if (event.key === "Tab" && !event.shiftKey) this.complete(entry);
    else if (event.key === "Enter" && !event.shiftKey) {
      // A command typed in full is sent as it stands, unless another one was picked with the arrows.
      if (!this.moved && this.input.value.toLowerCase() === entry.command.toLowerCase()) return false;
      this.complete(entry);
    } else return false;
    return true;
  }

  /** Arrow up in an empty box brings back what was sent before. */
  recall(key) {
    const showing = this.input.value === (this.past[this.recalled] ?? "");
    const next = this.recalled + ({ ArrowUp: -1, ArrowDown: 1 }[key] ?? NaN);
    if (!showing || !(next >= 0 && next <= this.past.length)) return false;
    this.recalled = next;
    this.input.value = this.past[next] ?? "";
    this.grow();
    return true;
  }
}
