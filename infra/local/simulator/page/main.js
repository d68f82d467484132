// Puts the page together: windows, shopper and language choice, drawers, live updates.
import { el, toast } from "./dom.js";
import { addTraffic, renderFaults, renderTraffic } from "./panels.js";
import * as server from "./server.js";
import { language, setLanguage, t } from "./texts.js";
import { ChatWindow } from "./window.js";

const PLATFORMS = ["telegram", "whatsapp", "viber"];
const LABELS = { telegram: "Telegram", whatsapp: "WhatsApp", viber: "Viber" };
const byId = (id) => document.getElementById(id);
const windows = Object.fromEntries(PLATFORMS.map((platform) => [platform, new ChatWindow(platform, markUnread)]));
let world = { bots: [], people: [], faults: [] };
// a window of its own for each person: the address names who it belongs to, else what was chosen last
const named = new URLSearchParams(location.search).get("shopper");
let shopper = named ?? localStorage.getItem("shopper") ?? "";
let shown = "telegram";
windows.telegram.group = new URLSearchParams(location.search).get("group") ?? "";

function markUnread(platform) { if (platform !== shown) byId("tabs").querySelector(`[data-tab="${platform}"]`)?.classList.add("unread"); }

function showTab(platform, focus) {
  shown = platform;
  for (const name of PLATFORMS) windows[name].element.classList.toggle("current", name === platform);
  for (const tab of byId("tabs").children) {
    const chosen = tab.dataset.tab === platform;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
    if (chosen) { tab.classList.remove("unread"); if (focus) tab.focus(); }
  }
  windows[platform].toEnd();
  windows[platform].refresh();
}

function buildTabs() {
  byId("tabs").replaceChildren(...PLATFORMS.map((platform, index) => el("button", { type: "button", role: "tab", "data-tab": platform, onclick: () => showTab(platform), onkeydown: (event) => {
    const step = { ArrowRight: 1, ArrowLeft: PLATFORMS.length - 1 }[event.key];
    if (step) showTab(PLATFORMS[(index + step) % PLATFORMS.length], true);
  } }, LABELS[platform], el("i"))));
}

function translate() {
  document.documentElement.lang = language();
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = t(node.dataset.text);
  for (const node of document.querySelectorAll("[data-label]")) { node.setAttribute("aria-label", t(node.dataset.label)); node.title = t(node.dataset.label); }
  for (const window of Object.values(windows)) window.render();
  if (!byId("faults").hidden) drawFaults();
  if (!byId("traffic").hidden) renderTraffic(byId("traffic"), () => toggle("traffic"));
}

function drawFaults() { renderFaults(byId("faults"), world.faults, () => toggle("faults")); }

function toggle(name) {
  for (const drawer of ["faults", "traffic"]) {
    const open = drawer === name && byId(drawer).hidden;
    byId(drawer).hidden = !open;
    byId(`open-${drawer}`).setAttribute("aria-expanded", String(open));
    if (!open) continue;
    if (drawer === "faults") drawFaults(); else renderTraffic(byId(drawer), () => toggle(drawer));
  }
}

async function loadWorld() {
  world = await server.state();
  if (!world.people.includes(shopper)) shopper = world.people[0] ?? "";
  byId("shopper").replaceChildren(...world.people.map((name) => el("option", { value: name, selected: name === shopper }, name)));
  byId("fault-count").hidden = !world.faults.length;
  byId("fault-count").textContent = world.faults.length;
  if (!byId("faults").hidden) drawFaults();
  for (const platform of PLATFORMS) windows[platform].setBots(world.bots.filter((bot) => bot.platform === platform), shopper);
}

async function addShopper() {
  const name = window.prompt(t("newShopperAsk"))?.trim();
  if (!name) return;
  for (const bot of world.bots) await server.addUser({ platform: bot.platform, bot_id: bot.bot_id, user: name });
  choose(name);
}

function addressOf(name) { return `?shopper=${encodeURIComponent(name)}`; }

function choose(name) { shopper = name; if (named === null) localStorage.setItem("shopper", name); else history.replaceState(null, "", addressOf(name)); loadWorld().catch((error) => toast(error.message)); }

function onEvent(event) {
  if (event.kind === "chat") for (const window of Object.values(windows)) { if (window.chat?.key === event.chat) window.refresh(); }
  if (event.kind === "callback_answered") {
    const window = Object.values(windows).find((candidate) => candidate.chat?.key === event.chat);
    for (const busy of window?.element.querySelectorAll(".busy") ?? []) busy.classList.remove("busy");
    if (window && event.text) toast(event.text, window.element);
  }
  if (event.kind === "traffic" && !byId("traffic").hidden) addTraffic(byId("traffic"), event.exchange);
  if (["bots", "faults", "open"].includes(event.kind)) loadWorld().catch((error) => toast(error.message));
  if (event.kind === "open") for (const window of Object.values(windows)) window.refresh();
}

byId("windows").append(...PLATFORMS.map((platform) => windows[platform].element));
byId("language").value = language();
byId("language").addEventListener("change", (event) => { setLanguage(event.target.value); translate(); });
byId("shopper").addEventListener("change", (event) => choose(event.target.value));
byId("second-window").addEventListener("click", () => window.open(addressOf(shopper), "_blank"));
byId("new-shopper").addEventListener("click", () => addShopper().catch((error) => toast(error.message)));
for (const name of ["faults", "traffic"]) byId(`open-${name}`).addEventListener("click", () => toggle(name));
document.addEventListener("keydown", (event) => { if (event.key === "Escape") for (const name of ["faults", "traffic"]) if (!byId(name).hidden) toggle(name); });
document.addEventListener("pointerdown", (event) => { for (const window of Object.values(windows)) if (!event.target.closest(".menu, .icon")) for (const menu of window.element.querySelectorAll(".menu")) menu.remove(); });
buildTabs();
translate();
showTab(shown);
server.listen(onEvent, () => toast(t("unreachable")));
