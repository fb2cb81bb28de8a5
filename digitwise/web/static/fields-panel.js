// The form of the selected fields, the list of all of them, and the rules.

import { kept, show } from "./fields-kept.js";

const KINDS = ["count", "cells", "pattern"];
const WHOLE = /^[+-]?\d{1,15}$/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)$/;
const MIXED = "(several)";

const find = (id) => document.getElementById(id);

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// What is typed, as TOML has it: whole numbers as such; the server says what is wrong with others.
const typed = (text) => (WHOLE.test(text) ? Number(text) : text);

function kindOf(field) {
  return KINDS.find((kind) => field[kind] !== undefined) ?? "any";
}

function without(field, keys) {
  return Object.fromEntries(Object.entries(field).filter(([key]) => !keys.includes(key)));
}

// What a field holds says how many digits there are; that is kept as far as the new kind can.
function withKind(field, kind) {
  const bare = without(field, [...KINDS, "blank", "cross"]);
  const digits = field.cells ?? field.count ?? 1;
  const [most] = String(digits).split("-").slice(-1);
  if (kind === "count") return { ...bare, count: digits };
  if (kind === "cells") return { ...bare, cells: typed(most) };
  if (kind === "pattern") return { ...bare, pattern: `D{${digits}}` };
  return bare;
}

function withEntry(field, key, value) {
  return value === "" ? without(field, [key]) : { ...field, [key]: value };
}

function withRange(field, end, text) {
  const value = NUMBER.test(text) ? Number(text) : text || ["-inf", "inf"][end];
  const range = [...(Array.isArray(field.range) && field.range.length === 2 ? field.range : ["-inf", "inf"])];
  range[end] = value;
  const open = range[0] === "-inf" && range[1] === "inf";
  return open ? without(field, ["range"]) : { ...field, range };
}

export class Panel {
  constructor(state) {
    this.state = state;
    this.rows = new WeakMap(); // of an entry, its row
    this.filled = []; // entries that the form shows
    this.form = find("field");
    this.form.addEventListener("change", (event) => this.take(event.target));
    this.form.addEventListener("submit", (event) => event.preventDefault());
    find("list").addEventListener("click", (event) => this.choose(event));
    find("rules").addEventListener("click", (event) => {
      const rule = event.target.closest("button")?.dataset.rule;
      if (rule !== undefined) state.removeRule(Number(rule));
    });
  }

  choose(event) {
    const row = event.target.closest("button");
    if (!row) return;
    const k = Number(row.dataset.field);
    if (event.shiftKey || event.ctrlKey || event.metaKey) this.state.toggle(k);
    else this.state.select([k]);
    find("list").querySelector(`[data-field="${k}"]`).focus();
  }

  take({ name, value }) {
    const { state } = this;
    const text = value.trim();
    if (name === "name") state.rename(text);
    else if (name === "holds") state.edit((field) => withKind(field, text));
    else if (name === "least" || name === "most") state.edit((field) => withRange(field, Number(name === "most"), text));
    else if (["left", "top", "right", "bottom"].includes(name)) {
      const side = ["left", "top", "right", "bottom"].indexOf(name);
      if (!WHOLE.test(text)) this.fill(state.selected.map((k) => state.fields[k]));
      else state.edit((field) => ({ ...field, box: field.box.with(side, Number(text)) }));
    } else if (KINDS.includes(name)) {
      // An empty pattern, say, stays one: it is a mistake, not another kind.
      state.edit((field) => ({ ...field, [name]: typed(text) }));
    } else state.edit((field) => withEntry(field, name, text));
  }

