// One messenger's window: its bar, its messages, its keyboard and the line to write in.
import { row } from "./bubbles.js";
import { telegramReply, viberKeyboard } from "./buttons.js";
import { el, icon, toast } from "./dom.js";
import * as server from "./server.js";
import { language, t } from "./texts.js";

const NAMES = { telegram: "Telegram", whatsapp: "WhatsApp", viber: "Viber" };
const COMMANDS = ["/start", "/help", "/language", "/reset"];

export class ChatWindow {
  constructor(platform, onUnread) {
    this.platform = platform;
    this.onUnread = onUnread;
    this.bot = null;
    this.user = "";
    this.group = "";
    this.chat = null;
    this.editing = null;
    this.scroll = el("div", { class: "scroll", role: "log", "aria-live": "polite", tabindex: "0" });
    // a keyboard that unfolds below takes height away: the last message stays in sight
    this.following = true;
    this.scroll.addEventListener("click", (event) => { const link = event.target.closest?.("a[href]"); if (link && this.follows(link.href)) event.preventDefault(); });
    this.scroll.addEventListener("scroll", () => { this.following = this.isAtEnd(); });
    new ResizeObserver(() => { if (this.following) this.toEnd(); }).observe(this.scroll);
    this.bar = el("div", { class: "bar" });
    this.chips = el("div", { class: "chips" });
    this.foot = el("div", { class: "foot" });
    this.keys = el("div", { class: "keys" });
    this.element = el("section", { class: `window ${platform}`, "aria-label": NAMES[platform] }, this.bar, this.scroll, this.chips, this.foot, this.keys);
    this.buildComposer();
  }

  get target() { return { platform: this.platform, bot_id: this.bot.bot_id, user: this.user, ...(this.group ? { group: this.group } : {}) }; }

  openGroup(title) { Object.assign(this, { group: title, chat: null, editing: null }); this.refresh(); }

  // a link to this bot opens the person's private chat with it, as in the app
  follows = (url) => {
    const name = this.platform === "telegram" && /^https:\/\/(?:t|telegram)\.me\/(\w+)(?:\?start=|$)/.exec(url)?.[1];
    if (!name || name.toLowerCase() !== this.bot?.username?.toLowerCase()) return false;
    this.do("open_link", { url }).then(() => this.openGroup(""));
    return true;
  };

