// A surface that a person draws, as digitwise/lab/drawn_surface.py has it.

import { dabsOf } from "./ideas/dabs.js";

const [BOWL, SPREAD, UNIT] = [0.4, 0.45, 0.25];
const [EDGE, GRID] = [2.2, 61];
const [STEPS, MAX_RATE, START] = [150, 0.3, [1.8, 1.4]];
const NEIGHBOURS = [-1, 0, 1].flatMap((i) => [-1, 0, 1].map((j) => [i, j])).filter(([i, j]) => i || j);

// The cost and the gradient of a surface with these dabs.
export function drawnSurface(text) {
  const dabs = dabsOf(text).map(([x, y, strength]) => [x, y, UNIT * strength]);
  const bump = ([cx, cy, h], x, y) => h * Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * SPREAD ** 2));
  const sum = (of) => dabs.reduce((total, dab) => total + of(dab), 0);
  return [
    (x, y) => BOWL * (x * x + y * y) + sum((dab) => bump(dab, x, y)),
    (x, y) => [
      2 * BOWL * x - sum((dab) => (bump(dab, x, y) * (x - dab[0])) / SPREAD ** 2),
      2 * BOWL * y - sum((dab) => (bump(dab, x, y) * (y - dab[1])) / SPREAD ** 2),
    ],
    0.5 / (2 * BOWL + Math.max(0, ...dabs.map(([x, y]) => sum((dab) => Math.abs(bump(dab, x, y)) / SPREAD ** 2)))),
  ];
}

// The map of such a surface; `descend(v, rate, steps)` rolls down from v and returns where it ends.
export function drawnMap(text, descend) {
  const [cost, , rate] = drawnSurface(text);
  const v = Array.from({ length: GRID }, (_, k) => EDGE * ((2 * k) / (GRID - 1) - 1));
  const heights = v.map((y) => v.map((x) => cost(x, y)));
  const inner = Array.from({ length: GRID - 2 }, (_, k) => k + 1);
  let low = inner.flatMap((i) => inner.map((j) => [i, j])).filter(([i, j]) => NEIGHBOURS.every(([di, dj]) => heights[i][j] < heights[i + di][j + dj]));
  if (!low.length) {
    const all = heights.flat();
    const k = all.indexOf(Math.min(...all));
    low = [[Math.floor(k / GRID), k % GRID]];
  }
  const minima = low.map(([i, j]) => descend([v[j], v[i]], rate, STEPS));
  return {
    formula: "0.4‖v‖² + Σ hₖ exp(-‖v - cₖ‖² / 2s²)", window: [-EDGE, EDGE, -EDGE, EDGE], v1: v, v2: v, heights, minima,
    lowest: Math.min(...minima.map(([x, y]) => cost(x, y))), start: START, rate: Math.min(MAX_RATE, rate), too_large: 2.1 / (2 * BOWL),
  };
}
