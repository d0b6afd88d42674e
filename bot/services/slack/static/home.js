// The App Home: what the bot has published for the person.

import { post } from "./api.js";
import { drawBlocks } from "./blocks.js";
import { h } from "./dom.js";
import { focusIn, restoreFocus } from "./messages.js";
import { Surface } from "./surface.js";

export class HomeTab {
  constructor(app, panel) {
    this.app = app;
    this.panel = panel;
    this.surface = null;
    this.person = null;
  }

  /** The person looks at the Home tab: the bot is told, and publishes it (again). */
  async open() {
    if (this.person !== this.app.here.person) {
      this.person = this.app.here.person;
      this.surface = null;
      this.panel.replaceChildren(h("p", { class: "home-empty" }, `${this.app.session.bot.name} has not published anything here yet.`));
    }
    this.panel.setAttribute("aria-busy", "true");
    try {
      await post("open_home", { as: this.person });
    } finally {
      this.panel.removeAttribute("aria-busy");
    }
  }

  show(view) {
    if (!view) return;
    const focus = focusIn(this.panel);
    this.person = this.app.here.person;
    this.surface = new Surface(this.app, { view_id: view.id }, this.surface?.values);
    this.panel.replaceChildren(...drawBlocks(view.blocks ?? [], this.surface));
    restoreFocus(this.panel, focus);
  }
}