  draw(faults, tried) {
    const { fields, selected, rules } = this.state;
    const some = selected.map((k) => fields[k]);
    find("nothing").hidden = some.length > 0;
    this.form.hidden = some.length === 0;
    find("field-title").textContent = some.length > 1 ? `${some.length} fields` : "Field";
    // Faults and readings come while somebody types: entries are filled in only if they have changed.
    const changed = some.length !== this.filled.length || some.some((field, k) => field !== this.filled[k]);
    if (some.length && changed) this.fill(some);
    this.filled = some;
    const own = faults.filter((fault) => selected.includes(fault.field));
    find("fault").textContent = own[0]?.message ?? "";
    find("faults").textContent = faults.find((fault) => fault.field === null)?.message ?? "";
    const sum = document.querySelector('[data-do="sum"]');
    sum.hidden = some.length < 2;
    sum.textContent = some.length < 2 ? "" : `“${some.at(-1).name}” is the sum of the others`;
    find("fields-title").textContent = `${fields.length} ${fields.length === 1 ? "field" : "fields"}`;
    const wrong = new Map(faults.map((fault) => [fault.field, fault.message]));
    const read = tried && new Map(tried.numbers.map((number) => [number.field, number]));
    const focused = document.activeElement?.dataset?.field;
    show(find("list"), fields.map((field, k) => {
      const known = [k, selected.includes(k), wrong.get(k), read && JSON.stringify(read.get(field.name) ?? "")].join(" ");
      return kept(this.rows, field, known, () => this.row(field, k, wrong.get(k), read));
    }));
    if (focused !== undefined) find("list").querySelector(`[data-field="${focused}"]`)?.focus();
    find("rules").replaceChildren(
      ...rules.map((rule, k) => element(
        "li", {}, element("span", {}, `${rule.sum.join(" + ")} = ${rule.equals} `),
        element("button", { type: "button", "data-rule": k, "aria-label": `remove the sum of ${rule.equals}` }, "×"),
      )),
    );
  }

  row(field, k, fault, read) {
    const { selected } = this.state;
    const known = [kindOf(field), "check", "range"].filter((key) => field[key] !== undefined);
    const about = known.map((key) => (key === "check" ? field.check : `${key} ${[].concat(field[key]).join(" to ")}`));
    const row = element(
      "button", { type: "button", "data-field": k, "aria-pressed": selected.includes(k) },
      element("span", { class: "name" }, field.name || "(no name)"),
      element("span", { class: "quiet" }, about.join(", ")),
    );
    const number = read?.get(field.name);
    if (number) {
      const sure = number.best_guess ? `${number.best_guess}  ${(100 * number.confidence).toFixed(0)}%` : "";
      row.append(element("span", { class: `said ${number.state}` }, sure), element("span", { class: "quiet" }, number.reason));
    } else if (read) row.append(element("span", { class: "quiet" }, "empty"));
    if (fault) row.append(element("span", { class: "error" }, fault));
    return element("li", {}, row);
  }

  // Where the selected fields differ, nothing is shown.
  fill(some) {
    const shared = (of) => (some.every((field) => of(field) === of(some[0])) ? of(some[0]) : undefined);
    const show = (name, value) => {
      const input = this.form.elements[name];
      input.value = value ?? "";
      if (input.tagName === "INPUT" && input.type === "text") {
        input.dataset.hint ??= input.placeholder;
        input.placeholder = value === undefined && some.length > 1 ? MIXED : input.dataset.hint;
      }
    };
    const kind = shared(kindOf);
    show("holds", kind ?? "");
    for (const label of this.form.querySelectorAll("[data-for]")) label.hidden = label.dataset.for !== kind;
    for (const key of KINDS) show(key, shared((field) => field[key]));
    for (const key of ["blank", "cross", "check"]) {
      const value = shared((field) => field[key] ?? "");
      const select = this.form.elements[key];
      // A value that there is not stays visible.
      select.querySelector(".strange")?.remove();
      if (value && ![...select.options].some((option) => option.value === String(value))) {
        const option = new Option(String(value), String(value));
        option.className = "strange";
        select.append(option);
      }
      select.value = value === undefined ? null : String(value === select.options[0].text ? "" : value);
    }
    for (const [end, name] of ["least", "most"].entries()) {
      const value = shared((field) => field.range?.[end] ?? "");
      show(name, ["-inf", "inf"].includes(value) ? "" : value);
    }
    const alone = some.length === 1;
    this.form.elements.name.closest("label").hidden = !alone;
    this.form.querySelector(".box").hidden = !alone;
    if (!alone) return;
    show("name", some[0].name);
    for (const [side, name] of ["left", "top", "right", "bottom"].entries()) show(name, some[0].box[side]);
  }
}
