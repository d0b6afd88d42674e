// `rich_text` blocks: what they hold is text and never parsed.

import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { broadcast, channelMention, groupMention, lines, link, moment, userMention } from "./mrkdwn.js";

/** Nodes for the elements of a rich_text block. */
export function richText(block, lookup) {
  return (block.elements ?? []).map((element) => part(element, lookup));
}

function part(element, lookup) {
  switch (element.type) {
    case "rich_text_section":
      return h("div", { class: "rich-section" }, leaves(element, lookup));
    case "rich_text_quote":
      return h("blockquote", {}, leaves(element, lookup));
    case "rich_text_preformatted":
      return h("pre", {}, h("code", {}, leaves(element, lookup)));
    case "rich_text_list":
      return h(
        element.style === "ordered" ? "ol" : "ul",
        { class: `indent-${Math.min(Number(element.indent) || 0, 6)}`, start: element.style === "ordered" && element.offset ? element.offset + 1 : null },
        (element.elements ?? []).map((item) => h("li", {}, leaves(item, lookup))),
      );
    default:
      throw new Error(`rich_text element ${element.type}`);
  }
}

const leaves = (element, lookup) => (element.elements ?? []).map((leaf) => styled(leafNodes(leaf, lookup), leaf.style ?? {}));

function leafNodes(leaf, lookup) {
  switch (leaf.type) {
    case "text":
      return lines(String(leaf.text ?? ""));
    case "link":
      return link(leaf.url, leaf.text ?? leaf.url);
    case "user":
      return userMention(leaf.user_id, lookup);
    case "channel":
      return channelMention(leaf.channel_id, lookup);
    case "usergroup":
      return groupMention(leaf.usergroup_id);
    case "broadcast":
      return broadcast(leaf.range);
    case "emoji":
      return leaf.unicode ? fromCodes(leaf.unicode) : (emoji(leaf.name) ?? `:${leaf.name}:`);
    case "date":
      return moment(leaf.timestamp, leaf.format, leaf.fallback, leaf.url);
    case "color":
      return h("code", {}, leaf.value);
    default:
      throw new Error(`rich_text element ${leaf.type}`);
  }
}

const fromCodes = (codes) => codes.split("-").map((code) => String.fromCodePoint(Number.parseInt(code, 16))).join("");

function styled(nodes, style) {
  let inner = nodes;
  for (const [name, tag] of [["code", "code"], ["strike", "s"], ["italic", "em"], ["bold", "strong"], ["underline", "u"]]) {
    if (style[name]) inner = h(tag, {}, inner);
  }
  return inner;
}
