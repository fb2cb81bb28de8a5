// Elements of the Teach room, and what it says in them.

export const find = (id) => document.getElementById(id);

export function tell(id, text, wrong = false) {
  find(id).textContent = text;
  find(id).classList.toggle("wrong", wrong);
}

export function percent(share) {
  return `${Math.round(100 * share)}%`;
}
