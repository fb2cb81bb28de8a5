// Dabs of a drawn surface as text, as digitwise/lab/drawn_surface.py takes them: v₁ and v₂ in
// hundredths, and a strength, negative in a valley, of each.

export const DABS = /^(-?\d{1,3}\.-?\d{1,3}\.-?[1-9](_-?\d{1,3}\.-?\d{1,3}\.-?[1-9]){0,79})?$/;
export const MOST = 80; // dabs of a surface

export function dabsOf(text) {
  return text.split("_").filter(Boolean).map((dab) => dab.split(".").map(Number)).map(([x, y, strength]) => [x / 100, y / 100, strength]);
}

export function textOf(dabs) {
  return dabs.map(([x, y, strength]) => [Math.round(100 * x), Math.round(100 * y), strength].join(".")).join("_");
}
