// The Teach room: examples are drawn, learnt on the server in seconds, and tried here in the page.

import { call } from "./api.js";
import { Diagram } from "./live/diagram.js";
import { Live } from "./live/live.js";
import { drawCurve } from "./teach_curves.js";
import { Lesson } from "./teach_lesson.js";
import { excite, readFile, readModel } from "./teach_model.js";
import { Show } from "./teach_show.js";
import { Store } from "./teach_store.js";
import { find, percent, tell } from "./teach_tell.js";
import { Trial } from "./teach_try.js";
import { drawWeights } from "./teach_weights.js";

const HIDDEN = 30;

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

const live = new TaughtLive(find("live"), [784, HIDDEN, 2]);

const show = new Show(store, examplesChanged);
const { classes } = show;
const trial = new Trial(live, classes, (image, to) => show.add(image, to));

function examplesChanged() {
  stale = network !== null;
  if (!network && !lesson) {
    live.show(new Diagram(live.canvas, [784, HIDDEN, classes.all.length], classes.all.map((one) => one.name)));
    trial.draw();
  }
  if (!lesson) tellLesson();
}

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
  show.commit();
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

function redrawWeights() {
  drawWeights(network, HIDDEN, (neuron) => network && live.choose({ layer: 0, neuron }));
}

// A network that was taught or opened takes the other's place; in a lesson it is the same one.
function use(found, learning = false) {
  network = trial.network = found;
  if (learning) live.refresh(found);
  else live.take(found);
  redrawWeights();
  trial.draw();
  find("save").disabled = !model && !lesson;
  find("share").hidden = !model || !navigator.canShare?.({ files: [modelFile()] });
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
find("erase").addEventListener("click", () => trial.erase());
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
  show.addPictures(files);
});
document.addEventListener("keydown", (event) => {
  if (event.target instanceof HTMLInputElement && event.target.type === "text") return;
  if (event.key === "Escape") trial.erase();
  if (event.key === "Enter" && event.target === show.sheet.canvas) show.commit();
  if (event.key === "z" && (event.ctrlKey || event.metaKey)) classes.undo();
});
document.addEventListener("paste", (event) => show.addPictures([...event.clipboardData.files]));
document.addEventListener("visibilitychange", () => document.hidden && show.commit());
for (const name of ["dragover", "dragleave", "drop"]) {
  document.querySelector("main").addEventListener(name, (event) => {
    event.preventDefault();
    find("sheet").parentElement.classList.toggle("dropping", name === "dragover");
    if (name !== "drop") return;
    const files = [...event.dataTransfer.files];
    const file = files.find((one) => one.name.endsWith(".safetensors"));
    if (file) open(file);
    else show.addPictures(files);
  });
}
new ResizeObserver(() => drawRows(lesson?.rows ?? model?.rows ?? [])).observe(find("cost"));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  classes.draw();
  redrawWeights();
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
redrawWeights();
drawRows(model?.rows ?? []);
if (!store.keeps) tell("shown", "This browser keeps nothing now: what you draw is gone when you leave.", true);
// The server gets ready for a lesson while somebody draws.
call("api/teach").then((found) => { bounds = found; show.most = found.max_examples; drawRows(model?.rows ?? []); }, (error) => tell("learnt", error.message, true));
document.documentElement.dataset.ready = "true";
