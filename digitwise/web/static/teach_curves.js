// Learning curves, drawn as SVG: a line or two over the epochs.

const SVG = "http://www.w3.org/2000/svg";
const [LEFT, BELOW, ABOVE, RIGHT] = [38, 20, 12, 10]; // pixels around the lines

function element(name, attributes, text = "") {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

// `lines` hold a value an epoch, null where nothing was measured; `format` writes one.
export function drawCurve(svg, lines, { name, most, epochs, format }) {
  const [width, height] = [svg.clientWidth, svg.clientHeight];
  const x = (k) => LEFT + ((k + 1) / epochs) * (width - LEFT - RIGHT);
  const y = (value) => ABOVE + (1 - value / most) * (height - ABOVE - BELOW);
  const parts = [0, 0.5, 1].flatMap((share) => [
    element("line", { x1: LEFT, x2: width - RIGHT, y1: y(share * most), y2: y(share * most) }),
    element("text", { x: LEFT - 5, y: y(share * most) + 4, "text-anchor": "end" }, format(share * most)),
  ]);
  parts.push(element("text", { x: width - RIGHT, y: height - 6, "text-anchor": "end" }, `epoch ${epochs}`));
  lines.forEach((line, which) => {
    const points = line.flatMap((value, k) => (value === null ? [] : `${x(k).toFixed(1)},${y(Math.min(most, value)).toFixed(1)}`));
    parts.push(element("polyline", { points: points.join(" "), class: which ? "second" : "first" }));
  });
  svg.replaceChildren(...parts);
  const [first] = lines;
  svg.setAttribute("aria-label", first.length ? `${name} after epoch ${first.length}: ${format(first.at(-1))}` : `${name}, nothing learnt yet`);
}
