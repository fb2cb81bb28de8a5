// The neurons of a run's first layer: a button each, which opens a large picture of its weights.

import { element } from "./answer.js";
import { fromBase64 } from "./base64.js";
import { paintSigned } from "./live/neuron.js";

const FULL = 127; // a weight in full colour

const dialog = document.getElementById("enlarged");
const find = (selector) => dialog.querySelector(selector);
let shown = null; // {of, neuron}: whose neuron the dialog shows

export class Neurons {
  // `root` is the panel of a run.
  constructor(root) {
    this.grid = root.querySelector(".neurons");
    this.title = root.querySelector(".neurons-title");
    this.first = null; // the first layer, as the run's state has it
  }

  // `first` is the first layer as the run's state has it, or null.
  show(first) {
    if (!first || first.weights === this.first?.weights) return;
    this.first = first;
    this.weights = new Int8Array(fromBase64(first.weights).buffer);
    this.draw();
    if (shown?.of === this) this.enlarge(Math.min(shown.neuron, this.count - 1));
  }

  get count() {
    return this.first.biases.length;
  }

  nameOf(neuron) {
    return `${this.first.kind} ${this.first.kind === "output" ? neuron : neuron + 1}`;
  }

  draw() {
    const { kind, all } = this.first;
    const some = this.count < all ? `the first ${this.count} of its ${all}` : `its ${all}`;
    this.title.textContent = `Weights of ${some} ${{ neuron: "hidden neurons", map: "maps", output: "outputs" }[kind]}`;
    if (this.grid.children.length !== this.count || this.grid.dataset.kind !== kind) {
      this.grid.dataset.kind = kind;
      this.grid.replaceChildren(...Array.from({ length: this.count }, (_, neuron) => {
        const button = element("button", { type: "button", "aria-label": `Enlarge ${this.nameOf(neuron)}`, "aria-haspopup": "dialog" }, element("canvas"));
        button.addEventListener("click", () => this.enlarge(neuron));
        return button;
      }));
    }
    [...this.grid.children].forEach((button, neuron) => this.paint(button.firstChild, neuron));
  }

  paint(canvas, neuron) {
    const { side } = this.first;
    if (canvas.width !== side) canvas.width = canvas.height = side;
    paintSigned(canvas, this.weights.subarray(side * side * neuron, side * side * (neuron + 1)), FULL);
  }

  // Shows a neuron in the dialog.
  enlarge(neuron) {
    shown = { of: this, neuron };
    const { kind, side, biases, strongest, onward } = this.first;
    const name = this.nameOf(neuron);
    find("h2").textContent = `${name[0].toUpperCase()}${name.slice(1)} of ${this.count}`;
    if (kind === "output") find("h2").textContent = `Output ${neuron}`;
    this.paint(find("canvas"), neuron);
    find("canvas").setAttribute("aria-label", `The weights of ${name}, as a picture`);
    find(".about").textContent = {
      neuron: `Its ${side * side} weights, one for each pixel. It fires when the ink of a digit covers what excites it more than what inhibits it.`,
      map: `Its ${side}×${side} weights: a patch that is moved over the whole picture. Where the ink is like the patch, the map fires.`,
      output: `Its ${side * side} weights, one for each pixel: there is no hidden layer, so it looks for its digit itself.`,
    }[kind];
    const facts = [`bias ${signed(biases[neuron])}`, `strongest weight ${signed(strongest[neuron])}`];
    find(".numbers").replaceChildren(...facts.map((fact) => element("span", {}, fact)));
    find(".onward-part").hidden = !onward;
    if (onward) find(".onward").replaceChildren(...onward[neuron].flatMap((weight, digit) => bar(weight, digit, onward[neuron])));
    if (!dialog.open) dialog.showModal();
  }

  go(by) {
    this.enlarge((shown.neuron + by + this.count) % this.count);
  }
}

function signed(value) {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
}

// A weight to an output: the digit, a bar as long as the weight is strong, the weight.
function bar(weight, digit, all) {
  const length = element("i");
  length.style.width = `${(100 * Math.abs(weight)) / Math.max(1e-9, ...all.map(Math.abs))}%`;
  return [element("span", {}, `${digit}`), element("span", weight < 0 ? { class: "less" } : {}, length), element("span", {}, signed(weight))];
}

for (const button of dialog.querySelectorAll("[data-go]")) {
  const by = Number(button.dataset.go);
  button.addEventListener("click", () => (by ? shown.of.go(by) : dialog.close()));
}
dialog.addEventListener("keydown", ({ key }) => {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[key];
  if (by) shown.of.go(by);
});
dialog.addEventListener("click", (event) => event.target === dialog && dialog.close()); // beside it
dialog.addEventListener("close", () => {
  shown?.of.grid.children[shown.neuron]?.focus();
  shown = null;
});
