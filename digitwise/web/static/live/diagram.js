// The network drawn on a canvas: 28×28 inputs, a field of neurons for each hidden layer, ten outputs.
// The inputs are layer -1, so that layers have the same numbers as in network.js.

const LEVELS = 32; // of brightness
const GLOWING = 22; // lowest level with a halo
const NARROW = 640; // pixels; in a narrower canvas the layers are stacked
const HALO = 5; // largest halo around a neuron, in pixels
const LARGEST = 32; // largest neuron, in pixels
const LABEL = 20; // height of a field's label, in pixels
const DIGITS = Array.from({ length: 10 }, (_, digit) => String(digit));
const LINK = 1.6; // width of the strongest connection, in pixels

export class Diagram {
  // `names` of the outputs; those of digits if there are none.
  constructor(canvas, sizes, names = DIGITS) {
    this.canvas = canvas;
    this.names = names;
    this.short = names.every((name) => name.length === 1);
    this.sizes = sizes;
    this.last = sizes.length - 2;
    this.orders = new Map(); // order of the neurons of each hidden layer
  }

  // Groups neurons by the digit that excites them most, 0 first; in each group the most selective
  // come first. Neurons that no digit excites come last.
  sortBy(means) {
    means.forEach((mean, layer) => {
      const kinds = Array.from({ length: this.sizes[layer + 1] }, (_, j) => {
        const n = this.names.length;
        const each = mean.subarray(n * j, n * j + n);
        const [most, sum] = [Math.max(...each), each.reduce((a, b) => a + Math.abs(b), 0)];
        return { j, digit: sum ? each.indexOf(most) : n, choosy: sum ? most / sum : 0 };
      });
      kinds.sort((a, b) => a.digit - b.digit || b.choosy - a.choosy);
      this.orders.set(layer, kinds.map(({ j }) => j));
    });
    this.fit();
  }

  // Fits the diagram into the width of the canvas, and sets its height.
  fit() {
    const width = this.canvas.parentElement.clientWidth;
    if (!width) return;
    this.narrow = width < NARROW;
    this.fields = this.narrow ? this.stacked(width) : this.inARow(width);
    const height = Math.ceil(Math.max(...this.fields.map(({ y, h }) => y + h)) + (this.narrow ? 24 : 4));
    const scale = Math.min(2, window.devicePixelRatio || 1);
    this.canvas.style.height = `${height}px`;
    Object.assign(this.canvas, { width: Math.round(width * scale), height: Math.round(height * scale) });
    this.scale = scale;
    this.colours = null;
  }

  inARow(width) {
    const height = Math.min(400, Math.max(220, 0.31 * width));
    const side = Math.min(height, 0.2 * width);
    const [gap, outputs] = [Math.max(28, 0.045 * width), 104];
    const hidden = this.sizes.slice(1, -1);
    const room = width - side - outputs - gap * (hidden.length + 1);
    const roots = hidden.map(Math.sqrt);
    const total = roots.reduce((a, b) => a + b, 0);
    const fields = [this.field(-1, 0, LABEL + (height - side) / 2, side, side, 28)];
    let x = side + gap;
    hidden.forEach((n, layer) => {
      const across = (room * roots[layer]) / total;
      const columns = columnsFor(n, across, height);
      const cell = Math.min(LARGEST, across / columns, height / Math.ceil(n / columns));
      const field = this.field(layer, x, LABEL, cell * columns, cell * Math.ceil(n / columns), columns);
      field.x += (across - field.w) / 2;
      field.y += (height - field.h) / 2;
      fields.push(field);
      x += across + gap;
    });
    return [...fields, this.field(this.last, x, LABEL, outputs, height, 1)];
  }

  stacked(width) {
    const side = Math.min(140, 0.4 * width);
    const fields = [this.field(-1, (width - side) / 2, LABEL, side, side, 28)];
    let y = LABEL + side + 34;
    this.sizes.slice(1, -1).forEach((n, layer) => {
      const cell = Math.min(LARGEST, Math.max(5, Math.sqrt((width * 110) / n)));
      const columns = Math.min(n, Math.floor(width / cell));
      const rows = Math.ceil(n / columns);
      fields.push(this.field(layer, (width - cell * columns) / 2, y, cell * columns, cell * rows, columns));
      y += cell * rows + 42;
    });
    return [...fields, this.field(this.last, 0, y, width, 30, this.names.length)];
  }

  field(layer, x, y, w, h, columns) {
    const order = this.orders.get(layer);
    const places = new Int32Array(this.sizes[layer + 1]);
    for (let k = 0; k < places.length; k++) places[order ? order[k] : k] = k;
    return { layer, x, y, w, h, columns, order, places, rows: Math.ceil(places.length / columns) };
  }

