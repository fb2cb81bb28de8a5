// "Try it": what is drawn goes through the network, and its outputs are bars.

import { seenOf } from "./live/strokes.js";
import { Paper, penOf } from "./paper.js";
import { find, percent, tell } from "./teach_tell.js";

const ANEW = 1500; // milliseconds until a stroke begins another drawing

export class Trial {
  // `live` shows the network; `classes` are those of the examples; `add(image, class)` makes what
  // was drawn an example, and returns whether it did.
  constructor(live, classes, add) {
    Object.assign(this, { live, classes, add, network: null });
    this.image = null; // what is tried, 784 bytes
    this.lifted = 0; // when the pen last left the paper
    this.paper = new Paper(find("trial"), {
      begun: () => {
        const { strokes } = this.paper;
        if (performance.now() - this.lifted > ANEW) strokes.splice(0, strokes.length - 1);
        find("trial-hint").hidden = true;
      },
      changed: () => { this.lifted = performance.now(); },
      moved: () => this.see(),
      viewed() {}, tapped() {},
    });
  }

  see() {
    const { strokes, canvas } = this.paper;
    const aspect = canvas.width / canvas.height;
    this.image = strokes.length ? seenOf(strokes, aspect, penOf(aspect)) : null;
    this.live.see(this.image && [...this.image]);
    this.draw();
  }

  erase() {
    this.paper.clear();
    find("trial-hint").hidden = false;
    this.see();
  }

  draw() {
    const { network, image, classes: { all } } = this;
    const names = network ? network.names : all.map(({ name }) => name);
    const container = find("bars");
    if (container.dataset.names !== JSON.stringify(names)) {
      container.dataset.names = JSON.stringify(names);
      container.replaceChildren(...names.map((name) => this.row(name)));
    }
    const outputs = network && image ? network.feedforward(Float32Array.from(image, (ink) => ink / 255)).at(-1) : null;
    const best = outputs ? outputs.indexOf(Math.max(...outputs)) : -1;
    [...container.children].forEach((row, k) => {
      row.classList.toggle("best", k === best);
      row.querySelector(".bar i").style.width = `${100 * (outputs?.[k] ?? 0)}%`;
      row.querySelector(".value").textContent = outputs ? percent(outputs[k]) : "";
      row.querySelector("button").disabled = !image || !all.some(({ name }) => name === names[k]);
    });
    let text = "";
    if (outputs) text = outputs[best] < 0.2 ? "none of them" : outputs[best] < 0.5 ? `${names[best]}?` : names[best];
    if (find("said").textContent !== text) tell("said", text);
  }

  row(name) {
    const row = document.createElement("div");
    const parts = ["name", "bar", "value"].map((kind) => Object.assign(document.createElement("span"), { className: kind }));
    Object.assign(parts[0], { textContent: name, title: name });
    parts[1].append(document.createElement("i"));
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: "+", title: `It is a ${name}: add it to the examples` });
    button.setAttribute("aria-label", `Add this drawing to the examples of ${name}`);
    button.addEventListener("click", () => {
      const to = this.classes.all.find((one) => one.name === name);
      if (!to || !this.image || !this.add(this.image.slice(), to)) return;
      this.erase();
      tell("said", `added to ${name}`);
    });
    row.append(...parts, button);
    return row;
  }
}
