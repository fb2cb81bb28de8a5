// A ball in a valley, given or drawn: dropped anywhere, rolling by v → v′ = v - η∇C.

import { call } from "../api.js";
import { MARGIN, colour, plot, replot } from "../chart.js";
import { Idea, number } from "./idea.js";
import { Pen } from "./pen.js";

const STEP_EVERY = 70; // milliseconds
const ALIKE = 1e-2; // heights of valleys that differ less are equally low
const NUDGE = 0.1; // by which an arrow key moves the ball
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const KEYS = { r: "raise", d: "dig" };
const still = matchMedia("(prefers-reduced-motion: reduce)");

export class Valley extends Idea {
  constructor() {
    super("valley");
    this.at = 0; // present step
    this.map = this.find(".map");
    this.find("[data-do=roll]").addEventListener("click", () => (this.timer ? this.pause() : this.roll()));
    this.find("[data-do=step]").addEventListener("click", () => this.step());
    this.map.addEventListener("click", (event) => this.strength() || this.drop(this.placeOf(event)));
    this.map.addEventListener("keydown", (event) => this.key(event));
    this.form.elements.surface.addEventListener("input", () => (this.moved = true));
    this.pen = new Pen(this.map, this.form.elements.dabs, {
      strength: () => this.strength(), place: (event) => this.placeOf(event),
      drawn: (whole) => (whole ? this.redrawn() : this.preview()),
      full: () => this.say("That is as much as a surface can have: undo something, or clear it.", true),
    });
    const doings = { raise: () => this.pen.dab(this.ball, 1), dig: () => this.pen.dab(this.ball, -1), undo: () => this.pen.undo(), clear: () => this.pen.clear() };
    for (const [name, does] of Object.entries(doings)) this.find(`[data-do=${name}]`).addEventListener("click", does);
  }

  // What the pointer draws: 1 a hill, -1 a valley, 0 nothing.
  strength() {
    return this.isDrawn ? Number(this.find("[name=pen]:checked").value) : 0;
  }

  get isDrawn() {
    return this.value("surface") === "drawn";
  }

  get ball() {
    return [Number(this.value("v1")), Number(this.value("v2"))];
  }

  async begin() {
    await this.survey((name) => !new URLSearchParams(location.search).has(`valley.${name}`));
    if (this.place) this.ask();
  }

  // Loads a surface: its map, and a good start and learning rate where they may be set.
  async survey(isFree) {
    const query = new URLSearchParams({ name: this.value("surface"), ...(this.isDrawn ? { dabs: this.value("dabs") } : {}) });
    for (const part of this.root.querySelectorAll(".drawing")) part.hidden = !this.isDrawn;
    this.map.classList.toggle("paintable", this.isDrawn);
    const before = this.values();
    try {
      this.place = await call(`api/ideas/surface?${query}`);
    } catch (error) {
      this.say(error.message, true);
      return;
    }
    const { rate, start } = this.place;
    for (const [name, value] of Object.entries({ learning_rate: rate, v1: start[0], v2: start[1] })) {
      if (isFree(name) && this.value(name) === before[name]) this.set(name, value); // not what was set meanwhile
    }
  }

  async changed() {
    if (this.moved || !this.place) {
      this.moved = false;
      await this.survey(() => true);
    }
    if (this.place) super.changed();
  }

  // Another surface under the same ball.
  async redrawn() {
    await this.survey(() => false);
    this.changed();
  }

  // Shows a surface while it is drawn, without its ball; of changes meanwhile, the last.
  async preview() {
    this.unseen = true;
    if (this.surveying) return;
    this.surveying = true;
    while (this.unseen) {
      this.unseen = false;
      this.pause();
      await this.survey(() => false);
      await this.draw();
    }
    this.surveying = false;
  }

  // The v under a pointer, or null beside the map.
  placeOf(event) {
    if (!this.place) return null;
    const box = this.map.getBoundingClientRect();
    const [x0, x1, y0, y1] = this.place.window;
    const across = (event.clientX - box.left - MARGIN.l) / (box.width - MARGIN.l - MARGIN.r);
    const down = (event.clientY - box.top - MARGIN.t) / (box.height - MARGIN.t - MARGIN.b);
    if (Math.min(across, down) < 0 || Math.max(across, down) > 1) return null;
    return [x0 + across * (x1 - x0), y1 - down * (y1 - y0)];
  }

  drop(v) {
    if (!v) return;
    this.set("v1", v[0].toFixed(2));
    this.set("v2", v[1].toFixed(2));
    this.changed();
  }

  key(event) {
    const [arrow, name] = [ARROWS[event.key], KEYS[event.key.toLowerCase()]];
    if (event.ctrlKey || event.metaKey || event.altKey || !(arrow || (name && this.isDrawn))) return;
    event.preventDefault();
    if (name) this.find(`[data-do=${name}]`).click();
    else this.drop(this.ball.map((value, k) => value + NUDGE * arrow[k]));
  }

  path() {
    const { dabs, ...values } = this.values();
    return `ball?${new URLSearchParams(this.isDrawn ? { ...values, dabs } : values)}`;
  }

  show() {
    this.pause();
    this.draw();
    this.at = 0;
    this.roll();
  }

