// The live view of the Read room: runs the network in the page at every stroke, and draws it.

import { stepDone } from "../ideas/path_kept.js";
import { penOf } from "../paper.js";
import { Diagram } from "./diagram.js";
import { loadNetwork } from "./network.js";
import { nameOf, showNeuron } from "./neuron.js";
import { lastDigit, seenOf } from "./strokes.js";

const RETRY_AFTER = 5000; // milliseconds after a failed request for a network
const SETTLED = 120; // milliseconds without a stroke before the chosen neuron is redrawn
const STRONGEST = 6; // neurons of the layer at the slider's depth with visible connections

export class Live {
  // `sizes` are those of the server's own network: its fields are drawn before its weights arrive.
  constructor(root, sizes) {
    this.root = root;
    this.canvas = root.querySelector("canvas");
    this.said = root.querySelector(".said");
    this.depth = root.querySelector("input[type=range]");
    this.card = root.querySelector(".inspected");
    this.network = null;
    this.model = null;
    this.state = {};
    this.show(new Diagram(this.canvas, sizes));
    this.depth.addEventListener("input", () => this.update());
    this.canvas.addEventListener("click", (event) => this.click(event));
    this.canvas.addEventListener("keydown", (event) => this.key(event));
    this.canvas.addEventListener("pointermove", (event) => {
      this.canvas.style.cursor = this.diagram.find(event.offsetX, event.offsetY) ? "pointer" : "";
    });
    new ResizeObserver(() => {
      this.diagram.fit();
      this.draw();
    }).observe(this.canvas.parentElement);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.diagram.colours = null;
      this.update();
    });
  }

  show(diagram) {
    const least = this.diagram && Number(this.depth.value) < Number(this.depth.max) ? this.depth.value : null;
    this.diagram = diagram;
    this.depth.max = diagram.last + 1;
    this.depth.value = least ?? this.depth.max;
    this.draw();
  }

  // Loads a network once; the last request counts.
  async load(model = this.model ?? "") {
    if (this.model === model && (this.network || this.loading)) return this.loading;
    if (this.failed?.model === model && performance.now() < this.failed.until) return null;
    this.model = model;
    this.network = null;
    Object.assign(this.state, { activations: null, links: [], chosen: null });
    this.say("Loading the network…");
    const coming = loadNetwork(model).then(
      (network) => {
        if (this.loading === coming) this.take(network);
      },
      (error) => {
        if (this.loading !== coming) return;
        this.loading = null;
        this.failed = { model, until: performance.now() + (error.final ? Infinity : RETRY_AFTER) };
        this.root.classList.add("refused");
        this.say(error.message[0].toUpperCase() + error.message.slice(1));
        this.draw();
      },
    );
    this.loading = coming;
    return coming;
  }

  // Shows a network in place of the present one.
  take(network) {
    this.network = network;
    this.root.classList.remove("refused");
    this.state.chosen = null;
    const diagram = new Diagram(this.canvas, network.sizes, network.names);
    diagram.sortBy(network.means);
    this.show(diagram);
    this.say("");
    this.update();
  }

  // Changes the model; the digit stays.
  use(model) {
    if (this.network || this.loading || this.root.classList.contains("refused")) this.load(model);
    else this.model = model;
  }

  say(text) {
    this.said.textContent = text;
  }

  // Takes the strokes; the next frame of the screen shows them.
  write(strokes, aspect) {
    if (strokes.length) this.load();
    this.strokes = strokes.length ? { strokes, aspect } : null;
    this.image = null;
    if (strokes.length && !this.written) stepDone("live");
    this.written ||= strokes.length > 0;
    this.soon();
  }

  // Takes a framed digit: 28 rows of 28 bytes, or a list of 784 bytes.
  see(image) {
    if (image) this.load();
    this.image = image ? Uint8Array.from(image.flat()) : null;
    this.strokes = null;
    this.soon();
  }

  soon() {
    this.waiting ??= requestAnimationFrame(() => {
      this.waiting = null;
      this.update();
    });
  }

  update() {
    const begun = performance.now();
    const { network, strokes } = this;
    const image = strokes ? seenOf(lastDigit(strokes.strokes, strokes.aspect), strokes.aspect, penOf(strokes.aspect)) : this.image;
    this.state.image = image;
    this.state.depth = Number(this.depth.value) - 1;
    this.state.activations = null;
    this.state.links = [];
    if (image && network) {
      this.x = Float32Array.from(image, (value) => value / 255);
      this.state.activations = network.feedforward(this.x);
      this.state.links = this.trace();
      this.tell();
    } else if (network) {
      this.say(`${this.network.kind === "digit" ? "Write a digit" : "Draw"}, or click on a neuron.`);
    }
    this.draw();
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.inspect(), SETTLED);
    performance.clearMeasures("live");
    performance.measure("live", { start: begun });
  }

  // The strongest connections that lead to the chosen neuron, to the answer, or, at a lesser depth,
  // to the brightest neurons there.
  trace() {
    const { network, x, state: { activations, depth, chosen } } = this;
    let [layer, ends] = [depth, [0]];
    if (chosen && chosen.layer <= depth) [layer, ends] = [chosen.layer, [chosen.neuron]];
    else ends = brightest(activations[depth], depth === network.last ? 1 : STRONGEST);
    const links = [];
    for (; layer >= 0; layer--) {
      const below = layer ? activations[layer - 1] : x;
      const each = ends.length === 1 ? 12 : ends.length <= STRONGEST ? 5 : 3;
      const found = ends.flatMap((to) => network.strongest(layer, to, below, each).map((one) => ({ ...one, layer, to })));
      links.push(...found);
      ends = [...new Set(found.map(({ from }) => from))];
    }
    return links.reverse();
  }

  tell() {
    const { activations, depth } = this.state;
    if (depth < this.network.last) {
      const lit = activations[depth].reduce((count, a) => count + (Math.abs(a) > 1e-3), 0);
      const all = activations[depth].length.toLocaleString("en");
      this.say(`Layer ${depth + 1}: ${lit.toLocaleString("en")} of ${all} neurons are lit.`);
      return;
    }
    const { names, kind } = this.network;
    const outputs = activations.at(-1);
    const [best, second] = brightest(outputs, 2);
    const then = outputs[second] > 0.005 ? `, then ${names[second]} (${outputs[second].toFixed(3)})` : "";
    this.say(outputs[best] > 0.005 ? `It says ${names[best]} (${outputs[best].toFixed(3)})${then}.` : `No output fires: this is no ${kind} to it.`);
  }

  draw() {
    this.diagram.draw(this.state);
  }

  choose(chosen) {
    this.state.chosen = chosen;
    if (chosen && chosen.layer > Number(this.depth.value) - 1) this.depth.value = chosen.layer + 1;
    this.update();
    this.inspect();
  }

  inspect() {
    clearTimeout(this.settling);
    const { chosen, activations } = this.state;
    if (!chosen || !this.network) {
      this.card.hidden = true;
      return;
    }
    const focused = this.card.contains(document.activeElement);
    showNeuron(this.card, this.network, chosen, activations && { x: this.x, activations }, (other) => this.choose(other));
    if (focused) this.canvas.focus();
  }

  async click(event) {
    const found = this.diagram.find(event.offsetX, event.offsetY);
    if (!this.network) await this.load();
    if (this.network && found) this.choose(this.diagram.find(event.offsetX, event.offsetY));
  }

  // Arrow keys move from neuron to neuron, Page Up and Page Down from layer to layer.
  async key(event) {
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: "up", ArrowDown: "down", PageUp: "before", PageDown: "after" };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    if (!this.network) await this.load();
    if (!this.network) return;
    const { layer, neuron } = this.state.chosen ?? { layer: 0, neuron: this.diagram.orders.get(0)?.[0] ?? 0 };
    if (step === "before" || step === "after") {
      const other = Math.min(this.network.last, Math.max(0, layer + (step === "after" ? 1 : -1)));
      this.choose({ layer: other, neuron: this.diagram.orders.get(other)?.[0] ?? 0 });
    } else {
      const { columns, places, order } = this.diagram.fields[layer + 1];
      const by = { up: -columns, down: columns }[step] ?? step;
      const place = Math.min(places.length - 1, Math.max(0, places[neuron] + by));
      this.choose({ layer, neuron: order ? order[place] : place });
    }
    this.say(`Looking at ${nameOf(this.network, this.state.chosen.layer, this.state.chosen.neuron)}.`);
  }
}

function brightest(values, count) {
  return [...values.keys()].sort((a, b) => values[b] - values[a]).slice(0, count);
}
