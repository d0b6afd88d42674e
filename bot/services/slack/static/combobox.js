// A select whose options come from the bot while you type: a combobox with a list below it.

import { debounced, freshId, h, whenReleased } from "./dom.js";
import { plainText } from "./mrkdwn.js";

const WAIT = 180;

/**
 * A searchable select. `search(query)` gives options; `choose(option | null)` is told of each choice;
 * `initial` is the option chosen at first. Returns the node, its input, and `show(option | null)`, which draws a choice.
 */
export function combobox({ placeholder, initial, shortest = 3, search, choose, labelled }) {
  const listId = freshId("options");
  let options = [];
  let active = -1;
  let chosen = initial ?? null;
  let asked = 0;

  const list = h("ul", { class: "options", id: listId, role: "listbox", hidden: true });
  const note = h("p", { class: "options-note", hidden: true });
  const popup = h("div", { class: "popup", hidden: true }, list, note);
  const input = h("input", {
    type: "text",
    role: "combobox",
    autocomplete: "off",
    spellcheck: "false",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": listId,
    "aria-label": labelled ? null : placeholder,
    placeholder,
    onfocus: () => open(""),
    onclick: () => popup.hidden && open(""),
    oninput: () => typed(),
    onkeydown: (event) => key(event),
    // not before the mouse button is up: without the list everything below moves, and a click there would miss
    onblur: () => whenReleased(document.body, () => document.activeElement !== input && leave()),
  });
  list.setAttribute("aria-label", placeholder);
  input.value = chosen ? plainText(chosen.text) : "";

  const ask = debounced(async (query) => {
    const mine = ++asked;
    try {
      const found = await search(query);
      if (mine !== asked || document.activeElement !== input) return;
      show(found);
    } catch (error) {
      if (mine === asked) say(error.message);
    }
  }, WAIT);

  function typed() {
    if (!input.value && chosen) pick(null, false);
    open(input.value.trim());
  }

  function open(query) {
    if (query.length < shortest) {
      ask.cancel();
      asked += 1;
      say(`Type at least ${shortest} ${shortest === 1 ? "character" : "characters"} to search.`);
      return;
    }
    // what was found for other words cannot be chosen any more
    asked += 1;
    say("Searching…");
    popup.setAttribute("aria-busy", "true");
    ask(query);
  }

  function say(text) {
    popup.removeAttribute("aria-busy");
    options = [];
    active = -1;
    list.hidden = true;
    note.hidden = false;
    note.textContent = text;
    expand(true);
  }

  function show(found) {
    popup.removeAttribute("aria-busy");
    options = found;
    note.hidden = found.length > 0;
    note.textContent = "Nothing found.";
    list.hidden = found.length === 0;
    list.replaceChildren(
      ...found.map((option, index) =>
        h(
          "li",
          { role: "option", id: `${listId}-${index}`, "aria-selected": "false", onmousedown: (event) => event.preventDefault(), onclick: () => pick(option) },
          h("span", {}, plainText(option.text)),
          option.description && h("small", {}, plainText(option.description)),
        ),
      ),
    );
    move(found.length ? 0 : -1);
    expand(true);
  }

  function expand(on) {
    popup.hidden = !on;
    if (!on) popup.removeAttribute("aria-busy");
    input.setAttribute("aria-expanded", String(on && options.length > 0));
    if (!on) input.removeAttribute("aria-activedescendant");
    else popup.scrollIntoView({ block: "nearest" });
  }

  function move(index) {
    active = index;
    for (const [number, item] of [...list.children].entries()) {
      item.setAttribute("aria-selected", String(number === index));
      if (number === index) item.scrollIntoView({ block: "nearest" });
    }
    if (index >= 0) input.setAttribute("aria-activedescendant", `${listId}-${index}`);
    else input.removeAttribute("aria-activedescendant");
  }

  function key(event) {
    if (event.isComposing) return;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) {
      event.preventDefault();
      if (popup.hidden) open("");
      else if (options.length) move((active + steps[event.key] + options.length) % options.length);
    } else if (event.key === "Enter" && !popup.hidden) {
      event.preventDefault();
      if (options[active]) pick(options[active]);
    } else if (event.key === "Escape" && !popup.hidden) {
      event.preventDefault();
      event.stopPropagation();
      leave();
    }
  }

  function pick(option, close = true) {
    chosen = option;
    if (close) {
      asked += 1;
      input.value = option ? plainText(option.text) : "";
      expand(false);
    }
    choose(option);
  }

  /** Half-typed words are no choice: show what is chosen again. */
  function leave() {
    ask.cancel();
    asked += 1;
    input.value = chosen ? plainText(chosen.text) : "";
    expand(false);
  }

  /** What is chosen is this; words that are being typed stay. */
  function showChosen(option) {
    if (option?.value === chosen?.value) return;
    chosen = option;
    if (popup.hidden) input.value = option ? plainText(option.text) : "";
  }

  return { node: h("div", { class: "combobox" }, input, popup), input, show: showChosen };
}
