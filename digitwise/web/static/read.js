// The Read room: sends writing and pictures to /api/read and draws the answers. Written lines and
// pictures are jobs, read one after the other.

import { element, showNumbers } from "./answer.js";
import { call } from "./api.js";
import { frameOf } from "./lattice_paths.js";
import { Live } from "./live/live.js";
import { linesOf } from "./live/strokes.js";
import { drawOverlay } from "./overlay.js";
import { Paper } from "./paper.js";
import { ask, BLANK, openPicture, showQueue } from "./queue.js";
import { download, written } from "./results.js";
import { showSamples } from "./samples.js";

const find = (id) => document.getElementById(id);
const [canvas, overlay, hint, status, numbers] = ["canvas", "overlay", "hint", "status", "numbers"].map(find);
const COUNT = /^[1-9]\d{0,3}(-[1-9]\d{0,3})?$/;
let latest = 0; // number of the last request; answers to older ones are dropped
let jobs = []; // {name, file, numbers, state, error}; writing has no file
let current = null; // job whose numbers are shown
let lit = null; // highlighted number
let live = null;

const paper = new Paper(canvas, {
  begun: () => { hint.hidden = true; },
  changed: readPaper,
  moved: () => live?.write(paper.strokes, canvas.width / canvas.height),
  viewed: drawBoxes,
  tapped: pick,
});

function say(text, kind = "quiet") {
  status.className = kind;
  status.textContent = text;
  status.hidden = !text;
}

function drawBoxes() {
  if (current) drawOverlay(overlay, paper, current.numbers, find("tried").checked, lit);
  else overlay.replaceChildren();
}

// Options of the request; null if the typed count is invalid.
function options(layout) {
  const chosen = new URLSearchParams({ detail: "true", layout });
  const count = find("count").value.trim();
  if (count && !COUNT.test(count)) {
    say("Digits: expected a count of 5 or 3-6, for example", "error");
    return null;
  }
  if (count) chosen.set("count", count);
  if (find("network").value) chosen.set("model", find("network").value);
  return chosen;
}

// Reads the strokes: each line is sent as a picture.
async function readPaper() {
  const mine = ++latest;
  hint.hidden = !paper.empty;
  if (paper.empty) {
    jobs = [];
    show(null);
    say("");
    return;
  }
  const chosen = options("number");
  if (!chosen) return;
  const job = { name: "written", numbers: [], state: "reading" };
  if (!current || current.file) show(job);
  const lines = linesOf(paper.strokes);
  const blobs = await Promise.all(lines.map((strokes) => paper.content(strokes)));
  const files = blobs.map((blob, k) => new File([blob], lines.length > 1 ? `line ${k + 1}` : "written"));
  const found = await ask(files, chosen, () => mine === latest).catch((error) => error);
  if (mine !== latest) return;
  jobs = [job];
  finish(job, found);
  show(job);
}

function finish(job, found) {
  job.state = "done";
  if (found instanceof Error) job.error = found.message;
  else job.numbers = found.map((number) => ({ ...number, file: job.file ? job.name : number.file }));
}

// Replaces the paper's content by pictures, shows the first, and reads them in turn.
async function readPictures(files) {
  if (!files.length) return;
  jobs = files.map((file) => ({ name: file.name, file, numbers: [], state: "waiting" }));
  paper.clear();
  live?.see(null);
  hint.hidden = true;
  await readJobs();
}

async function readJobs() {
  const mine = ++latest;
  for (const job of jobs) Object.assign(job, { state: "waiting", numbers: [], error: null });
  select(jobs[0]);
  const chosen = options("auto");
  if (!chosen) return;
  for (const job of jobs) {
    job.state = "reading";
    refresh(job);
    const found = await ask([job.file], chosen, () => mine === latest).catch((error) => error);
    if (mine !== latest) return;
    finish(job, found);
    refresh(job);
    if (job === current) see(job);
  }
}

function refresh(job) {
  showQueue(find("queue"), jobs, current, select);
  if (job === current) show(job);
  find("take").hidden = !everyNumber().length;
}

// Shows a job's picture and numbers.
async function select(job) {
  current = job;
  paper.show(BLANK());
  show(job);
  showQueue(find("queue"), jobs, current, select);
  const picture = await openPicture(job.file);
  if (current !== job || !jobs.includes(job)) return;
  paper.show(picture);
  show(job); // its numbers' pictures are parts of this one
  see(job);
}

