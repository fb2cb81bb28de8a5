// The demo's first page: each digit that is written is read here, without a server.

import { showNumbers } from "./answer.js";
import { call } from "./api.js";
import { Live } from "./live/live.js";
import { SIDE } from "./live/framing.js";
import { digitsOf, linesOf, seenOf } from "./live/strokes.js";
import { Paper, penOf } from "./paper.js";

const find = (id) => document.getElementById(id);
const canvas = find("canvas");
const STRIDE = 67; // of the examples, so that the next one is another digit
let latest = 0; // number of the last reading; older ones are dropped
let shown = 0; // number of examples that were shown

const { sizes } = await call("api/health");
const live = new Live(find("live"), sizes);
const paper = new Paper(canvas, {
  begun: () => { find("hint").hidden = true; },
  changed: read,
  moved: () => live.write(paper.strokes, canvas.width / canvas.height),
  viewed: () => {},
  tapped: () => {},
});

async function read() {
  const mine = ++latest;
  find("hint").hidden = find("empty").hidden = !paper.empty;
  if (paper.empty) {
    show([]);
    return;
  }
  await live.load();
  if (mine === latest && live.network) show(linesOf(paper.strokes).map(numberOf));
}

function show(numbers) {
  showNumbers(find("numbers"), numbers, { point: () => {}, open: () => {}, look: (digit) => live.see(digit.seen) });
  find("hint").hidden = find("empty").hidden = numbers.length > 0;
}

// A line of writing as /api/read describes a number.
function numberOf(line) {
  const aspect = canvas.width / canvas.height;
  const digits = digitsOf(line, aspect).map((strokes) => digitOf(seenOf(strokes, aspect, penOf(aspect))));
  const rejected = digits.some((digit) => digit.rejected);
  const confidence = digits.reduce((product, { p }) => product * p, 1);
  const text = digits.map(({ char }) => char).join("");
  return { text, digits, confidence, rejected, state: rejected ? "rejected" : "sure", alternatives: [] };
}

// Probabilities as in digitwise/models/calibration.py: at most one digit is right, perhaps none.
function digitOf(image) {
  const outputs = live.network.feedforward(Float32Array.from(image, (ink) => ink / 255)).at(-1);
  const odds = [...outputs].map((a) => a / Math.max(1e-7, 1 - a));
  const all = odds.reduce((sum, one) => sum + one, 1);
  const probabilities = odds.map((one) => one / all);
  const best = probabilities.indexOf(Math.max(...probabilities));
  const seen = Array.from({ length: SIDE }, (_, row) => [...image.subarray(SIDE * row, SIDE * (row + 1))]);
  const p = probabilities[best];
  return { kind: "digit", char: String(best), p, rejected: p < 0.5, probabilities, seen };
}

function erase() {
  paper.clear();
  live.write([], 1);
  read();
}

find("undo").addEventListener("click", () => paper.undo());
find("erase").addEventListener("click", erase);
find("example").addEventListener("click", async () => {
  erase();
  await live.load();
  if (!live.network) return;
  const k = (STRIDE * shown++) % live.network.labels.length;
  live.see([...live.network.digits.subarray(784 * k, 784 * (k + 1))]);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") erase();
  if (event.key === "z" && (event.ctrlKey || event.metaKey)) paper.undo();
});
