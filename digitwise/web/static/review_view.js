// Views of the Review room: an item, the progress, the result of learning.

const SVG = "http://www.w3.org/2000/svg";
export const find = (id) => document.getElementById(id);

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function svg(name, attributes, text = "") {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

const percent = (p) => `${(100 * p).toFixed(1)}%`;

export function isOpen(row) {
  return !row.entry || row.entry.state === "open";
}

export function said(entry) {
  const what = entry.state === "corrected" ? entry.text : { open: "open again" }[entry.state] ?? entry.state;
  return `${entry.who || "somebody"}: ${what}`;
}

export function showRow(row, items) {
  const place = [row.file, row.page ? `page ${row.page + 1}` : "", row.field ? `field ${row.field}` : ""];
  find("where").textContent = place.filter(Boolean).join(" · ") || "a number";
  const state = { rejected: "rejected", look: "to be looked at", sure: "sure" }[row.state] ?? row.state;
  const parts = [`${row.position + 1} of ${items}`, state, row.reason];
  find("why").textContent = parts.filter(Boolean).join(" · ");
  const guess = find("guess");
  const marked = row.text.length === row.guess.length;
  guess.replaceChildren(
    ...[...(row.guess || "nothing")].map((char, k) =>
      element("span", marked && row.text[k] === "?" ? { class: "unsure" } : {}, char),
    ),
  );
  find("sure").textContent = `${percent(row.confidence)} sure`;
}

// Text of the field when an item is shown.
export function firstText(row) {
  return isOpen(row) ? row.guess.replaceAll("?", "") : row.entry.text;
}

export function showReading(reading) {
  const image = find("crop");
  image.hidden = !reading?.crop;
  if (reading?.crop) {
    image.src = `data:image/png;base64,${reading.crop}`;
    image.alt = "the number as it was written";
    // Small numbers are enlarged, and pages reduced, as far as there is room.
    const [width, height] = reading.size;
    const room = Math.min(560, Math.max(300, height));
    const scale = Math.min(4, 720 / width, room / height);
    image.style.width = `${Math.round(width * scale)}px`;
  }
  find("missing").hidden = !reading?.error;
  find("missing").textContent = reading?.error ? `${reading.error}; the text can still be corrected, but nothing can be learnt from it` : "";
  drawCuts(reading);
}

export function drawCuts(reading) {
  const overlay = find("cuts");
  overlay.replaceChildren();
  if (!reading?.crop) return;
  const [width, height] = reading.size;
  overlay.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const fine = { "vector-effect": "non-scaling-stroke" };
  if (find("tried").checked) {
    const ends = new Map();
    for (const [x0, y0, x1, y1] of reading.tried) {
      for (const x of [x0, x1]) {
        const [top, bottom] = ends.get(x) ?? [y0, y1];
        ends.set(x, [Math.min(top, y0), Math.max(bottom, y1)]);
      }
    }
    for (const [x, [y1, y2]] of ends) overlay.append(svg("line", { class: "cut", x1: x, x2: x, y1, y2, ...fine }));
  }
  for (const { bbox: [x0, y0, x1, y1] } of reading.digits) {
    overlay.append(svg("rect", { class: "box", x: x0, y: y0, width: x1 - x0, height: y1 - y0, ...fine }));
  }
}

export function showChoices(readings, text, choose) {
  find("choices").replaceChildren(
    ...readings.map(({ text: reading, p }, k) => {
      const button = element(
        "button", { type: "button", ...(reading === text ? { class: "chosen-one" } : {}) },
        element("kbd", {}, String(k + 1)), reading, element("span", { class: "quiet" }, p === null ? "" : percent(p)),
      );
      button.addEventListener("click", () => choose(k));
      return element("li", {}, button);
    }),
  );
}

export function showProgress({ items, decided, rejected, wrong, error }) {
  find("bar").style.width = `${(100 * decided) / items}%`;
  find("count").textContent = `${decided} of ${items} looked at`;
  const others = rejected ? `; ${rejected} rejected numbers are still open` : "";
  find("expected").textContent =
    decided === items
      ? "Nothing is left to look at."
      : `Of the others ${wrong.toFixed(1)} are expected to be wrong: an error of ${percent(error)} if you stop now${others}.`;
}

export function showSaved({ problem, written, by_hand: byHand }, table) {
  const kept = byHand ? ` Changed by hand into a text that is no number, and left so: ${byHand}.` : "";
  find("saved").textContent = problem || (written ? `Every decision is in ${table}.${kept}` : "Saved; the table follows in a moment.");
  find("saved").classList.toggle("error", Boolean(problem));
}

export function showLearning({ status, said: lines, result, model }) {
  const running = status === "running";
  find("learn").disabled = running;
  find("stop").hidden = !running;
  const last = lines.at(-1) ?? "";
  find("learning").textContent =
    { idle: "", done: `Learnt. digitwise read --model ${model}`, stopped: "Stopped; nothing was changed." }[status] ??
    (running ? `Learning… ${last}` : last);
  find("learnt").hidden = !result;
  if (!result) return;
  const rows = [
    ["", "before", "after"],
    [`right, of ${result.held_out} held-out corrections`, result.right_before, result.right_after],
    ["right, of digits of many hands", percent(result.accuracy_before), percent(result.accuracy_after)],
  ];
  find("learnt").replaceChildren(
    ...rows.map((cells, k) => element("tr", {}, ...cells.map((cell) => element(k ? "td" : "th", {}, String(cell))))),
  );
}