function show(job) {
  current = job;
  lit = null;
  find("empty").hidden = job !== null;
  find("queue").hidden = jobs.length < 2;
  find("take").hidden = !everyNumber().length;
  find("zoom").hidden = !job?.file;
  find("write-title").textContent = job?.file ? job.name : "Write a number";
  showNumbers(numbers, job?.numbers ?? [], { save, point, open: (number) => paper.view.reveal(number.bbox), look, crop: (number) => paper.crop(frameOf(number), number.page_size) });
  drawBoxes();
  if (!job) return;
  if (job.error) say(job.error, "error");
  else if (job.state === "done") say(job.numbers.length ? "" : "No number found. Is the writing dark on light paper, and large enough?");
  else say(job.state === "reading" ? "Reading…" : "Waiting to be read…", "quiet busy");
}

function everyNumber() {
  return jobs.flatMap((job) => job.numbers.filter((number) => !number.error));
}

function point(number) {
  lit = number;
  drawBoxes();
}

// Opens the row of a number that was clicked on the picture.
function pick(x, y) {
  const read = (current?.numbers ?? []).filter((number) => number.page_size && number.page === 0);
  if (!read.length) return;
  const [left, top, scale] = paper.place(...read[0].page_size);
  const [across, down] = [(x - left) / scale, (y - top) / scale];
  const found = read.find(({ bbox: [x0, y0, x1, y1] }) => across >= x0 && across <= x1 && down >= y0 && down <= y1);
  const row = [...numbers.querySelectorAll(".number")].find((one) => one.number === found);
  for (const one of numbers.querySelectorAll(".number.lit")) one.classList.remove("lit");
  if (!found || !row) return;
  row.closest(".folded")?.setAttribute("open", "");
  row.classList.add("lit");
  row.open = true;
  row.scrollIntoView({ block: "nearest" });
  point(found);
}

// Shows the first digit of a picture in the live network.
function see(job) {
  const digit = job.numbers.flatMap((number) => number.digits).find((one) => one.seen);
  live?.see(digit?.seen ?? null);
}

function look(digit) {
  live?.see(digit.seen);
  find("live").scrollIntoView({ block: "nearest", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
}

async function save(examples) {
  try {
    const { folder } = await call("api/examples", "POST", { examples });
    const link = element("a", { href: "train.html?net=data:saved" }, "train a network");
    return ["saved: ", link, ` with all of them, here or by digitwise train --data ${folder}`];
  } catch (error) {
    return [error.message];
  }
}

function again() {
  if (current?.file) readJobs();
  else readPaper();
}

function erase() {
  paper.clear();
  readPaper();
  live?.write([], 1);
}

find("undo").addEventListener("click", () => paper.undo());
find("erase").addEventListener("click", erase);
find("file").addEventListener("change", async (event) => {
  const files = [...event.target.files];
  event.target.value = ""; // so that the same file can be chosen again
  await readPictures(files);
});
find("count").addEventListener("change", again);
find("tried").addEventListener("change", drawBoxes);
for (const button of find("zoom").children) {
  const does = { in: () => paper.view.zoomBy(1.5), out: () => paper.view.zoomBy(1 / 1.5), fit: () => paper.view.fit() };
  button.addEventListener("click", does[button.dataset.zoom]);
}
for (const button of find("take").children) {
  button.addEventListener("click", async () => {
    const kind = button.dataset.take;
    if (kind !== "copy") return download(kind, everyNumber());
    await navigator.clipboard.writeText(written("txt", everyNumber()));
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
}

document.addEventListener("keydown", (event) => {
  if (event.target instanceof HTMLInputElement) return;
  if (event.key === "Escape") erase();
  if (event.key === "z" && (event.ctrlKey || event.metaKey)) paper.undo();
});
document.addEventListener("paste", (event) => readPictures([...event.clipboardData.files]));
for (const name of ["dragover", "dragleave", "drop"]) {
  find("paper").addEventListener(name, (event) => {
    event.preventDefault();
    find("paper").classList.toggle("dropping", name === "dragover");
    if (name === "drop") readPictures([...event.dataTransfer.files]);
  });
}

showSamples(find("samples"), (file) => readPictures([file]));

// Networks saved on this server can read, too; ?model= in the address chooses one.
const [health, models] = await Promise.all([call("api/health"), call("api/models")]).catch((error) => {
  say(error.message, "error");
  return [{ version: "", sizes: [784, 10] }, []];
});
live = new Live(find("live"), health.sizes);
find("network").replaceChildren(...models.map((name) => new Option(name, name)));
const asked = new URLSearchParams(location.search).get("model");
if (models.includes(asked)) find("network").value = asked;
live.use(find("network").value);
find("choose-model").hidden = models.length < 2;
find("network").addEventListener("change", () => {
  history.replaceState(null, "", `?model=${encodeURIComponent(find("network").value)}`);
  live.use(find("network").value);
  again();
});
find("model").textContent = `digitwise ${health.version}, on this machine; nothing is sent anywhere else`;
