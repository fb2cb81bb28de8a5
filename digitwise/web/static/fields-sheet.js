// The form's page with its fields drawn over it, and what a pointer does there.

import { kept, show } from "./fields-kept.js";
import { SMALLEST, bounded } from "./fields-state.js";

const SVG = "http://www.w3.org/2000/svg";
const [SMALLEST_ZOOM, LARGEST_ZOOM] = [0.05, 8];
const HANDLE = 5; // pixels of the screen: half a side
const CHARACTER = 6.6; // pixels of the screen that a character of a name takes
const CLICK = 4; // pixels of the screen: a shorter drag is a click
// Of each handle: where it is (0 left or top, 1 right or bottom, 0.5 between), and which sides it draws.
const HANDLES = [
  [0, 0, [0, 1]], [0.5, 0, [1]], [1, 0, [1, 2]], [1, 0.5, [2]],
  [1, 1, [2, 3]], [0.5, 1, [3]], [0, 1, [0, 3]], [0, 0.5, [0]],
];

function svg(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export class Sheet {
  constructor(stage, state) {
    [this.stage, this.state] = [stage, state];
    [this.sheet, this.picture, this.overlay] = ["#sheet", "#picture", "#drawing"].map((one) => stage.querySelector(one));
    this.scale = 1;
    this.drag = null;
    this.tried = null; // { picture, size, numbers }: a filled copy, in place of the form
    this.faulty = new Set();
    this.drawn = new WeakMap(); // of an entry, its element
    this.overlay.addEventListener("pointerdown", (event) => this.down(event));
    this.overlay.addEventListener("pointermove", (event) => this.move(event));
    for (const name of ["pointerup", "pointercancel"]) {
      this.overlay.addEventListener(name, (event) => this.up(event));
    }
    // A finger scrolls, but for what it may draw: parts of a picture have no touch-action of their own.
    this.overlay.addEventListener("touchstart", (event) => {
      const draws = event.touches.length === 1 && event.target.closest(".selected, .handle");
      if (draws && !this.tried) event.preventDefault();
    }, { passive: false });
    stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
  }

  get size() {
    return this.tried?.size ?? this.state.size;
  }

  show(key) {
    if (key) this.picture.src = `api/fields/pictures/${key}`;
    else this.picture.removeAttribute("src");
  }

  fit() {
    this.zoom((this.stage.clientWidth - 2) / Math.max(1, this.size[0]));
    this.stage.scrollTop = 0;
  }

  // What is at `at`, in pixels of the stage, stays there.
  zoom(scale, at = [this.stage.clientWidth / 2, this.stage.clientHeight / 2]) {
    const old = this.scale;
    this.scale = bounded(scale, SMALLEST_ZOOM, LARGEST_ZOOM);
    const { scrollLeft, scrollTop } = this.stage;
    this.draw();
    this.stage.scrollLeft = ((scrollLeft + at[0]) * this.scale) / old - at[0];
    this.stage.scrollTop = ((scrollTop + at[1]) * this.scale) / old - at[1];
  }

  wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const { left, top } = this.stage.getBoundingClientRect();
    this.zoom(this.scale * Math.exp(-event.deltaY / 300), [event.clientX - left, event.clientY - top]);
  }

  // Scrolls to a field.
  reveal(k) {
    const box = this.state.fields[k]?.box.map((v) => v * this.scale);
    if (!box || this.tried) return;
    const view = this.stage;
    const inView = box[0] >= view.scrollLeft && box[2] <= view.scrollLeft + view.clientWidth &&
      box[1] >= view.scrollTop && box[3] <= view.scrollTop + view.clientHeight;
    if (inView) return;
    view.scrollLeft = (box[0] + box[2] - view.clientWidth) / 2;
    view.scrollTop = (box[1] + box[3] - view.clientHeight) / 2;
  }

  // A box in the middle of what is to be seen.
  middle() {
    const [wide, high] = this.size;
    const { scrollLeft, scrollTop, clientWidth, clientHeight } = this.stage;
    const x = bounded((scrollLeft + clientWidth / 2) / this.scale, 0, wide);
    const y = bounded((scrollTop + clientHeight / 2) / this.scale, 0, high);
    const [across, down] = [Math.max(SMALLEST, wide * 0.12), Math.max(SMALLEST, Math.min(high, wide) * 0.025)];
    const [left, top] = [bounded(x - across, 0, wide - SMALLEST), bounded(y - down, 0, high - SMALLEST)];
    return [left, top, Math.min(wide, left + 2 * across), Math.min(high, top + 2 * down)].map(Math.round);
  }

  draw() {
    const [width, height] = this.size.map((v) => Math.round(v * this.scale));
    this.sheet.style.width = `${width}px`;
    this.sheet.style.height = `${height}px`;
    for (const [name, value] of Object.entries({ width, height })) this.overlay.setAttribute(name, value);
    this.overlay.classList.toggle("read-only", this.tried !== null);
    show(this.overlay, this.tried ? this.readings() : this.fields());
    if (!this.tried) this.overlay.setAttribute("aria-label", this.about());
  }

  about() {
    const { fields, selected } = this.state;
    if (!selected.length) return `${fields.length} fields, none selected`;
    if (selected.length > 1) return `${selected.length} fields selected`;
    const { name, box } = fields[selected[0]];
    return `${name}: left ${box[0]}, top ${box[1]}, right ${box[2]}, bottom ${box[3]}`;
  }

  fields() {
    const { fields, selected } = this.state;
    const drawn = fields.map((field, k) => this.field(field, k, selected.includes(k)));
    if (selected.length === 1) drawn.push(...this.handles(fields[selected[0]].box));
    if (this.drag?.frame) drawn.push(svg("rect", { class: "frame", ...this.rectangle(this.drag.frame) }));
    return drawn;
  }

  rectangle([x0, y0, x1, y1]) {
    const scaled = { x: x0, y: y0, width: x1 - x0, height: y1 - y0 };
    return Object.fromEntries(Object.entries(scaled).map(([key, value]) => [key, value * this.scale]));
  }

  field(field, k, isSelected) {
    const known = `${k} ${isSelected} ${this.faulty.has(k)} ${this.scale}`;
    return kept(this.drawn, field, known, () => this.drawField(field, k, isSelected));
  }

  drawField(field, k, isSelected) {
    const { x, y, width, height } = this.rectangle(field.box);
    const kinds = ["field", isSelected ? "selected" : "", this.faulty.has(k) ? "faulty" : ""];
    const group = svg("g", { class: kinds.join(" ").trim(), "data-field": k }, svg("rect", { x, y, width: Math.max(0, width), height: Math.max(0, height) }));
    const cells = Number.isInteger(field.cells) && field.cells <= 40 ? field.cells : 1;
    for (let cell = 1; cell < cells; cell++) {
      const at = x + (width * cell) / cells;
      group.append(svg("line", { x1: at, x2: at, y1: y, y2: y + height }));
    }
    const room = Math.floor(width / CHARACTER);
    const name = field.name.length > room ? `${field.name.slice(0, Math.max(0, room - 1))}…` : field.name;
    // Within the box, since the form's own label is mostly above.
    if (room > 1) group.append(svg("text", { x: x + 2, y: height >= 14 || y <= 14 ? y + 11 : y - 3 }, name));
    group.append(svg("title", {}, field.name));
    return group;
  }

  handles(box) {
    const { x, y, width, height } = this.rectangle(box);
    return HANDLES.map(([across, down, sides], at) => {
      // A little outside, so that small fields can be taken hold of, too.
      const [cx, cy] = [x + across * width + (across - 0.5) * HANDLE, y + down * height + (down - 0.5) * HANDLE];
      const made = { x: cx - HANDLE, y: cy - HANDLE, width: 2 * HANDLE, height: 2 * HANDLE };
      return svg("rect", { class: "handle", "data-handle": at, "data-sides": sides.join(""), ...made });
    });
  }

  readings() {
    return this.tried.numbers.map((number) => {
      const { x, y, width, height } = this.rectangle(number.bbox);
      const said = number.best_guess ? svg("text", { x, y: Math.max(14, y - 4) }, number.best_guess) : "";
      const about = `${number.field}: ${number.best_guess}, ${(100 * number.confidence).toFixed(0)}% sure${number.reason ? `, ${number.reason}` : ""}`;
      return svg("g", { class: `reading ${number.state}` }, svg("rect", { x, y, width, height }), said, svg("title", {}, about));
    });
  }

  at(event) {
    const { left, top } = this.overlay.getBoundingClientRect();
    return [(event.clientX - left) / this.scale, (event.clientY - top) / this.scale];
  }

  down(event) {
    if (event.button !== 0 || this.tried || this.drag) return;
    const { state } = this;
    const handle = event.target.closest("[data-handle]");
    const group = event.target.closest("[data-field]");
    const several = event.shiftKey || event.ctrlKey || event.metaKey;
    const drag = { start: this.at(event), id: event.pointerId, before: state.snapshot(), began: false };
    if (handle) {
      this.drag = { ...drag, kind: "resize", sides: HANDLES[handle.dataset.handle][2] };
    } else if (group) {
      const k = Number(group.dataset.field);
      if (several) state.toggle(k);
      else if (!state.selected.includes(k)) {
        state.select([k]);
        if (event.pointerType === "touch") return; // a swipe over it scrolls; once selected it moves
      }
      if (!state.selected.includes(k)) return;
      this.drag = { ...drag, kind: "move", before: state.snapshot(), alone: several ? null : k };
    } else {
      if (!several) state.select([]);
      if (event.pointerType === "touch") return; // which scrolls
      this.drag = { ...drag, kind: several ? "frame" : "add" };
    }
    this.overlay.setPointerCapture(event.pointerId);
    this.overlay.focus({ preventScroll: true });
  }

  move(event) {
    const { drag, state } = this;
    if (!drag || event.pointerId !== drag.id) return;
    const now = this.at(event);
    const [dx, dy] = now.map((v, axis) => Math.round(v - drag.start[axis]));
    drag.began ||= Math.max(Math.abs(dx), Math.abs(dy)) * this.scale >= CLICK;
    if (!drag.began) return;
    const { fields, selected } = drag.before;
    if (drag.kind === "move") {
      const boxes = state.moved(selected.map((k) => fields[k].box), dx, dy);
      state.place(selected, boxes);
    } else if (drag.kind === "resize") {
      state.place(selected, [state.resized(fields[selected[0]].box, drag.sides, dx, dy)]);
    } else {
      const corners = [drag.start, now].map(([x, y]) => [bounded(x, 0, this.size[0]), bounded(y, 0, this.size[1])]);
      const [[xa, ya], [xb, yb]] = corners;
      drag.frame = [Math.min(xa, xb), Math.min(ya, yb), Math.max(xa, xb), Math.max(ya, yb)].map(Math.round);
    }
    this.draw();
  }

  up(event) {
    const { drag, state } = this;
    if (!drag || event.pointerId !== drag.id) return;
    this.drag = null;
    if (!drag.began) {
      if (drag.kind === "move" && drag.alone !== null) state.select([drag.alone]);
      return;
    }
    if (event.type === "pointercancel") {
      Object.assign(state, drag.before);
      state.changed();
    } else if (drag.kind === "frame") {
      const [x0, y0, x1, y1] = drag.frame;
      const within = ({ box }) => box[0] < x1 && box[2] > x0 && box[1] < y1 && box[3] > y0;
      state.select([...state.fields.keys()].filter((k) => within(state.fields[k])));
    } else if (drag.kind === "add") {
      const [x0, y0, x1, y1] = drag.frame;
      if (Math.min(x1 - x0, y1 - y0) >= SMALLEST) state.add(drag.frame);
      else this.draw();
    } else {
      state.commit(drag.before);
    }
  }
}
