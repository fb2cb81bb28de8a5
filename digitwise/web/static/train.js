// The Train room: one panel a run. A run lives in the server; its panel shows and controls it.

import { call } from "./api.js";
import { Challenges } from "./challenges.js";
import { plot } from "./chart.js";
import { drawForm, fillIn, valuesOf } from "./form.js";
import { stepDone } from "./ideas/path_kept.js";
import { Neurons } from "./train_neurons.js";
import { storyOf } from "./train_story.js";

const POLL_EVERY = 400; // milliseconds between requests for the state
const panels = [];

class Panel {
  constructor(settings) {
    const made = document.getElementById("panel").content.cloneNode(true);
    this.root = made.querySelector("section");
    this.form = this.root.querySelector("form");
    this.neurons = new Neurons(this.root);
    this.run = null; // id
    this.shown = 0; // rows in the charts
    this.state = null;
    drawForm(this.form, settings);
    this.known = /^[0-9a-f]{1,32}$/.test(settings.run) ? settings.run : null;
    for (const button of this.root.querySelectorAll("button")) {
      button.addEventListener("click", () => this.do(button.dataset.do));
    }
    this.form.addEventListener("change", () => this.changed());
    this.form.addEventListener("submit", (event) => event.preventDefault());
    document.getElementById("challenges").before(this.root);
    this.settings = this.values(); // of the run, or those before a change
    this.draw();
  }

  values() {
    return Object.fromEntries(new FormData(this.form));
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  say(text, bad = false) {
    const said = this.find(".said");
    said.textContent = text;
    said.classList.toggle("error", bad);
  }

  // The panel's part of the page's address.
  address() {
    const values = this.values();
    if (this.run) values.run = this.run;
    return Object.entries(values).map(([name, value]) => `${name}:${value}`).join(";");
  }

  // A change of settings ends the run, unless that is refused.
  async changed() {
    if (this.run && !this.mayEnd("Other settings end this run.")) {
      fillIn(this.form, this.settings);
      return;
    }
    this.settings = this.values();
    if (this.run) await this.remove();
    remember();
  }

  // Asks before something learnt is lost.
  mayEnd(why) {
    const learnt = this.state?.epoch ? `${this.state.epoch} epoch${this.state.epoch > 1 ? "s" : ""}` : "";
    return !learnt || this.saved === this.at() || confirm(`${why} What it learnt in ${learnt} is not saved. End it?`);
  }

  // How far the run has come.
  at() {
    return `${this.run} ${this.state?.epoch} ${this.state?.position}`;
  }

  // Takes the settings of a challenge.
  attempt(settings) {
    if (this.run && !this.mayEnd("A challenge begins anew.")) return;
    fillIn(this.form, settings);
    this.saved = this.at(); // asked already
    this.changed();
    this.root.scrollIntoView({ block: "nearest" });
    this.find("[data-do=start]").focus({ preventScroll: true });
  }

  async remove() {
    const { run } = this;
    this.run = null;
    this.shown = 0;
    this.state = null;
    this.draw();
    try {
      await call(`api/runs/${run}`, "DELETE");
    } catch {
      // the run was removed already
    }
  }

  async begin() {
    const made = await call("api/runs", "POST", valuesOf(this.form));
    this.run = made.id;
    remember();
  }

  async do(what) {
    try {
      if (what === "compare") {
        addPanel({ ...this.values(), seed: Number(this.form.elements.seed.value) + 1 });
        remember();
        dispatchEvent(new Event("resize")); // for the charts beside it
        return;
      }
      if (what === "close") {
        this.close();
        return;
      }
      if (what === "stop") {
        if (!this.mayEnd("Stop ends this run.")) return;
        await this.remove();
        remember();
        this.say("stopped");
        return;
      }
      if (!this.run) await this.begin();
      if (what === "save") {
        const at = this.at();
        const { model } = await call(`api/runs/${this.run}/save`, "POST");
        this.saved = at;
        this.say(`saved as ${model}: `);
        const link = document.createElement("a");
        link.href = `./?model=${encodeURIComponent(model)}`;
        link.textContent = "read with it";
        this.find(".said").append(link);
        return;
      }
      this.say("");
      await call(`api/runs/${this.run}/${what}`, "POST");
      await this.look();
    } catch (error) {
      this.say(error.message, true);
      if (error.status === 409 && !this.run) await this.offerToStop();
    }
  }

  // With too many runs, offers to stop others, which nobody may watch any more.
  async offerToStop() {
    for (const { id, settings, state } of await call("api/runs")) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = `stop 784-${[...settings.convolutions.split(",").filter(Boolean), ...settings.hidden, 10].join("-")}, seed ${settings.seed}, epoch ${state.epoch}`;
      button.addEventListener("click", async () => {
        await call(`api/runs/${id}`, "DELETE").catch(() => {});
        button.remove();
      });
      this.find(".said").append(" ", button);
    }
  }

