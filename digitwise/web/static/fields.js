// The Fields room: opens pictures and descriptions, has each change checked, tries and saves them.

import { call } from "./api.js";
import { Checker } from "./fields-check.js";
import { listenToKeys } from "./fields-keys.js";
import { Panel } from "./fields-panel.js";
import { Sheet } from "./fields-sheet.js";
import { State } from "./fields-state.js";

const ZOOM = 1.25;
const ALIKE = 0.02; // by which the shapes of a page and its picture may differ

const find = (id) => document.getElementById(id);
const button = (name) => document.querySelector(`[data-do="${name}"]`);

const state = new State(() => changed());
const sheet = new Sheet(find("stage"), state);
const panel = new Panel(state);
let file = { name: "form.toml", stamp: "", named: false }; // named: by the command line
let picture = null; // key of the form's
const checker = new Checker(state, ask, () => {
  sheet.faulty = new Set(checker.faults.map((fault) => fault.field));
  find("toml").textContent = checker.toml;
  draw();
});

function say(text, bad = false) {
  find("status").textContent = text;
  find("status").classList.toggle("error", bad);
}

// Runs what asks the server; what goes wrong is told.
async function ask(work, saying = "") {
  if (saying) say(saying);
  try {
    return await work();
  } catch (error) {
    say(error.message, true);
    return undefined;
  }
}

function changed() {
  if (sheet.tried && state.version !== sheet.tried.version) back();
  draw();
  checker.soon();
}

function draw() {
  sheet.draw();
  panel.draw(checker.faults, sheet.tried);
  const none = !state.size[0];
  find("sheet").hidden = none;
  find("empty").hidden = !none;
  const selected = state.selected.length > 0;
  const off = {
    undo: !state.past.length, redo: !state.future.length, add: none || sheet.tried, duplicate: !selected,
    remove: !selected, zoomIn: none, zoomOut: none, fit: none, save: none || !file.named, download: none,
  };
  for (const [name, disabled] of Object.entries(off)) button(name).disabled = Boolean(disabled);
  button("save").hidden = !file.named;
  button("save").textContent = `Save ${file.name}`;
  find("copy").disabled = none;
  find("try-label").classList.toggle("off", none);
  button("back").hidden = !sheet.tried;
  find("zoom").textContent = `${Math.round(100 * sheet.scale)}%`;
  find("unsaved").textContent = none ? "" : state.dirty ? "Changes that are not saved." : "";
  document.title = `${state.dirty ? "• " : ""}${none ? "digitwise: fields" : file.name}`;
}

function load(description, key, opened) {
  file = opened;
  picture = key;
  checker.reset();
  sheet.faulty = new Set();
  sheet.tried = null;
  state.load(description);
  sheet.show(key);
  const link = find("reference");
  link.hidden = !key;
  if (key) [link.href, link.download] = [`api/fields/pictures/${key}`, description.reference || "form.png"];
  changed();
  sheet.fit();
  draw();
}

const agrees = () => !state.dirty || window.confirm("Changes are not saved. Go on without them?");

async function open(files) {
  const chosen = [...files];
  const described = chosen.find((one) => one.name.toLowerCase().endsWith(".toml"));
  const shown = chosen.find((one) => one !== described);
  if (described) await openDescription(described, shown);
  else if (shown && state.size[0] && !picture) await addPicture(shown);
  else if (shown) await openPicture(shown);
}

async function openPicture(shown) {
  if (!agrees()) return;
  const found = await ask(() => show(shown, true), "Looking for fields…");
  if (!found) return;
  const stem = shown.name.replace(/\.[^.]*$/, "") || "form";
  const reference = found.laid_flat ? `${stem}.flat.png` : shown.name;
  load({ size: found.size, reference, field: found.field }, found.picture, { name: `${stem}.toml`, stamp: "", named: false });
  const n = found.field.length;
  const flat = found.laid_flat ? " The sheet was laid flat: keep “Its picture” beside the description." : "";
  say(`${n ? `${n} fields proposed.` : "No boxes or lines found: drag on the paper to add fields."}${flat}`);
}

async function openDescription(described, shown) {
  if (!agrees()) return;
  const parsed = await ask(async () => call("api/fields/parse", "POST", { toml: await described.text() }), "Opening…");
  if (!parsed) return;
  load(parsed.description, null, { name: described.name, stamp: "", named: false });
  say(parsed.comments ? "Its comments won't be kept." : "");
  if (shown) await addPicture(shown);
  else if (state.reference) say(`Now open its picture, too: ${state.reference}`);
}

