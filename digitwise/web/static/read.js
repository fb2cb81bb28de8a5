// The Read room: what is written or shown is sent to /api/read, and its answer drawn.

import { drawOverlay, showNumbers } from "./answer.js";
import { call } from "./api.js";
import { Paper } from "./paper.js";

const find = (id) => document.getElementById(id);
const [canvas, overlay, hint, status, numbers] = ["canvas", "overlay", "hint", "status", "numbers"].map(find);
const COUNT = /^[1-9]\d{0,3}(-[1-9]\d{0,3})?$/;
const BUSY = [429, 503]; // ask again
let latest = 0; // request: answers to older ones come too late
let shown = []; // numbers
let file = null; // picture that was chosen, dropped or pasted

const paper = new Paper(canvas, begin, ask);

function begin() {
  file = null;
  hint.hidden = true;
}

function say(text) {
  status.textContent = text;
}

async function ask() {
  hint.hidden = !paper.empty;
  const mine = ++latest;
  if (paper.empty) {
    show([]);
    say("Nothing yet.");
    return;
  }
  const form = new FormData();
  form.append("file", file ?? (await paper.content()), file?.name ?? "written.png");
  const options = new URLSearchParams({ detail: "true", layout: file ? "auto" : "number" });
  const count = find("count").value.trim();
  if (count && !COUNT.test(count)) {
    say("Digits: expected a count of 5 or 3-6, say");
    return;
  }
  if (count) options.set("count", count);
  if (find("network").value) options.set("model", find("network").value);
  try {
    const { numbers: found } = await call(`api/read?${options}`, "POST", form);
    if (mine !== latest) return;
    show(found);
    say(found.length ? "" : "No number found.");
  } catch (error) {
    if (mine !== latest) return;
    say(error.message);
    if (BUSY.includes(error.status)) setTimeout(() => mine === latest && ask(), 1000);
  }
}

function show(found) {
  shown = found;
  showNumbers(numbers, found, save);
  drawOverlay(overlay, paper, found, find("tried").checked);
}

async function save(examples) {
  try {
    const { folder } = await call("api/examples", "POST", { examples });
    return `saved: digitwise train --data ${folder}`;
  } catch (error) {
    return error.message;
  }
}

async function open(chosen) {
  if (!chosen) return;
  file = chosen;
  hint.hidden = true;
  // A PDF file, say, can be read, but not be shown here; its paper isn't empty all the same.
  const picture = createImageBitmap(chosen).catch(() => document.createElement("canvas"));
  paper.show(await picture);
  say("Reading…");
  await ask();
}

find("undo").addEventListener("click", () => paper.undo());
find("erase").addEventListener("click", erase);
find("file").addEventListener("change", async (event) => {
  await open(event.target.files[0]);
  event.target.value = ""; // so that the same one can be chosen again
});
find("count").addEventListener("change", ask);
find("tried").addEventListener("change", () => show(shown));
new ResizeObserver(() => drawOverlay(overlay, paper, shown, find("tried").checked)).observe(canvas);

function erase() {
  file = null;
  find("file").value = "";
  paper.clear();
  ask();
}

document.addEventListener("keydown", (event) => {
  if (event.target instanceof HTMLInputElement) return;
  if (event.key === "Escape") erase();
  if (event.key === "z" && (event.ctrlKey || event.metaKey)) paper.undo();
});
document.addEventListener("paste", (event) => {
  const item = [...event.clipboardData.files][0];
  if (item) open(item);
});
for (const name of ["dragover", "dragleave", "drop"]) {
  find("paper").addEventListener(name, (event) => {
    event.preventDefault();
    find("paper").classList.toggle("dropping", name === "dragover");
    if (name === "drop") open(event.dataTransfer.files[0]);
  });
}

// Networks that were trained and saved here can read, too; ?model= in the address chooses one.
const [health, models] = await Promise.all([call("api/health"), call("api/models")]).catch((error) => {
  say(error.message);
  return [{ version: "" }, []];
});
find("network").replaceChildren(...models.map((name) => new Option(name, name)));
const asked = new URLSearchParams(location.search).get("model");
if (models.includes(asked)) find("network").value = asked;
find("choose-model").hidden = models.length < 2;
find("network").addEventListener("change", () => {
  history.replaceState(null, "", `?model=${encodeURIComponent(find("network").value)}`);
  ask();
});
find("model").textContent = `digitwise ${health.version}, on this machine; nothing is sent anywhere else`;
