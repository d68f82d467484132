// Shows openapi.json. Every text is set as text, never as markup.
const METHODS = ["get", "post", "put", "patch", "delete"];

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
    const limits = ["minimum", "maximum", "minLength", "maxLength", "pattern", "default"]
      .filter((name) => schema[name] !== undefined)
      .map((name) => `${name} ${schema[name]}`);
    const kind = Array.isArray(schema.type) ? schema.type.join(" or ") : schema.type ?? "anything";
    const notes = [schema.format, ...limits].filter(Boolean).join(", ");
    return notes ? `${kind} (${notes})` : kind;
  }

  fields(schema) {
    const target = this.resolve(schema);
    const required = new Set(target.required ?? []);
    return Object.entries(target.properties ?? {}).map(([name, field]) => ({
      name,
      must: required.has(name),
      kind: this.words(field),
      about: field.description ?? "",
    }));
  }
}

function rows(fields) {
  const lines = fields.map(({ name, must, kind, about }) =>
    element(
      "tr",
      {},
      element("td", { text: name, class: must ? "must" : "" }),
      element("td", {}, element("span", { class: "dim", text: kind }), ...prose(about)),
    ),
  );
  return element("table", {}, element("tbody", {}, ...lines));
}

function section(title, ...content) {
  return content.length ? [element("h3", { text: title }), ...content] : [];
}

function example(media) {
  if (media?.example === undefined) return [];
  return [element("pre", { text: JSON.stringify(media.example, null, 2) })];
}

function body(spec, operation) {
  const parameters = (operation.parameters ?? []).map((one) => spec.resolve(one)).map((one) => ({
    name: one.name,
    must: one.required,
    kind: `${one.in} · ${spec.words(one.schema)}`,
    about: one.description ?? "",
  }));
  const found = parameters.length ? section("Parameters", rows(parameters)) : [];
  for (const [type, media] of Object.entries(operation.requestBody?.content ?? {})) {
    const fields = spec.fields(media.schema);
    found.push(...section(`Body · ${type}`, ...(fields.length ? [rows(fields)] : []), ...example(media)));
  }
  return found;
}

function answers(spec, operation) {
  const entries = Object.entries(operation.responses).map(([status, node]) => [status, spec.resolve(node)]);
  const lines = entries.map(([status, answer]) => {
    const [type, media] = Object.entries(answer.content ?? {})[0] ?? [];
    const kind = [type, spec.words(media?.schema)].filter((word) => word && word !== "anything").join(" · ");
    return { name: status, must: false, kind, about: answer.description };
  });
  const [, first] = entries[0];
  return section("Answers", rows(lines), ...example(first.content?.["application/json"]));
}

function roles({ permission, roles: allowed }) {
  if (!allowed) return "Anybody may call.";
  return permission ? `Needs ${permission}: ${allowed.join(", ")}.` : "Every user may call.";
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
    element("p", { class: "roles", text: roles(described["x-zeta-permission"]) }),
    ...body(spec, described),
    ...answers(spec, described),
  );
  const made = element("details", { class: "operation", id: described.operationId }, summary, content);
  made.dataset.words = `${method} ${path} ${described.summary} ${described.operationId}`.toLowerCase();
  return made;
}

function show(document_) {
  const spec = new Spec(document_);
  const main = document.getElementById("main");
  const nav = document.getElementById("tags");
  main.replaceChildren(...prose(document_.info.description));
  for (const { name } of document_.tags) {
    const found = Object.entries(document_.paths).flatMap(([path, operations]) =>
      METHODS.filter((method) => operations[method]?.tags.includes(name)).map((method) =>
        operation(spec, path, method, operations[method]),
      ),
    );
    main.append(element("section", { id: `tag-${name}` }, element("h2", { text: name }), ...found));
    nav.append(element("a", { href: `#tag-${name}`, text: name }));
  }
  document.getElementById(location.hash.slice(1))?.setAttribute("open", "");
}

function find(words) {
  for (const one of document.querySelectorAll(".operation")) one.hidden = !one.dataset.words.includes(words);
  for (const one of document.querySelectorAll("section")) one.hidden = !one.querySelector(".operation:not([hidden])");
}

document.getElementById("find").addEventListener("input", (event) => find(event.target.value.trim().toLowerCase()));
try {
  show(await (await fetch("openapi.json")).json());
} catch (error) {
  document.getElementById("main").textContent = `The document cannot be read: ${error.message}`;
}
