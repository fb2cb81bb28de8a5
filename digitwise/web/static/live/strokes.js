// Strokes on the paper: grouped into lines and digits, and drawn as ink.
// A stroke is a list of points [x, y] in [0, 1]; `aspect` is the paper's width over its height.

import { frame } from "./framing.js";

const SMALL = 0.4; // share of the tallest stroke's height; shorter strokes don't define lines
const APART = 0.25; // share of the smaller height; lines overlap less than that
const BESIDE = 0.012; // largest gap between strokes of one digit, as a share of the paper's height
// Strokes are thickened as in digitwise/imaging/strokes.py, in pixels of the 20×20 box.
const [BOX, THIN, WANTED] = [20, 1.7, 2.3];
const LONGEST = 80; // longer side of the drawn digit, in pixels

function extent(stroke) {
  const [xs, ys] = [stroke.map(([x]) => x), stroke.map(([, y]) => y)];
  return { x0: Math.min(...xs), x1: Math.max(...xs), y0: Math.min(...ys), y1: Math.max(...ys), stroke };
}

// Lines of strokes, from top to bottom; each keeps the order of writing.
export function linesOf(strokes) {
  const all = strokes.map(extent);
  const tallest = Math.max(0, ...all.map(({ y0, y1 }) => y1 - y0));
  const tall = all.filter(({ y0, y1 }) => y1 - y0 >= SMALL * tallest).sort((a, b) => a.y0 + a.y1 - b.y0 - b.y1);
  const lines = [];
  for (const one of tall) {
    const line = lines.at(-1);
    if (line && one.y0 < line.y1 - APART * Math.min(one.y1 - one.y0, line.y1 - line.y0)) {
      line.y1 = Math.max(line.y1, one.y1);
      line.y0 = Math.min(line.y0, one.y0);
      line.members.add(one.stroke);
    } else {
      lines.push({ y0: one.y0, y1: one.y1, members: new Set([one.stroke]) });
    }
  }
  for (const one of all) {
    if (lines.some(({ members }) => members.has(one.stroke))) continue;
    const middle = (one.y0 + one.y1) / 2;
    const away = ({ y0, y1 }) => Math.max(y0 - middle, middle - y1);
    lines.reduce((best, line) => (away(line) < away(best) ? line : best)).members.add(one.stroke);
  }
  return lines.map(({ members }) => strokes.filter((stroke) => members.has(stroke)));
}

// The digits of a line, from left to right: strokes that overlap from side to side are one digit.
export function digitsOf(line, aspect) {
  const digits = [];
  for (const { x0, x1, stroke } of line.map(extent).sort((a, b) => a.x0 - b.x0)) {
    const digit = digits.at(-1);
    if (digit && x0 <= digit.x1 + BESIDE / aspect) {
      digit.x1 = Math.max(digit.x1, x1);
      digit.strokes.add(stroke);
    } else digits.push({ x1, strokes: new Set([stroke]) });
  }
  return digits.map(({ strokes }) => line.filter((stroke) => strokes.has(stroke)));
}

// The strokes of the digit that was written last.
export function lastDigit(strokes, aspect) {
  const last = strokes.at(-1);
  const line = linesOf(strokes).find((one) => one.includes(last)) ?? [];
  return digitsOf(line, aspect).find((digit) => digit.includes(last)) ?? [];
}

let sheet = null; // canvas for the ink

// Frame of a digit's strokes: 784 bytes. `pen` is a share of the paper's height.
export function seenOf(strokes, aspect, pen) {
  const all = strokes.map(extent);
  const [x0, x1] = [Math.min(...all.map((one) => one.x0)), Math.max(...all.map((one) => one.x1))];
  const [y0, y1] = [Math.min(...all.map((one) => one.y0)), Math.max(...all.map((one) => one.y1))];
  const longest = Math.max(aspect * (x1 - x0), y1 - y0) + pen;
  const wide = (pen / longest) * BOX < THIN ? (WANTED / BOX) * longest : pen;
  const scale = LONGEST / (longest - pen + wide);
  const margin = wide * scale;
  sheet ??= new OffscreenCanvas(LONGEST * 2, LONGEST * 2).getContext("2d", { willReadFrequently: true });
  const side = sheet.canvas.width;
  sheet.clearRect(0, 0, side, side);
  sheet.lineWidth = wide * scale;
  sheet.lineCap = sheet.lineJoin = "round";
  for (const stroke of strokes) {
    sheet.beginPath();
    for (const [x, y] of stroke) sheet.lineTo(margin + scale * aspect * (x - x0), margin + scale * (y - y0));
    if (stroke.length === 1) sheet.lineTo(margin + scale * aspect * (stroke[0][0] - x0) + 0.1, margin + scale * (stroke[0][1] - y0));
    sheet.stroke();
  }
  const { data } = sheet.getImageData(0, 0, side, side);
  return frame(Float64Array.from({ length: side * side }, (_, k) => data[4 * k + 3] / 255), side);
}
