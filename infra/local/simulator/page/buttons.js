// What can be pressed: Telegram's keyboards, WhatsApp's buttons and list sheet, Viber's grids and carousels.
import { el } from "./dom.js";
import { fromViberHtml } from "./richtext.js";
import { t } from "./texts.js";

function rows(markup, key) { return (markup?.[key] ?? []).map((line) => line.map((button) => (typeof button === "string" ? { text: button } : button))); }
const openLink = (url) => { if (/^https?:/i.test(url)) window.open(url, "_blank", "noopener"); };

export function telegramInline(message, { press, follows }) {
  const lines = rows(message.markup, "inline_keyboard");
  if (!lines.length) return null;
  return el("div", { class: "inline" }, lines.map((line) => el("div", { class: "line" }, line.map((button) =>
    el("button", { type: "button", class: button.url ? "url" : "", title: button.url ?? "", onclick: (event) => {
      if (button.url) { if (!follows(button.url)) openLink(button.url); return; }
      event.currentTarget.classList.add("busy");
      press(button.callback_data ?? button.text, message.id);
    } }, button.text)))));
}
export function telegramReply(keyboard, press) {
  const lines = rows(keyboard, "keyboard");
  if (!lines.length) return null;
  return el("div", { class: "reply-keys" }, lines.map((line) => el("div", { class: "line" }, line.map((button) =>
    el("button", { type: "button", onclick: () => press(button.text) }, (button.request_contact ? "👤 " : button.request_location ? "📍 " : "") + button.text)))));
}
export function whatsappKeys(message, press, openSheet) {
  const markup = message.markup ?? {};
  if (markup.type === "list") return el("div", { class: "wa-keys" }, el("button", { type: "button", onclick: () => openSheet(listSheet(message, press)) }, "☰ ", markup.action.button));
  const keys = message.buttons.filter((button) => button.action !== "choice");
  if (!keys.length) return null;
  const sign = { callback: "↩", quick_reply: "↩", url: "↗", location: "📍" };
  return el("div", { class: "wa-keys" }, keys.map((button) => el("button", { type: "button", title: button.action === "url" ? button.payload : "", onclick: (event) => {
    if (button.action === "url") { openLink(button.payload); return; }
    if (button.action !== "location") for (const key of event.currentTarget.parentNode.children) key.disabled = true;
    press(button.payload || button.title, message.id);
  } }, `${sign[button.action] ?? ""} `, button.action === "location" ? t("sharePlace") : button.title)));
}
function listSheet(message, press) {
  return (close) => [
    el("header", {}, message.markup.action.button, el("button", { type: "button", class: "icon", "aria-label": t("close"), onclick: close }, "✕")),
    el("div", { class: "rows" }, message.markup.action.sections.map((section) => [
      section.title ? el("h4", {}, section.title) : null,
      ...section.rows.map((row) => el("button", { type: "button", onclick: () => { close(); press(row.id, message.id); } },
        el("span", {}, row.title, row.description ? el("small", {}, row.description) : null), el("span", { class: "ring" }))),
    ])),
  ];
}
const colour = (value) => (/^#[0-9a-f]{6}$/i.test(value ?? "") ? value : "");
export function viberButton(button, images, press) {
  const place = [button.TextSize ?? "regular", button.TextHAlign ?? "center", button.TextVAlign ?? "middle"].join(" ");
  const node = el("button", { type: "button", class: place, disabled: button.ActionType === "none", onclick: () => {
    if (button.ActionType === "open-url") openLink(button.ActionBody); else press(button.ActionBody);
  } });
  node.style.gridColumn = `span ${button.Columns ?? 6}`;
  node.style.gridRow = `span ${button.Rows ?? 1}`;
  if (colour(button.BgColor)) node.style.backgroundColor = button.BgColor;
  const file = button.Image && images?.[button.Image];
  if (file) node.append(el("img", { src: `/control/media/${encodeURIComponent(file)}`, alt: "", class: button.ImageScaleType === "fit" ? "fit" : "" }));
  if (button.Text) node.append(el("span", {}, ...fromViberHtml(button.Text)));
  return node;
}
export function viberKeyboard(keyboard, images, press) {
  if (!keyboard?.Buttons?.length) return null;
  const box = el("div", { class: "viber-keys" }, el("div", { class: "grid6" }, keyboard.Buttons.map((button) => viberButton(button, images, press))));
  if (colour(keyboard.BgColor)) box.style.backgroundColor = keyboard.BgColor;
  return box;
}
// A carousel's buttons fill card after card: each card is ButtonsGroupColumns by ButtonsGroupRows.
export function viberCarousel(message, press) {
  const media = message.content.rich_media;
  const columns = media.ButtonsGroupColumns ?? 6, size = columns * (media.ButtonsGroupRows ?? 7);
  const cards = [];
  let used = size;
  for (const button of media.Buttons) {
    if (used >= size) { cards.push([]); used = 0; }
    cards.at(-1).push(button);
    used += (button.Columns ?? columns) * (button.Rows ?? 1);
  }
  return el("div", { class: "carousel", tabindex: "0" }, cards.map((card) => {
    const grid = el("div", { class: "grid6" }, card.map((button) => viberButton(button, message.content.images, press)));
    grid.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
    return el("div", { class: "card" }, grid);
  }));
}
