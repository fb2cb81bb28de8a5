// A network that runs in the page: loading from a safetensors file, feedforward, inspection.
// Layer 0 is the first hidden one; the last layer has the ten outputs.

const ACTIVATIONS = {
  relu: [(z) => Math.max(z, 0), (a) => (a > 0 ? 1 : 0)],
  sigmoid: [(z) => 1 / (1 + Math.exp(-z)), (a) => a * (1 - a)],
  tanh: [Math.tanh, (a) => 1 - a * a],
}; // f(z), and f′(z) as a function of f(z)

export async function loadNetwork(model) {
  let answer;
  try {
    answer = await fetch(`api/network${model ? `?model=${encodeURIComponent(model)}` : ""}`);
  } catch {
    throw new Error("The server doesn't answer. Is it still running?");
  }
  if (!answer.ok) {
    const { detail } = await answer.json().catch(() => ({}));
    const final = answer.status === 409; // this network can't be shown
    throw Object.assign(new Error(detail ?? "The network didn't arrive. Is the server still running?"), { final });
  }
  return new Network(readTensors(await answer.arrayBuffer()));
}

// safetensors: eight bytes for the length of a JSON header with the place of each tensor.
export function readTensors(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  const { __metadata__: about, ...entries } = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  const tensors = {};
  for (const [name, { dtype, shape, data_offsets: [from, to] }] of Object.entries(entries)) {
    const data = buffer.slice(8 + length + from, 8 + length + to);
    const values = { F16: () => fromHalf(data), F32: () => new Float32Array(data), F64: () => Float32Array.from(new Float64Array(data)), U8: () => new Uint8Array(data), U16: () => new Uint16Array(data) };
    tensors[name] = { shape, values: values[dtype]() };
  }
  return { about, tensors };
}

let halves = null; // the value of every float16

function fromHalf(data) {
  halves ??= Float32Array.from({ length: 65536 }, (_, bits) => {
    const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -24 * fraction);
  });
  return Float32Array.from(new Uint16Array(data), (bits) => halves[bits]);
}

export class Network {
  constructor({ about, tensors }) {
    this.sizes = JSON.parse(about.sizes);
    [this.f, this.derivative] = ACTIVATIONS[about.activation];
    this.weights = this.sizes.slice(1).map((_, l) => tensors[`w${l}`].values);
    this.biases = this.sizes.slice(1).map((_, l) => tensors[`b${l}`].values);
    this.last = this.weights.length - 1;
    this.names = about.names ? JSON.parse(about.names) : Array.from({ length: 10 }, (_, digit) => String(digit));
    this.kind = about.names ? "class" : "digit"; // of what outputs stand for
    // Of hidden layers: each neuron's mean activation by digit, and the digits that excite it most.
    this.means = this.weights.slice(0, -1).map((_, l) => tensors[`mean${l}`].values);
    this.most = this.weights.slice(0, -1).map((_, l) => tensors[`most${l}`].values);
    this.digits = tensors.digits.values;
    this.labels = tensors.labels.values;
  }

  // 784 inputs in [0, 1] → the activations of every layer.
  feedforward(x) {
    const found = [];
    let a = x;
    for (let l = 0; l <= this.last; l++) {
      const [n, m, w, b] = [this.sizes[l + 1], this.sizes[l], this.weights[l], this.biases[l]];
      const f = l === this.last ? ACTIVATIONS.sigmoid[0] : this.f;
      const lit = []; // most inputs are 0, and contribute nothing
      for (let i = 0; i < m; i++) if (a[i] !== 0) lit.push(i);
      const next = new Float32Array(n);
      for (let j = 0; j < n; j++) {
        let z = b[j];
        const row = j * m;
        for (let k = 0; k < lit.length; k++) z += w[row + lit[k]] * a[lit[k]];
        next[j] = f(z);
      }
      found.push(next);
      a = next;
    }
    return found;
  }

  // The `count` largest |w·a| of a neuron's inputs; a are the activations of the layer below.
  strongest(layer, neuron, a, count) {
    const [m, w] = [this.sizes[layer], this.weights[layer]];
    const best = [];
    for (let i = 0; i < m; i++) {
      const value = w[neuron * m + i] * a[i];
      const size = Math.abs(value);
      if (size === 0 || (best.length === count && size <= Math.abs(best[count - 1].value))) continue;
      if (best.length === count) best.pop();
      let at = best.length;
      while (at > 0 && Math.abs(best[at - 1].value) < size) at--;
      best.splice(at, 0, { from: i, value });
    }
    return best;
  }

  // A neuron's weights as a picture of 28×28. Weights of later layers are multiplied back by the chain
  // rule, ∂z/∂x, with f′ at the activations; without activations, with f′ = 1.
  picture(layer, neuron, activations = null) {
    let v = this.weights[layer].subarray(neuron * this.sizes[layer], (neuron + 1) * this.sizes[layer]);
    for (let l = layer - 1; l >= 0; l--) {
      const [n, m, w] = [this.sizes[l + 1], this.sizes[l], this.weights[l]];
      const back = new Float32Array(m);
      for (let j = 0; j < n; j++) {
        const share = v[j] * (activations ? this.derivative(activations[l][j]) : 1);
        if (share === 0) continue;
        for (let i = 0; i < m; i++) back[i] += share * w[j * m + i];
      }
      v = back;
    }
    return v;
  }

  // Mean activation of a neuron for each digit; for an output, 1 for its own digit.
  excitedBy(layer, neuron) {
    if (layer === this.last) return Float32Array.from(this.names, (_, d) => (d === neuron ? 1 : 0));
    const n = this.names.length;
    return this.means[layer].subarray(n * neuron, n * neuron + n);
  }

  // The digits in the file that excite a hidden neuron most.
  mostExciting(layer, neuron) {
    const count = this.most[layer].length / this.sizes[layer + 1];
    return [...this.most[layer].subarray(count * neuron, count * (neuron + 1))].map((k) => ({
      name: this.names[this.labels[k]],
      image: this.digits.subarray(784 * k, 784 * (k + 1)),
    }));
  }
}
