// Keys of the Fields room: those that work everywhere, and those of the sheet.

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

// `does` has the functions save(), back(), zoomIn(), zoomOut(), fit() and edit(), which names a field.
export function listenToKeys(drawing, state, sheet, does) {
  document.addEventListener("keydown", (event) => everywhere(event, state, does));
  drawing.addEventListener("keydown", (event) => onSheet(event, state, sheet, does));
}

// Keys that mean something wherever one is, but in a text that has its own.
function everywhere(event, state, does) {
  const command = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  if (command && key === "s") {
    event.preventDefault();
    document.activeElement?.blur?.(); // takes what is being typed
    if (state.size[0]) does.save();
  }
  if (event.target instanceof HTMLInputElement && ["text", "number"].includes(event.target.type)) return;
  if (command && (key === "z" || key === "y")) {
    event.preventDefault();
    if (key === "y" || event.shiftKey) state.redo();
    else state.undo();
  }
}

function onSheet(event, state, sheet, does) {
  if (sheet.tried) {
    if (event.key === "Escape") does.back();
    return;
  }
  if (sheet.drag) return;
  const done = event.ctrlKey || event.metaKey ? commands(event, state) : keys(event, state, sheet, does);
  const arrow = ARROWS[event.key];
  if (!done && !(arrow && state.selected.length)) return;
  event.preventDefault();
  if (done) {
    done();
    return;
  }
  const [dx, dy] = arrow.map((v) => v * (event.shiftKey ? 10 : 1));
  if (event.altKey) state.resize(dx, dy);
  else state.move(dx, dy);
}

function commands(event, state) {
  return { a: () => state.select([...state.fields.keys()]), d: () => state.duplicate() }[event.key.toLowerCase()];
}

function keys(event, state, sheet, does) {
  const step = (by) => {
    state.step(by);
    sheet.reveal(state.selected[0]);
  };
  const known = {
    n: () => step(1), p: () => step(-1), a: () => state.add(sheet.middle()),
    delete: () => state.remove(), backspace: () => state.remove(), escape: () => state.select([]), enter: does.edit,
    "+": does.zoomIn, "=": does.zoomIn, "-": does.zoomOut, 0: does.fit,
  };
  return known[event.key.toLowerCase()];
}
