// The Teach room: examples are drawn, learnt on the server in seconds, and tried here in the page.

import { call } from "./api.js";
import { fromBase64, toBase64 } from "./base64.js";
import { Diagram } from "./live/diagram.js";
import { Live } from "./live/live.js";
import { paintSigned } from "./live/neuron.js";
import { seenOf } from "./live/strokes.js";
import { Paper, penOf } from "./paper.js";
import { Classes } from "./teach_classes.js";
import { drawCurve } from "./teach_curves.js";
import { Lesson } from "./teach_lesson.js";
import { excite, readFile, readModel } from "./teach_model.js";
import { Store } from "./teach_store.js";

const find = (id) => document.getElementById(id);
const RESTED = 700; // milliseconds without the pen until what was drawn is an example
const ANEW = 1500; // milliseconds until a stroke under "Try it" begins another drawing
const ENOUGH = 20; // examples of a class
const MAX_PICTURE = 14_000_000; // bytes
const HIDDEN = 30;
const MOST_SHOWN = 60; // neurons whose weights are pictures

// The network of this room comes from a lesson or a file, not from /api/network.
class TaughtLive extends Live {
  async load() {
    return null;
  }

  // The same network, further in its lesson: neurons stay where they are.
  refresh(network) {
    const same = this.network && `${network.sizes} ${network.names}` === `${this.network.sizes} ${this.network.names}`;
    if (!same) return this.take(network);
    this.network = network;
    return this.update();
  }
}

const store = await Store.open();
let bounds = { min_examples: 3, max_examples: 2000, epochs: 50 };
let network = null;
let model = null; // {content, rows, saved}
let lesson = null;
let stale = false; // examples have changed since the lesson
let resting = null; // timer until what was drawn is an example
let lifted = 0; // when the pen last left the trial's paper
let image = null; // what is tried, 784 bytes

const live = new TaughtLive(find("live"), [784, HIDDEN, 2]);

function tell(id, text, wrong = false) {
  find(id).textContent = text;
  find(id).classList.toggle("wrong", wrong);
}

// 1. Show it.

const sheet = new Paper(find("sheet"), {
  begun: () => { clearTimeout(resting); find("hint").hidden = true; },
  changed: () => { clearTimeout(resting); resting = setTimeout(commit, RESTED); },
  moved() {}, viewed() {}, tapped() {},
});

const classes = new Classes(
  { list: find("classes"), examples: find("examples"), undo: find("undo") }, store,
  { changed: examplesChanged, failed: (error) => tell("shown", error.message, true), before: commit, drop },
);

function drop() {
  clearTimeout(resting);
  const any = sheet.strokes.length > 0;
  sheet.clear();
  return any;
}

// What was drawn becomes an example.
function commit() {
  clearTimeout(resting);
  const { strokes } = sheet;
  if (!strokes.length || sheet.current) return;
  const aspect = sheet.canvas.width / sheet.canvas.height;
  const seen = seenOf(strokes, aspect, penOf(aspect));
  sheet.clear();
  if (full()) return;
  classes.add(seen);
}

function full() {
  if (classes.count < bounds.max_examples) return false;
  tell("shown", `${bounds.max_examples.toLocaleString("en")} examples are enough: remove some to draw others.`, true);
  return true;
}

function examplesChanged() {
  const { name, examples: { length: n } } = classes.active;
  find("hint").textContent = `Draw a ${name}, or drop pictures of some`;
  find("hint").hidden = sheet.strokes.length > 0 || n > 0;
  const more = n < ENOUGH ? `: ${ENOUGH - n} more make it robust` : ": enough, more make it better";
  tell("shown", n ? `${n} example${n > 1 ? "s" : ""} of ${name}${more}.` : `Each time the pen rests, or at Enter, what you drew is an example. ${ENOUGH} of each are enough.`);
  stale = network !== null;
  if (!network && !lesson) {
    live.show(new Diagram(live.canvas, [784, HIDDEN, classes.all.length], classes.all.map((one) => one.name)));
    showOutputs();
  }
  if (!lesson) tellLesson();
}

async function addPictures(files) {
  commit();
  const to = classes.active;
  let [taken, wrong] = [0, ""];
  for (const [k, file] of files.entries()) {
    if (files.length > 1) tell("shown", `Picture ${k + 1} of ${files.length}…`);
    try {
      if (file.size > MAX_PICTURE) throw new Error("more than 14 MB: make the picture smaller");
      const bytes = new Uint8Array(await file.arrayBuffer());
      const { seen } = await call("api/teach/frame", "POST", { picture: toBase64(bytes) });
      if (full()) return;
      classes.add(fromBase64(seen), to);
      taken++;
    } catch (error) {
      wrong = `${file.name}: ${error.message}`;
    }
  }
  if (wrong) tell("shown", `${taken} of ${files.length} pictures taken. ${wrong}`, true);
}

// 2. Let it learn.

