// Stands in place of the server's API where there is no server: the same questions, answered by
// numbers that `digitwise site` wrote, and by the arithmetic of the chapter.

import { drawnMap, drawnSurface } from "./drawn.js";
import { rowsOf, sigmoid, signalsOf } from "./ideas/wiring.js";

const file = await (await fetch(new URL("api/ideas.json", import.meta.url))).json();
const TOLERANCE = 1e-6; // ‖∇C‖ at which a ball rests
// Expressions are compiled in Python only.
document.querySelector("[name=kind] [value=expression]")?.remove();

// Gradients of digitwise/lab/surfaces.py, and the costs.
const SURFACES = {
  bowl: [(x, y) => x * x + y * y, (x, y) => [2 * x, 2 * y]],
  valley: [(x, y) => (x * x + 10 * y * y) / 2, (x, y) => [x, 10 * y]],
  wells: [(x, y) => (x * x - 1) ** 2 / 4 + x / 8 + (y * y) / 2, (x, y) => [x * (x * x - 1) + 1 / 8, y]],
  saddle: [(x, y) => (y * y - 1) ** 2 / 4 + (x * x) / 2, (x, y) => [x, y * (y * y - 1)]],
  banana: [(x, y) => (1 - x) ** 2 + 10 * (y - x * x) ** 2, (x, y) => [-2 * (1 - x) - 40 * x * (y - x * x), 20 * (y - x * x)]],
};

const ANSWERS = {
  "api/health": () => file.health,
  "api/ideas/surface": ({ name, dabs = "" }) => (name === "drawn" ? drawnMap(dabs, rest(dabs)) : file.surfaces[name]),
  "api/ideas/ball": ball,
  "api/ideas/perceptron": perceptron,
  "api/ideas/circuit": circuit,
  "api/ideas/minibatch": ({ m, seed }) => {
    const clouds = file.clouds[m];
    return clouds[seed % clouds.length];
  },
};

export async function call(path) {
  const [name, query] = path.split("?");
  const answer = ANSWERS[name];
  if (!answer) throw new Error("This needs the program: the demo has no server.");
  return answer(Object.fromEntries(new URLSearchParams(query)));
}

// Gradient descent, as digitwise/descent.py does it: v → v′ = v - η∇C; with momentum by a velocity.
function ball({ surface, v1, v2, learning_rate, momentum, dabs = "", steps = 200 }) {
  const [cost, gradient] = surface === "drawn" ? drawnSurface(dabs) : SURFACES[surface];
  const [eta, mu] = [Number(learning_rate), Number(momentum ?? 0)];
  let v = [Number(v1), Number(v2)];
  const velocity = [0, 0];
  const [path, costs] = [[v], [cost(...v)]];
  let stopped = "steps";
  for (let k = 0; k < steps; k++) {
    const slope = gradient(...v);
    if (!mu && Math.hypot(...slope) <= TOLERANCE) {
      stopped = "gradient";
      break;
    }
    v = v.map((value, i) => {
      velocity[i] = mu * velocity[i] - eta * slope[i];
      return value + velocity[i];
    });
    const height = cost(...v);
    if (![...v, height].every(Number.isFinite)) {
      stopped = "diverged";
      break;
    }
    path.push(v);
    costs.push(height);
  }
  const squares = path.map((point) => gradient(...point).reduce((sum, slope) => sum + slope * slope, 0));
  return { path, costs, squares: squares.map((square) => (Number.isFinite(square) ? square : null)), stopped };
}

// Where balls on a drawn surface come to rest.
function rest(dabs) {
  return ([v1, v2], learning_rate, steps) => ball({ surface: "drawn", v1, v2, learning_rate, dabs, steps }).path.at(-1);
}

function perceptron({ w1, w2, bias }) {
  const weigh = (a, b) => Number(w1) * a + Number(w2) * b + Number(bias);
  const rows = [[0, 0], [0, 1], [1, 0], [1, 1]].map((x) => ({ x, z: weigh(...x), fires: Number(weigh(...x) > 0), smooth: sigmoid(weigh(...x)) }));
  const z = file.plane.map((b) => file.plane.map((a) => weigh(a, b)));
  return { function: file.functions[rows.map((row) => row.fires).join("")], rows, axis: file.plane, z, smooth: z.map((row) => row.map(sigmoid)) };
}

function circuit({ kind, bits, gain }) {
  const wired = file.circuits[kind];
  if (!wired) return { refused: "The demo has two circuits; expressions need the program." };
  const now = wired.inputs.map((_, k) => Number(bits[k] ?? 0));
  const plan = { inputs: wired.inputs, gates: wired.neurons.filter((neuron) => neuron.bias !== null) };
  const signals = signalsOf(plan, now, Number(gain ?? 0));
  const rows = rowsOf(now.length);
  const outputs = (row, c) => {
    const known = signalsOf(plan, row, c);
    return wired.outputs.map((name) => known[name]);
  };
  return {
    ...wired,
    neurons: wired.neurons.map((neuron) => ({ ...neuron, signal: signals[neuron.name] })),
    table: { inputs: rows, outputs: rows.map((row) => outputs(row, 0)), smooth: rows.map((row) => outputs(row, Number(gain ?? 1))) },
  };
}
