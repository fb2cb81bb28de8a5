// A perceptron of two inputs: weights and bias to change, and the line of its decision.

import { colour, plot } from "../chart.js";
import { Idea, number } from "./idea.js";

export class PerceptronIdea extends Idea {
  constructor() {
    super("perceptron");
    for (const button of this.root.querySelectorAll("[data-gate]")) {
      button.addEventListener("click", () => {
        button.dataset.gate.split(",").forEach((value, k) => this.set(["w1", "w2", "bias"][k], value));
        this.changed();
      });
    }
  }

  begin() {
    this.ask();
  }

  show({ function: name, rows, axis, z, smooth }) {
    const plane = {
      type: "heatmap", x: axis, y: axis, z: smooth, zmin: 0, zmax: 1, opacity: 0.6, hoverinfo: "skip",
      colorscale: [[0, colour("card")], [1, colour("bar")]], showscale: false,
    };
    const line = {
      type: "contour", x: axis, y: axis, z, contours: { start: 0, end: 0, size: 1, coloring: "none" },
      line: { color: "#c8553d", width: 3 }, showscale: false, hoverinfo: "skip",
    };
    const points = {
      x: rows.map((row) => row.x[0]), y: rows.map((row) => row.x[1]), mode: "markers+text",
      text: rows.map((row) => String(row.fires)), textfont: { size: 15, color: rows.map((row) => colour(row.fires ? "card" : "ink")) },
      marker: { size: 30, color: rows.map((row) => colour(row.fires ? "accent" : "card")), line: { color: colour("accent"), width: 2 } },
    };
    plot(this.find(".plane"), [plane, line, points], {
      xaxis: { range: [-0.5, 1.5], tickvals: [0, 1], title: { text: "x₁" } },
      yaxis: { range: [-0.5, 1.5], tickvals: [0, 1], title: { text: "x₂" } },
    }, { staticPlot: true });
    this.find(".plane").setAttribute("aria-label", `Outputs for 00, 01, 10, 11: ${rows.map((row) => row.fires).join(", ")}`);
    this.find(".facts").textContent = `It computes: ${name}. Threshold -b = ${-Number(this.value("bias"))}.`;
    const body = this.find("tbody");
    body.replaceChildren();
    for (const row of rows) {
      const line = body.insertRow();
      for (const text of [...row.x, number(row.z), row.fires, row.smooth.toFixed(3)]) line.insertCell().textContent = text;
    }
  }
}
