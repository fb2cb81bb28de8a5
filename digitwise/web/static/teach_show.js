// "Show it": what is drawn, or dropped as pictures, becomes examples of the active class.

import { call } from "./api.js";
import { fromBase64, toBase64 } from "./base64.js";
import { seenOf } from "./live/strokes.js";
import { Paper, penOf } from "./paper.js";
import { Classes } from "./teach_classes.js";
import { find, tell } from "./teach_tell.js";

const RESTED = 700; // milliseconds without the pen until what was drawn is an example
const ENOUGH = 20; // examples of a class
const MAX_PICTURE = 14_000_000; // bytes

export class Show {
  // `changed` is called when examples or classes have changed.
  constructor(store, changed) {
    this.most = 2000; // examples
    this.resting = null; // timer until what was drawn is an example
    this.sheet = new Paper(find("sheet"), {
      begun: () => { clearTimeout(this.resting); find("hint").hidden = true; },
      changed: () => { clearTimeout(this.resting); this.resting = setTimeout(() => this.commit(), RESTED); },
      moved() {}, viewed() {}, tapped() {},
    });
    this.classes = new Classes(
      { list: find("classes"), examples: find("examples"), undo: find("undo") }, store,
      { changed: () => { this.tell(); changed(); }, failed: (error) => tell("shown", error.message, true), before: () => this.commit(), drop: () => this.drop() },
    );
  }

  drop() {
    clearTimeout(this.resting);
    const any = this.sheet.strokes.length > 0;
    this.sheet.clear();
    return any;
  }

  // What was drawn becomes an example.
  commit() {
    clearTimeout(this.resting);
    const { strokes, canvas, current } = this.sheet;
    if (!strokes.length || current) return;
    const aspect = canvas.width / canvas.height;
    const seen = seenOf(strokes, aspect, penOf(aspect));
    this.sheet.clear();
    this.add(seen);
  }

  // Adds an example unless there are too many; returns whether it did.
  add(image, to = this.classes.active) {
    if (this.classes.count >= this.most) {
      tell("shown", `${this.most.toLocaleString("en")} examples are enough: remove some to draw others.`, true);
      return false;
    }
    this.classes.add(image, to);
    return true;
  }

  tell() {
    const { name, examples: { length: n } } = this.classes.active;
    find("hint").textContent = `Draw a ${name}, or drop pictures of some`;
    find("hint").hidden = this.sheet.strokes.length > 0 || n > 0;
    const more = n < ENOUGH ? `: ${ENOUGH - n} more make it robust` : ": enough, more make it better";
    tell("shown", n ? `${n} example${n > 1 ? "s" : ""} of ${name}${more}.` : `Each time the pen rests, or at Enter, what you drew is an example. ${ENOUGH} of each are enough.`);
  }

  async addPictures(files) {
    this.commit();
    const to = this.classes.active;
    let [taken, wrong] = [0, ""];
    for (const [k, file] of files.entries()) {
      if (files.length > 1) tell("shown", `Picture ${k + 1} of ${files.length}…`);
      try {
        if (file.size > MAX_PICTURE) throw new Error("more than 14 MB: make the picture smaller");
        const bytes = new Uint8Array(await file.arrayBuffer());
        const { seen } = await call("api/teach/frame", "POST", { picture: toBase64(bytes) });
        if (!this.add(fromBase64(seen), to)) return;
        taken++;
      } catch (error) {
        wrong = `${file.name}: ${error.message}`;
      }
    }
    if (wrong) tell("shown", `${taken} of ${files.length} pictures taken. ${wrong}`, true);
  }
}