function tellLesson() {
  const few = classes.all.find(({ examples }) => examples.length < bounds.min_examples);
  const names = classes.all.map(({ name }) => name);
  const twice = names.find((name, k) => names.indexOf(name) !== k);
  find("learn").disabled = Boolean(few || twice);
  if (twice) tell("learnt", `Two classes are named ${twice}: give each a name of its own.`, true);
  else if (few) tell("learnt", `Each class needs ${bounds.min_examples} examples or more; ${few.name} has ${few.examples.length || "none"}.`);
  else if (stale) tell("learnt", "Examples or classes have changed: let it learn again.");
  else if (!network) tell("learnt", "Each example will be slanted, turned, stretched and bent, 30,000 times in all.");
}

async function learn() {
  commit();
  const began = performance.now();
  lesson = new Lesson(classes.all, (rows, found) => {
    tell("learnt", "Learning…");
    drawRows(rows);
    use(found, true);
  });
  const taught = classes.all.map((one) => ({ ...one }));
  stale = false;
  find("learn").hidden = true;
  find("stop").hidden = false;
  find("stop").focus();
  tell("learnt", "Getting ready…");
  find("learnt").classList.add("busy");
  let wrong = null;
  try {
    await lesson.run();
  } catch (error) {
    wrong = error.message;
  }
  const { model: content, rows, stopped } = lesson;
  lesson = null;
  find("learnt").classList.remove("busy");
  if (content && (!wrong || stopped)) {
    model = { content, rows, saved: false };
    await store.keepModel(model).catch((error) => { wrong = error.message; });
    const found = readModel(content);
    excite(found, taught);
    use(found);
  }
  find("learn").hidden = false;
  find("stop").hidden = true;
  if (document.activeElement === document.body) find("learn").focus();
  tellLesson();
  if (wrong) tell("learnt", wrong, true);
  else if (!rows.length) tell("learnt", "Stopped before it learnt anything.");
  else if (!stale) tell("learnt", `${stopped ? "Stopped" : "Learnt"} after ${((performance.now() - began) / 1000).toFixed(1)} s and ${rows.length} epochs: ${inWords(rows.at(-1))}`);
}

function percent(share) {
  return `${Math.round(100 * share)}%`;
}

function inWords({ train_accuracy: learnt, test_accuracy: held }) {
  const all = `${percent(learnt)} right on what it learnt from`;
  return held === null ? `${all}; five examples of a class hold one back, to measure on.` : `${all}, ${percent(held)} on every fifth example, which was held back.`;
}

function drawRows(rows) {
  const { epochs } = bounds;
  const most = Math.max(0.1, ...rows.map(({ cost }) => cost));
  drawCurve(find("cost"), [rows.map(({ cost }) => cost)], { name: "Cost", most, epochs, format: (value) => value.toFixed(2) });
  const lines = [rows.map((row) => row.train_accuracy), rows.map((row) => row.test_accuracy)];
  drawCurve(find("accuracy"), lines, { name: "Accuracy", most: 1, epochs, format: percent });
}

// The first layer's weights: a button a neuron, which looks into it.
function drawWeights() {
  const container = find("weights");
  const all = network ? network.sizes[1] : HIDDEN;
  const n = Math.min(all, MOST_SHOWN);
  find("weights-title").textContent = n < all ? `Weights of ${n} of its ${all} neurons` : `Weights of its ${n} neurons`;
  if (container.children.length !== n) {
    container.replaceChildren(...Array.from({ length: n }, (_, neuron) => {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", title: `Neuron ${neuron + 1}` });
      button.setAttribute("aria-label", `Look into neuron ${neuron + 1}`);
      button.append(Object.assign(document.createElement("canvas"), { width: 28, height: 28 }));
      button.addEventListener("click", () => network && live.choose({ layer: 0, neuron }));
      return button;
    }));
  }
  [...container.children].forEach((button, neuron) => {
    button.disabled = !network;
    paintSigned(button.firstChild, network ? network.picture(0, neuron) : new Float32Array(784));
  });
}

// 3. Try it.

const trial = new Paper(find("trial"), {
  begun: () => {
    if (performance.now() - lifted > ANEW) trial.strokes.splice(0, trial.strokes.length - 1);
    find("trial-hint").hidden = true;
  },
  changed: () => { lifted = performance.now(); },
  moved: see,
  viewed() {}, tapped() {},
});

function see() {
  const aspect = trial.canvas.width / trial.canvas.height;
  image = trial.strokes.length ? seenOf(trial.strokes, aspect, penOf(aspect)) : null;
  live.see(image && [...image]);
  showOutputs();
}

function erase() {
  trial.clear();
  find("trial-hint").hidden = false;
  see();
}

// A network that was taught or opened takes the other's place; in a lesson it is the same one.
function use(found, learning = false) {
  network = found;
  if (learning) live.refresh(found);
  else live.take(found);
  drawWeights();
  showOutputs();
  find("save").disabled = !model && !lesson;
  find("share").hidden = !model || !navigator.canShare?.({ files: [modelFile()] });
}

