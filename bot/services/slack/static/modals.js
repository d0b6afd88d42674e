// The modals of the person at the keyboard: only the top of the stack is on screen.

import { get } from "./api.js";
import { drawBlocks } from "./blocks.js";
import { closeDialog, makeDialog, openDialog } from "./dialogs.js";
import { arrange, h, isPressed, whenReleased } from "./dom.js";
import { focusIn, restoreFocus } from "./messages.js";
import { plainText } from "./mrkdwn.js";
import { Surface } from "./surface.js";

export class Modals {
  constructor(app) {
    this.app = app;
    this.top = null;
    this.values = new Map();
    this.closed = new Set();
    this.opener = null;
  }

  /** Show this view as the top of the stack; null: the stack is empty. */
  show(view) {
    if (!view) this.clear();
    else if (this.closed.has(view.id)) return;
    else if (this.top?.view.id === view.id) this.redraw(view);
    else this.open(view);
  }

  /** Close everything, and go back to where it was opened. */
  clear() {
    this.values.clear();
    if (!this.top) return;
    this.takeDown();
    this.goBack();
  }

  goBack() {
    const opener = this.opener;
    this.opener = null;
    // the browser gave the focus back while everything below was still inert: then a box is focused and takes no text
    document.activeElement?.blur();
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
    const fields = h("fieldset", { class: "dialog-fields" });
    const body = h("div", { class: "dialog-body" }, fields);
    const footer = h("footer");
    const form = h("form", { novalidate: true, autocomplete: "off" }, body, footer);
    const dialog = makeDialog(plainText(view.title), () => this.dismiss(), form);
    const surface = new Surface(this.app, { as: this.app.here.person, view_id: view.id }, this.values.get(view.id));
    this.top = { view, dialog, body, fields, footer, surface, drawn: null, later: null };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.fill(view);
    openDialog(dialog);
    const first = body.querySelector("input, select, textarea") ?? dialog.querySelector("h2");
    first.focus();
  }

  /** The same view with new content: fields that are still there stay as they are, with what is chosen or half typed. */
  redraw(view) {
    const { top } = this;
    if (top.later || isPressed(top.dialog)) {
      this.redrawLater(view);
      return;
    }
    if (JSON.stringify(view) === JSON.stringify(top.view)) return;
    const { dialog, body } = top;
    const focus = focusIn(body);
    const scroll = body.scrollTop;
    top.view = view;
    dialog.querySelector("h2").textContent = plainText(view.title);
    this.fill(view);
    body.scrollTop = scroll;
    if (!body.contains(document.activeElement)) restoreFocus(body, focus, dialog.querySelector("h2"));
  }

  /** Somebody has the mouse button down: a click on what is replaced meanwhile is lost. */
  redrawLater(view) {
    const { top } = this;
    const waits = top.later !== null;
    top.later = view;
    if (waits) return;
    whenReleased(top.dialog, () => {
      const { later } = top;
      top.later = null;
      if (this.top === top) this.redraw(later);
    });
  }

  fill(view) {
    const { top } = this;
    const blocks = (view.blocks ?? []).map((block, index) => ({ block_id: `block-${index}`, ...block }));
    const keys = blocks.map((block) => JSON.stringify(block, withoutInitial));
    if (top.drawn) top.surface.again(new Set(blocks.filter((_, index) => top.drawn.has(keys[index])).map((block) => block.block_id)));
    const nodes = blocks.map((block, index) => top.drawn?.get(keys[index]) ?? drawBlocks([block], top.surface)[0]);
    top.drawn = new Map(keys.map((key, index) => [key, nodes[index]]));
    arrange(top.fields, nodes);
    this.drawFooter(view);
  }

  drawFooter(view) {
    const { footer } = this.top;
    const words = JSON.stringify([view.close, view.submit]);
    if (footer.dataset.words === words) return;
    footer.dataset.words = words;
    const close = h(
      "button",
      { type: "button", class: "button", "data-action": "close", onclick: () => this.dismiss() },
      plainText(view.close) || (view.submit ? "Cancel" : "Close"),
    );
    const submit = view.submit && h("button", { type: "submit", class: "button primary", "data-action": "submit" }, plainText(view.submit));
    footer.replaceChildren(...[close, submit].filter(Boolean));
  }

  /** It closes at once: what is typed next belongs to what lies below. If the server does not agree it comes again. */
  async dismiss() {
    const { view, surface } = this.top;
    this.closed.add(view.id);
    this.takeDown();
    this.goBack();
    try {
      await this.app.send("close", surface.target);
    } catch (error) {
      this.app.complain(error);
      this.closed.delete(view.id);
      await this.readAgain(surface.target.as);
    }
  }

  /** Show what this person has open according to the server. */
  async readAgain(person) {
    try {
      const { view } = await get("modal", { as: person });
      if (person === this.app.here.person) this.show(view);
    } catch {
      // the server is gone, which was said already: its stream tells when it is there again
    }
  }

  /** Send the form as it stands: until the answer is there, nothing in it can be changed. */
  async submit() {
    const { view, footer, fields, surface } = this.top;
    if (!view.submit) return;
    const button = footer.querySelector('[type="submit"]');
    if (button.getAttribute("aria-busy") === "true") return;
    if (this.showErrors(surface, missing(surface))) return;
    const focus = document.activeElement;
    button.setAttribute("aria-busy", "true");
    button.setAttribute("aria-disabled", "true");
    fields.disabled = true;
    let errors = {};
    try {
      await surface.reported();
      const answer = await this.app.send("submit", { ...surface.target, values: surface.values });
      errors = answer?.errors ?? {};
      if (!answer?.ok && !Object.keys(errors).length) throw new Error("The form was refused without a reason.");
    } catch (error) {
      this.app.complain(error);
    } finally {
      fields.disabled = false;
      button.removeAttribute("aria-busy");
      button.removeAttribute("aria-disabled");
    }
    if (focus.isConnected && document.activeElement === document.body) focus.focus();
    this.showErrors(surface, errors);
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

/** What a field is at first does not matter once it is drawn: what is chosen in it stays. */
const withoutInitial = (key, value) => (key.startsWith("initial_") ? undefined : value);

/** What this page can see for itself: required fields that are empty, texts that are too short. */
function missing(surface) {
  const errors = {};
  for (const [blockId, field] of surface.fields) {
    const problem = field.problem();
    if (problem) errors[blockId] = problem;
  }
  return errors;
}
