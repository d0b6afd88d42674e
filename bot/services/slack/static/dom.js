// Small helpers around the DOM. Text always becomes a text node: nothing in this page parses HTML.

let counter = 0;

/** A fresh element id. */
export function freshId(prefix) {
  counter += 1;
  return `${prefix}-${counter}`;
}

/** An element with attributes (`class`, `onclick`, any attribute; null and false are left out) and children. */
export function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  add(node, children);
  return node;
}

/** Append children, nested lists and plain strings; null and false are left out. */
export function add(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) node.append(child);
  }
}

const SVG = "http://www.w3.org/2000/svg";
const PATHS = {
  menu: "M4 7h16M4 12h16M4 17h16",
  close: "M6 6l12 12M18 6L6 18",
  home: "M4 11l8-7 8 7v9h-5v-6H9v6H4z",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 017 0v3",
  braces: "M9 4c-3 0-3 2-3 4s0 4-2.5 4C6 12 6 14 6 16s0 4 3 4M15 4c3 0 3 2 3 4s0 4 2.5 4C18 12 18 14 18 16s0 4-3 4",
  reply: "M4 5h16v11H11l-5 4v-4H4z",
  send: "M5 12h13M12 5l7 7-7 7",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.2a2.8 2.8 0 110 5.6 2.8 2.8 0 010-5.6z",
  theme: "M12 4a8 8 0 100 16zM12 4a8 8 0 010 16",
  list: "M5 6h14M5 10h14M5 14h9M5 18h6",
  down: "M12 5v14M6 13l6 6 6-6",
};

/** A line drawing that screen readers skip. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** Initials on a colour of its own, for a person; a mark for the bot. */
export function avatar(id, name, isBot) {
  const words = String(name || "?").trim().split(/\s+/);
  const initials = isBot ? "⌘" : words.slice(0, 2).map((word) => [...word][0] || "").join("");
  let sum = 0;
  for (const letter of String(id)) sum = (sum * 31 + letter.codePointAt(0)) % 6;
  return h("span", { class: isBot ? "avatar bot" : `avatar tint-${sum}`, "aria-hidden": "true" }, initials.toUpperCase());
}

let pressed = null;
let waiting = [];

document.addEventListener("pointerdown", (event) => (pressed = event.target), true);
for (const end of ["pointerup", "pointercancel", "dragend"]) document.addEventListener(end, () => setTimeout(released), true);
window.addEventListener("blur", released);

/** After the click, which comes right behind the release. */
function released() {
  pressed = null;
  const works = waiting;
  waiting = [];
  for (const work of works) work();
}

/** Whether a mouse button or finger is down on something in this node. */
export const isPressed = (node) => pressed !== null && node.contains(pressed);

/** `work`, once nothing in this node is pressed: a click on what is replaced, or moves, while it is pressed is lost. */
export function whenReleased(node, work) {
  if (isPressed(node)) waiting.push(work);
  else work();
}

/** Make these the children of a node. Those that are there already are not moved, so they keep focus and text. */
export function arrange(parent, nodes) {
  for (const child of [...parent.children]) if (!nodes.includes(child)) child.remove();
  for (const [index, node] of nodes.entries()) {
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null);
  }
}

/** Remember a choice in this browser; private windows may refuse, then it lasts until reload. */
export const memory = {
  get(key) {
    try {
      return JSON.parse(localStorage.getItem(`playground.${key}`));
    } catch {
      return null;
    }
  },
  set(key, value) {
    try {
      localStorage.setItem(`playground.${key}`, JSON.stringify(value));
    } catch {
      // nothing to do: the choice is only a convenience
    }
  },
};

/** The text in a box of this tab, until it is sent. */
export const drafts = {
  get(key) {
    try {
      return sessionStorage.getItem(`playground.draft.${key}`) ?? "";
    } catch {
      return "";
    }
  },
  set(key, text) {
    try {
      sessionStorage.setItem(`playground.draft.${key}`, text);
    } catch {
      // nothing to do: the text stands in the box
    }
  },
};

/** `work`, but once, `wait` milliseconds after the last call. */
export function debounced(work, wait) {
  let timer = null;
  const run = (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...args), wait);
  };
  run.cancel = () => clearTimeout(timer);
  return run;
}
