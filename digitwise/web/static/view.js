// Zoom and pan of a picture on the paper, by wheel, keys, one finger or two.

const MAX_ZOOM = 16; // relative to the fitted picture
const STEP = 1.25;
const TAP = 5; // a pointer that moves fewer pixels makes a click

export class View {
  // `changed` is called when the picture must be redrawn, `tapped` with a point of the canvas.
  constructor(canvas, changed, tapped) {
    Object.assign(this, { canvas, changed, tapped, pointers: new Map() });
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, (event) => this.up(event));
    this.reset(null);
  }

  // Fits a picture of this size into the canvas; null: no picture.
  reset(size) {
    Object.assign(this, { size, zoom: 1, x: 0, y: 0 });
    this.canvas.style.touchAction = size ? "pan-y" : "none";
  }

  // Place of a picture: left, top and scale, in pixels of the canvas.
  place(width, height) {
    const { width: across, height: down } = this.canvas;
    const scale = this.zoom * Math.min(across / width, down / height);
    return [(across - scale * width) / 2 + this.x, (down - scale * height) / 2 + this.y, scale];
  }

  // Zooms about a point of the canvas.
  zoomBy(factor, x = this.canvas.width / 2, y = this.canvas.height / 2) {
    if (!this.size) return;
    const by = Math.min(MAX_ZOOM, Math.max(1, factor * this.zoom)) / this.zoom;
    this.x = this.x * by + (1 - by) * (x - this.canvas.width / 2);
    this.y = this.y * by + (1 - by) * (y - this.canvas.height / 2);
    this.zoom *= by;
    this.settle();
  }

  fit() {
    this.zoomBy(0);
  }

  // A picture larger than the paper covers it; a smaller one is centred.
  settle() {
    const [, , scale] = this.place(...this.size);
    for (const [name, length, room] of [["x", this.size[0], this.canvas.width], ["y", this.size[1], this.canvas.height]]) {
      const most = Math.max(0, (scale * length - room) / 2);
      this[name] = Math.min(most, Math.max(-most, this[name]));
    }
    this.canvas.style.touchAction = this.zoom > 1 ? "none" : "pan-y";
    this.changed();
  }

  // Moves the picture until a box of it is visible.
  reveal([x0, y0, x1, y1]) {
    if (!this.size || this.zoom === 1) return;
    const [left, top, scale] = this.place(...this.size);
    const [x, y] = [left + (scale * (x0 + x1)) / 2, top + (scale * (y0 + y1)) / 2];
    if (x > 0 && y > 0 && x < this.canvas.width && y < this.canvas.height) return;
    this.x += this.canvas.width / 2 - x;
    this.y += this.canvas.height / 2 - y;
    this.settle();
  }

  at(event) {
    const times = this.canvas.width / this.canvas.clientWidth;
    return [event.offsetX * times, event.offsetY * times];
  }

  wheel(event) {
    if (!this.size || (this.zoom === 1 && event.deltaY > 0)) return; // the page scrolls
    event.preventDefault();
    this.zoomBy(STEP ** -Math.sign(event.deltaY), ...this.at(event));
  }

  key(event) {
    const steps = { "+": STEP, "=": STEP, "-": 1 / STEP, 0: 0 };
    if (!this.size || event.ctrlKey || event.metaKey || steps[event.key] === undefined) return;
    event.preventDefault();
    this.zoomBy(steps[event.key]);
  }

  down(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, this.at(event));
    this.moved = this.pointers.size > 1 ? Infinity : 0;
  }

  move(event) {
    const before = this.pointers.get(event.pointerId);
    if (!this.size || !before) return;
    const now = this.at(event);
    const [dx, dy] = [now[0] - before[0], now[1] - before[1]];
    this.moved += Math.hypot(dx, dy);
    this.pointers.set(event.pointerId, now);
    if (this.pointers.size === 1) {
      this.x += dx;
      this.y += dy;
      this.settle();
      return;
    }
    const other = [...this.pointers].find(([id]) => id !== event.pointerId)[1];
    const apart = ([x, y]) => Math.max(1, Math.hypot(x - other[0], y - other[1]));
    this.zoomBy(apart(now) / apart(before), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
  }

  up(event) {
    if (!this.pointers.delete(event.pointerId) || !this.size) return;
    if (this.moved < TAP && event.type === "pointerup") this.tapped(...this.at(event));
  }
}
