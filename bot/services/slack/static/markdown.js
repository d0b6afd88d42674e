// The `markdown` block: the common part of Markdown, to DOM nodes.

import { h } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { lines, link } from "./mrkdwn.js";

/** Nodes for a Markdown text: headings, lists, quotes, code, rules, emphasis and links. */
export function markdown(text) {
  const nodes = [];
  const rows = String(text).split("\n");
  while (rows.length) nodes.push(...block(rows));
  return nodes;
}

function block(rows) {
  const row = rows.shift();
  if (!row.trim()) return [];
  if (/^ {0,3}```/.test(row)) return [fence(rows)];
  const heading = /^(#{1,6})\s+(.*?)#*$/.exec(row);
  if (heading) return [h("p", { class: `md-heading md-h${Math.min(heading[1].length, 3)}`, role: "heading", "aria-level": heading[1].length + 2 }, spans(heading[2]))];
  if (/^ {0,3}([-*_])( *\1){2,} *$/.test(row)) return [h("hr")];
  if (/^ {0,3}>/.test(row)) return [h("blockquote", {}, markdown(gather(row, rows, /^ {0,3}> ?/).join("\n")))];
  if (/^\s*[-*+]\s+/.test(row)) return [items("ul", gather(row, rows, /^\s*[-*+]\s+/))];
  if (/^\s*\d+[.)]\s+/.test(row)) return [items("ol", gather(row, rows, /^\s*\d+[.)]\s+/))];
  const paragraph = [row];
  while (rows.length && rows[0].trim() && !/^\s*(```|#{1,6}\s|>|[-*+]\s|\d+[.)]\s)/.test(rows[0])) paragraph.push(rows.shift());
  return [h("p", {}, paragraph.flatMap((line, index) => (index ? [h("br"), ...spans(line)] : spans(line))))];
}

function fence(rows) {
  const code = [];
  while (rows.length && !/^ {0,3}```/.test(rows[0])) code.push(rows.shift());
  rows.shift();
  return h("pre", {}, h("code", {}, code.join("\n")));
}

function gather(row, rows, mark) {
  const found = [row.replace(mark, "")];
  while (rows.length && mark.test(rows[0])) found.push(rows.shift().replace(mark, ""));
  return found;
}

const items = (tag, texts) => h(tag, {}, texts.map((text) => h("li", {}, spans(text))));

const SPAN = /(`[^`]+`)|\[([^\]]+)\]\(([^)\s]+)\)|\*\*(?=\S)(.+?)\*\*|~~(?=\S)(.+?)~~|(?<![\p{L}\p{N}*])\*(?=\S)([^*]+?)\*(?!\*)|(?<![\p{L}\p{N}_])_(?=\S)([^_]+?)_(?![\p{L}\p{N}_])/u;

function spans(text) {
  const found = SPAN.exec(text);
  if (!found) return lines(withEmoji(text));
  const [whole, code, label, url, strong, struck, star, underscore] = found;
  let node;
  if (code) node = h("code", {}, code.slice(1, -1));
  else if (url) node = link(url, ...spans(label));
  else if (strong) node = h("strong", {}, spans(strong));
  else if (struck) node = h("s", {}, spans(struck));
  else node = h("em", {}, spans(star ?? underscore));
  return [...lines(withEmoji(text.slice(0, found.index))), node, ...spans(text.slice(found.index + whole.length))];
}
