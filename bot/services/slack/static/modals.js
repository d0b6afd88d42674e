// The modals of the person at the keyboard: only the top of the stack is on screen.

import { drawBlocks } from "./blocks.js";
import { closeDialog, makeDialog, openDialog } from "./dialogs.js";
import { h } from "./dom.js";
import { focusIn, restoreFocus } from "./messages.js";
import { plainText } from "./mrkdwn.js";
import { Surface } from "./surface.js";

export class Modals {
  constructor(app) {
    this.app = app;
    this.top = null;
    this.values = new Map();
    this.opener = null;
  }

  /** Show this view as the top of the stack; null: the stack is empty. */
  show(view) {
    if (!view) this.clear();
    else if (this.top?.view.id === view.id) this.redraw(view);
    else this.open(view);
  }

  /** Close everything, and go back to where it was opened. */
  clear() {
    this.values.clear();
    if (!this.top) return;
    this.takeDown();
    const opener = this.opener;
    this.opener = null;
    if (opener?.isConnected) opener.focus();
    else this.app.focusComposer();
  }

  takeDown() {
    this.values.set(this.top.view.id, this.top.surface.values);
    closeDialog(this.top.dialog);
    this.top = null;
  }

  open(view) {
    if (this.top) this.takeDown();
    else this.opener = document.activeElement;
    const body = h("div", { class: "dialog-body" });
    const footer = h("footer");
    const form = h("form", { novalidate: true, autocomplete: "off" }, body, footer);
    const dialog = makeDialog(plainText(view.title), () => this.dismiss(), form);
    this.top = { view, dialog, body, footer, surface: null };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.fill(view, this.values.get(view.id));
    openDialog(dialog);
    const first = body.querySelector("input, select, textarea") ?? dialog.querySelector("h2");
    first.focus();
  }

  /** The same view with new content: what was chosen in fields that are still there is kept. */
  redraw(view) {
    if (JSON.stringify(view) === JSON.stringify(this.top.view)) return;
    const { dialog, body, surface } = this.top;
    const focus = focusIn(body);
    const scroll = body.scrollTop;
    this.top.view = view;
    dialog.querySelector("h2").textContent = plainText(view.title);
    this.fill(view, surface.values);
    body.scrollTop = scroll;
    restoreFocus(body, focus, dialog.querySelector("h2"));
  }

  fill(view, values) {
    const top = this.top;
    top.surface = new Surface(this.app, { view_id: view.id }, values);
    top.body.replaceChildren(...drawBlocks(view.blocks ?? [], top.surface));
    const close = h(
      "button",
      { type: "button", class: "button", "data-action": "close", onclick: () => this.dismiss() },
      plainText(view.close) || (view.submit ? "Cancel" : "Close"),
    );
    const submit = view.submit && h("button", { type: "submit", class: "button primary", "data-action": "submit" }, plainText(view.submit));
    top.footer.replaceChildren(...[close, submit].filter(Boolean));
  }

  async dismiss() {
    const { view } = this.top;
    try {
      await this.app.send("close", { view_id: view.id });
    } catch (error) {
      this.app.complain(error);
      if (this.top?.view.id === view.id) this.clear();
    }
  }

  async submit() {
    const { view, footer, surface } = this.top;
    if (!view.submit) return;
    const button = footer.querySelector('[type="submit"]');
    if (button.getAttribute("aria-busy") === "true") return;
    if (this.showErrors(surface, missing(surface))) return;
    button.setAttribute("aria-busy", "true");
    button.setAttribute("aria-disabled", "true");
    try {
      const answer = await this.app.send("submit", { view_id: view.id, values: surface.values });
      if (!answer?.ok && !this.showErrors(surface, answer?.errors ?? {})) throw new Error("The form was refused without a reason.");
    } catch (error) {
      this.app.complain(error);
    } finally {
      button.removeAttribute("aria-busy");
      button.removeAttribute("aria-disabled");
    }
  }

  /** Put each error beside its field and go to the first; true when there was one. */
  showErrors(surface, errors) {
    let first = null;
    for (const [blockId, field] of surface.fields) {
      field.showError(errors[blockId] ?? null);
      if (errors[blockId]) first ??= field;
    }
    const elsewhere = Object.entries(errors).filter(([blockId]) => !surface.fields.has(blockId));
    for (const [, text] of elsewhere) this.app.say(String(text), "problem");
    first?.focus();
    return first !== null || elsewhere.length > 0;
  }
}

/** What this page can see for itself: required fields that are empty, texts that are too short. */
function missing(surface) {
  const errors = {};
  for (const [blockId, field] of surface.fields) {
    const problem = field.problem();
    if (problem) errors[blockId] = problem;
  }
  return errors;
}
