// One message as a bubble: text, media, place, contact, ticks.
import { telegramInline, viberCarousel, whatsappKeys } from "./buttons.js";
import { clock, el, icon } from "./dom.js";
import { fromEntities, fromMarks } from "./richtext.js";
import { t } from "./texts.js";

const media = (id) => `/control/media/${encodeURIComponent(id)}`;
const size = (bytes) => (bytes > 1048576 ? `${(bytes / 1048576).toFixed(1)} MB` : `${Math.max(1, Math.round((bytes ?? 0) / 1024))} KB`);

function photo(message) {
  if (!message.file_id) return message.content.url ? el("div", { class: "broken" }, t("broken")) : null;
  return el("img", { class: "photo", src: media(message.file_id), alt: t("photoAlt"), loading: "lazy", tabindex: "0", onclick: (event) => show(event.currentTarget.src), onkeydown: (event) => { if (event.key === "Enter") show(event.currentTarget.src); } });
}
function show(source) {
  const viewer = el("button", { class: "viewer", type: "button", "aria-label": t("close"), onclick: () => viewer.remove() }, el("img", { src: source, alt: "" }));
  document.body.append(viewer);
  viewer.focus();
}
function file(message) {
  const shown = message.content.file ?? {};
  const name = shown.name || t("document");
  return el("a", { class: "file", href: message.file_id ? media(message.file_id) : undefined, download: name }, el("span", { class: "disc" }, icon("file")), el("span", {}, el("b", {}, name), el("small", {}, size(shown.size))));
}
function voice(message) {
  const wave = el("span", { class: "wave", "aria-hidden": "true" });
  for (let index = 0; index < 30; index += 1) { const bar = el("i"); bar.style.height = `${5 + ((index * 37 + message.id.length * 11) % 19)}px`; wave.append(bar); }
  return el("div", { class: "voice" }, el("button", { type: "button", "aria-label": t("play"), onclick: () => new Audio(media(message.file_id)).play().catch(() => undefined) }, icon("play")), wave, el("small", {}, "0:02"));
}
function place(message) {
  const { latitude, longitude, name, address } = message.content.location;
  const map = el("div", { class: "map" });
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 250 118");
  svg.setAttribute("preserveAspectRatio", "xMidYMid slice");
  for (const [tag, attributes] of [["path", { d: "M0 92C60 70 110 110 250 74V118H0z", fill: "#aed3ee" }], ["path", { d: "M-10 30L260 62M60-10L92 130M170-10l-26 140M-10 66l120-18", stroke: "#fff", "stroke-width": 7, fill: "none" }], ["path", { d: "M125 30a19 19 0 0 0-19 19c0 14 19 32 19 32s19-18 19-32a19 19 0 0 0-19-19z", fill: "#d6342c" }], ["circle", { cx: 125, cy: 49, r: 7, fill: "#fff" }]]) {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    svg.append(node);
  }
  map.append(svg);
  return el("div", { class: "place" }, map, el("div", { class: "coords" }, name || address || `${Number(latitude).toFixed(5)}, ${Number(longitude).toFixed(5)}`));
}
function contact(message) {
  const { first_name: first, last_name: last, phone_number: phone } = message.content.contact;
  return el("div", { class: "person" }, el("span", { class: "face" }, (first || "?")[0]), el("span", {}, el("b", {}, [first, last].filter(Boolean).join(" ")), el("br"), el("small", {}, phone ? `+${phone.replace(/^\+/, "")}` : "")));
}
const BODIES = { photo, document: file, audio: voice, voice, location: place, contact, sticker: () => el("span", {}, "🙂"), video: file };
function ticks(message) {
  const titles = { sent: "", delivered: t("delivered"), read: t("read"), failed: t("notDelivered") };
  const signs = { sent: "✓", delivered: "✓✓", read: "✓✓", failed: "!" };
  return el("span", { class: `ticks ${message.status}`, title: titles[message.status] ?? "" }, signs[message.status] ?? "✓");
}
function text(platform, message) {
  if (!message.text) return null;
  return el("span", { class: "text" }, ...(platform === "telegram" ? fromEntities(message.text, message.entities) : fromMarks(message.text)));
}
function whatsappFrame(message, bubble, actions) {
  const markup = message.kind === "interactive" ? message.markup : {};
  const header = markup?.header?.type === "text" ? el("div", { class: "wa-header" }, markup.header.text) : null;
  const picture = markup?.header && markup.header.type !== "text" ? photo(message) : null;
  const keys = whatsappKeys(message, actions.press, actions.openSheet);
  bubble.prepend(...[picture, header].filter(Boolean));
  if (picture) bubble.classList.add("has-media");
  if (markup?.footer?.text) bubble.append(el("div", { class: "wa-footer" }, markup.footer.text));
  if (keys) { bubble.classList.add("wide-buttons"); bubble.append(keys); }
}
// what a service message says, in its own words: the page has none for what Telegram may yet invent
const service = (message) => Object.entries(message.content.service).map(([name, value]) => `${name}: ${typeof value === "object" ? value.name ?? "" : value}`.replace(/: $/, "")).join(", ");
const side = (message) => (message ? `${message.from_bot}/${message.sender}` : "");
export function row(platform, message, previous, next, actions) {
  if (message.kind === "service") return el("div", { class: "day" }, service(message));
  if (message.kind === "keyboard") return null;
  const own = !message.from_bot && (actions.speaker === null || message.sender === actions.speaker);
  const turn = side(previous) !== side(message), tail = side(next) !== side(message);
  const name = actions.speaker !== null && !own && turn ? el("b", { class: "speaker" }, message.sender) : null;
  if (message.kind === "rich_media") return el("div", { class: "row wide turn" }, viberCarousel(message, actions.press));
  const body = BODIES[message.kind]?.(message);
  const meta = el("span", { class: "meta" }, message.edited ? `${t("edited")} ` : "", clock(message.at), own ? ticks(message) : null);
  const bubble = el("div", { class: `bubble${["photo", "location"].includes(message.kind) ? " has-media" : ""}` }, name, body, text(platform, message), meta);
  if (platform === "whatsapp" && !own) whatsappFrame(message, bubble, actions);
  const editable = own && message.kind === "text" && platform !== "viber" && actions.edit;
  return el("div", { class: `row${own ? " own" : ""}${turn ? " turn" : ""}${tail ? " tail" : ""}` },
    editable ? el("button", { type: "button", class: "edit-own", title: t("edit"), "aria-label": t("edit"), onclick: () => actions.edit(message) }, "✎") : null,
    bubble, platform === "telegram" && message.from_bot ? telegramInline(message, actions) : null);
}
