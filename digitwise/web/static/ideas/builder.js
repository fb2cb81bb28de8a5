// A circuit that a visitor builds of NAND perceptrons, gate by gate, until it adds.

import { element } from "../answer.js";
import { drawCircuit } from "./circuit_picture.js";
import { Idea } from "./idea.js";
import { NAND, neuronsOf, rowsOf, signalsOf } from "./wiring.js";

const MOST = 24; // gates
const number = (bits) => bits.reduce((sum, bit) => 2 * sum + bit, 0);
const bitsOf = (value, n) => Array.from({ length: n }, (_, k) => (value >> (n - 1 - k)) & 1);

// What to build: inputs, outputs, the wanted outputs for a row of inputs, the fewest gates known.
const TASKS = {
  and: { inputs: ["a", "b"], outputs: ["a and b"], wanted: ([a, b]) => [a & b], fewest: 2 },
  xor: { inputs: ["a", "b"], outputs: ["a xor b"], wanted: ([a, b]) => [a ^ b], fewest: 4 },
  "half-adder": { inputs: ["a", "b"], outputs: ["carry", "sum"], wanted: ([a, b]) => bitsOf(a + b, 2), fewest: 5 },
  adder: {
    inputs: ["a1", "a0", "b1", "b0"], outputs: ["4s", "2s", "1s"], fewest: 14,
    wanted: ([a1, a0, b1, b0]) => bitsOf(number([a1, a0]) + number([b1, b0]), 3),
    says: ([a1, a0, b1, b0], found) => `${number([a1, a0])} + ${number([b1, b0])} = ${number(found)}`,
  },
};

export class Builder extends Idea {
  constructor() {
    super("builder");
    this.picture = this.find("svg");
    this.chosen = null; // first source of the next gate
    this.row = 0; // of the table, shown in the picture
    this.find("[data-do=undo]").addEventListener("click", () => this.keep(this.gates().slice(0, -1)));
    this.find("[data-do=clear]").addEventListener("click", () => this.keep([]));
  }

  begin() {
    this.ask();
  }

  changed() {
    if (this.task !== TASKS[this.value("task")]) {
      this.form.elements.gates.value = "";
      this.row = 0;
      this.chosen = null;
    }
    super.changed();
  }

  // Gates as they stand in the address: sources by name, "a.b" or "a.n1".
  gates() {
    const { inputs } = TASKS[this.value("task")];
    const found = [];
    for (const text of this.form.elements.gates.value.split("_").filter(Boolean).slice(0, MOST)) {
      const sources = text.split(".");
      const known = [...inputs, ...found.map(({ name }) => name)];
      if (sources.length !== 2 || !sources.every((source) => known.includes(source))) break;
      found.push({ name: `n${found.length + 1}`, sources, ...NAND });
    }
    return found;
  }

  keep(gates) {
    this.form.elements.gates.value = gates.map(({ sources }) => sources.join(".")).join("_");
    this.chosen = null;
    this.changed();
  }

  pick(name) {
    if (this.chosen === null) {
      this.chosen = name;
      this.ask();
      return;
    }
    const sources = [this.chosen, name];
    if (this.gates().length < MOST) this.keep([...this.gates(), { sources }]);
  }

  ask() {
    this.task = TASKS[this.value("task")];
    const { inputs, outputs, wanted } = this.task;
    const gates = this.gates();
    this.offer([...inputs, ...gates.map(({ name }) => name)]);
    const ends = outputs.map((_, k) => this.value(`out${k}`));
    const circuit = { inputs, gates };
    const rows = rowsOf(inputs.length).map((bits) => {
      const known = signalsOf(circuit, bits);
      return { bits, known, found: ends.map((end) => (end ? known[end] : null)), wanted: wanted(bits) };
    });
    const right = rows.filter((row) => row.found.every((bit, k) => bit === row.wanted[k])).length;
    this.answer = { circuit, ends, rows, solved: right === rows.length, right };
    this.show(this.answer);
  }

  // Offers inputs and gates as outputs.
  offer(names) {
    [0, 1, 2].forEach((k) => {
      const control = this.form.elements[`out${k}`];
      const before = control.dataset.asked ?? control.value;
      delete control.dataset.asked;
      control.replaceChildren(new Option("choose", ""), ...names.map((name) => new Option(name, name)));
      control.value = names.includes(before) ? before : "";
      control.closest("label").hidden = k >= this.task.outputs.length;
      if (k < this.task.outputs.length) control.previousElementSibling.textContent = this.task.outputs[k];
    });
  }

  restore(control, value) {
    if (/^out\d$/.test(control.name)) control.dataset.asked = value; // offered later
    else super.restore(control, value);
  }

  show({ circuit, ends, rows, solved, right }) {
    const { outputs, fewest, says } = this.task;
    const shown = rows[Math.min(this.row, rows.length - 1)];
    const labelOf = (name) => outputs.filter((_, k) => ends[k] === name).join(", ") || name;
    const neurons = neuronsOf(circuit, shown.known).map((neuron) => (neuron.bias === null ? neuron : { ...neuron, label: labelOf(neuron.name) }));
    drawCircuit(this.picture, { ...circuit, neurons, outputs: ends }, { pick: (name) => this.pick(name), gates: true, chosen: this.chosen });
    const n = circuit.gates.length;
    const gates = `${n} gate${n === 1 ? "" : "s"}`;
    this.say(this.chosen !== null ? `From ${this.chosen} and …? Choose the second neuron; the same one again makes a NOT.` : "");
    this.find(".facts").textContent = solved
      ? `It works, with ${gates}${n > fewest ? `; ${fewest} are enough` : ""}.${says ? " It adds two numbers, and nothing in it knows what a number is." : ""}`
      : `${gates}; ${right} of ${rows.length} rows are right.${ends.includes("") ? " Choose which neurons are the outputs." : ""}`;
    this.tabulate(rows, says);
    this.root.dispatchEvent(new CustomEvent("shown", { bubbles: true, detail: this }));
  }

  tabulate(rows, says) {
    const head = [...this.task.inputs, ...this.task.outputs, ...(says ? ["says"] : []), "signals"];
    const table = this.find("table");
    const focused = table.contains(document.activeElement);
    table.replaceChildren();
    table.createTHead().insertRow().append(...head.map((name) => element("th", {}, name)));
    const body = table.createTBody();
    rows.forEach(({ bits, found, wanted }, k) => {
      const line = body.insertRow();
      line.classList.toggle("now", k === this.row);
      const right = found.map((bit, j) => bit === wanted[j]);
      for (const bit of bits) line.insertCell().textContent = bit;
      found.forEach((bit, j) => {
        const cell = line.insertCell();
        cell.textContent = right[j] ? bit : `${bit ?? "?"}, not ${wanted[j]}`;
        cell.className = right[j] ? "right" : "wrong";
      });
      if (says) line.insertCell().textContent = found.includes(null) ? "" : says(bits, found);
      const button = element("button", { type: "button", class: "plain", "aria-label": `show the signals for ${bits.join("")}`, "aria-pressed": String(k === this.row) }, "show");
      button.addEventListener("click", () => {
        this.row = k;
        this.show(this.answer);
      });
      line.insertCell().append(button);
      if (focused && k === this.row) button.focus();
    });
  }
}