  // Attaches the run of the address, if the server still has it.
  async attach() {
    if (!this.known) return;
    try {
      await call(`api/runs/${this.known}`);
      this.run = this.known;
      await this.look();
    } catch {
      this.say("this run has ended; start it to repeat it with the same settings and seed");
    }
    remember();
  }

  async look() {
    if (!this.run) return;
    const { run } = this;
    const before = this.state?.rows ?? [];
    try {
      const known = this.state ? `?since=${this.reports}&epochs=${before.length}` : "";
      const news = await call(`api/runs/${run}${known}`); // null if nothing has changed
      if (news && run === this.run && before === (this.state?.rows ?? before)) {
        const state = { ...news.state, rows: [...before, ...news.state.rows] };
        Object.assign(this, { state, reports: news.reports });
        this.draw();
        if (state.rows.some((row) => row.test_accuracy >= 0.9)) stepDone("train");
        const met = challenges.judge(run, state, this.settings);
        if (met.length) this.say(`Challenge met: ${met.join(", ")}. It is in the list of your best runs. ${state.error ?? ""}`);
      }
    } catch (error) {
      if (run !== this.run) return;
      this.say(error.message, true);
      if (error.status === 404) {
        this.run = this.state = null; // stopped elsewhere
        this.draw();
        remember();
      }
    }
  }

  close() {
    panels.splice(panels.indexOf(this), 1);
    this.root.remove();
    remember();
    for (const each of panels) each.draw();
    dispatchEvent(new Event("resize"));
  }

  draw() {
    const { state } = this;
    const running = state?.status === "running";
    const over = state && ["done", "failed"].includes(state.status);
    const enabled = { start: !running && !over, pause: running, step: !running && !over, epoch: !running && !over, stop: Boolean(this.run), save: Boolean(state), compare: panels.length < 2, close: panels.length > 1 };
    for (const [name, may] of Object.entries(enabled)) this.find(`[data-do=${name}]`).disabled = !may;
    if (state?.error) this.say(state.error, true);
    this.drawFacts(state);
    const story = storyOf(state, Number(this.settings.learning_rate));
    if (this.find(".story").textContent !== story) this.find(".story").textContent = story;
    const rows = state?.rows.length ?? 0;
    const begun = rows > 0 || Boolean(state?.first_layer);
    this.find(".before").hidden = begun || Boolean(this.run);
    this.find(".figures").hidden = !begun;
    for (const figure of this.root.querySelectorAll(".after-epoch")) figure.hidden = rows === 0;
    this.neurons.show(state?.first_layer);
    if (rows !== this.shown || !state) {
      this.shown = rows;
      if (rows) this.drawCharts(state?.rows ?? []);
      this.drawWrong(state?.wrong ?? []);
      this.drawConfusion(state?.confusion);
    }
  }