function showOutputs() {
  const names = network ? network.names : classes.all.map(({ name }) => name);
  const container = find("bars");
  if (container.dataset.names !== JSON.stringify(names)) {
    container.dataset.names = JSON.stringify(names);
    container.replaceChildren(...names.map(outputRow));
  }
  const outputs = network && image ? network.feedforward(Float32Array.from(image, (ink) => ink / 255)).at(-1) : null;
  const best = outputs ? outputs.indexOf(Math.max(...outputs)) : -1;
  [...container.children].forEach((row, k) => {
    row.classList.toggle("best", k === best);
    row.querySelector(".bar i").style.width = `${100 * (outputs?.[k] ?? 0)}%`;
    row.querySelector(".value").textContent = outputs ? percent(outputs[k]) : "";
    row.querySelector("button").disabled = !image || !classes.all.some(({ name }) => name === names[k]);
  });
  let text = "";
  if (outputs) text = outputs[best] < 0.2 ? "none of them" : outputs[best] < 0.5 ? `${names[best]}?` : names[best];
  if (find("said").textContent !== text) tell("said", text);
}

function outputRow(name) {
  const row = document.createElement("div");
  const parts = ["name", "bar", "value"].map((kind) => Object.assign(document.createElement("span"), { className: kind }));
  Object.assign(parts[0], { textContent: name, title: name });
  parts[1].append(document.createElement("i"));
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: "+", title: `It is a ${name}: add it to the examples` });
  button.setAttribute("aria-label", `Add this drawing to the examples of ${name}`);
  button.addEventListener("click", () => {
    const to = classes.all.find((one) => one.name === name);
    if (!to || !image || full()) return;
    classes.add(image.slice(), to);
    erase();
    tell("said", `added to ${name}`);
  });
  row.append(...parts, button);
  return row;
}

function modelFile() {
  const name = network.names.join("-").replaceAll(/[^\p{L}\p{N}-]+/gu, "_").slice(0, 60);
  return new File([model.content], `${name || "symbols"}.safetensors`, { type: "application/octet-stream" });
}

async function save() {
  const file = modelFile();
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: file.name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  await saved(file.name);
}

async function saved(name) {
  model.saved = true;
  await store.keepModel(model).catch(() => {});
  tell("file", `${name}: digitwise evaluate takes it`);
}

async function open(file) {
  try {
    const { content, found } = await readFile(file);
    if (model && !model.saved && !confirm("The network that was taught here is not saved. Open the other one in its place?")) return;
    model = { content, rows: [], saved: true };
    await store.keepModel(model);
    excite(found, classes.all);
    stale = false;
    use(found);
    drawRows([]);
    tell("learnt", `${file.name} was opened; it tells ${found.names.join(", ")}.`);
    tell("file", file.name);
  } catch (error) {
    tell("file", error.message, true);
  }
}

find("learn").addEventListener("click", learn);
find("stop").addEventListener("click", () => lesson?.stop());
find("erase").addEventListener("click", erase);
find("save").addEventListener("click", save);
find("share").addEventListener("click", () => {
  const file = modelFile();
  navigator.share({ files: [file], title: "A network of digitwise" }).then(() => saved(file.name), () => {});
});
find("open").addEventListener("change", (event) => {
  const [file] = event.target.files;
  event.target.value = ""; // so that the same one can be chosen again
  if (file) open(file);
});
find("pictures").addEventListener("change", (event) => {
  const files = [...event.target.files];
  event.target.value = "";
  addPictures(files);
});
document.addEventListener("keydown", (event) => {
  if (event.target instanceof HTMLInputElement && event.target.type === "text") return;
  if (event.key === "Escape") erase();
  if (event.key === "Enter" && event.target === sheet.canvas) commit();
  if (event.key === "z" && (event.ctrlKey || event.metaKey)) classes.undo();
});
document.addEventListener("paste", (event) => addPictures([...event.clipboardData.files]));
document.addEventListener("visibilitychange", () => document.hidden && commit());
for (const name of ["dragover", "dragleave", "drop"]) {
  document.querySelector("main").addEventListener(name, (event) => {
    event.preventDefault();
    find("sheet").parentElement.classList.toggle("dropping", name === "dragover");
    if (name !== "drop") return;
    const files = [...event.dataTransfer.files];
    const file = files.find((one) => one.name.endsWith(".safetensors"));
    if (file) open(file);
    else addPictures(files);
  });
}
new ResizeObserver(() => drawRows(lesson?.rows ?? model?.rows ?? [])).observe(find("cost"));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  classes.draw();
  drawWeights();
});

const kept = await store.read().catch(() => {
  store.database = null; // nothing is written over what can't be read
  return { classes: [], model: null };
});
await classes.load(kept.classes);
if (kept.model) {
  model = kept.model;
  const found = readModel(model.content);
  excite(found, classes.all);
  use(found);
  stale = false;
  tellLesson();
  if (model.rows.length) tell("learnt", `Learnt before: ${inWords(model.rows.at(-1))}`);
}
drawWeights();
drawRows(model?.rows ?? []);
if (!store.keeps) tell("shown", "This browser keeps nothing now: what you draw is gone when you leave.", true);
// The server gets ready for a lesson while somebody draws.
call("api/teach").then((found) => { bounds = found; drawRows(model?.rows ?? []); }, (error) => tell("learnt", error.message, true));
document.documentElement.dataset.ready = "true";
