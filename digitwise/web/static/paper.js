// Paper with strokes or with a picture. Strokes are points in [0, 1], so that they survive a change
// of size.

import { View } from "./view.js";

const INK = "#16345c";
const PEN = 0.0225; // pen width, as a share of the side of a square with the paper's area
const ALIKE = 0.01; // by which the paper's aspect may change before it is read again
const [MIN_ASPECT, MAX_ASPECT] = [1.2, 3.2]; // width over height of the paper with a picture

// Pen width as a share of the paper's height.
export function penOf(aspect) {
  return PEN * Math.sqrt(aspect);
}

export class Paper {
  // `begun` is called when a stroke begins, `moved` at each of its points, `changed` when it has ended
  // or was undone. A picture is zoomed and moved instead: `viewed` is called, or `tapped` with a point.
  constructor(canvas, { begun, changed, moved, viewed, tapped }) {
    this.canvas = canvas;
    this.strokes = [];
    this.picture = null;
    this.begun = begun;
    this.changed = changed;
    this.moved = moved;
    this.current = null;
    this.view = new View(canvas, () => this.draw(), tapped);
    this.viewed = viewed;
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const name of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(name, () => this.up());
    }
    new ResizeObserver(() => this.fit()).observe(canvas);
  }

  get empty() {
    return this.strokes.length === 0 && this.picture === null;
  }

  fit() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (!width || !height) return;
    const scale = Math.min(2, window.devicePixelRatio || 1);
    const before = this.canvas.width / this.canvas.height;
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    if (this.picture) this.view.settle();
    this.draw();
    if (!this.strokes.length || this.current || Math.abs(this.canvas.width / this.canvas.height / before - 1) < ALIKE) return;
    this.moved(); // strokes are wider now, or narrower
    this.changed();
  }

  at(event) {
    const box = this.canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }

  down(event) {
    if (event.button !== 0) return;
    if (this.picture) {
      this.view.down(event);
      return;
    }
    this.canvas.setPointerCapture(event.pointerId);
    this.current = [this.at(event)];
    this.strokes.push(this.current);
    this.begun();
    this.draw();
    this.moved();
  }

  move(event) {
    if (!this.current) return;
    const events = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
    for (const one of events.length ? events : [event]) this.current.push(this.at(one));
    this.draw();
    this.moved();
  }

  up() {
    if (!this.current) return;
    this.current = null;
    this.changed();
  }

  undo() {
    if (this.picture) this.clear();
    else this.strokes.pop();
    this.draw();
    this.changed();
    this.moved();
  }

  clear() {
    this.strokes = [];
    this.picture = null;
    this.view.reset(null);
    this.canvas.style.aspectRatio = "";
    this.canvas.parentElement.classList.remove("shows");
    this.draw();
  }

  show(picture) {
    this.clear();
    this.picture = picture;
    this.view.reset([picture.width, picture.height]);
    this.canvas.style.aspectRatio = Math.min(MAX_ASPECT, Math.max(MIN_ASPECT, picture.width / picture.height));
    this.canvas.parentElement.classList.add("shows");
    this.draw();
  }

  // Place of the picture or of the whole paper: left, top and scale in pixels of the canvas.
  place(width, height) {
    return this.view.place(width, height);
  }

  draw() {
    this.drawOn(this.canvas, this.strokes);
    this.viewed();
  }

  drawOn(canvas, strokes) {
    const context = canvas.getContext("2d");
    const { width, height } = this.canvas;
    context.fillStyle = "white";
    context.fillRect(0, 0, width, height);
    if (this.picture) {
      const [left, top, scale] = this.place(this.picture.width, this.picture.height);
      context.drawImage(
        this.picture, left, top, scale * this.picture.width, scale * this.picture.height,
      );
    }
    context.strokeStyle = INK;
    context.lineWidth = Math.max(2, penOf(width / height) * height);
    context.lineCap = context.lineJoin = "round";
    for (const stroke of strokes) {
      context.beginPath();
      stroke.forEach(([x, y], k) => context[k ? "lineTo" : "moveTo"](x * width, y * height));
      if (stroke.length === 1) context.lineTo(stroke[0][0] * width + 0.1, stroke[0][1] * height);
      context.stroke();
    }
  }

  // A part of a page of this size, as an address of an image.
  crop([x0, y0, x1, y1], [width, height]) {
    const whole = this.picture ?? this.sheet(this.strokes);
    const [across, down] = [whole.width / width, whole.height / height];
    const canvas = Object.assign(document.createElement("canvas"), { width: Math.max(1, Math.round((x1 - x0) * across)), height: Math.max(1, Math.round((y1 - y0) * down)) });
    canvas.getContext("2d").drawImage(whole, -x0 * across, -y0 * down);
    return canvas.toDataURL();
  }

  // PNG of the whole paper with some of the strokes.
  content(strokes) {
    return this.sheet(strokes).convertToBlob({ type: "image/png" });
  }

  sheet(strokes) {
    const { width, height } = this.canvas;
    const canvas = new OffscreenCanvas(width, height);
    this.drawOn(canvas, strokes);
    return canvas;
  }
}
