// Slack's mrkdwn to DOM nodes. Whatever is not understood stays visible as the text it is.

import { h } from "./dom.js";
import { emoji, withEmoji } from "./emoji.js";
import { dateTokens, iso, whole } from "./time.js";

/** Undo the three escapes that Slack knows. */
export function unescaped(text) {
  return text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}

/** A link that may be opened, or null: only http, https and mailto. */
export function safeUrl(url) {
  try {
    return ["http:", "https:", "mailto:"].includes(new URL(url).protocol) ? url : null;
  } catch {
    return null;
  }
}

/** A link in a new tab; plain text when its address is of another kind. */
export function link(url, ...children) {
  const href = safeUrl(url);
  if (!href) return h("span", {}, ...children);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

const mention = (text) => h("span", { class: "mention" }, text);

export const userMention = (id, lookup, label) => mention(`@${lookup.user(id) ?? (label || id)}`);
export const channelMention = (id, lookup, label) => mention(`#${lookup.channel(id) ?? (label || id)}`);
export const broadcast = (range) => mention(`@${range}`);
export const groupMention = (id, label) => mention(label ? `@${label.replace(/^@/, "")}` : `@${id}`);

/** A moment in the reader's time; the fallback when it cannot be shown. */
export function moment(unix, format, fallback, url) {
  const shown = dateTokens(unix, format);
  if (shown === null) return h("span", {}, fallback ?? "");
  const time = h("time", { datetime: iso(unix), title: whole(unix) }, shown);
  return url ? link(url, time) : time;
}

const SIGNS = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };

/** Nodes for a plain_text object: nothing in it is formatted but emoji, and those only if it says so. */
export function plainText(object) {
  const text = String(object?.text ?? "").replace(/&(?:amp|lt|gt);/g, (sign) => SIGNS[sign]);
  return object?.emoji === false ? text : withEmoji(text);
}

/** Nodes for a text object of either kind. */
export function textNodes(object, lookup) {
  if (object?.type === "mrkdwn") return mrkdwn(String(object.text ?? ""), lookup, { verbatim: object.verbatim === true });
  return lines(plainText(object));
}

/** Text with its line breaks kept. */
export function lines(text) {
  return text.split("\n").flatMap((line, index) => (index ? [h("br"), line] : [line]));
}

/** Nodes for a mrkdwn text. */
export function mrkdwn(text, lookup, { verbatim = false } = {}) {
  const context = { lookup, verbatim };
  return text.split(/(```[\s\S]+?```)/).flatMap((part, index) => {
    if (index % 2 === 0) return paragraphs(part, context, index > 0);
    return h("pre", {}, h("code", {}, entities(part.slice(3, -3).replace(/^\n|\n$/g, ""), context)));
  });
}

function paragraphs(text, context, afterBlock) {
  const nodes = [];
  let quote = null;
  let fresh = true;
  for (const line of (afterBlock ? text.replace(/^\n/, "") : text).split("\n")) {
    const quoted = /^(?:>|&gt;) ?(.*)$/.exec(line);
    if (quoted) {
      if (quote) quote.append(h("br"));
      else nodes.push((quote = h("blockquote")));
      quote.append(...inline(quoted[1], context));
      fresh = true;
      continue;
    }
    if (!fresh) nodes.push(h("br"));
    quote = null;
    fresh = false;
    nodes.push(...inline(line, context));
  }
  return nodes;
}

const MARKS = { "*": "strong", "_": "em", "~": "s" };
const word = /[\p{L}\p{N}]/u;

/** One line: code, entities, marks, emoji, bare links. */
function inline(text, context) {
  const nodes = [];
  let plain = "";
  const flush = () => {
    if (plain) nodes.push(...bare(plain, context));
    plain = "";
  };
  let at = 0;
  while (at < text.length) {
    const taken = code(text, at, context) ?? entity(text, at, context) ?? marked(text, at, context);
    if (taken) {
      flush();
      nodes.push(taken.node);
      at = taken.end;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  flush();
  return nodes;
}

function code(text, at, context) {
  if (text[at] !== "`") return null;
  const end = text.indexOf("`", at + 1);
  if (end <= at + 1) return null;
  return { node: h("code", {}, entities(text.slice(at + 1, end), context)), end: end + 1 };
}

function entity(text, at, context) {
  if (text[at] !== "<") return null;
  const end = text.indexOf(">", at);
  const node = end > at + 1 ? entityNode(text.slice(at + 1, end), context) : null;
  return node && { node, end: end + 1 };
}

function entityNode(body, context) {
  const bar = body.indexOf("|");
  const target = bar < 0 ? body : body.slice(0, bar);
  const label = bar < 0 ? "" : unescaped(body.slice(bar + 1));
  let found;
  if ((found = /^@([UWB][A-Z0-9]*)$/.exec(target))) return userMention(found[1], context.lookup, label);
  if ((found = /^#([CGD][A-Z0-9]*)$/.exec(target))) return channelMention(found[1], context.lookup, label);
  if ((found = /^!subteam\^(\w+)$/.exec(target))) return groupMention(found[1], label);
  if ((found = /^!(here|channel|everyone)$/.exec(target))) return broadcast(found[1]);
  if ((found = /^!date\^(-?\d+)\^([^^]*)(?:\^(.*))?$/.exec(target))) {
    return moment(Number(found[1]), unescaped(found[2]), label, found[3] && unescaped(found[3]));
  }
  const url = unescaped(target);
  if (!safeUrl(url)) return null;
  return link(url, withEmoji(label || url.replace(/^mailto:/, "")));
}

/** Inside code only entities count; marks and emoji do not. */
function entities(text, context) {
  return text.split(/(<[^<>\n]+>)/).map((part, index) => {
    const node = index % 2 ? entityNode(part.slice(1, -1), context) : null;
    return node ?? unescaped(part);
  });
}

function marked(text, at, context) {
  const tag = MARKS[text[at]];
  const before = text[at - 1];
  const next = text[at + 1];
  if (!tag || (before && (word.test(before) || before === text[at]))) return null;
  if (!next || next === text[at] || /\s/.test(next)) return null;
  for (let end = text.indexOf(text[at], at + 1); end > 0; end = text.indexOf(text[at], end + 1)) {
    const after = text[end + 1];
    if (end > at + 1 && !/\s/.test(text[end - 1]) && !(after && (word.test(after) || after === text[at]))) {
      return { node: h(tag, {}, inline(text.slice(at + 1, end), context)), end: end + 1 };
    }
  }
  return null;
}

/** Plain words with their emoji, and, unless `verbatim`, addresses turned into links as Slack does. */
function bare(text, context) {
  const parts = text.split(/(:[a-z0-9_+-]+:)/);
  return parts.flatMap((part, index) => {
    if (index % 2) return emoji(part.slice(1, -1)) ?? part;
    if (context.verbatim) return unescaped(part);
    return unescaped(part).split(/(https?:\/\/[^\s<>"'|]+[^\s<>"'|.,;:!?)\]}*_~])/).map((piece, number) => (number % 2 ? link(piece, piece) : piece));
  }).filter((node) => node !== "");
}