  buildComposer() {
    this.input = el("textarea", { rows: "1" });
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.submit(); }
      if (event.key === "Escape") this.stopEditing();
    });
    this.input.addEventListener("input", () => this.fitInput());
    this.picker = el("input", { type: "file", hidden: true, tabindex: "-1" });
    this.picker.addEventListener("change", () => this.sendFile());
    this.attachButton = el("button", { type: "button", class: "icon", "aria-haspopup": "menu", onclick: () => this.toggleMenu("attach") }, icon("clip"));
    this.sendButton = el("button", { type: "button", class: "icon send", onclick: () => (this.input.value.trim() ? this.submit() : this.do("send_voice")) }, icon("mic"));
    this.composer = el("div", { class: "composer" }, this.attachButton, this.input, this.picker, this.sendButton);
  }

  fitInput() {
    this.input.style.height = "auto";
    this.input.style.height = `${this.input.scrollHeight}px`;
    const wanted = this.input.value.trim() ? "send" : "voice";
    if (this.sendButton.dataset.does !== wanted) {
      this.sendButton.dataset.does = wanted;
      this.sendButton.replaceChildren(icon(wanted === "send" ? "send" : "mic"));
      this.sendButton.setAttribute("aria-label", t(wanted));
    }
  }

  setBots(bots, user) {
    this.bots = bots;
    const chosen = localStorage.getItem(`bot.${this.platform}`);
    this.setTarget(bots.find((bot) => bot.bot_id === chosen) ?? bots[0] ?? null, user);
  }

  chooseBot(id) { localStorage.setItem(`bot.${this.platform}`, id); this.setBots(this.bots, this.user); }

  title(name) {
    if (this.group || (this.bots?.length ?? 0) < 2) return el("strong", {}, name);
    return el("select", { class: "choose-bot", "aria-label": t("bot"), onchange: (event) => this.chooseBot(event.target.value) }, this.bots.map((bot) => el("option", { value: bot.bot_id, selected: bot.bot_id === this.bot?.bot_id }, bot.name)));
  }

  setTarget(bot, user) {
    if (this.bot?.bot_id === bot?.bot_id && this.user === user) { this.bot = bot; this.render(); return; }
    Object.assign(this, { bot, user, chat: null, editing: null });
    if (bot && user) this.refresh(); else this.render();
  }

  async refresh() {
    if (!this.bot || !this.user) return;
    if (this.loading) { this.again = true; return; }
    this.loading = true;
    try {
      const { user, group } = this;
      const chat = await server.chat(this.target);
      if (user === this.user && group === this.group) { const before = this.count(); this.chat = chat; this.render(); this.noticeNew(before); }
    } catch (error) {
      toast(error.message);
    } finally {
      this.loading = false;
      if (this.again) { this.again = false; this.refresh(); }
    }
  }

  count() { return this.chat ? this.chat.messages.filter((message) => message.from_bot).length : -1; }

  noticeNew(before) {
    if (this.count() <= before || before < 0) return;
    const visible = this.element.offsetParent !== null && !document.hidden;
    if (!visible) this.onUnread(this.platform);
    else if (this.platform !== "telegram") setTimeout(() => this.bot && server.act(this.target, "read").catch(() => undefined), 700);
  }

  async do(action, parameters = {}, file) {
    if (!this.bot) return;
    this.closeOverlays();
    try {
      const { status } = await server.act(this.target, action, parameters, file);
      if (status === 0 && !["read", "block", "unblock"].includes(action)) toast(t("noAnswer"));
      else if (status >= 300) toast(t("status", status));
    } catch (error) {
      toast(error.message);
    }
  }

  press = (title, messageId) => this.do("press", messageId ? { title_or_id: title, message_id: messageId } : { title_or_id: title });

  submit() {
    const text = this.input.value.trim();
    if (!text) return;
    this.input.value = "";
    if (this.editing) { const { id } = this.editing; this.stopEditing(); this.do("edit", { text, message_id: id }); } else this.do("send_text", { text });
    this.fitInput();
  }

  startEditing = (message) => { this.editing = message; this.input.value = message.text; this.renderFoot(); this.input.focus(); this.fitInput(); };

  stopEditing() { if (!this.editing) return; this.editing = null; this.input.value = ""; this.renderFoot(); this.fitInput(); }

  sendFile() {
    const [file] = this.picker.files;
    this.picker.value = "";
    if (!file) return;
    // what stands in the line goes along as the caption, as in the real apps
    const caption = file.type.startsWith("audio/") ? "" : this.input.value.trim();
    if (caption) { this.input.value = ""; this.fitInput(); }
    this.do(/^image\/(jpeg|png)$/.test(file.type) ? "send_photo" : file.type.startsWith("audio/") ? "send_voice" : "send_document", caption ? { caption } : {}, file);
  }

  toggleMenu(kind) {
    const open = this.element.querySelector(`.menu.${kind}`);
    this.closeOverlays();
    if (open) return;
    const items = kind === "attach" ? this.attachItems() : this.moreItems();
    const menu = el("div", { class: `menu ${kind}`, role: "menu" }, items.map(([sign, label, action]) => el("button", { type: "button", role: "menuitem", onclick: () => { this.closeOverlays(); action(); } }, el("span", { class: "sign", "aria-hidden": "true" }, sign), label)));
    menu.addEventListener("keydown", (event) => {
      const buttons = [...menu.children], at = buttons.indexOf(document.activeElement);
      if (event.key === "Escape") { this.closeOverlays(); (kind === "attach" ? this.attachButton : this.moreButton).focus(); }
      if (event.key === "ArrowDown") buttons[(at + 1) % buttons.length].focus();
      if (event.key === "ArrowUp") buttons[(at - 1 + buttons.length) % buttons.length].focus();
    });
    this.element.append(menu);
    menu.firstElementChild.focus();
  }

  attachItems() {
    return [["🖼", t("photo"), () => this.do("send_photo")], ["▮▯", t("barcode"), () => this.do("send_photo", { sample: "barcode" })], ["🏷", t("priceTag"), () => this.do("send_photo", { sample: "price-tag" })], ["🗂", t("album"), () => this.do("send_album")], ["🎤", t("voice"), () => this.do("send_voice")], ["📄", t("document"), () => this.do("send_document")],
      ["📍", t("location"), () => this.do("send_location")], ["👤", t("contact"), () => this.do("send_contact")], ["💾", t("disk"), () => this.picker.click()]];
  }

  moreItems() {
    const blocked = this.chat?.membership === "blocked";
    const groups = this.platform !== "telegram" ? [] : this.group ? [["👤", t("privateChat"), () => this.openGroup("")]] : [["👥", t("openGroup"), () => { const title = window.prompt(t("groupAsk"))?.trim(); if (title) this.openGroup(title); }]];
    return [...groups, ["▶", t("start"), () => this.do("start")], [blocked ? "✅" : "⛔", t(blocked ? "unblock" : "block"), () => this.do(blocked ? "unblock" : "block")], ["🧹", t("clear"), () => server.clearChat(this.target).catch((error) => toast(error.message))]];
  }

  openSheet = (content) => {
    const close = () => sheet.remove();
    const sheet = el("div", { class: "sheet", role: "dialog", "aria-modal": "true", onclick: (event) => { if (event.target === sheet) close(); }, onkeydown: (event) => { if (event.key === "Escape") close(); } }, el("div", {}, content(close)));
    this.element.append(sheet);
    sheet.querySelector("button").focus();
  };

  closeOverlays() { for (const node of this.element.querySelectorAll(".menu, .sheet")) node.remove(); }

  render() { this.renderBar(); this.renderMessages(); this.renderChips(); this.renderFoot(); }

  renderBar() {
    const blocked = this.chat?.membership === "blocked";
    const typing = (this.chat?.typing ?? 0) > 0;
    clearTimeout(this.typingTimer);
    if (typing) this.typingTimer = setTimeout(() => this.refresh(), this.chat.typing * 1000 + 60);
    const name = this.group || this.bot?.name || NAMES[this.platform];
    const state = blocked ? t("blocked") : typing ? t("typing") : t(this.group ? "inGroup" : this.platform === "whatsapp" ? "business" : "bot");
    this.moreButton = el("button", { type: "button", class: "icon", "aria-label": t("more"), title: t("more"), onclick: () => this.toggleMenu("more"), disabled: !this.bot }, icon("more"));
    this.bar.replaceChildren(el("span", { class: "face", "aria-hidden": "true" }, name[0]), el("span", { class: "who" }, this.title(name), el("span", {}, state)), el("span", { class: "kind" }, NAMES[this.platform]), this.moreButton);
  }

  renderMessages() {
    const messages = this.chat?.messages ?? [];
    const atEnd = this.isAtEnd();
    const nodes = [];
    if (!this.bot) nodes.push(el("p", { class: "note" }, t("noBot")));
    else if (!messages.length) nodes.push(el("p", { class: "note" }, t("empty")));
    let day = "";
    messages.forEach((message, index) => {
      const date = new Date(message.at * 1000).toDateString();
      if (date !== day) { day = date; nodes.push(el("div", { class: "day" }, date === new Date().toDateString() ? t("today") : new Date(message.at * 1000).toLocaleDateString(language(), { day: "numeric", month: "long" }))); }
      const node = row(this.platform, message, messages[index - 1], messages[index + 1], { press: this.press, openSheet: this.openSheet, edit: this.startEditing, follows: this.follows, speaker: this.group ? this.user : null });
      if (node) nodes.push(node);
    });
    if ((this.chat?.typing ?? 0) > 0) nodes.push(el("div", { class: "dots", "aria-label": t("typing") }, el("i"), el("i"), el("i")));
    const offsets = [...this.scroll.querySelectorAll(".carousel")].map((node) => node.scrollLeft);
    this.scroll.replaceChildren(...nodes);
    this.scroll.querySelectorAll(".carousel").forEach((node, index) => { node.scrollLeft = offsets[index] ?? 0; });
    if (atEnd) { this.toEnd(); for (const image of this.scroll.querySelectorAll("img.photo")) image.addEventListener("load", () => this.toEnd(), { once: true }); }
  }

  isAtEnd() { return this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < 90; }

  toEnd() { this.scroll.scrollTop = this.scroll.scrollHeight; }

  renderChips() {
    const known = (this.bot?.commands ?? []).map((command) => `/${command.command.replace(/^\//, "")}`);
    const commands = known.length ? known : COMMANDS;
    this.chips.hidden = !this.bot || this.chat?.membership === "blocked";
    this.chips.replaceChildren(...commands.map((command) => el("button", { type: "button", onclick: () => (command === "/start" && this.platform !== "whatsapp" ? this.do("start") : this.do("send_text", { text: command })) }, command)));
  }

  renderFoot() {
    const blocked = this.chat?.membership === "blocked";
    const newcomer = this.chat && !this.group && !this.chat.messages.length && this.chat.membership === "new" && this.platform !== "whatsapp";
    const keyboard = this.chat?.keyboard;
    this.keys.replaceChildren();
    if (blocked || newcomer) {
      this.foot.replaceChildren(el("button", { type: "button", class: "stopped", onclick: () => this.do(blocked ? "unblock" : "start") }, t(blocked ? "unblock" : "start")));
      return;
    }
    this.input.placeholder = keyboard?.input_field_placeholder || t("message");
    this.input.setAttribute("aria-label", t("message"));
    this.input.disabled = !this.bot;
    this.attachButton.disabled = !this.bot;
    this.attachButton.setAttribute("aria-label", t("attach"));
    const editing = this.editing ? el("div", { class: "editing" }, t("editing"), el("button", { type: "button", class: "plain", onclick: () => this.stopEditing() }, t("cancel"))) : null;
    const focused = document.activeElement === this.input;
    this.foot.replaceChildren(...[editing, this.composer].filter(Boolean));
    if (focused) this.input.focus();
    this.fitInput();
    const newest = this.chat?.messages.findLast((message) => message.from_bot);
    const keys = this.platform === "telegram" ? telegramReply(keyboard, this.press) : this.platform === "viber" ? viberKeyboard(keyboard, newest?.content.images, this.press) : null;
    if (keys) this.keys.append(keys);
  }
}