  drawFacts(state) {
    const facts = [];
    if (state && state.status !== "starting") {
      const last = state.rows.at(-1);
      facts.push(state.status, `epoch ${state.epoch}`);
      if (state.status !== "done") facts.push(`digit ${state.position.toLocaleString()} of ${state.n.toLocaleString()}`);
      if (last) facts.push(`test ${(100 * last.test_accuracy).toFixed(2)}%`);
      if (state.speed) facts.push(`${Math.round(state.speed).toLocaleString()} digits a second`);
      facts.push(`${state.parameters.toLocaleString()} parameters`, `engine ${state.engine}`);
    } else if (state) facts.push("starting…");
    this.find(".facts").replaceChildren(
      ...facts.map((fact) => Object.assign(document.createElement("span"), { textContent: fact })),
    );
    const epochs = Number(this.form.elements.epochs.value);
    const share = state?.n ? (state.epoch + state.position / state.n) / epochs : 0;
    this.find(".progress i").style.width = `${100 * Math.min(1, share)}%`;
  }

  drawCharts(rows) {
    const x = rows.map((row) => row.epoch);
    const percent = (name) => rows.map((row) => 100 * row[name]);
    const line = (y, name, dash) => ({ x, y, name, mode: "lines+markers", marker: { size: 5 }, line: { dash } });
    const layout = { xaxis: { title: { text: "epoch" }, rangemode: "tozero" } };
    plot(this.find(".cost"), [line(rows.map((row) => row.cost), "cost", "solid")], { ...layout, yaxis: { rangemode: "tozero" } });
    plot(
      this.find(".accuracy"),
      [line(percent("test_accuracy"), "test", "solid"), line(percent("train_accuracy"), "training", "dot")],
      { ...layout, showlegend: true, legend: { orientation: "h", x: 1, xanchor: "right", y: 1.02, yanchor: "bottom" } },
    );
  }

  drawWrong(wrong) {
    this.find(".wrongs").replaceChildren(
      ...wrong.map(({ label, said, image: content }) => {
        const figure = document.createElement("figure");
        const image = new Image();
        image.src = `data:image/png;base64,${content}`;
        image.alt = `a ${label} read as a ${said}`;
        figure.append(image, Object.assign(document.createElement("figcaption"), { textContent: `${label} → ${said}` }));
        return figure;
      }),
    );
  }

  drawConfusion(confusion) {
    const table = this.find(".confusion");
    table.replaceChildren();
    if (!confusion) return;
    const head = table.insertRow();
    head.append(Object.assign(document.createElement("th"), { textContent: "is" }));
    for (let said = 0; said < 10; said++) head.append(Object.assign(document.createElement("th"), { textContent: said }));
    const most = Math.max(...confusion.flatMap((row, d) => row.filter((_, said) => said !== d)));
    confusion.forEach((row, digit) => {
      const line = table.insertRow();
      line.append(Object.assign(document.createElement("th"), { textContent: digit }));
      row.forEach((count, said) => {
        const cell = line.insertCell();
        cell.textContent = count || "";
        if (digit === said) cell.className = "right";
        else if (count > most / 2) cell.className = "many";
      });
    });
  }
}

function addPanel(settings) {
  const panel = new Panel(settings);
  panels.push(panel);
  for (const each of panels) each.draw();
  return panel;
}

function remember() {
  const query = panels.map((panel) => `net=${encodeURIComponent(panel.address())}`).join("&");
  history.replaceState(null, "", `?${query}`);
  sessionStorage.setItem("nets", query); // for when this tab comes back from another room
}

const challenges = new Challenges(document.getElementById("challenges"), (settings) => panels[0].attempt(settings));
const query = location.search || sessionStorage.getItem("nets") || "";
const nets = new URLSearchParams(query).getAll("net").slice(0, 2);
for (const net of nets.length ? nets : [""]) {
  addPanel(Object.fromEntries(net.split(";").filter(Boolean).map((pair) => pair.split(/:(.*)/s).slice(0, 2))));
}
await Promise.all(panels.map((panel) => panel.attach()));
remember();
setInterval(() => {
  if (!document.hidden) for (const panel of panels) panel.look();
}, POLL_EVERY);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const panel of panels) {
    panel.shown = -1;
    panel.draw();
    if (panel.neurons.first) panel.neurons.draw();
  }
});
