// MNIST's framing of one digit, with the steps of digitwise/imaging/framing.py.

export const SIDE = 28; // of the frame, in pixels
const BOX = 20; // side of the digit in the frame, in pixels
const SMALLEST = 10; // pixels; a smaller digit is not enlarged to fill the box
const FOOTPRINT = 0.99; // width over which a source pixel spreads its ink, in pixels

// Ink in [0, 1], row by row, `width` across → 784 bytes, 0 paper, 255 ink.
export function frame(ink, width) {
  const framed = new Uint8Array(SIDE * SIDE);
  const box = cut(ink, width);
  if (!box) return framed;
  const digit = resample(box);
  const strongest = Math.min(1, digit.reduce((most, value) => Math.max(most, value), 0));
  let [mass, down, across] = [0, 0, 0];
  for (let k = 0; k < digit.length; k++) {
    digit[k] = Math.min(255, Math.floor((255 / strongest) * digit[k] + 0.5));
    mass += digit[k];
    down += digit[k] * (Math.floor(k / BOX) + 0.5);
    across += digit[k] * ((k % BOX) + 0.5);
  }
  const [top, left] = [Math.floor(15 - down / mass), Math.floor(15 - across / mass)];
  for (let k = 0; k < digit.length; k++) {
    const [row, column] = [top + Math.floor(k / BOX), left + (k % BOX)];
    if (row >= 0 && row < SIDE && column >= 0 && column < SIDE) framed[SIDE * row + column] = digit[k];
  }
  return framed;
}

// The rectangle that holds all ink; null if there is none.
function cut(ink, width) {
  const height = ink.length / width;
  let [x0, x1, y0, y1] = [width, -1, height, -1];
  for (let k = 0; k < ink.length; k++) {
    if (ink[k] === 0) continue;
    const [x, y] = [k % width, Math.floor(k / width)];
    [x0, x1, y0, y1] = [Math.min(x0, x), Math.max(x1, x), Math.min(y0, y), Math.max(y1, y)];
  }
  if (x1 < 0) return null;
  const [w, h] = [x1 - x0 + 1, y1 - y0 + 1];
  const cells = new Float64Array(w * h);
  for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) cells[w * y + x] = ink[width * (y0 + y) + x0 + x];
  return { w, h, cells };
}

// Area-weighted resampling to 20×20, of ink in the middle of a square.
function resample({ w, h, cells }) {
  const side = Math.max(w, h, SMALLEST);
  const spread = spreadOf(side);
  const [top, left] = [Math.floor((side - h) / 2), Math.floor((side - w) / 2)];
  const rows = new Float64Array(BOX * w);
  for (let t = 0; t < BOX; t++) {
    for (let y = 0; y < h; y++) {
      const share = spread[t * side + top + y];
      if (share) for (let x = 0; x < w; x++) rows[t * w + x] += share * cells[y * w + x];
    }
  }
  const found = new Float64Array(BOX * BOX);
  for (let t = 0; t < BOX; t++) {
    for (let u = 0; u < BOX; u++) {
      let sum = 0;
      for (let x = 0; x < w; x++) sum += rows[t * w + x] * spread[u * side + left + x];
      found[t * BOX + u] = sum;
    }
  }
  return found;
}

// Share of source pixel i in target pixel t, along one axis. Pixels are doubled until there are 20.
function spreadOf(side) {
  let [n, times] = [side, 1];
  while (n < BOX) [n, times] = [2 * n, 2 * times];
  const scale = BOX / n;
  const spread = new Float64Array(BOX * side);
  for (let i = 0; i < n; i++) {
    const [start, end] = [scale * i, scale * i + FOOTPRINT * scale];
    // A pixel inside one target gives it all of its ink, not 99%.
    const whole = Math.floor(start + 1e-11) === Math.ceil(end - 1e-11) - 1;
    for (let t = Math.floor(start); t < Math.min(BOX, Math.ceil(end)); t++) {
      const overlap = Math.min(end, t + 1) - Math.max(start, t);
      if (overlap > 1e-11) spread[t * side + Math.floor(i / times)] += whole ? scale : overlap;
    }
  }
  return spread;
}
