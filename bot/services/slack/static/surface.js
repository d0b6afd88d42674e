// A surface is one message, modal or Home tab on which somebody can click and choose.

import { PlaygroundError } from "./api.js";
import { confirmed } from "./dialogs.js";

/** What is chosen on one message or view, and the way to tell the server about a click. */
export class Surface {
  /**
   * `app` sends; `target` names the message or view for the server; `values` are choices to keep from an
   * earlier drawing: {block_id: {action_id: value}}.
   */
  constructor(app, target, values = {}) {
    this.app = app;
    this.lookup = app.lookup;
    this.target = target;
    this.earlier = values;
    this.values = {};
    this.fields = new Map();
    this.due = new Map();
    this.reports = new Map();
  }

  /** Begin another drawing on the same surface, of which the blocks with these ids stay as they are. */
  again(stay) {
    const { values, fields } = this;
    const kept = (entries) => entries.filter(([id]) => stay.has(id));
    this.earlier = values;
    this.values = Object.fromEntries(kept(Object.entries(values)));
    this.fields = new Map(kept([...fields]));
  }

  /** The choice kept from an earlier drawing, or undefined. */
  kept(block, element) {
    const value = this.earlier[block.block_id]?.[element.action_id];
    return value?.type === element.type ? value : undefined;
  }

  /** Note a choice. */
  set(block, element, value) {
    (this.values[block.block_id] ??= {})[element.action_id] = { type: element.type, ...value };
  }

  /**
   * Note a choice and, outside inputs (or where the input asks for it), report it as a click. A choice made while the
   * one before it is being reported is reported next. What the bot did not get is not shown as chosen: `draw(value)`
   * puts the control back. In an input it stays, because there it is part of the form.
   */
  async chosen(block, element, value, control, draw) {
    const { type: _, ...before } = this.values[block.block_id]?.[element.action_id] ?? {};
    this.set(block, element, value);
    this.fields.get(block.block_id)?.showError(null);
    if (block.type === "input" && !block.dispatch_action) return;
    const key = `${block.block_id}/${element.action_id}`;
    this.due.set(key, value);
    if (this.reports.has(key)) return;
    const report = this.report(key, block, element, control, before);
    this.reports.set(key, report);
    const held = await report;
    this.reports.delete(key);
    if (block.type === "input" || !draw || this.values[block.block_id]?.[element.action_id] === undefined) return;
    this.set(block, element, held);
    draw(held);
  }

  /** Report what is due, until nothing is; gives the last choice that the bot got. */
  async report(key, block, element, control, before) {
    let held = before;
    while (this.due.has(key)) {
      const value = this.due.get(key);
      this.due.delete(key);
      if (await this.act(block, element, value, control)) held = value;
    }
    return held;
  }

  /** Resolves when every choice has been reported. */
  async reported() {
    await Promise.all(this.reports.values());
  }

  /** A click: asks first if the element wants that, keeps the control busy until the server has answered. */
  async act(block, element, extra, control) {
    if (control.getAttribute("aria-busy") === "true") return false;
    if (element.confirm && !(await confirmed(element.confirm, this.lookup))) return false;
    control.setAttribute("aria-busy", "true");
    control.setAttribute("aria-disabled", "true");
    try {
      const answer = await this.app.send("action", {
        ...this.target,
        block_id: block.block_id,
        action_id: element.action_id,
        ...extra,
        state: this.values,
      });
      return answer?.ok !== false;
    } catch (error) {
      this.app.complain(error);
      return false;
    } finally {
      control.removeAttribute("aria-busy");
      control.removeAttribute("aria-disabled");
    }
  }

  /** The options of an external select for what was typed. */
  async options(block, element, query) {
    const answer = await this.app.send("options", {
      ...this.target,
      block_id: block.block_id,
      action_id: element.action_id,
      query,
    });
    if (!answer || !(Array.isArray(answer.options) || Array.isArray(answer.option_groups))) {
      throw new PlaygroundError("The bot sent no options.");
    }
    return answer.options ?? answer.option_groups.flatMap((group) => group.options ?? []);
  }
}
