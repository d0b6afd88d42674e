// The clock of the playground: what time it is here, and the way to move it on.

import { h } from "./dom.js";
import { present, setNow } from "./time.js";

const STEPS = [
  { label: "+1 h", says: "Move the clock on by an hour", body: { seconds: 3600 } },
  { label: "Tomorrow 9:00", says: "Move the clock on to tomorrow 9:00", body: { to: "tomorrow" } },
  { label: "Monday 9:00", says: "Move the clock on to Monday 9:00", body: { to: "monday" } },
];
const TICK = 5_000;

export class ClockPane {
  constructor(app) {
    this.app = app;
    this.time = h("p", { class: "clock-time" });
    this.buttons = STEPS.map((step) => h("button", { type: "button", class: "button small", "aria-label": step.says, onclick: () => this.move(step) }, step.label));
    this.node = h("section", { class: "clock", "aria-label": "Clock", hidden: true }, this.time, h("div", { class: "clock-steps" }, this.buttons));
    setInterval(() => this.draw(), TICK);
  }

  draw() {
    this.node.hidden = !this.app.session.clock_movable;
    this.time.textContent = present();
  }

  /** The bot does what falls due before the answer comes, which can take a moment. */
  async move(step) {
    if (this.node.getAttribute("aria-busy") === "true") return;
    const pressed = this.buttons[STEPS.indexOf(step)];
    for (const each of [this.node, pressed]) each.setAttribute("aria-busy", "true");
    for (const button of this.buttons) button.setAttribute("aria-disabled", "true");
    try {
      const { now } = await this.app.send("clock", step.body);
      setNow(now);
      this.draw();
      this.app.say(`It is ${present()} now`);
    } catch (error) {
      this.app.complain(error);
    } finally {
      for (const each of [this.node, pressed]) each.removeAttribute("aria-busy");
      for (const button of this.buttons) button.removeAttribute("aria-disabled");
    }
  }
}
