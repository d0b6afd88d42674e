// Dialogs: a native <dialog>, with the Tab key kept inside and the toast moved in so that it can be heard.

import { freshId, h } from "./dom.js";
import { plainText, textNodes } from "./mrkdwn.js";
import { toasts } from "./toasts.js";

const FOCUSABLE = "a[href], button:not([disabled]), input:not([disabled]), select, textarea, [tabindex='0']";

/** A closed dialog named by `title`; `dismiss` is called for Escape instead of closing it. */
export function makeDialog(title, dismiss, ...children) {
  const id = freshId("dialog");
  const heading = h("h2", { id, tabindex: "-1" }, title);
  const dialog = h(
    "dialog",
    { role: "dialog", "aria-modal": "true", "aria-labelledby": id, class: "dialog" },
    heading,
    ...children,
  );
  dialog.addEventListener("cancel", (event) => {
    if (event.target !== dialog) return;
    event.preventDefault();
    dismiss();
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Tab") keepInside(event, dialog);
    if (event.key === "Escape" && !event.defaultPrevented) {
      event.preventDefault();
      dismiss();
    }
    event.stopPropagation();
  });
  return dialog;
}

function keepInside(event, dialog) {
  const stops = [...dialog.querySelectorAll(FOCUSABLE)].filter((node) => node.getClientRects().length > 0);
  const first = stops[0];
  const last = stops.at(-1);
  const from = document.activeElement;
  if (!first) event.preventDefault();
  else if (event.shiftKey && (from === first || !stops.includes(from))) {
    event.preventDefault();
    last.focus();
  } else if (!event.shiftKey && from === last) {
    event.preventDefault();
    first.focus();
  }
}

/** Show a dialog on top of everything. */
export function openDialog(dialog) {
  document.body.append(dialog);
  dialog.showModal();
  toasts.moveInto(dialog);
}

/** Take a dialog away and give the toast back to what lies below. */
export function closeDialog(dialog) {
  toasts.moveInto([...document.querySelectorAll("dialog[open]")].filter((other) => other !== dialog).at(-1) ?? document.body);
  dialog.close();
  dialog.remove();
}

/** Ask what a Block Kit `confirm` object asks; true when the person agrees. */
export function confirmed(confirm, lookup) {
  return new Promise((resolve) => {
    const done = (answer) => {
      closeDialog(dialog);
      resolve(answer);
    };
    const agree = h("button", { type: "button", class: `button ${confirm.style === "danger" ? "danger" : "primary"}`, onclick: () => done(true) }, plainText(confirm.confirm) || "Yes");
    const decline = h("button", { type: "button", class: "button", onclick: () => done(false) }, plainText(confirm.deny) || "Cancel");
    const dialog = makeDialog(
      plainText(confirm.title) || "Are you sure?",
      () => done(false),
      h("div", { class: "dialog-body prose" }, textNodes(confirm.text, lookup)),
      h("footer", {}, decline, agree),
    );
    dialog.classList.add("small");
    openDialog(dialog);
    decline.focus();
  });
}
