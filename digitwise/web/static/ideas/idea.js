// Base class of the ideas: controls, whose values go into the address and to the server, and an
// answer to draw. A slider with data-log holds the logarithm of its value.

import { call } from "../api.js";
import { DABS } from "./dabs.js";

// Values of hidden fields, by name.
const HIDDEN = { bits: /^[01]{0,10}$/, gates: /^[\w.]{0,200}$/, dabs: DABS };

export class Idea {
  constructor(id) {
    this.id = id;
    this.root = document.getElementById(id);
    this.form = this.root.querySelector("form");
    const known = new URLSearchParams(location.search);
    for (const control of this.form.elements) {
      if (control.name && known.has(`${id}.${control.name}`)) this.restore(control, known.get(`${id}.${control.name}`));
    }
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.form.addEventListener("input", () => this.changed());
    document.addEventListener("anew", () => { this.touched = false; });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.answer && this.show(this.answer));
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  value(name) {
    const control = this.form.elements[name];
    return control.dataset.log === undefined ? control.value : (10 ** Number(control.value)).toPrecision(4);
  }

  set(name, value) {
    const control = this.form.elements[name];
    control.value = control.dataset.log === undefined ? value : Math.log10(value);
  }

  // Takes a value of the address if it is valid.
  restore(control, value) {
    const before = control.value;
    this.set(control.name, value);
    const hidden = control.type === "hidden";
    const nonsense = (hidden ? !HIDDEN[control.name].test(value) : control.value === "") || control.selectedIndex === -1 || !control.checkValidity();
    if (nonsense || (control.type === "range" && !(Number(value) || value === "0"))) control.value = before;
  }

  values() {
    const names = [...this.form.elements].map((control) => control.name).filter(Boolean);
    return Object.fromEntries(names.map((name) => [name, this.value(name)]));
  }

  changed() {
    this.touched = true;
    this.remember();
    this.ask();
  }

  remember() {
    const query = new URLSearchParams(location.search);
    for (const { name } of this.form.elements) if (name) query.set(`${this.id}.${name}`, this.value(name));
    history.replaceState(null, "", `?${query}${location.hash}`);
  }

  say(text, bad = false) {
    const said = this.find(".said");
    said.textContent = text;
    said.classList.toggle("error", bad);
  }

  // Sends one request at a time; of requests made meanwhile, only the last.
  async ask() {
    for (const output of this.form.querySelectorAll("output")) {
      output.value = Number(this.value(output.htmlFor.value)).toPrecision(3).replace(/\.?0+$/, "");
    }
    const wrong = [...this.form.elements].find((control) => !control.checkValidity());
    if (wrong) {
      this.say(`${wrong.name}: ${wrong.validationMessage}`, true);
      return;
    }
    this.waiting = true;
    if (this.asking) return;
    this.asking = true;
    while (this.waiting) {
      this.waiting = false;
      try {
        const answer = await call(`api/ideas/${this.path()}`);
        if (answer.refused) throw new Error(answer.refused);
        this.answer = answer;
        this.say("");
        this.show(answer);
        this.root.dispatchEvent(new CustomEvent("shown", { bubbles: true, detail: this }));
      } catch (error) {
        this.say(error.message, true);
        if (error.status === 503) setTimeout(() => this.ask(), 1000);
      }
    }
    this.asking = false;
  }

  path() {
    return `${this.id}?${new URLSearchParams(this.values())}`;
  }
}

export function number(value) {
  return Math.abs(value) >= 1e4 || (value && Math.abs(value) < 1e-3) ? value.toExponential(2) : value.toFixed(3);
}