  // The middle of a neuron.
  at(layer, neuron) {
    const field = this.fields[layer + 1];
    const [row, column] = [Math.floor(field.places[neuron] / field.columns), field.places[neuron] % field.columns];
    if (layer === this.last && !this.narrow) return [field.x + 10, field.y + ((row + 0.5) * field.h) / field.rows];
    return [field.x + ((column + 0.5) * field.w) / field.columns, field.y + ((row + 0.5) * field.h) / field.rows];
  }

  // The layer and neuron under a point, or null; inputs don't count.
  find(x, y) {
    const field = this.fields.find((one) => x >= one.x && x < one.x + one.w && y >= one.y && y < one.y + one.h);
    if (!field || field.layer < 0) return null;
    const place = Math.floor(((y - field.y) * field.rows) / field.h) * field.columns + Math.floor(((x - field.x) * field.columns) / field.w);
    if (place >= field.places.length) return null;
    return { layer: field.layer, neuron: field.order ? field.order[place] : place };
  }

  // `image` and `activations` are null without a digit; layers above `depth` are dim.
  draw({ image = null, activations = null, links = [], depth = this.last, chosen = null }) {
    if (!this.fields) this.fit();
    if (!this.fields) return;
    this.colours ??= colours();
    const context = this.canvas.getContext("2d");
    context.setTransform(this.scale, 0, 0, this.scale, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    for (const field of this.fields) {
      context.globalAlpha = field.layer > depth ? 0.25 : 1;
      this.name(context, field);
      const values = field.layer < 0 ? image : field.layer > depth ? null : activations?.[field.layer];
      if (field.layer === this.last) this.outputs(context, field, values);
      else this.cells(context, field, values);
    }
    context.globalAlpha = 1;
    this.links(context, links);
    if (chosen) this.ring(context, chosen);
  }

  name(context, { layer, x, y, w }) {
    const n = this.sizes[layer + 1].toLocaleString("en");
    const name = layer < 0 ? "input: 28×28" : layer === this.last ? "outputs" : `${n} neurons`;
    context.font = "12px system-ui, sans-serif";
    context.fillStyle = this.colours.quiet;
    context.textAlign = "center";
    if (layer === this.last && !this.narrow) context.textAlign = "left";
    context.fillText(name, context.textAlign === "left" ? x : x + w / 2, y - 7);
  }

  // Draws pixel by pixel: thousands of small shapes would take a browser too long.
  cells(context, field, values) {
    const { x, y, w, h, columns, places, layer } = field;
    const colours = (layer < 0 ? this.colours.seen : this.colours.lit).map(context.globalAlpha < 1 ? faded : (colour) => colour);
    const most = values ? values.reduce((top, value) => Math.max(top, Math.abs(value)), 0) : 0;
    const levels = new Uint8Array(places.length); // by place
    const brightest = [];
    for (let j = 0; j < places.length; j++) {
      const level = most ? Math.round((LEVELS - 1) * (Math.abs(values[j]) / most) ** 0.8) : 0;
      levels[places[j]] = level;
      if (layer >= 0 && level >= GLOWING) brightest.push(places[j]);
    }
    const cell = w / columns;
    field.map ??= pixelMap(field, this.scale, layer < 0 ? 0.5 : Math.min(2, 0.22 * cell));
    const { across, down, owner } = field.map;
    const image = new ImageData(across, down);
    const pixels = new Uint32Array(image.data.buffer);
    for (let k = 0; k < owner.length; k++) if (owner[k] >= 0) pixels[k] = colours[levels[owner[k]]];
    context.putImageData(image, Math.round(x * this.scale), Math.round(y * this.scale));
    this.glow(context, field, cell, brightest);
  }

  glow(context, { x, y, columns }, cell, places) {
    const before = context.globalAlpha;
    context.globalAlpha = before * 0.22;
    context.fillStyle = css(this.colours.lit.at(-1));
    context.beginPath();
    const radius = Math.min(1.4 * cell, 0.5 * cell + HALO);
    for (const place of places) {
      const [left, top] = [x + cell * ((place % columns) + 0.45), y + cell * (Math.floor(place / columns) + 0.45)];
      context.moveTo(left + radius, top);
      context.arc(left, top, radius, 0, 7);
    }
    context.fill();
    context.globalAlpha = before;
  }

  outputs(context, field, values) {
    const best = values ? values.indexOf(Math.max(...values)) : -1;
    for (let d = 0; d < this.names.length; d++) {
      const [x, y] = this.at(this.last, d);
      const value = values?.[d] ?? 0;
      context.fillStyle = css(this.colours.lit[Math.round((LEVELS - 1) * value)]);
      context.beginPath();
      context.arc(x, y, 8, 0, 7);
      context.fill();
      context.fillStyle = d === best ? this.colours.ink : this.colours.quiet;
      context.font = `${d === best ? 700 : 400} 14px ui-monospace, monospace`;
      context.textAlign = "center";
      if (this.narrow) {
        context.fillText(shortened(context, this.names[d], field.w / this.names.length - 4), x, y + 26);
        continue;
      }
      // A long name stands above its bar.
      const [left, down] = this.short ? [34, 0] : [20, 10];
      if (this.short) context.fillText(this.names[d], x + 20, y + 5);
      context.textAlign = "left";
      if (!this.short) context.fillText(shortened(context, this.names[d], field.w - left - 10), x + left, y + 1);
      context.fillStyle = this.colours.off;
      context.fillRect(x + left, y - 4 + down, field.w - left - 10, 8);
      context.fillStyle = d === best ? css(this.colours.lit.at(-1)) : this.colours.quiet;
      context.fillRect(x + left, y - 4 + down, value * (field.w - left - 10), 8);
    }
  }

  // Curves in two colours, one for excitation, one for inhibition.
  links(context, links) {
    const most = new Map();
    for (const { layer, value } of links) most.set(layer, Math.max(most.get(layer) ?? 0, Math.abs(value)));
    for (const { layer, from, to, value } of links) {
      const strength = Math.abs(value) / most.get(layer);
      const [[x0, y0], [x1, y1]] = [this.at(layer - 1, from), this.at(layer, to)];
      context.globalAlpha = 0.12 + 0.6 * strength ** 2;
      context.strokeStyle = value > 0 ? this.colours.plus : this.colours.minus;
      context.lineWidth = 0.6 + (LINK - 0.6) * strength;
      context.beginPath();
      context.moveTo(x0, y0);
      if (this.narrow) context.bezierCurveTo(x0, (y0 + y1) / 2, x1, (y0 + y1) / 2, x1, y1);
      else context.bezierCurveTo((x0 + x1) / 2, y0, (x0 + x1) / 2, y1, x1, y1);
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  ring(context, { layer, neuron }) {
    const [x, y] = this.at(layer, neuron);
    const field = this.fields[layer + 1];
    const radius = layer === this.last ? 11 : Math.max(6, (0.9 * field.w) / field.columns);
    context.lineWidth = 2;
    context.strokeStyle = this.colours.minus;
    context.beginPath();
    context.arc(x, y, radius, 0, 7);
    context.stroke();
  }
}

function shortened(context, text, room) {
  let found = text;
  while (found.length > 1 && context.measureText(found).width > room) found = `${found.slice(0, -2)}…`;
  return found;
}

// The number of columns with which square cells fill the room best.
function columnsFor(n, across, down) {
  const cell = Math.sqrt((across * down) / n);
  let columns = Math.max(1, Math.floor(across / cell));
  while (columns < n && across / columns > down / Math.ceil(n / columns)) columns++;
  return columns;
}

function colours() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(`--${name}`).trim();
  const [off, lit, ink] = ["off", "lit", "ink"].map(of);
  return { off, ink, quiet: of("quiet"), plus: of("plus"), minus: of("minus"), lit: shades(off, lit), seen: shades(off, ink) };
}

// Colours of pixels as little-endian numbers: alpha, blue, green, red.
function shades(from, to) {
  const [a, b] = [from, to].map((hex) => [1, 3, 5].map((k) => Number.parseInt(hex.slice(k, k + 2), 16)));
  return Array.from({ length: LEVELS }, (_, level) => {
    const [red, green, blue] = a.map((value, k) => Math.round(value + (level / (LEVELS - 1)) * (b[k] - value)));
    return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  });
}

function faded(colour) {
  return ((colour & 0xffffff) | (64 << 24)) >>> 0;
}

function css(colour) {
  return `rgb(${colour & 255} ${(colour >> 8) & 255} ${(colour >> 16) & 255})`;
}

// Place of each pixel of a field; -1 between neurons. Large neurons are round.
function pixelMap({ w, h, columns, rows, places, layer }, scale, gap) {
  const [across, down] = [Math.ceil(w * scale), Math.ceil(h * scale)];
  const owner = new Int16Array(across * down).fill(-1);
  const [cell, tall] = [(w / columns) * scale, (h / rows) * scale];
  const [round, inner] = [layer >= 0 && cell > 8 * scale, Math.max(1, Math.round(gap * scale))];
  for (let place = 0; place < places.length; place++) {
    const [left, top] = [Math.round((place % columns) * cell), Math.round(Math.floor(place / columns) * tall)];
    const [right, bottom] = [Math.round(((place % columns) + 1) * cell) - inner, Math.round((Math.floor(place / columns) + 1) * tall) - inner];
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const away = Math.hypot(x + 0.5 - (left + right) / 2, y + 0.5 - (top + bottom) / 2);
        if (!round || away <= (right - left) / 2) owner[y * across + x] = place;
      }
    }
  }
  return { across, down, owner };
}
