// The steps of the path that are done: the browser keeps their names, for all rooms.

const KEPT = "digitwise.path";

export function doneSteps() {
  try {
    const found = JSON.parse(localStorage.getItem(KEPT));
    return new Set(Array.isArray(found) ? found : []);
  } catch {
    return new Set(); // damaged, or not allowed
  }
}

export function keepSteps(names) {
  try {
    localStorage.setItem(KEPT, JSON.stringify([...names]));
  } catch {
    // the browser keeps nothing
  }
}

export function stepDone(name) {
  const done = doneSteps();
  if (!done.has(name)) keepSteps(done.add(name));
}
