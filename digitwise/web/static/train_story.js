// What a run's state means, in a sentence or two: before the first epoch, while it runs, and after.

const CHANCE = 0.15; // accuracy; a tenth of the digits are right by chance
const GAP = 0.03; // accuracy on training digits above that on test digits
const KNOWN = 0.99; // accuracy on training digits from which a gap is remarkable
const SEVERAL = 3; // epochs from which a trend is one
const NOT_FALLING = 0.97; // cost as a share of that of the first epoch
export const LARGE = 0.1; // learning rate; with a smaller one, a network that is stuck needs longer steps

function percent(share) {
  return `${(100 * share).toFixed(1)}%`;
}

// Several epochs have taught it nothing: it guesses, and its cost doesn't fall.
function stuck(rows) {
  return rows.length >= SEVERAL && rows.at(-1).test_accuracy < CHANCE && rows.at(-1).cost >= NOT_FALLING * rows[0].cost;
}

// Whether steps were too long, with `rate` the learning rate: no longer numbers, or stuck.
export function diverged(state, rate) {
  return (state.status === "failed" && /stopped being finite/.test(state.error ?? "")) || (rate >= LARGE && stuck(state.rows));
}

// `rate` is the learning rate of the run.
export function storyOf(state, rate) {
  if (!state) return "";
  const { status, rows, epoch, position, confusion } = state;
  if (status === "starting") return "A process starts, and loads the digits: a second or two.";
  if (status === "failed") {
    return diverged(state, rate) ? "It diverged: each step against the gradient was so long that it led further up. The settings are still there: lower η, and start again." : "This run can't go on. Change what the message names, and start again.";
  }
  if (!rows.length) return status === "running" ? "It learns from its first digits. After each epoch it is tested on digits that it doesn't learn from." : position ? "Paused within the first epoch. Epoch ends it, and tests the network." : "Ready: the weights are random, so it guesses. Start, or take one Step.";
  const said = [wordsFor(rows, rate), silent(confusion, rows)];
  const best = rows.reduce((top, row) => (row.test_accuracy > top.test_accuracy ? row : top));
  if (status === "done") {
    said.unshift(`Done after ${epoch} epoch${epoch === 1 ? "" : "s"}: it reads ${percent(rows.at(-1).test_accuracy)} of the test digits${best.epoch < rows.at(-1).epoch ? `; after epoch ${best.epoch}, ${percent(best.test_accuracy)}` : ""}. Save keeps it; to go on, change a setting and start another.`);
  }
  return said.filter(Boolean).join(" ");
}

// Digits that it never says, though they are among the test digits: their outputs are dead.
function silent(confusion, rows) {
  if (!confusion || rows.length < SEVERAL || stuck(rows)) return "";
  const never = confusion.map((row, digit) => digit).filter((digit) => confusion[digit].some(Boolean) && confusion.every((row) => !row[digit]));
  if (!never.length) return "";
  return `It never says ${never.join(", ")}: ${never.length > 1 ? "these outputs are" : "this output is"} dead. Another seed, the scaled start (init) or more epochs can wake ${never.length > 1 ? "them" : "it"}.`;
}

function wordsFor(rows, rate) {
  const last = rows.at(-1);
  if (stuck(rows)) return rate >= LARGE ? "It guesses, and its cost doesn't fall: steps were so long that neurons are stuck where f is flat. Lower η." : "It guesses, and its cost hardly falls: steps are too short. Raise η.";
  if (rows.length >= SEVERAL && last.test_accuracy < CHANCE) return "It still guesses: a tenth is right by chance. But the cost falls; more epochs may help.";
  if (last.train_accuracy >= KNOWN && last.train_accuracy - last.test_accuracy > GAP) return `It knows its training digits (${percent(last.train_accuracy)}) better than new ones (${percent(last.test_accuracy)}): it overfits. More digits, or weight decay, helps.`;
  const before = rows.at(-1 - SEVERAL);
  if (before && last.test_accuracy - before.test_accuracy < 0.001) return "Its accuracy has stopped rising.";
  return rows.length === 1 ? "After one epoch, most of what it will know is there." : "The cost falls: it learns.";
}