  roll() {
    if (!this.answer) return;
    if (this.at >= this.last) this.at = 0;
    if (still.matches) {
      this.at = this.last;
      this.move();
      return;
    }
    this.find("[data-do=roll]").textContent = "Pause";
    let rolled = performance.now();
    this.timer = setInterval(() => {
      // A slow machine draws fewer steps: the ball rolls no slower.
      const steps = Math.floor((performance.now() - rolled) / STEP_EVERY);
      rolled += steps * STEP_EVERY;
      if (steps) this.advance(steps);
    }, STEP_EVERY);
    this.move();
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    this.find("[data-do=roll]").textContent = "Roll";
  }

  advance(steps = 1) {
    this.at = Math.min(this.at + steps, this.last);
    if (this.at >= this.last) this.pause();
    this.move();
  }

  step() {
    if (!this.answer) return;
    this.pause();
    if (this.at >= this.last) this.at = -1;
    this.advance();
  }

  get last() {
    return this.answer.path.length - 1;
  }

  draw() {
    const { v1, v2, heights, window: edges, minima, formula } = this.place;
    const levels = quantiles(heights.flat(), 16);
    const map = {
      type: "contour", x: v1, y: v2, z: heights.map((row) => row.map((c) => rank(levels, c))),
      colorscale: "Cividis", ncontours: 16, showscale: false, opacity: 0.55, hoverinfo: "skip", line: { width: 0.6 },
    };
    const line = { x: [], y: [], mode: "lines+markers", line: { color: "#c8553d", width: 1.5 }, marker: { size: 4 } };
    const ball = { x: [], y: [], mode: "markers", marker: { size: 17, color: "#c8553d", line: { color: "#fff", width: 2 } } };
    const lowest = {
      x: minima.map((v) => v[0]), y: minima.map((v) => v[1]), mode: "markers",
      marker: { symbol: "star", size: 12, color: colour("ink") },
    };
    const drawn = plot(this.map, [map, lowest, line, ball], {
      xaxis: { range: edges.slice(0, 2), title: { text: "v₁" } },
      yaxis: { range: edges.slice(2), title: { text: "v₂" } },
    }, { staticPlot: true });
    this.map.setAttribute("aria-label", `C = ${formula} from above, and the path of the ball`);
    this.find(".formula").textContent = `C = ${formula}`;
    plot(this.find(".costs"), [{ x: [], y: [], mode: "lines", line: { color: "#c8553d" } }], {
      xaxis: { title: { text: "step" }, rangemode: "tozero" }, yaxis: { type: "log", nticks: 6, title: { text: "C above its minimum" } },
    }, { staticPlot: true });
    return drawn;
  }

  // Draws the path of the ball up to the present step.
  move() {
    const { path, costs, squares, stopped } = this.answer;
    const gone = path.slice(0, this.at + 1).filter(([x, y]) => Math.hypot(x, y) < 1e3);
    const [x, y] = [0, 1].map((k) => gone.map((v) => v[k]));
    replot(this.map, { x: [x, x.slice(-1)], y: [y, y.slice(-1)] }, [2, 3]);
    const { lowest } = this.place;
    const above = costs.slice(0, this.at + 1).map((c) => (c - lowest > 1e-12 && c < 1e60 ? c - lowest : null));
    replot(this.find(".costs"), { x: [above.map((_, k) => k)], y: [above] }, [0]);
    const eta = Number(this.value("learning_rate"));
    const facts = [`step ${this.at}`, `C = ${number(costs[this.at])}`];
    if (this.at < this.last && squares[this.at] !== null && this.value("momentum") === "0") {
      facts.push(`ΔC ≈ -η‖∇C‖² = ${number(-eta * squares[this.at])}`, `it was ${number(costs[this.at + 1] - costs[this.at])}`);
    }
    if (this.at === this.last) facts.push(this.verdict(stopped, costs));
    this.find(".facts").replaceChildren(...facts.map((text) => Object.assign(document.createElement("span"), { textContent: text })));
  }

  // Whether the ball has left the map uphill.
  get flown() {
    const { stopped, costs } = this.answer;
    return stopped === "diverged" || costs.at(-1) > Math.max(costs[0], ...this.place.heights.flat());
  }

  // Whether the ball rests above the lowest valley.
  get isHigh() {
    const { stopped, costs } = this.answer;
    return stopped === "gradient" && costs.at(-1) - this.place.lowest > ALIKE;
  }

  verdict(stopped, costs) {
    if (this.flown) return "the ball has flown out: η is too large";
    if (stopped === "gradient") return this.isHigh ? "the ball is at rest, but not in the lowest valley" : "the ball is at rest";
    return costs.at(-1) > costs[0] ? "the ball climbs" : "the ball is still rolling";
  }
}

// Contours at equal shares of the area; otherwise a steep wall would take all of them.
function quantiles(values, n) {
  const sorted = [...values].sort((a, b) => a - b);
  return Array.from({ length: n + 1 }, (_, k) => sorted[Math.round((k * (sorted.length - 1)) / n)]);
}

function rank(levels, value) {
  const k = Math.max(0, levels.findLastIndex((level) => level <= value));
  const width = (levels[k + 1] ?? levels[k]) - levels[k];
  return k + (width ? (value - levels[k]) / width : 0);
}
