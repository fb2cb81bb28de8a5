// The picture of a circuit: inputs at the left, perceptrons in columns by depth, weights on wires.

const SVG = "http://www.w3.org/2000/svg";
const [ACROSS, UP] = [66, 104]; // pixels of the picture for a unit of `place`
const RADIUS = 23;
const MIN_SCALE = 0.6; // a picture that would need a smaller scale is scrolled

// `layer` is the number of layers that the signal has passed. `pick` is called with the name of a
// neuron that was chosen; without `gates`, only inputs can be. `chosen` is a name or null.
export function drawCircuit(picture, circuit, { layer = Infinity, pick, gates = false, chosen = null }) {
  const { neurons, drawable = true } = circuit;
  const shown = drawable ? neurons : neurons.filter((neuron) => neuron.bias === null);
  const [xs, ys] = [0, 1].map((k) => shown.map((neuron) => position(neuron)[k]));
  const [left, right] = [Math.min(...xs) - 50, Math.max(...xs) + 60];
  const [top, bottom] = [Math.min(...ys) - 50, Math.max(...ys) + 50];
  picture.setAttribute("viewBox", `${left} ${top} ${right - left} ${bottom - top}`);
  const [width, room] = [right - left, picture.parentElement.clientWidth];
  picture.style.width = `${width * Math.max(MIN_SCALE, Math.min(1, room / width))}px`;
  const at = Object.fromEntries(neurons.map((neuron) => [neuron.name, neuron]));
  const focused = picture.contains(document.activeElement) ? document.activeElement.dataset.neuron : null;
  const wires = shown.flatMap((neuron) => neuron.sources.map((source, k) => wire(at[source], neuron, k, layer)));
  const drawn = shown.map((neuron) => neuronOf(neuron, circuit, layer, gates || neuron.bias === null ? pick : null, chosen));
  picture.replaceChildren(...wires.flat(), ...drawn);
  if (focused !== null) [...picture.querySelectorAll("[data-neuron]")].find((one) => one.dataset.neuron === focused)?.focus();
}

function wire(from, to, k, layer) {
  const same = to.sources.filter((source) => source === from.name).length;
  const bend = same > 1 ? 26 * (k ? -1 : 1) : 0;
  const [[x0, y0], [x1, y1]] = [position(from), position(to)];
  const reach = 0.45 * (x1 - x0);
  const points = [[x0, y0], [x0 + reach, y0 + bend], [x1 - reach, y1 + bend], [x1, y1]];
  const live = from.depth <= layer ? from.signal : 0;
  const path = make("path", { d: `M${points[0]} C${points.slice(1).join(" ")}`, class: "wire", "stroke-width": 1.2 + 2.8 * live });
  if (live > 0.5) path.classList.add("on");
  const [x, y] = [0, 1].map((axis) => bezier(points.map((point) => point[axis]), 0.62));
  return [path, make("text", { x, y: y + 4, class: "weight" }, to.weights[k])];
}

function neuronOf(neuron, circuit, layer, pick, chosen) {
  const { name, bias, depth, signal } = neuron;
  const [x, y] = position(neuron);
  const known = depth <= layer;
  const group = make("g", { class: "neuron" });
  const value = known ? (Number.isInteger(signal) ? signal : signal.toFixed(signal > 0.001 && signal < 0.999 ? 2 : 3)) : "?";
  const isInput = bias === null;
  const shape = isInput ? make("rect", { x: x - RADIUS, y: y - RADIUS, width: 2 * RADIUS, height: 2 * RADIUS, rx: 5 }) : make("circle", { cx: x, cy: y, r: RADIUS });
  group.append(pick ? button(shape, name, isInput, isInput && chosen === null ? signal === 1 : name === chosen, pick) : shape);
  if (isInput) group.append(make("text", { x, y: y - RADIUS - 7, class: "name" }, name));
  else {
    group.append(make("text", { x, y: y + RADIUS + 14, class: "bias" }, `b ${bias > 0 ? "+" : ""}${bias}`));
    if (neuron.label ?? circuit.outputs.includes(name)) group.append(make("text", { x, y: y - RADIUS - 7, class: "name out" }, neuron.label ?? outputName(name, circuit)));
  }
  if (known && signal > 0.5) group.classList.add("on");
  if (!known) group.classList.add("unknown");
  if (name === chosen) group.classList.add("chosen");
  group.append(make("text", { x, y: y + 5, class: "signal" }, value));
  return group;
}

function button(shape, name, isInput, pressed, pick) {
  const made = make("g", { role: "button", tabindex: 0, "aria-pressed": String(pressed), "aria-label": `${isInput ? "input" : "neuron"} ${name}`, "data-neuron": name });
  made.append(shape);
  made.addEventListener("click", () => pick(name));
  made.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    pick(name);
  });
  return made;
}

export function outputName(name, { outputs }) {
  return outputs.length === 1 ? "output" : name;
}

function position({ place }) {
  return [place[0] * ACROSS, -place[1] * UP];
}

function make(name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

function bezier([a, b, c, d], t) {
  const s = 1 - t;
  return s ** 3 * a + 3 * s * s * t * b + 3 * s * t * t * c + t ** 3 * d;
}
