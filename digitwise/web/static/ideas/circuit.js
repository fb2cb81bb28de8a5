// A circuit of NAND perceptrons: inputs to toggle, signals that advance by layers, or sigmoid
// neurons with all weights and biases multiplied by c.

import { drawCircuit, outputName } from "./circuit_picture.js";
import { Idea } from "./idea.js";

export class CircuitIdea extends Idea {
  constructor() {
    super("circuit");
    this.reached = Infinity; // layers that the signal has passed
    this.picture = this.find("svg");
    this.find("[data-do=step]").addEventListener("click", () => this.step());
    this.find("[data-do=all]").addEventListener("click", () => this.reach(Infinity));
  }

  begin() {
    this.ask();
  }

  changed() {
    this.reached = Infinity;
    super.changed();
  }

  values() {
    const { neurons, ...values } = super.values();
    if (neurons !== "sigmoid") delete values.gain;
    return values;
  }

  ask() {
    const { kind, neurons } = this.form.elements;
    this.find(".expression").hidden = kind.value !== "expression";
    this.find(".gain").hidden = neurons.value !== "sigmoid";
    return super.ask();
  }

  toggle(k) {
    const { bits } = this.form.elements;
    const now = bits.value.padEnd(this.answer.inputs.length, "0").split("");
    now[k] = now[k] === "1" ? "0" : "1";
    bits.value = now.join("");
    this.changed();
  }

  get depth() {
    return Math.max(...this.answer.neurons.map((neuron) => neuron.depth));
  }

  step() {
    this.reach(this.reached >= this.depth ? 0 : this.reached + 1);
  }

  reach(layer) {
    this.reached = layer;
    this.show(this.answer);
  }

  show(answer) {
    const layer = Math.min(this.reached, this.depth);
    const facts = [`${count(answer.perceptrons, "neuron")} in ${count(this.depth, "layer")}`];
    if (layer < this.depth) facts.push(`the signal has passed ${layer} of ${this.depth}`);
    if (!answer.drawable) facts.push("too many to draw");
    this.find(".facts").textContent = facts.join("; ");
    const toggle = (name) => this.toggle(answer.inputs.indexOf(name));
    drawCircuit(this.picture, answer, { layer, pick: toggle });
    this.tabulate(answer);
  }

  tabulate({ table, inputs, outputs }) {
    const body = this.find("table");
    body.replaceChildren();
    if (!table) {
      body.createCaption().textContent = "the table has more than 64 rows: digitwise lab compile prints it";
      return;
    }
    const smooth = this.form.elements.neurons.value === "sigmoid";
    const said = outputs.map((name) => outputName(name, this.answer));
    const head = body.createTHead().insertRow();
    for (const name of [...inputs, ...said]) head.append(Object.assign(document.createElement("th"), { textContent: name }));
    const now = this.form.elements.bits.value.padEnd(inputs.length, "0");
    table.inputs.forEach((bits, k) => {
      const row = body.insertRow();
      row.classList.toggle("now", bits.join("") === now.slice(0, inputs.length));
      const results = smooth ? table.smooth[k].map((value) => value.toFixed(4)) : table.outputs[k];
      for (const text of [...bits, ...results]) row.insertCell().textContent = text;
    });
    if (!smooth) return;
    const off = Math.max(...table.smooth.flatMap((row, k) => row.map((value, j) => Math.abs(value - table.outputs[k][j]))));
    body.createCaption().textContent = `largest difference from the perceptrons: ${off.toPrecision(2)}`;
  }
}

function count(n, what) {
  return `${n} ${what}${n === 1 ? "" : "s"}`;
}