// The picture of a description that is open already.
async function addPicture(shown) {
  const found = await ask(() => show(shown, false), "Opening the picture…");
  if (!found) return;
  const shapes = [state.size, found.size].map(([wide, high]) => wide / high);
  load({ ...state.description, reference: state.reference || shown.name }, found.picture, file);
  const other = Math.abs(shapes[0] / shapes[1] - 1) > ALIKE;
  say(other ? `Another shape than the description's page: ${found.size.join("×")}, not ${state.size.join("×")}` : "");
}

function show(shown, propose) {
  const form = new FormData();
  form.append("file", shown);
  return call(`api/fields/picture?propose=${propose}`, "POST", form);
}

async function tryIt(copy) {
  const form = new FormData();
  form.append("file", copy);
  form.append("description", JSON.stringify(state.description));
  if (picture) form.append("reference", picture);
  const { version } = state;
  const found = await ask(() => call("api/fields/try", "POST", form), "Reading…");
  if (!found || version !== state.version) return;
  sheet.tried = { ...found, version };
  sheet.show(found.picture);
  sheet.fit();
  draw();
  const rejected = found.numbers.filter((number) => number.state === "rejected").length;
  say(`${copy.name}: ${found.numbers.length} of ${state.fields.length} fields read, ${rejected} of them rejected.`);
}

function back() {
  sheet.tried = null;
  sheet.show(picture);
  sheet.fit();
  say("");
  draw();
}

async function save(replace = false) {
  if (!file.named) {
    download();
    return;
  }
  const { version, description } = state;
  if (!(await checker.isDone())) return;
  if (checker.faults.length) {
    say(`Not saved: ${checker.faults[0].message}`, true);
    return;
  }
  const asked = { description, stamp: file.stamp, replace };
  const answer = await ask(() => call("api/fields/file", "PUT", asked));
  if (answer?.saved) {
    file.stamp = answer.stamp;
    state.clean = version;
    say(`Saved ${file.name}.`);
  } else if (answer) {
    const changed = `${file.name} has changed since this page opened it, in another tab or program`;
    if (window.confirm(`${changed}. Replace it?`)) await save(true);
    else say(`${changed}; not saved.`, true);
  }
  draw();
}

async function download() {
  const { version } = state;
  if (!(await checker.isDone())) return;
  const { faults, toml } = checker;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([toml], { type: "application/toml" }));
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  state.clean = version;
  say(faults.length ? `Downloaded, though something is wrong in it: ${faults[0].message}` : `Downloaded ${file.name}: keep it beside ${state.reference || "its picture"}.`, faults.length > 0);
  draw();
}

const doings = {
  undo: () => state.undo(),
  redo: () => state.redo(),
  add: () => state.add(sheet.middle()),
  duplicate: () => state.duplicate(),
  remove: () => state.remove(),
  zoomIn: () => zoom(sheet.scale * ZOOM),
  zoomOut: () => zoom(sheet.scale / ZOOM),
  fit: () => zoom(),
  sum: () => state.addSum(),
  save,
  download,
  back,
};

function zoom(scale) {
  if (scale) sheet.zoom(scale);
  else sheet.fit();
  draw();
}

for (const [name, does] of Object.entries(doings)) button(name).addEventListener("click", () => does());
for (const [id, does] of [["file", (files) => open(files)], ["copy", (files) => tryIt(files[0])]]) {
  find(id).addEventListener("change", async (event) => {
    const files = [...event.target.files];
    event.target.value = ""; // so that the same ones can be chosen again
    if (files.length) await does(files);
  });
}
for (const name of ["dragover", "dragleave", "drop"]) {
  find("stage").addEventListener(name, (event) => {
    event.preventDefault();
    find("stage").classList.toggle("dropping", name === "dragover");
    if (name === "drop") open(event.dataTransfer.files);
  });
}

listenToKeys(find("drawing"), state, sheet, { ...doings, edit: () => find("field").elements.name.select() });
find("list").addEventListener("click", () => sheet.reveal(state.selected.at(-1)));

window.addEventListener("beforeunload", (event) => {
  if (state.dirty) event.preventDefault();
});
new ResizeObserver(() => sheet.draw()).observe(find("stage"));

draw();
const opened = await ask(() => call("api/fields"));
if (opened?.name) {
  load(opened.description, opened.picture, { name: opened.name, stamp: opened.stamp, named: true });
  if (!opened.stamp) state.clean = -1; // what is proposed is nowhere yet
  const comments = opened.comments ? "Comments in the file won't be kept." : "";
  say(opened.stamp ? comments : `${state.fields.length} fields proposed; nothing is saved yet.`);
  draw();
} else if (opened) say("");
