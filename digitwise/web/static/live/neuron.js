// One neuron: its weights as a picture, the digits that excite it, its strongest inputs.

const FEEDERS = 6; // strongest inputs on the page

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// Neurons are counted from 1; outputs are named by their digits.
export function nameOf(network, layer, neuron) {
  return layer === network.last ? `output ${network.names[neuron]}` : `neuron ${neuron + 1} of layer ${layer + 1}`;
}

// `seen` is {x, activations} of the present digit, or null; `go` shows another neuron.
export function showNeuron(container, network, { layer, neuron }, seen, go) {
  const name = nameOf(network, layer, neuron);
  const close = element("button", { type: "button", class: "plain", "aria-label": "Close" }, "✕");
  close.addEventListener("click", () => go(null));
  const activation = seen && seen.activations[layer][neuron];
  const now = seen ? `now ${activation.toFixed(3)}${activation > 0.0005 ? "" : ": it doesn't fire"}` : "";
  const title = element("h3", {}, name[0].toUpperCase() + name.slice(1), element("span", { class: "quiet" }, now));
  const parts = [weights(network, layer, neuron, seen)];
  if (layer < network.last) parts.push(digits(network, layer, neuron), examples(network, layer, neuron));
  if (layer > 0 && seen) parts.push(feeders(network, layer, neuron, seen, go));
  container.replaceChildren(element("header", {}, title, close), element("div", { class: "parts" }, ...parts));
  container.hidden = false;
}

function part(title, ...children) {
  return element("div", { class: "part" }, element("h4", {}, title), ...children);
}

function weights(network, layer, neuron, seen) {
  const picture = network.picture(layer, neuron, layer > 0 ? seen?.activations : null);
  const words = layer === 0 ? "Its 784 weights" : "Weights, multiplied back";
  return part(words, signed(picture, 132, `${words}, as a picture`), element("p", { class: "key quiet" }, element("i", { class: "plus" }), "ink excites it ", element("i", { class: "minus" }), "ink inhibits it"));
}

function digits(network, layer, neuron) {
  const mean = network.excitedBy(layer, neuron);
  const most = Math.max(...mean.map(Math.abs)) || 1;
  const rows = [...mean].map((value, d) => {
    const bar = element("i");
    bar.style.width = `${(100 * Math.abs(value)) / most}%`;
    return [element("span", {}, network.names[d]), element("span", { class: Math.abs(value) === most ? "bar best" : "bar" }, bar), element("span", { class: "value" }, value.toFixed(2))];
  });
  return part(`Mean activation, by ${network.kind}`, element("div", { class: "means" }, ...rows.flat()));
}

function examples(network, layer, neuron) {
  const found = network.mostExciting(layer, neuron);
  const pictures = found.map(({ name, image }) => ink(image, 44, `a ${name}`));
  return part(network.kind === "digit" ? "Digits that excite it most" : "Examples that excite it most", element("div", { class: "thumbs" }, ...pictures));
}

function feeders(network, layer, neuron, { activations }, go) {
  const found = network.strongest(layer, neuron, activations[layer - 1], FEEDERS);
  const buttons = found.map(({ from, value }) => {
    const button = element(
      "button", { type: "button", class: "feeder" },
      signed(network.picture(layer - 1, from, activations), 44, ""),
      element("span", {}, `${value > 0 ? "+" : "−"}${Math.abs(value).toFixed(2)}`),
    );
    button.setAttribute("aria-label", `${nameOf(network, layer - 1, from)}, adds ${value.toFixed(2)}`);
    button.addEventListener("click", () => go({ layer: layer - 1, neuron: from }));
    return button;
  });
  return part("What moves it most", element("div", { class: "thumbs" }, ...buttons));
}

function picture(side, about, paint) {
  const canvas = element("canvas", about ? { role: "img", "aria-label": about } : { "aria-hidden": "true" });
  Object.assign(canvas, { width: 28, height: 28 });
  canvas.style.width = canvas.style.height = `${side}px`;
  put(canvas, paint);
  return canvas;
}

function put(canvas, paint) {
  const image = new ImageData(canvas.width, canvas.height);
  for (let k = 0; k < canvas.width * canvas.height; k++) image.data.set(paint(k), 4 * k);
  canvas.getContext("2d").putImageData(image, 0, 0);
}

function rgb(name) {
  const hex = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  return [1, 3, 5].map((k) => Number.parseInt(hex.slice(k, k + 2), 16));
}

function signed(values, side, about) {
  return picture(side, about, coloursOf(values));
}

// Weights onto a canvas, a pixel each; `most` has the full colour.
export function paintSigned(canvas, values, most = largest(values)) {
  put(canvas, coloursOf(values, most));
}

function largest(values) {
  return values.reduce((top, value) => Math.max(top, Math.abs(value)), 0) || 1;
}

// The colour of each weight.
function coloursOf(values, most = largest(values)) {
  const [off, plus, minus] = ["off", "plus", "minus"].map(rgb);
  return (k) => {
    const share = Math.abs(values[k]) / most;
    const to = values[k] > 0 ? plus : minus;
    return [...off.map((value, c) => value + share * (to[c] - value)), 255];
  };
}

export function ink(image, side, about) {
  const [off, dark] = ["off", "ink"].map(rgb);
  return picture(side, about, (k) => [...off.map((value, c) => value + (image[k] / 255) * (dark[c] - value)), 255]);
}
