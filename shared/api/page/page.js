// Shows openapi.json. Every text is set as text, never as markup.
const METHODS = ["get", "post", "put", "patch", "delete"];
const LIMITS = [
  ["minimum", (limit) => `from ${limit}`],
  ["exclusiveMinimum", (limit) => `above ${limit}`],
  ["maximum", (limit) => `to ${limit}`],
  ["exclusiveMaximum", (limit) => `below ${limit}`],
  ["minLength", (limit) => `at least ${limit} long`],
  ["maxLength", (limit) => `at most ${limit} long`],
  ["pattern", (pattern) => `like ${pattern}`],
  ["default", (value) => `${JSON.stringify(value)} unless given`],
];

function element(name, options = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(options)) {
    if (key === "text") made.textContent = value;
    else if (key === "class") made.className = value;
    else made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** Paragraphs with `code`, **strong** words and nothing else of Markdown. */
function prose(text) {
  return (text ?? "").split(/\n\s*\n/).filter(Boolean).map((paragraph) => {
    const parts = paragraph.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part) => {
      if (part.startsWith("`")) return element("code", { text: part.slice(1, -1) });
      if (part.startsWith("**")) return element("strong", { text: part.slice(2, -2) });
      return document.createTextNode(part);
    });
    return element("p", {}, ...parts);
  });
}

class Spec {
  constructor(spec) {
    this.spec = spec;
    this.server = spec.servers?.[0]?.url ?? "";
  }

  resolve(node) {
    if (!node?.$ref) return node ?? {};
    return node.$ref.slice(2).split("/").reduce((found, key) => found[key], this.spec);
  }

  /** A schema in a few words: `array of CityView`, `string (uuid)`, `"a" | "b"`. */
  words(schema) {
    if (!schema) return "";
    if (schema.$ref) {
      const target = this.resolve(schema);
      return target.enum ? this.words(target) : schema.$ref.split("/").pop();
    }
    if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
    if (schema.const !== undefined) return JSON.stringify(schema.const);
    const options = schema.anyOf ?? schema.oneOf;
    if (options) return options.map((option) => this.words(option)).join(" or ");
    if (schema.type === "array") return `array of ${this.words(schema.items) || "anything"}`;
    const limits = LIMITS.filter(([name]) => schema[name] !== undefined).map(([name, say]) => say(schema[name]));
    const kind = Array.isArray(schema.type) ? schema.type.join(" or ") : schema.type ?? "anything";
    const notes = [schema.format, ...limits].filter(Boolean).join(", ");
    return notes ? `${kind} (${notes})` : kind;
  }

  /** The model inside a field (also as an item, or as one of several): its name, and its schema. */
  inner(schema) {
    const node = schema?.items ?? schema ?? {};
    const found = [node, ...(node.anyOf ?? node.oneOf ?? [])].map((option) => option.items ?? option);
    const reference = found.find((option) => option.$ref && this.resolve(option).properties);
    return reference ? { name: reference.$ref.split("/").pop(), schema: reference } : null;
  }

  fields(schema) {
    const target = this.resolve(schema);
    const required = new Set(target.required ?? []);
    return Object.entries(target.properties ?? {}).map(([name, field]) => ({
      name,
      must: required.has(name),
      kind: this.words(field),
      about: field.description ?? "",
      model: this.inner(field),
    }));
  }
}

/** A table of fields; what a model holds is built when it is opened, since models may contain themselves. */
function rows(spec, fields) {
  const lines = fields.map(({ name, must, kind, about, model }) =>
    element(
      "tr",
      {},
      element("td", { text: name, class: must ? "must" : "" }),
      element("td", {}, element("span", { class: "dim", text: kind }), ...prose(about), inside(spec, model)),
    ),
  );
  return element("table", {}, element("tbody", {}, ...lines));
}

function inside(spec, model) {
  if (!model) return null;
  const made = element("details", { class: "model" }, element("summary", { text: `fields of ${model.name}` }));
  made.addEventListener("toggle", () => made.append(rows(spec, spec.fields(model.schema))), { once: true });
  return made;
}

function section(title, ...content) {
  return content.length ? [element("h3", { text: title }), ...content] : [];
}

/** Text to look at and to take away. */
function shown(text) {
  const copy = element("button", { class: "copy", type: "button", text: "copy" });
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    copy.textContent = "copied";
    setTimeout(() => (copy.textContent = "copy"), 1500);
  });
  return element("div", { class: "shown" }, element("pre", { text, tabindex: "0" }), copy);
}

function example(media) {
  return media?.example === undefined ? [] : [shown(JSON.stringify(media.example, null, 2))];
}

/** The request as a line of a shell. */
function curl(spec, path, method, operation) {
  const [type, media] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  const parts = [`curl -X ${method.toUpperCase()} '${spec.server}${path}'`];
  if (operation.security?.length) parts.push(`-H "Authorization: Bearer $TOKEN"`);
  if (media?.example !== undefined) {
    parts.push(`-H 'Content-Type: ${type}'`, `-d '${JSON.stringify(media.example).replaceAll("'", "'\\''")}'`);
  } else if (type) parts.push("-F file=@products.csv");
  return parts.join(" \\\n  ");
}

