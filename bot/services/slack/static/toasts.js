// Short news at the edge of the page, in one polite live region.

import { h, icon } from "./dom.js";

const LASTS = 9_000;

class Toasts {
  constructor() {
    this.region = h("div", { class: "toasts", role: "status", "aria-live": "polite" });
  }

  /** Put the region where it is not inert: the page, or the dialog on top of it. */
  moveInto(parent) {
    if (this.region.parentNode !== parent) parent.append(this.region);
  }

  /** Say something; `kind` is "problem" or "news". */
  say(text, kind = "news") {
    const toast = h("div", { class: `toast ${kind}` }, h("span", {}, text));
    toast.append(h("button", { type: "button", class: "icon-button", "aria-label": "Dismiss", onclick: () => toast.remove() }, icon("close")));
    const same = [...this.region.children].find((other) => other.firstChild.textContent === text);
    same?.remove();
    while (this.region.children.length >= 3) this.region.firstChild.remove();
    this.region.append(toast);
    setTimeout(() => toast.remove(), LASTS);
  }
}

export const toasts = new Toasts();
