// The Review room: a table's numbers, the least sure first, corrected by keyboard.

import { call } from "./api.js";
import { Queue } from "./review_queue.js";
import {
  drawCuts, find, firstText, isOpen, said, showChoices, showLearning, showProgress, showReading, showRow, showSaved,
} from "./review_view.js";

const KEYS = {
  Enter: "accept", Delete: "none", ArrowLeft: "back", ArrowUp: "back", "-": "back", ArrowRight: "forward",
  ArrowDown: "forward", s: "skip", "/": "skip", u: "undo", "*": "undo", " ": "type", e: "type", "+": "type",
  F2: "change", Backspace: "change",
};
const TYPING = { Enter: "accept", Escape: "leave", ArrowUp: "back", ArrowDown: "forward" };
const SYNC_EVERY = 2000; // ms
const text = find("text");
const queue = new Queue();
const done = []; // decisions to undo: position, the entry before, the id of the new entry
let opened = null;
let row = null; // the row on the page
let reading = null;
let waiting = 0; // keys in the queue
let work = Promise.resolve();

const typing = () => document.activeElement === text;

function say(words, conflict = false) {
  find("status").textContent = words;
  find("status").classList.toggle("conflict", conflict);
}

function put(words) {
  text.value = words;
  if (reading) showChoices(reading.readings, words, (k) => enqueue(String(k + 1)));
}

async function show(next, words = "") {
  row = next;
  reading = null;
  find("item").focus({ preventScroll: true });
  showRow(row, opened.progress.items);
  put(firstText(row));
  showChoices([], "", () => {});
  const { entry } = row;
  say(words || (isOpen(row) ? "" : `decided: ${said(entry)}${entry.at ? `, ${entry.at.slice(0, 10)}` : ""}`));
  const mine = row;
  queue.reading(row.position).then((found) => {
    if (row !== mine) return;
    reading = found;
    showReading(found);
    showChoices(found.readings, text.value, (k) => enqueue(String(k + 1)));
  });
}

async function decide(state) {
  const words = state === "corrected" ? text.value.trim() : "";
  if (state === "corrected" && !words) {
    say("Type the number that stands here, or press Delete if there is none.");
    return;
  }
  const before = row.entry;
  try {
    const found = await queue.decide(row, state, words, find("who").value);
    done.push({ position: row.position, before, id: found.entry.id });
    row.entry = found.entry;
    showProgress(found.progress);
    showSaved({ written: false }, opened.table);
    if (found.rows.length) await show(found.rows[0]);
    else {
      await show(row);
      say("Nothing is left to look at.");
    }
  } catch (error) {
    if (error.status !== 409) {
      say(`Not saved: ${error.message}`, true);
      return;
    }
    await look(error);
  }
}

// After a conflict: shows the other person's decision; ours stays in the field until Enter.
async function look(error) {
  const now = await queue.row(row.position);
  if ((now.entry?.id ?? 0) === (row.entry?.id ?? 0)) {
    say(error.message, true); // the text is no number
    return;
  }
  row.entry = now.entry;
  say(`Meanwhile ${said(now.entry)}. Enter: yours stays. → or S: theirs stays.`, true);
}

async function undo() {
  const last = done.pop();
  if (!last) {
    say("There is nothing to undo.");
    return;
  }
  const then = await queue.row(last.position);
  const { state, text: words } = last.before?.id ? last.before : { state: "open", text: "" };
  try {
    const found = await queue.decide({ ...then, entry: { id: last.id } }, state, words, find("who").value);
    showProgress(found.progress);
    await show({ ...then, entry: found.entry }, "taken back");
  } catch (error) {
    await show(then, error.message);
  }
}

async function step(by) {
  const position = row.position + by;
  if (position >= 0 && position < opened.progress.items) await show(await queue.row(position));
}

async function skip() {
  const next = await queue.skip(row.position);
  if (next) await show(next);
  else say("No other number is open.");
}

function type(all) {
  text.focus();
  if (all) text.select();
  else text.setSelectionRange(text.value.length, text.value.length);
}

const ACTIONS = {
  accept: () => decide("corrected"),
  none: () => decide("no number"),
  back: () => step(-1),
  forward: () => step(1),
  skip,
  undo,
  type: () => type(true),
  change: () => type(false),
  leave: () => {
    put(firstText(row));
    find("item").focus({ preventScroll: true });
  },
};

