// The two drawers: faults on demand, and the raw traffic.
import { el, toast } from "./dom.js";
import * as server from "./server.js";
import { t } from "./texts.js";

const KINDS = ["too_many_requests", "server_error", "timeout_before_accepting", "timeout_after_accepting", "malformed_answer", "connection_reset", "reset_after_accepting", "latency", "fail_later"];
const PLATFORMS = { telegram: "Telegram", whatsapp: "WhatsApp", viber: "Viber" };
const failed = (error) => toast(error.message);

function head(title, close, ...extra) {
  return el("div", { class: "drawer-head" }, el("h2", {}, title), el("span", {}, ...extra, " ", el("button", { type: "button", class: "plain", onclick: close }, t("close"))));
}
function pick(options) { return el("select", {}, options.map(([value, label]) => el("option", { value }, label))); }

export function renderFaults(drawer, rules, close) {
  const kind = pick(KINDS.map((name) => [name, t(name)]));
  const where = pick([["", t("everywhere")], ...Object.entries(PLATFORMS)]);
  const times = el("input", { type: "number", min: "1", value: "3" });
  const wait = el("input", { type: "number", min: "0", value: "5" });
  const method = el("input", { type: "text", placeholder: t("anyMethod") });
  const add = (event) => {
    event.preventDefault();
    const fault = { kind: kind.value, count: Number(times.value) || null, retry_after: Number(wait.value) || 1, seconds: Number(wait.value) };
    if (where.value) fault.platform = where.value;
    if (method.value.trim()) fault.method = method.value.trim();
    server.addFault(fault).catch(failed);
  };
  const form = el("form", { class: "form", onsubmit: add }, el("label", {}, t("kind"), kind),
    el("div", { class: "pair" }, el("label", {}, t("where"), where), el("label", {}, t("method"), method)),
    el("div", { class: "pair" }, el("label", {}, t("times"), times), el("label", {}, t("wait"), wait)), el("button", { class: "primary", type: "submit" }, t("add")));
  const list = rules.map((rule) => el("div", { class: "rule" },
    el("span", {}, t(rule.kind), el("small", {}, [PLATFORMS[rule.platform] ?? t("everywhere"), rule.method, rule.count === null ? t("forever") : t("left", rule.count)].filter(Boolean).join(" · "))),
    el("button", { type: "button", class: "plain", onclick: () => server.removeFault(rule.number).catch(failed) }, t("lift"))));
  const all = rules.length ? el("button", { type: "button", class: "plain", onclick: () => server.removeFault().catch(failed) }, t("liftAll")) : null;
  drawer.replaceChildren(head(t("faults"), close, all ?? ""), el("div", { class: "drawer-body" }, el("p", { class: "hint" }, t("faultHint")), form, ...(list.length ? list : [el("p", { class: "hint" }, t("none"))])));
}

function pretty(body) { try { return JSON.stringify(JSON.parse(body), null, 2); } catch { return body; } }
async function unfold(box, number) {
  const open = box.querySelector(".full");
  if (open) { open.remove(); return; }
  try {
    const full = await server.exchange(number);
    const headers = Object.entries(full.request_headers).map(([name, value]) => `${name}: ${value}`).join("\n");
    box.append(el("div", { class: "full" }, el("h3", {}, full.url), el("h3", {}, t("request")), el("pre", {}, `${headers}\n\n${pretty(full.request_body)}`), el("h3", {}, `${t("answer")} · ${full.status} ${full.note}`), el("pre", {}, pretty(full.response_body) || "—")));
  } catch (error) { failed(error); }
}
function line(item) {
  const box = el("div", { class: "exchange" });
  const bad = item.status === 0 || item.status >= 400 || item.note.startsWith("fault");
  box.append(el("button", { type: "button", onclick: () => unfold(box, item.number) }, el("time", {}, new Date(item.at * 1000).toLocaleTimeString("ru")), el("span", { title: item.direction }, item.direction === "call" ? "←" : "→"),
    el("span", { class: `badge ${item.platform}` }, PLATFORMS[item.platform]), el("span", { class: "name" }, item.method, item.note && item.note !== "attempt 1" ? ` · ${item.note}` : ""), el("span", { class: `code${bad ? " bad" : ""}` }, item.status || "✕"), el("span", { class: "ms" }, `${Math.round(item.milliseconds)} ms`)));
  return box;
}
export async function renderTraffic(drawer, close) {
  const body = el("div", { class: "drawer-body" }, el("p", { class: "hint" }, t("trafficHint")));
  const clear = el("button", { type: "button", class: "plain", onclick: () => server.clearTraffic().then(() => renderTraffic(drawer, close), failed) }, t("clear"));
  drawer.replaceChildren(head(t("traffic"), close, clear), body);
  try {
    const { exchanges } = await server.traffic();
    body.append(...(exchanges.length ? exchanges.reverse().map(line) : [el("p", { class: "hint" }, t("noTraffic"))]));
  } catch (error) { failed(error); }
}
export function addTraffic(drawer, item) {
  const hint = drawer.querySelector(".drawer-body > .hint");
  if (!hint) return;
  hint.after(line(item));
  const lines = drawer.querySelectorAll(".exchange");
  if (lines.length > 500) lines[lines.length - 1].remove();
}
