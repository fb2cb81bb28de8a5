// A model file of digitwise, read in the browser: safetensors, whose header says layers and classes.

import { Network, readTensors } from "./live/network.js";

const [INPUTS, MAX_BYTES, MOST] = [784, 64_000_000, 8];
const ACTIVATIONS = ["relu", "sigmoid", "tanh"];

// The content of a file that somebody chose, and its network. Throws an Error that says what was expected.
export async function readFile(file) {
  if (file.size > MAX_BYTES) throw new Error("This file is too large for a network that can be shown here: at most 64 MB.");
  const content = await file.arrayBuffer();
  return { content, found: readModel(content) };
}

export function readModel(buffer) {
  let header, tensors;
  try {
    const file = readTensors(buffer);
    header = JSON.parse(file.about.digitwise);
    tensors = file.tensors;
  } catch {
    throw new Error("This is no model file of digitwise: expected a .safetensors file that was saved here, or by digitwise train.");
  }
  const { sizes, activation, training } = header;
  if (!sizes.every(Number.isInteger)) throw new Error("This network has shared weights, which can't be shown here: digitwise evaluate takes it.");
  if (sizes[0] !== INPUTS || sizes.at(-1) !== 10 || sizes.length < 3 || !ACTIVATIONS.includes(activation)) {
    throw new Error(`This network can't be shown here: expected 784 inputs, a hidden layer and ten outputs; found ${sizes.join("-")}.`);
  }
  const names = training?.classes ?? Array.from({ length: 10 }, (_, digit) => String(digit));
  if (!Array.isArray(names) || names.length < 2 || names.length > 10 || !names.every((name) => typeof name === "string")) {
    throw new Error("This model file is damaged: it has no two to ten names of classes.");
  }
  return networkOf(sizes, activation, names, tensors);
}

// Outputs that stand for no class are left away.
function networkOf(sizes, activation, names, tensors) {
  const [shown, last] = [[...sizes.slice(0, -1), names.length], sizes.length - 2];
  const made = { digits: { values: new Uint8Array() }, labels: { values: new Uint8Array() } };
  for (let l = 0; l <= last; l++) {
    const [w, b] = [tensors[`weights.${l}`]?.values, tensors[`biases.${l}`]?.values];
    if (w?.length !== sizes[l] * sizes[l + 1] || b?.length !== sizes[l + 1]) throw new Error("This model file is damaged: its weights don't fit its layers.");
    made[`w${l}`] = { values: w.subarray(0, sizes[l] * shown[l + 1]) };
    made[`b${l}`] = { values: b.subarray(0, shown[l + 1]) };
    made[`mean${l}`] = { values: new Float32Array(shown[l + 1] * names.length) };
    made[`most${l}`] = { values: new Uint16Array() };
  }
  return new Network({ about: { sizes: JSON.stringify(shown), activation, names: JSON.stringify(names) }, tensors: made });
}

// What excites its neurons: mean activations by class, and the examples that do most.
export function excite(network, classes) {
  const known = classes.flatMap(({ name, examples }) => examples.map(({ image }) => ({ image, label: network.names.indexOf(name) })));
  const examples = known.filter(({ label }) => label >= 0);
  if (!examples.length) return;
  const n = network.names.length;
  const counts = new Float32Array(n);
  for (const { label } of examples) counts[label]++;
  const activations = examples.map(({ image }) => network.feedforward(Float32Array.from(image, (ink) => ink / 255)));
  const most = Math.min(MOST, examples.length);
  for (let l = 0; l < network.last; l++) {
    const size = network.sizes[l + 1];
    network.most[l] = new Uint16Array(size * most);
    for (let j = 0; j < size; j++) {
      examples.forEach(({ label }, k) => { network.means[l][n * j + label] += activations[k][l][j] / counts[label]; });
      const order = [...examples.keys()].sort((a, b) => activations[b][l][j] - activations[a][l][j]);
      network.most[l].set(order.slice(0, most), most * j);
    }
  }
  network.digits = new Uint8Array(784 * examples.length);
  examples.forEach(({ image }, k) => network.digits.set(image, 784 * k));
  network.labels = Uint8Array.from(examples, ({ label }) => label);
}
