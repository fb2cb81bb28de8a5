// The description being edited, what is selected in it, and the way back. Knows nothing of the page.
// Entries are never changed in place, so that a step of the history is a list of them.

const STEPS = 200;
const SOON = 800; // milliseconds within which equal small changes are one step
export const SMALLEST = 4; // pixels

export class State {
  constructor(changed) {
    this.changed = changed;
    this.load({ size: [0, 0], field: [] });
  }

  load({ size, reference = "", field = [], rule = [] }) {
    [this.size, this.reference] = [size, reference];
    [this.fields, this.rules] = [field, rule];
    this.selected = []; // positions, the last one selected last
    [this.past, this.future] = [[], []];
    [this.latest, this.version, this.clean] = [null, 0, 0];
  }

  get description() {
    const { size, reference, fields, rules } = this;
    return {
      size,
      ...(reference ? { reference } : {}),
      field: fields,
      ...(rules.length ? { rule: rules } : {}),
    };
  }

  get dirty() {
    return this.version !== this.clean;
  }

  snapshot() {
    const { fields, rules, selected, version } = this;
    return { fields, rules, selected, version };
  }

  // Takes what has been changed since a snapshot as one step.
  commit(before, kind = null) {
    const soon = kind && this.latest?.kind === kind && Date.now() - this.latest.time < SOON;
    if (!soon) this.past.push(before);
    if (this.past.length > STEPS) this.past.shift();
    this.future = [];
    this.latest = { kind, time: Date.now() };
    this.version = ++this.count;
    this.changed();
  }

  count = 0; // of all versions there ever were

  undo() {
    this.travel(this.past, this.future);
  }

  redo() {
    this.travel(this.future, this.past);
  }

  travel(from, to) {
    if (!from.length) return;
    to.push(this.snapshot());
    Object.assign(this, from.pop());
    this.latest = null;
    this.changed();
  }

  // Each selected field becomes what `make` makes of it.
  edit(make, kind = null) {
    if (!this.selected.length) return;
    const before = this.snapshot();
    this.fields = this.fields.map((field, k) => (this.selected.includes(k) ? make(field) : field));
    this.commit(before, kind && `${kind} ${this.selected}`);
  }

  rename(name) {
    const [k] = this.selected;
    const old = this.fields[k].name;
    if (name === old) return;
    const before = this.snapshot();
    const alone = this.fields.filter((field) => field.name === old).length === 1;
    this.fields = this.fields.map((field, at) => (at === k ? { ...field, name } : field));
    const renamed = (one) => (alone && one === old ? name : one);
    this.rules = this.rules.map((rule) => ({ sum: rule.sum.map(renamed), equals: renamed(rule.equals) }));
    this.commit(before);
  }

  // Moves boxes as far as all of them stay on the page.
  moved(boxes, dx, dy) {
    const [wide, high] = this.size;
    const across = bounded(dx, -Math.min(...boxes.map((b) => b[0])), wide - Math.max(...boxes.map((b) => b[2])));
    const down = bounded(dy, -Math.min(...boxes.map((b) => b[1])), high - Math.max(...boxes.map((b) => b[3])));
    return boxes.map(([x0, y0, x1, y1]) => [x0 + across, y0 + down, x1 + across, y1 + down]);
  }

  move(dx, dy) {
    if (!this.selected.length) return;
    const boxes = this.moved(this.selected.map((k) => this.fields[k].box), dx, dy);
    const before = this.snapshot();
    this.place(this.selected, boxes);
    this.commit(before, `move ${this.selected}`);
  }

  place(positions, boxes) {
    this.fields = this.fields.map((field, k) => {
      const at = positions.indexOf(k);
      return at < 0 ? field : { ...field, box: boxes[at] };
    });
  }

  // A box of which some sides (0 left, 1 top, 2 right, 3 bottom) are drawn elsewhere.
  resized(box, sides, dx, dy) {
    const made = [...box];
    for (const side of sides) {
      const limit = this.size[side % 2];
      const [least, most] = side < 2 ? [0, box[side + 2] - SMALLEST] : [box[side - 2] + SMALLEST, limit];
      made[side] = bounded(box[side] + (side % 2 ? dy : dx), least, most);
    }
    return made;
  }

  resize(dx, dy) {
    this.edit((field) => ({ ...field, box: this.resized(field.box, [2, 3], dx, dy) }), "resize");
  }

  add(box) {
    const before = this.snapshot();
    this.fields = [...this.fields, { name: this.freeName("field 1"), box }];
    this.selected = [this.fields.length - 1];
    this.commit(before);
  }

  // Copies go below, or to the right, of what they are copies of, where there is room.
  duplicate() {
    if (!this.selected.length) return;
    const before = this.snapshot();
    const boxes = this.selected.map((k) => this.fields[k].box);
    const high = Math.max(...boxes.map((b) => b[3])) - Math.min(...boxes.map((b) => b[1]));
    const wide = Math.max(...boxes.map((b) => b[2])) - Math.min(...boxes.map((b) => b[0]));
    const below = Math.max(...boxes.map((b) => b[3])) + high < this.size[1];
    const copies = this.moved(boxes, below ? 0 : wide, below ? Math.round(1.1 * high) : 0);
    const first = this.fields.length;
    for (const [at, k] of [...this.selected].entries()) {
      const name = this.freeName(this.fields[k].name);
      this.fields = [...this.fields, { ...this.fields[k], name, box: copies[at] }];
    }
    this.selected = copies.map((_, at) => first + at);
    this.commit(before);
  }

  // Rules that lack a field, or a sum, go with it.
  remove() {
    if (!this.selected.length) return;
    const before = this.snapshot();
    this.fields = this.fields.filter((_, k) => !this.selected.includes(k));
    const left = new Set(this.fields.map((field) => field.name));
    this.rules = this.rules
      .map((rule) => ({ sum: rule.sum.filter((name) => left.has(name)), equals: rule.equals }))
      .filter((rule) => rule.sum.length && left.has(rule.equals));
    this.selected = [];
    this.commit(before);
  }

  // The field selected last is the sum of the others.
  addSum() {
    const before = this.snapshot();
    const names = this.selected.map((k) => this.fields[k].name);
    this.rules = [...this.rules, { sum: names.slice(0, -1), equals: names.at(-1) }];
    this.commit(before);
  }

  removeRule(at) {
    const before = this.snapshot();
    this.rules = this.rules.filter((_, k) => k !== at);
    this.commit(before);
  }

  select(positions) {
    this.selected = positions;
    this.latest = null;
    this.changed();
  }

  toggle(k) {
    const others = this.selected.filter((one) => one !== k);
    this.select(others.length < this.selected.length ? others : [...others, k]);
  }

  step(by) {
    const n = this.fields.length;
    if (!n) return;
    const from = this.selected.at(-1) ?? (by > 0 ? -1 : n);
    this.select([(from + by + n) % n]);
  }

  // A name like this one that no field has: its last number counts on.
  freeName(name) {
    const taken = new Set(this.fields.map((field) => field.name));
    const [, head, digits, tail] = /^(.*?)(\d{0,9})(\D*)$/s.exec(name);
    if (!digits && taken.has(name)) return this.freeName(`${name} 2`);
    let number = Number(digits);
    let made = name;
    while (taken.has(made)) made = `${head}${String(++number).padStart(digits.length, "0")}${tail}`;
    return made;
  }
}

export function bounded(value, least, most) {
  return Math.max(least, Math.min(most, value));
}