// Handles a key from the queue; keys pressed meanwhile wait there.
async function obey(key) {
  const action = (typing() ? TYPING : KEYS)[key];
  if (action) await ACTIONS[action]();
  else if (typing() && key.length === 1) text.setRangeText(key, text.selectionStart, text.selectionEnd, "end");
  else if (!typing() && /^[1-5]$/.test(key)) {
    reading ??= await queue.reading(row.position);
    const chosen = reading.readings[Number(key) - 1];
    if (chosen) put(chosen.text);
  }
}

function enqueue(key) {
  waiting++;
  work = work.then(() => obey(key)).catch((error) => say(error.message, true)).finally(() => waiting--);
  return work;
}

function press(event) {
  const other = event.target.closest?.("input, button, a, summary, select");
  if (!row || event.altKey || (other && other !== text)) return;
  const long = event.key.length > 1 ? event.key : event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) {
    if (long !== "z" || typing()) return;
    event.preventDefault();
    enqueue("u");
    return;
  }
  const native = typing() && !waiting && !(long in TYPING);
  const known = long in (typing() ? TYPING : KEYS) || long.length === 1;
  if (native || !known) return;
  event.preventDefault();
  const steps = /^Arrow/.test(long);
  if (!event.repeat || steps || typing()) enqueue(long); // a held key must not accept unseen numbers
}

async function sync() {
  try {
    const found = await queue.sync(row?.position ?? null, find("who").value);
    showProgress(found.progress);
    showSaved(found, opened.table);
    showLearning(found.learning);
    const names = [...new Set(Object.values(found.looking))].filter(Boolean);
    const others = Object.keys(found.looking).length;
    find("others").textContent = others ? `${names.join(", ") || "somebody"} is here, too` : "";
    const theirs = found.entries.find((entry) => entry.position === row?.position);
    const own = theirs && (theirs.id <= (row.entry?.id ?? 0) || done.some(({ id }) => id === theirs.id));
    if (theirs && !own) say(`Meanwhile ${said(theirs)}.`, true);
  } catch (error) {
    find("saved").textContent = error.message;
    find("saved").classList.add("error");
  }
}

async function learn(method) {
  try {
    await call("api/review/learn", method, method === "POST" ? {} : undefined);
    await sync();
  } catch (error) {
    find("learning").textContent = error.message;
  }
}

function listen() {
  document.addEventListener("keydown", press);
  const buttons = { accept: "Enter", back: "ArrowLeft", forward: "ArrowRight", skip: "s", "none-here": "Delete", undo: "u" };
  for (const [id, key] of Object.entries(buttons)) {
    find(id).addEventListener("click", () => {
      find("item").focus({ preventScroll: true });
      enqueue(key);
    });
  }
  document.addEventListener("click", (event) => {
    // After a mouse click or a tap, the next key is for the number again.
    if (event.detail && event.target.closest("summary, button, [type=checkbox]")) find("item").focus({ preventScroll: true });
  });
  text.addEventListener("input", () => put(text.value));
  find("tried").addEventListener("change", () => drawCuts(reading));
  find("who").addEventListener("change", () => localStorage.setItem("who", find("who").value));
  find("who").addEventListener("keydown", (event) => event.key === "Enter" && find("item").focus());
  find("learn").addEventListener("click", () => learn("POST"));
  find("stop").addEventListener("click", () => learn("DELETE"));
}

async function begin() {
  try {
    const { review } = await call("api/health"); // without a table, nothing else is asked
    if (review) opened = await queue.open();
  } catch (error) {
    find("none").replaceChildren(error.message);
  }
  if (!opened) {
    find("none").hidden = false;
    return;
  }
  find("item").hidden = find("state").hidden = false;
  find("table").textContent = `${opened.table}; corrections of numbers whose picture is known go into ${opened.corrections}, too`;
  find("who").value = localStorage.getItem("who") ?? opened.who;
  showProgress(opened.progress);
  listen();
  await show(opened.rows[0] ?? (await queue.row(0)));
  if (!opened.rows.length) say("Nothing is left to look at.");
  await sync();
  setInterval(sync, SYNC_EVERY);
}

await begin();
