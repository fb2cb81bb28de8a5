// Boxes over the paper: around each digit of few numbers, or around each of many numbers, with its
// text if there is room.

const SVG = "http://www.w3.org/2000/svg";
export const FEW = 3; // most numbers with boxes around digits
const ROOM = 60; // least height of a box with a text above it, in pixels of the screen

function svg(name, attributes, text = "") {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

// `lit` is the highlighted number.
export function drawOverlay(overlay, paper, numbers, withTried, lit = null) {
  overlay.replaceChildren();
  const { width, height } = paper.canvas;
  overlay.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const read = numbers.filter((number) => number.page_size && number.page === 0);
  if (!read.length || !paper.canvas.clientWidth) return; // not laid out yet
  const [left, top, scale] = paper.place(...read[0].page_size);
  const size = 16 * (width / paper.canvas.clientWidth); // font size in pixels of the canvas
  const place = { across: (x) => left + scale * x, down: (y) => top + scale * y, scale, size };
  if (withTried && read.length <= FEW) overlay.append(...read.flatMap((number) => cuts(number, place)));
  for (const number of read) {
    const group = svg("g", { class: `${number.state}${number === lit ? " lit" : ""}` });
    if (read.length <= FEW) group.append(...number.digits.flatMap((digit) => around(digit.bbox, digit.char, place, digit.rejected)));
    else if (!number.rejected || number === lit) group.append(...whole(number, place, number === lit));
    overlay.append(group);
  }
}

function cuts(number, { across, down }) {
  return (number.tried ?? []).flatMap(([x0, y0, x1, y1]) =>
    [x0, x1].map((x) => svg("line", { class: "cut", x1: across(x), x2: across(x), y1: down(y0), y2: down(y1) })),
  );
}

function around([x0, y0, x1, y1], text, { across, down, scale, size }, unsure, more = "") {
  const kind = more + (unsure ? " unsure" : "");
  const box = svg("rect", { class: `box${kind}`, x: across(x0), y: down(y0), width: scale * (x1 - x0), height: scale * (y1 - y0), rx: 4 });
  if (!text) return [box];
  return [box, svg("text", { class: `mark${kind}`, x: across(x0), y: Math.max(size, down(y0) - 5), style: `font-size: ${size}px` }, text)];
}

function whole(number, place, isLit) {
  const [, y0, , y1] = number.bbox;
  const roomy = (place.scale * (y1 - y0) * 16) / place.size >= ROOM;
  return around(number.bbox, isLit || roomy ? number.text : "", place, number.rejected, " whole");
}
