// Block Kit blocks to DOM nodes. A block that is unknown or broken is shown as its JSON, never dropped.

import { freshId, h } from "./dom.js";
import { drawElement, picture } from "./elements.js";
import { markdown } from "./markdown.js";
import { lines, plainText, textNodes } from "./mrkdwn.js";
import { richText } from "./richtext.js";

const DRAWN = {
  header: (block) => h("h3", { class: "block-header" }, plainText(block.text)),
  section,
  context,
  divider: () => h("hr"),
  actions,
  input,
  image: imageBlock,
  rich_text: (block, surface) => h("div", { class: "block-rich" }, richText(block, surface.lookup)),
  table,
  alert,
  markdown: (block) => h("div", { class: "block-markdown" }, markdown(block.text ?? "")),
};

/** Nodes for a list of blocks on a surface. */
export function drawBlocks(blocks, surface) {
  return blocks.map((block, index) => {
    const named = block?.block_id ? block : { ...block, block_id: `block-${index}` };
    try {
      return Object.hasOwn(DRAWN, block.type) ? DRAWN[block.type](named, surface) : notDrawn(block);
    } catch {
      return notDrawn(block);
    }
  });
}

/** The box for what has no drawing here. */
function notDrawn(thing) {
  return h(
    "div",
    { class: "not-drawn" },
    h("strong", {}, "The playground can't show this block type"),
    h("span", {}, ` (${thing?.type ?? "no type"})`),
    h("pre", { tabindex: "0" }, h("code", {}, JSON.stringify(thing, null, 2))),
  );
}

const elementNode = (element, block, surface) => drawElement(element, block, surface)?.node ?? notDrawn(element);

function section(block, surface) {
  const body = h("div", { class: "section-body" });
  if (block.text) body.append(h("div", { class: "prose" }, textNodes(block.text, surface.lookup)));
  if (block.fields) {
    body.append(h("div", { class: "fields" }, block.fields.map((field) => h("div", { class: "prose" }, textNodes(field, surface.lookup)))));
  }
  return h(
    "div",
    { class: "block-section" },
    body,
    block.accessory && h("div", { class: "accessory" }, elementNode(block.accessory, block, surface)),
  );
}

function context(block, surface) {
  return h(
    "div",
    { class: "block-context" },
    block.elements.map((element) =>
      element.type === "image" ? picture(element, "context-image") : h("span", { class: "prose" }, textNodes(element, surface.lookup)),
    ),
  );
}

function actions(block, surface) {
  return h("div", { class: "block-actions" }, block.elements.map((element) => elementNode(element, block, surface)));
}

function input(block, surface) {
  const drawn = drawElement(block.element, block, surface, true);
  if (!drawn) return notDrawn(block);
  const id = freshId("field");
  const { control, group } = drawn;
  const hint = block.hint && h("p", { class: "hint", id: `${id}-hint` }, lines(plainText(block.hint)));
  const error = h("p", { class: "error", id: `${id}-error`, role: "alert", hidden: true });
  const optional = block.optional && h("span", { class: "optional" }, "optional");
  const label = lines(plainText(block.label));
  const described = group
    ? h("fieldset", { class: "field" }, h("legend", {}, label), optional, drawn.node, hint, error)
    : h("div", { class: "field" }, h("label", { for: id }, label), optional, drawn.node, hint, error);
  const target = group ? described : control;
  if (!group) {
    control.id = id;
    if (!block.optional) control.setAttribute("aria-required", "true");
  }
  const showError = (text) => {
    error.textContent = text ?? "";
    error.hidden = !text;
    if (text && !group) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
    const ids = [text && error.id, hint && hint.id].filter(Boolean).join(" ");
    if (ids) target.setAttribute("aria-describedby", ids);
    else target.removeAttribute("aria-describedby");
  };
  showError(null);
  surface.fields.set(block.block_id, {
    showError,
    focus: () => control.focus(),
    problem: () => {
      if (drawn.isEmpty?.()) return block.optional ? null : "Please fill in this field.";
      return drawn.problem?.() ?? null;
    },
  });
  return described;
}

function imageBlock(block) {
  return h(
    "figure",
    { class: "block-image" },
    block.title && h("figcaption", {}, plainText(block.title)),
    picture(block, "picture"),
  );
}

function table(block, surface) {
  const settings = block.column_settings ?? [];
  const [head, ...body] = block.rows;
  const cells = (row, tag) =>
    row.map((cell, column) => {
      const align = settings[column]?.align ?? (cell.type === "raw_number" ? "right" : "left");
      const classes = [`align-${["center", "right"].includes(align) ? align : "left"}`, settings[column]?.is_wrapped ? "wrapped" : ""];
      return h(tag, { class: classes.join(" ").trim(), scope: tag === "th" ? "col" : null }, cellNodes(cell, surface.lookup));
    });
  return h(
    "div",
    { class: "table-scroll", tabindex: "0", role: "group", "aria-label": "Table" },
    h("table", {}, h("thead", {}, h("tr", {}, cells(head, "th"))), h("tbody", {}, body.map((row) => h("tr", {}, cells(row, "td"))))),
  );
}

function cellNodes(cell, lookup) {
  if (cell.type === "rich_text") return richText(cell, lookup);
  if (cell.type === "raw_text" || cell.type === "raw_number") return lines(String(cell.text ?? cell.value ?? ""));
  throw new Error(`table cell ${cell.type}`);
}

const LEVELS = { info: "Note", warning: "Warning", error: "Error", success: "Done" };

function alert(block, surface) {
  const level = Object.hasOwn(LEVELS, block.level) ? block.level : "default";
  return h(
    "div",
    { class: `block-alert level-${level}` },
    LEVELS[level] && h("span", { class: "visually-hidden" }, `${LEVELS[level]}: `),
    h("div", { class: "prose" }, textNodes(block.text, surface.lookup)),
  );
}
