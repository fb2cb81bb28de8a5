// A circuit of NAND perceptrons: inputs to toggle, signals that advance by layers, or sigmoid
// neurons with all weights and biases multiplied by c.

import { Idea } from "./idea.js";

const SVG = "http://www.w3.org/2000/svg";
const [ACROSS, UP] = [66, 104]; // pixels of the picture for a unit of `place`
const RADIUS = 23;
const MIN_SCALE = 0.6; // a picture that would need a smaller scale is scrolled

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
    this.draw(answer, layer);
    this.tabulate(answer);
  }

  draw({ neurons, outputs, drawable }, layer) {
    const shown = drawable ? neurons : neurons.filter((neuron) => neuron.bias === null);
    const [xs, ys] = [0, 1].map((k) => shown.map((neuron) => position(neuron)[k]));
    const [left, right] = [Math.min(...xs) - 50, Math.max(...xs) + 60];
    const [top, bottom] = [Math.min(...ys) - 50, Math.max(...ys) + 50];
    this.picture.setAttribute("viewBox", `${left} ${top} ${right - left} ${bottom - top}`);
    const [width, room] = [right - left, this.picture.parentElement.clientWidth];
    this.picture.style.width = `${width * Math.max(MIN_SCALE, Math.min(1, room / width))}px`;
    const at = Object.fromEntries(neurons.map((neuron) => [neuron.name, neuron]));
    const focused = this.picture.contains(document.activeElement) ? document.activeElement.dataset.input : -1;
    const wires = shown.flatMap((neuron) => neuron.sources.map((source, k) => this.wire(at[source], neuron, k, layer)));
    this.picture.replaceChildren(...wires.flat(), ...shown.map((neuron) => this.neuron(neuron, outputs, layer)));
    this.picture.querySelector(`[data-input="${focused}"]`)?.focus();
  }

  wire(from, to, k, layer) {
    const same = to.sources.filter((source) => source === from.name).length;
    const bend = same > 1 ? 26 * (k ? -1 : 1) : 0;
    const [[x0, y0], [x1, y1]] = [position(from), position(to)];
    const reach = 0.45 * (x1 - x0);
    const points = [[x0, y0], [x0 + reach, y0 + bend], [x1 - reach, y1 + bend], [x1, y1]];
    const live = from.depth <= layer ? from.signal : 0;
    const path = make("path", { d: `M${points[0]} C${points.slice(1).join(" ")}`, class: "wire", "stroke-width": 1.2 + 2.8 * live });
    if (live > 0.5) path.classList.add("on");
    const [x, y] = [0, 1].map((axis) => bezier(points.map((point) => point[axis]), 0.62));
    return [path, make("text", { x, y: y + 4, class: "weight" }, to.weights[k])];
  }

  neuron(neuron, outputs, layer) {
    const { name, bias, depth, signal } = neuron;
    const [x, y] = position(neuron);
    const known = depth <= layer;
    const group = make("g", { class: "neuron" });
    const value = known ? (Number.isInteger(signal) ? signal : signal.toFixed(signal > 0.001 && signal < 0.999 ? 2 : 3)) : "?";
    if (bias === null) {
      const k = this.answer.inputs.indexOf(name);
      const about = { role: "button", tabindex: 0, "aria-pressed": String(signal === 1), "aria-label": `input ${name}` };
      const button = make("g", { ...about, "data-input": k });
      button.append(make("rect", { x: x - RADIUS, y: y - RADIUS, width: 2 * RADIUS, height: 2 * RADIUS, rx: 5 }));
      group.append(button);
      button.addEventListener("click", () => this.toggle(k));
      button.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        this.toggle(k);
      });
      group.append(make("text", { x, y: y - RADIUS - 7, class: "name" }, name));
    } else {
      group.append(make("circle", { cx: x, cy: y, r: RADIUS }));
      group.append(make("text", { x, y: y + RADIUS + 14, class: "bias" }, `b ${bias > 0 ? "+" : ""}${bias}`));
      if (outputs.includes(name)) group.append(make("text", { x, y: y - RADIUS - 7, class: "name out" }, outputName(name, this.answer)));
    }
    if (known && signal > 0.5) group.classList.add("on");
    if (!known) group.classList.add("unknown");
    group.append(make("text", { x, y: y + 5, class: "signal" }, value));
    return group;
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

function position({ place }) {
  return [place[0] * ACROSS, -place[1] * UP];
}

function outputName(name, { outputs }) {
  return outputs.length === 1 ? "output" : name;
}

function make(name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

function bezier([a, b, c, d], t) {
  const s = 1 - t;
  return s ** 3 * a + 3 * s * s * t * b + 3 * s * t * t * c + t ** 3 * d;
}
