// The form of a run: its fields come from the server's table of settings.

import { call } from "./api.js";

const { settings, presets } = await call("api/settings");
const HIDDEN = /^\s*(\d+\s*(,\s*\d+\s*){0,3})?$/;

function fieldOf({ name, label, meaning, choices, labels, default: value, expected }) {
  const control = document.createElement(choices.length ? "select" : "input");
  control.name = name;
  control.title = `${meaning} Expected: ${expected}.`;
  for (const choice of choices) control.append(new Option(labels[choice] ?? choice, choice));
  if (!choices.length) control.type = "text";
  control.value = shown(value);
  const field = document.createElement("label");
  field.append(`${label} `, control);
  return field;
}

function shown(value) {
  return Array.isArray(value) ? value.join(",") : String(value ?? "");
}

// Draws the fields into a panel's form, with the given values or the defaults.
export function drawForm(form, values) {
  for (const setting of settings) form.querySelector(`.${setting.place}`).append(fieldOf(setting));
  fill(form, values);
  const choice = form.querySelector(".preset");
  choice.append(new Option("own", ""));
  for (const name of Object.keys(presets)) choice.append(new Option(name, name));
  choice.addEventListener("change", () => {
    if (choice.value) fill(form, presets[choice.value]);
  });
  form.addEventListener("change", () => named(form));
  named(form);
}

// Fills in a preset, if one is named, then single values.
export function fillIn(form, { preset, ...values }) {
  fill(form, { ...presets[preset], ...values });
  named(form);
}

function fill(form, values) {
  for (const { name } of settings) {
    const control = form.elements[name];
    if (name in values) control.value = shown(values[name]);
    if (control.selectedIndex === -1) control.selectedIndex = 0;
  }
}

// Selects the preset that has the form's values.
function named(form) {
  const same = ([, values]) => Object.entries(values).every(([name, value]) => form.elements[name].value === shown(value));
  const found = Object.entries(presets).find(same);
  form.querySelector(".preset").value = found ? found[0] : "";
}

// Values to send: numbers as numbers; empty optional settings are left out.
export function valuesOf(form) {
  const values = {};
  for (const { name, label, kind, optional } of settings) {
    const text = form.elements[name].value.trim();
    if (!text && optional) continue;
    if (kind === "numbers") {
      if (!HIDDEN.test(text)) throw new Error(`${label}: expected numbers, as 30 or 100,30; found “${text}”`);
      values[name] = text.split(",").map((n) => n.trim()).filter(Boolean).map(Number);
    } else if (kind === "int" || kind === "float") {
      if (!text || !Number.isFinite(Number(text))) throw new Error(`${label}: expected a number; found “${text}”`);
      values[name] = Number(text);
    } else values[name] = kind === "bool" ? text === "true" : text;
  }
  return values;
}
