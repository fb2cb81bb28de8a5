// Paper to write on: strokes are kept as points in [0, 1], so that they survive another size.

const INK = "#16345c";
const PEN = 0.028; // of the paper's height

export class Paper {
  // `changed` is called when a stroke has ended, or one was taken back; `begun` when one begins.
  constructor(canvas, begun, changed) {
    this.canvas = canvas;
    this.strokes = [];
    this.picture = null;
    this.begun = begun;
    this.changed = changed;
    this.current = null;
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
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    this.draw();
  }

  at(event) {
    const box = this.canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }

  down(event) {
    if (event.button !== 0) return;
    if (this.picture) this.clear();
    this.canvas.setPointerCapture(event.pointerId);
    this.current = [this.at(event)];
    this.strokes.push(this.current);
    this.begun();
    this.draw();
  }

  move(event) {
    if (!this.current) return;
    const events = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
    for (const one of events.length ? events : [event]) this.current.push(this.at(one));
    this.draw();
  }

  up() {
    if (!this.current) return;
    this.current = null;
    this.changed();
  }

  undo() {
    if (this.picture) this.picture = null;
    else this.strokes.pop();
    this.draw();
    this.changed();
  }

  clear() {
    this.strokes = [];
    this.picture = null;
    this.draw();
  }

  show(picture) {
    this.clear();
    this.picture = picture;
    this.draw();
  }

  // Where the picture, or the whole paper, lies: left, top, width and height in pixels.
  place(width, height) {
    const { width: across, height: down } = this.canvas;
    const scale = Math.min(across / width, down / height);
    return [(across - scale * width) / 2, (down - scale * height) / 2, scale];
  }

  draw() {
    const context = this.canvas.getContext("2d");
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
    context.lineWidth = Math.max(2, PEN * height);
    context.lineCap = context.lineJoin = "round";
    for (const stroke of this.strokes) {
      context.beginPath();
      stroke.forEach(([x, y], k) => context[k ? "lineTo" : "moveTo"](x * width, y * height));
      if (stroke.length === 1) context.lineTo(stroke[0][0] * width + 0.1, stroke[0][1] * height);
      context.stroke();
    }
  }

  content() {
    return new Promise((resolve) => this.canvas.toBlob(resolve, "image/png"));
  }
}
