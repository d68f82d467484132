// Formatted text as each messenger shows it: Telegram by entities, the others by their marks.
import { el, safeUrl } from "./dom.js";

const WRAP = {
  bold: () => el("strong"), italic: () => el("em"), underline: () => el("u"), strikethrough: () => el("s"), code: () => el("code"),
  pre: () => el("pre"), blockquote: () => el("blockquote"), expandable_blockquote: () => el("blockquote"), spoiler: () => el("span", { class: "spoiler", tabindex: "0" }),
};
function wrapper(entity, text) {
  if (WRAP[entity.type]) return WRAP[entity.type]();
  const address = { text_link: entity.url, url: text, email: `mailto:${text}` }[entity.type];
  if (address && safeUrl(address)) return el("a", { href: address, target: "_blank", rel: "noopener noreferrer" });
  if (["bot_command", "mention", "hashtag", "phone_number"].includes(entity.type)) return el("a", { href: "#", class: entity.type, onclick: (event) => event.preventDefault() });
  return el("span");
}
// Entities are nested by offset and length in UTF-16 units, which is how JavaScript counts too.
export function fromEntities(text, entities) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  function build(start, end, list) {
    const parts = [];
    let position = start;
    while (list.length) {
      const entity = list.shift();
      if (entity.offset < position) continue;
      if (entity.offset >= end) break;
      parts.push(text.slice(position, entity.offset));
      const stop = Math.min(end, entity.offset + entity.length);
      const inner = [];
      while (list.length && list[0].offset < stop) inner.push(list.shift());
      const node = wrapper(entity, text.slice(entity.offset, stop));
      node.append(...build(entity.offset, stop, inner));
      parts.push(node);
      position = stop;
    }
    parts.push(text.slice(position, end));
    return parts.filter((part) => part !== "");
  }
  return build(0, text.length, sorted);
}
const MARK = /```([\s\S]+?)```|(?<![\p{L}\p{N}])\*(\S(?:[^*\n]*\S)?)\*(?![\p{L}\p{N}])|(?<![\p{L}\p{N}])_(\S(?:[^_\n]*\S)?)_(?![\p{L}\p{N}])|(?<![\p{L}\p{N}])~(\S(?:[^~\n]*\S)?)~(?![\p{L}\p{N}])|(https?:\/\/[^\s<>]+)/gu;
export function fromMarks(text) {
  const parts = [];
  let position = 0;
  for (const match of text.matchAll(MARK)) {
    parts.push(text.slice(position, match.index));
    const [whole, mono, bold, italic, strike, url] = match;
    if (mono !== undefined) parts.push(el("code", {}, mono));
    else if (bold !== undefined) parts.push(el("strong", {}, ...fromMarks(bold)));
    else if (italic !== undefined) parts.push(el("em", {}, ...fromMarks(italic)));
    else if (strike !== undefined) parts.push(el("s", {}, ...fromMarks(strike)));
    else parts.push(el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, url));
    position = match.index + whole.length;
  }
  parts.push(text.slice(position));
  return parts.filter((part) => part !== "");
}
// Viber's button texts may hold <b>, <i>, <u>, <s>, <br> and <font color size>: only those are kept.
export function fromViberHtml(source) {
  const parsed = new DOMParser().parseFromString(source, "text/html").body;
  const copy = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return document.createTextNode(node.textContent);
    if (node.nodeType !== Node.ELEMENT_NODE) return document.createTextNode("");
    const name = node.tagName.toLowerCase();
    if (["script", "style"].includes(name)) return document.createTextNode("");
    const kept = document.createElement(["b", "i", "u", "s", "br"].includes(name) ? name : "span");
    if (name === "font" && /^#[0-9a-f]{3,8}$/i.test(node.getAttribute("color") ?? "")) kept.style.color = node.getAttribute("color");
    kept.append(...[...node.childNodes].map(copy));
    return kept;
  };
  return [...parsed.childNodes].map(copy);
}
