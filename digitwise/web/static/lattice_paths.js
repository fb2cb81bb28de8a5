// The lattice's best paths: the number with the cuts of each path, what each piece was taken for, and
// the probability of the whole, summed over all paths to that text.

import { element } from "./answer.js";

const SVG = "http://www.w3.org/2000/svg";
const SHOWN = 4; // paths
const LEAST = 0.0005; // probability of a path worth showing, besides the first
const MARGIN = 0.12; // around the number, as a share of its height
const LETTERS = 0.34; // height of the digits above the number, as a share of its height

function svg(name, attributes, text = "") {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

// The part of the page that the pictures show: a number's box, and the boxes of its paths.
export function frameOf({ bbox, paths, page_size: [width, height] }) {
  const boxes = [bbox, ...paths.slice(0, SHOWN).flat().map((part) => part.bbox)];
  const [x0, y0] = [0, 1].map((k) => Math.min(...boxes.map((box) => box[k])));
  const [x1, y1] = [2, 3].map((k) => Math.max(...boxes.map((box) => box[k])));
  const margin = MARGIN * (y1 - y0);
  return [Math.max(0, x0 - margin), Math.max(0, y0 - margin), Math.min(width, x1 + margin), Math.min(height, y1 + margin)];
}

export function pathsOf(number, image) {
  const shown = number.paths.slice(0, SHOWN).map((parts, k) => ({ parts, ...number.alternatives[k] })).filter(({ p }, k) => k === 0 || p > LEAST);
  const items = shown.map((path) => element("li", {}, picture(path.parts, frameOf(number), image), element("span", {}, path.text), element("span", { class: "quiet" }, `${(100 * path.p).toFixed(1)}%`)));
  return [
    element("p", { class: "quiet" }, `${number.tried?.length ?? 0} pieces of ink were judged. The best ${shown.length > 1 ? `${shown.length} paths` : "path"} through them:`),
    element("ol", { class: "paths", "aria-label": "best paths" }, ...items),
  ];
}

function picture(parts, [x0, y0, x1, y1], image) {
  const letters = LETTERS * (y1 - y0);
  const made = svg("svg", { viewBox: `${x0} ${y0 - letters} ${x1 - x0} ${y1 - y0 + letters}`, "aria-hidden": "true" });
  made.append(svg("image", { href: image, x: x0, y: y0, width: x1 - x0, height: y1 - y0, preserveAspectRatio: "none" }));
  for (const { char, bbox: [left, top, right, bottom] } of parts) {
    made.append(
      svg("rect", { class: "box", x: left, y: top, width: right - left, height: bottom - top }),
      svg("text", { x: (left + right) / 2, y: y0 - 0.2 * letters, "font-size": 0.9 * letters, "text-anchor": "middle" }, char),
    );
  }
  return made;
}
