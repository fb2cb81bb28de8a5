// Classes and their examples: the list, what was drawn of the one that is chosen, and undo.

import { ink } from "./live/neuron.js";
import { newId } from "./teach_store.js";

const [FEWEST, MOST, LETTERS] = [2, 10, 30]; // classes; letters of a name
const FIRST = ["circle", "star"];
const SIDE = 40; // pixels of an example

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export class Classes {
  // `changed` is called after each change, `failed` with an error of the store, `before` before
  // another class is chosen; `drop` forgets what is being drawn, and says whether there was any.
  constructor({ list, examples, undo }, store, { changed, failed, before, drop }) {
    Object.assign(this, { list, shown: examples, undoButton: undo, store, changed, failed, before, drop });
    this.all = []; // {id, name, examples: [{id, of, image}]}
    this.undone = []; // functions that take a step back
    undo.addEventListener("click", () => this.undo());
  }

  async load(classes) {
    this.all = classes;
    if (!this.all.length) for (const name of FIRST) this.make(name);
    this.choose(this.all[0]);
  }

  get count() {
    return this.all.reduce((sum, { examples }) => sum + examples.length, 0);
  }

  keep(promise) {
    promise.catch((error) => this.failed(error));
  }

  make(name) {
    const made = { id: newId(), name, examples: [] };
    this.all.push(made);
    this.keep(this.store.put("classes", { id: made.id, name }));
    return made;
  }

  // `quietly`: what is being drawn belongs to this one already.
  choose(one, quietly = false) {
    if (!quietly) this.before();
    this.active = one;
    this.draw();
    this.changed();
  }

  // Examples are 784 bytes each.
  add(image, to = this.active) {
    const example = { id: newId(), of: to.id, image };
    to.examples.push(example);
    this.keep(this.store.put("examples", example));
    this.remember(() => this.take(to, example));
    this.draw();
    this.changed();
  }

  take(from, example) {
    from.examples = from.examples.filter((one) => one !== example);
    this.keep(this.store.remove("examples", example.id));
  }

  removeExample(example) {
    const from = this.active;
    const place = from.examples.indexOf(example);
    this.take(from, example);
    this.remember(() => {
      from.examples.splice(place, 0, example);
      this.keep(this.store.put("examples", example));
    });
    this.draw();
    this.changed();
    const buttons = this.shown.querySelectorAll("button");
    (buttons[Math.min(place, buttons.length - 1)] ?? this.undoButton).focus();
  }

  removeClass(one) {
    this.before();
    const n = one.examples.length;
    if (n && !confirm(`Remove “${one.name}” and its ${n} example${n > 1 ? "s" : ""}?`)) return;
    const place = this.all.indexOf(one);
    this.all.splice(place, 1);
    this.keep(this.store.remove("classes", one.id));
    for (const { id } of one.examples) this.keep(this.store.remove("examples", id));
    this.remember(() => {
      this.all.splice(place, 0, one);
      this.keep(this.store.put("classes", { id: one.id, name: one.name }));
      for (const example of one.examples) this.keep(this.store.put("examples", example));
      this.active = one;
    });
    this.choose(this.all.includes(this.active) ? this.active : this.all[Math.min(place, this.all.length - 1)]);
  }

  rename(one, input) {
    const name = input.value.normalize("NFC").trim();
    if (name && name !== one.name) {
      one.name = name;
      this.keep(this.store.put("classes", { id: one.id, name }));
      this.draw();
      this.changed();
    }
    input.value = one.name;
  }

  remember(back) {
    this.undone.push(back);
    this.undoButton.disabled = false;
  }

  undo() {
    if (!this.drop()) this.undone.pop()?.();
    this.undoButton.disabled = !this.undone.length;
    this.draw();
    this.changed();
  }

  draw() {
    const focused = this.list.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
    this.list.replaceChildren(...this.all.map((one) => this.row(one)), ...(this.all.length < MOST ? [this.more()] : []));
    if (focused) this.list.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
    const { name, examples } = this.active;
    this.shown.replaceChildren(...examples.map((example, k) => {
      const button = element("button", { type: "button", "aria-label": `Remove example ${k + 1} of ${name}`, title: "Remove" }, ink(example.image, SIDE, ""));
      button.addEventListener("click", () => this.removeExample(example));
      return element("li", {}, button);
    }).reverse());
    this.shown.hidden = !examples.length;
  }

  row(one) {
    const key = (what) => ({ "data-focus": `${what} ${one.id}` });
    const radio = element("input", { type: "radio", name: "class", "aria-label": `Draw ${one.name}`, ...key("radio") });
    radio.checked = one === this.active;
    radio.addEventListener("change", () => this.choose(one));
    const input = element("input", { type: "text", maxlength: LETTERS, "aria-label": "Name of the class", ...key("name") });
    input.value = one.name;
    input.addEventListener("focus", () => {
      if (this.active !== one) this.choose(one);
    });
    input.addEventListener("change", () => this.rename(one, input));
    const count = element("span", { class: "count", title: "examples" }, String(one.examples.length));
    const row = element("li", {}, radio, input, count);
    if (this.all.length > FEWEST) {
      const remove = element("button", { type: "button", class: "remove", "aria-label": `Remove ${one.name}`, title: "Remove" }, "✕");
      remove.addEventListener("click", () => this.removeClass(one));
      row.append(remove);
    }
    return row;
  }

  more() {
    const button = element("button", { type: "button" }, "Add a class");
    button.addEventListener("click", () => {
      let number = this.all.length + 1;
      while (this.all.some(({ name }) => name === `symbol ${number}`)) number++;
      this.choose(this.make(`symbol ${number}`));
      const input = this.list.querySelector(`[data-focus="name ${CSS.escape(String(this.active.id))}"]`);
      input.focus();
      input.select();
    });
    return element("li", { class: "more" }, button);
  }
}
