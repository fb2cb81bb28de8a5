// The pen of a drawn surface: strokes of the pointer over a map become dabs, hills or valleys.

import { dabsOf, MOST, textOf } from "./dabs.js";

const APART = 0.3; // distance of a stroke's dabs, in units of v
const STRENGTH = 3; // of a single dab; of a stroke each has 1, for they lie on one another

export class Pen {
  // `field` holds the dabs as text; `place` gives v for a pointer event, or null outside the map;
  // `drawn` is called after each change, with true at the end of a stroke.
  constructor(map, field, { strength, place, drawn, full }) {
    Object.assign(this, { map, field, strength, place, drawn, full, last: null });
    this.strokes = []; // texts of the field before each stroke, to undo
    map.addEventListener("pointerdown", (event) => this.begin(event));
    map.addEventListener("pointermove", (event) => this.move(event));
    map.addEventListener("pointerup", (event) => this.end(event));
    map.addEventListener("pointercancel", () => (this.last = null));
  }

  get dabs() {
    return dabsOf(this.field.value);
  }

  begin(event) {
    const v = this.place(event);
    if (!v || !this.strength() || event.button) return;
    this.map.setPointerCapture(event.pointerId);
    this.strokes.push(this.field.value);
    Object.assign(this, { last: v, moved: false });
  }

  move(event) {
    const v = this.last && this.place(event);
    if (!v || Math.hypot(v[0] - this.last[0], v[1] - this.last[1]) < APART) return;
    if (!this.moved) this.add(this.last, 1);
    this.add(v, 1);
    Object.assign(this, { last: v, moved: true });
    this.drawn(false);
  }

  end() {
    if (!this.last) return;
    if (!this.moved) this.add(this.last, STRENGTH);
    this.last = null;
    this.drawn(true);
  }

  add([x, y], times) {
    const { dabs } = this;
    if (dabs.length >= MOST) this.full();
    else this.field.value = textOf([...dabs, [x, y, times * this.strength()]]);
  }

  // A dab without the pointer: `sign` is 1 for a hill, -1 for a valley.
  dab(v, sign) {
    this.strokes.push(this.field.value);
    if (this.dabs.length >= MOST) this.full();
    else this.field.value = textOf([...this.dabs, [...v, STRENGTH * sign]]);
    this.drawn(true);
  }

  // Takes the last stroke back; what came with the page, dab by dab.
  undo() {
    this.field.value = this.strokes.pop() ?? textOf(this.dabs.slice(0, -1));
    this.drawn(true);
  }

  clear() {
    this.strokes.push(this.field.value);
    this.field.value = "";
    this.drawn(true);
  }
}
