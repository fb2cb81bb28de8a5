// The answer for people: cards for few numbers, rows for many. Rejected numbers are folded away
// if there are others.

import { pathsOf } from "./lattice_paths.js";
import { FEW } from "./overlay.js";

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// `does` has the functions `save(examples)`, which returns what to say, `point(number or null)`,
// `open(number)` and `look(digit)`; without `save`, examples can't be saved; with `crop(number)`, the address of an image of the number,
// the best paths are drawn.
export function showNumbers(container, numbers, does) {
  const read = numbers.filter((number) => !number.error);
  container.classList.toggle("many", read.length > FEW);
  const kept = read.filter((number) => !number.rejected);
  const rejected = read.filter((number) => number.rejected);
  const folded = kept.length > 0 && rejected.length > 0;
  const first = folded ? kept : read;
  const parts = numbers.filter((number) => number.error).map((number) => element("p", { class: "error" }, `${number.file}: ${number.error}`));
  // A number that is read again, while more is written, stays as open as it was.
  const before = new Set([...container.querySelectorAll("details.number[open]")].map((card) => keyOf(card.number)));
  const wide = read.length <= FEW && !matchMedia("(max-width: 50rem)").matches;
  const opened = (number) => wide || before.has(keyOf(number));
  parts.push(...byPage(first, does, opened));
  if (folded) {
    const summary = element("summary", {}, `${rejected.length} rejected`);
    parts.push(element("details", { class: "folded" }, summary, ...byPage(rejected, does, () => false)));
  }
  container.replaceChildren(...parts);
}

function keyOf({ file, page, text }) {
  return JSON.stringify([file, page, text]);
}

function byPage(numbers, does, opened) {
  const several = numbers.some((number) => number.page > 0);
  return numbers.flatMap((number, k) => {
    const begins = several && number.page !== numbers[k - 1]?.page;
    return [...(begins ? [element("p", { class: "page" }, `Page ${number.page + 1}`)] : []), card(number, does, opened(number))];
  });
}

function card(number, does, opened) {
  const verdict = `${percent(number.confidence)} sure${number.rejected ? ": rejected" : ""}`;
  const summary = element("summary", {}, textOf(number), element("span", { class: "verdict" }, verdict));
  const made = Object.assign(element("details", { class: "number" }, summary), { number });
  const fill = () => {
    if (made.open && made.children.length === 1) made.append(inside(number, does));
  };
  made.addEventListener("toggle", () => {
    fill();
    if (made.open && !opened) does.open(number);
  });
  for (const name of ["pointerenter", "focusin"]) made.addEventListener(name, () => does.point(number));
  for (const name of ["pointerleave", "focusout"]) made.addEventListener(name, () => does.point(null));
  made.open = opened;
  fill();
  return made;
}

function percent(p) {
  return `${(100 * p).toFixed(1)}%`;
}

function textOf(number) {
  const text = element("div", { class: `text ${number.state}` });
  const withoutSigns = digitsOf(number);
  let next = 0;
  for (const char of number.text) {
    const digit = /\d/.test(char) ? withoutSigns[next++] : null;
    text.append(element("span", digit?.rejected ? { class: "unsure" } : {}, char));
  }
  return text;
}

function inside(number, does) {
  const digits = element("div", { class: "digits" }, ...digitsOf(number).map((digit) => digitCard(digit, does)));
  const made = element("div", { class: "inside" }, digits);
  if (does.crop && number.page === 0 && number.paths?.length) made.append(...pathsOf(number, does.crop(number)));
  if (does.save) made.append(saver(number, does.save));
  return made;
}

function digitsOf(number) {
  return number.digits.filter((digit) => digit.kind === "digit");
}

// A digit has one probability as a part of this number, and ten by the network alone.
function digitCard(digit, does) {
  const bars = element("div", { class: "bars", "aria-hidden": "true", title: "probabilities by the network alone" });
  digit.probabilities.forEach((p, d) => {
    const bar = element("i");
    bar.style.width = `${100 * p}%`;
    const best = String(d) === digit.char ? " best" : "";
    bars.append(element("span", {}, String(d)), element("div", { class: `bar${best}` }, bar));
  });
  const see = element("button", { type: "button", class: "see", title: "show it in the live network" }, seen(digit.seen));
  see.setAttribute("aria-label", `What the network saw of ${digit.char}: show it in the live network`);
  see.addEventListener("click", () => does.look(digit));
  const apart = Math.abs(digit.p - digit.probabilities[digit.char]) > 0.05;
  return element(
    "div", { class: digit.rejected ? "digit unsure" : "digit" },
    see, bars, element("p", {}, percent(digit.p) + (apart ? " as part of this number" : "")),
  );
}

// A canvas of rows of pixels: 0 is paper, 255 ink.
function seen(rows) {
  const size = rows.length;
  const canvas = element("canvas", { width: size, height: size, "aria-hidden": "true" });
  const image = new ImageData(size, size);
  rows.flat().forEach((ink, k) => image.data.set([255 - ink, 255 - ink, 255 - ink, 255], 4 * k));
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

function saver(number, save) {
  const written = digitsOf(number);
  const digits = written.map((digit) => digit.char).join("");
  const label = element("input", { type: "text", value: digits, size: Math.max(4, digits.length), "aria-label": "correct text" });
  const button = element("button", { type: "button" }, "Save as example");
  const said = element("span", { class: "quiet", role: "status" });
  button.addEventListener("click", async () => {
    if (!/^\d+$/.test(label.value) || label.value.length !== written.length) {
      said.textContent = `expected ${written.length} digits`;
      return;
    }
    said.replaceChildren(...await save(
      written.map((digit, k) => ({ label: Number(label.value[k]), seen: digit.seen })),
    ));
  });
  return element("div", { class: "save" }, label, button, said);
}