function body(spec, operation) {
  const parameters = (operation.parameters ?? []).map((one) => spec.resolve(one)).map((one) => ({
    name: one.name,
    must: one.required,
    kind: `${one.in} · ${spec.words(one.schema)}`,
    about: one.description ?? "",
  }));
  const found = parameters.length ? section("Parameters", rows(spec, parameters)) : [];
  for (const [type, media] of Object.entries(operation.requestBody?.content ?? {})) {
    const fields = spec.fields(media.schema);
    found.push(...section(`Body · ${type}`, ...(fields.length ? [rows(spec, fields)] : []), ...example(media)));
  }
  return found;
}

function answers(spec, operation) {
  const entries = Object.entries(operation.responses).map(([status, node]) => [status, spec.resolve(node)]);
  const lines = entries.map(([status, answer]) => {
    const [type, media] = Object.entries(answer.content ?? {})[0] ?? [];
    const kind = [type, spec.words(media?.schema)].filter((word) => word && word !== "anything").join(" · ");
    return { name: status, must: false, kind, about: answer.description, model: spec.inner(media?.schema) };
  });
  const [, first] = entries[0];
  return section("Answers", rows(spec, lines), ...example(first.content?.["application/json"]));
}

/** Who may call, in chips. */
function needs({ permission, roles, services }) {
  const chip = (text, kind = "") => element("span", { class: `chip ${kind}`, text });
  if (!roles) return element("p", { class: "needs" }, chip("anybody"));
  const may = [...roles, ...(services ? ["service token"] : [])];
  return element(
    "p",
    { class: "needs" },
    ...(permission ? ["Needs ", chip(permission, "key"), ": "] : ["Everybody who is signed in: "]),
    ...may.map((one) => chip(one)),
  );
}

function operation(spec, path, method, described) {
  const summary = element(
    "summary",
    {},
    element("span", { class: `method ${method}`, text: method.toUpperCase() }),
    element("span", { class: "path", text: path }),
    element("span", { class: "what", text: described.summary }),
  );
  const content = element(
    "div",
    { class: "body" },
    ...prose(described.description),
    needs(described["x-zeta-permission"]),
    ...body(spec, described),
    ...section("Request", shown(curl(spec, path, method, described))),
    ...answers(spec, described),
  );
  const made = element("details", { class: "operation", id: described.operationId }, summary, content);
  const { permission, roles, services } = described["x-zeta-permission"];
  made.dataset.words = `${method} ${path} ${described.summary} ${described.operationId} ${permission ?? ""}`.toLowerCase();
  made.dataset.callers = [...(roles ?? ["owner", "admin", "manager", "viewer"]), ...(services ? ["service"] : [])].join(" ");
  made.addEventListener("toggle", () => made.open && history.replaceState(null, "", `#${described.operationId}`));
  return made;
}

function show(document_) {
  const spec = new Spec(document_);
  const main = document.getElementById("main");
  const nav = document.getElementById("tags");
  main.replaceChildren(element("div", { id: "about" }, ...prose(document_.info.description)));
  for (const { name } of document_.tags) {
    const found = Object.entries(document_.paths).flatMap(([path, operations]) =>
      METHODS.filter((method) => operations[method]?.tags.includes(name)).map((method) =>
        operation(spec, path, method, operations[method]),
      ),
    );
    const id = `tag-${name.replaceAll(" ", "-")}`;
    main.append(element("section", { id }, element("h2", { text: name }), ...found));
    nav.append(element("a", { href: `#${id}` }, element("span", { text: name }), element("small", { text: found.length })));
  }
  main.append(element("p", { id: "none", class: "none", text: "Nothing fits.", hidden: "" }));
}

/** Open and show what the address names. */
function follow() {
  const found = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (found?.matches(".operation")) found.open = true;
  found?.scrollIntoView();
}

function filter() {
  const words = document.getElementById("find").value.trim().toLowerCase().split(/\s+/);
  const caller = document.getElementById("caller").value;
  for (const one of document.querySelectorAll(".operation")) {
    const may = !caller || one.dataset.callers.split(" ").includes(caller);
    one.hidden = !may || !words.every((word) => one.dataset.words.includes(word));
  }
  for (const link of document.querySelectorAll("#tags a")) {
    const section = document.getElementById(link.hash.slice(1));
    const left = section.querySelectorAll(".operation:not([hidden])").length;
    section.hidden = link.hidden = !left;
    link.querySelector("small").textContent = left;
  }
  document.getElementById("about").hidden = Boolean(caller || words.join(""));
  document.getElementById("none").hidden = Boolean(document.querySelector(".operation:not([hidden])"));
}

document.getElementById("find").addEventListener("input", filter);
document.getElementById("caller").addEventListener("change", filter);
addEventListener("hashchange", follow);
addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.matches("input, select")) return;
  event.preventDefault();
  document.getElementById("find").focus();
});
try {
  show(await (await fetch("openapi.json")).json());
  follow();
} catch (error) {
  document.getElementById("main").textContent = `The document cannot be read: ${error.message}`;
}
