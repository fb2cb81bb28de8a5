// Circuits of perceptrons in the browser: their signals as digitwise/circuits.py computes them, and
// their places as digitwise/lab/circuit_picture.py has them.
// A circuit has `inputs`, names, and `gates`, each with name, sources, weights and bias, in order.

export const NAND = { weights: [-2, -2], bias: 3 };

export function sigmoid(z) {
  return 1 / (1 + Math.exp(-z));
}

// The value of every input and gate, by name; without a gain of perceptrons, else of sigmoid neurons.
export function signalsOf({ inputs, gates }, bits, gain = 0) {
  const known = Object.fromEntries(inputs.map((name, k) => [name, bits[k]]));
  for (const { name, sources, weights, bias } of gates) {
    const z = sources.reduce((sum, source, k) => sum + weights[k] * known[source], bias);
    known[name] = gain ? sigmoid(gain * z) : Number(z > 0);
  }
  return known;
}

// All rows of n bits, counting up.
export function rowsOf(n) {
  return Array.from({ length: 2 ** n }, (_, row) => Array.from({ length: n }, (_, k) => (row >> (n - 1 - k)) & 1));
}

// Inputs and gates as a picture takes them: with depth, place and signal.
export function neuronsOf({ inputs, gates }, signals) {
  const depth = Object.fromEntries(inputs.map((name) => [name, 0]));
  for (const { name, sources } of gates) depth[name] = 1 + Math.max(...sources.map((source) => depth[source]));
  const all = [...inputs.map((name) => ({ name, sources: [], weights: [], bias: null })), ...gates];
  const columns = [];
  for (const neuron of all) (columns[depth[neuron.name]] ??= []).push(neuron);
  const tallest = Math.max(...columns.map((column) => column.length));
  const height = {};
  return columns.flatMap((column, d) => {
    const mean = ({ sources }) => sources.reduce((sum, source) => sum + height[source], 0) / sources.length;
    const sorted = d ? [...column].sort((a, b) => mean(b) - mean(a)) : column;
    // Shifted a little, so that wires that skip a column don't run through perceptrons.
    const shift = d ? (d % 2 ? 0.18 : -0.18) : 0;
    return sorted.map((neuron, k) => {
      height[neuron.name] = tallest / 2 - (tallest / column.length) * (k + 0.5) + shift;
      return { ...neuron, depth: d, place: [2.2 * d, height[neuron.name]], signal: signals[neuron.name] };
    });
  });
}
