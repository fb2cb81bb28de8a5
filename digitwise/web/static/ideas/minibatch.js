// Mini-batches are polls: each arrow is an estimate of ∇C from m random digits.

import { colour, plot } from "../chart.js";
import { Idea, number } from "./idea.js";

export class MiniBatchIdea extends Idea {
  constructor() {
    super("minibatch");
    this.find("[data-do=again]").addEventListener("click", () => {
      this.set("seed", (Number(this.value("seed")) + 1) % 1000);
      this.changed();
    });
  }

  begin() {
    this.say("The polled network is trained first: a second or two.");
    this.ask();
  }

  show({ arrows, downhill, error, data, n, sizes, errors }) {
    const m = Number(this.value("m"));
    const shafts = {
      x: arrows.flatMap(([x]) => [0, x, null]), y: arrows.flatMap(([, y]) => [0, y, null]),
      mode: "lines", line: { color: colour("bar"), width: 1 }, hoverinfo: "skip",
    };
    const heads = {
      x: arrows.map(([x]) => x), y: arrows.map(([, y]) => y), mode: "markers", hoverinfo: "skip",
      marker: { size: 7, color: arrows.map(([x]) => (x > 0 ? colour("accent") : "#c8553d")) },
    };
    const whole = { x: 1, y: 0, ax: 0, ay: 0, axref: "x", ayref: "y", arrowhead: 2, arrowwidth: 3, arrowcolor: colour("ink"), text: "" };
    const reach = 1.1 * Math.max(1.5, ...arrows.flat().map(Math.abs));
    plot(this.find(".cloud"), [shafts, heads], {
      annotations: [whole],
      xaxis: { range: [-reach, reach], title: { text: "along ∇C, in lengths of ∇C" }, zeroline: true, zerolinecolor: colour("quiet") },
      yaxis: { range: [-reach, reach], title: { text: "across ∇C, widest direction" } },
    }, { staticPlot: true });
    this.find(".cloud").setAttribute("aria-label", `${arrows.length} estimates of ∇C from ${m} digits each`);
    const measured = { x: sizes, y: errors, mode: "markers", name: "measured", marker: { size: 8 } };
    const law = { x: sizes, y: sizes.map((size) => errors[0] / size), mode: "lines", name: "1/m", line: { dash: "dash" } };
    const here = { x: [m], y: [error], mode: "markers", name: "these", marker: { size: 13, symbol: "circle-open", color: colour("ink") } };
    plot(this.find(".law"), [measured, law, here], {
      showlegend: true, legend: { x: 1, xanchor: "right", y: 1 },
      xaxis: { type: "log", title: { text: "m, digits of a mini-batch" }, tickvals: [1, 10, 100] },
      yaxis: { type: "log", dtick: 1, title: { text: "‖estimate - ∇C‖² / ‖∇C‖²" } },
    }, { staticPlot: true });
    this.find(".facts").textContent =
      `${arrows.length} mini-batches of ${m}: ${Math.round(100 * downhill)}% point downhill, error ${number(error)}. ` +
      `∇C is over ${n.toLocaleString()} digits (${data === "mnist" ? "MNIST" : "the bundled ones"}).`;
  }
}
