// Challenges of the Train room, and the list of the best runs, which this browser keeps.

import { element } from "./answer.js";
import { diverged, LARGE } from "./train_story.js";

const KEPT = "digitwise.challenges";
const LONGEST = 5; // runs in a list
const SETS = ["auto", "mnist", "digits"]; // that are alike for all
const [ACCURATE, ENOUGH] = [0.97, 0.9]; // test accuracies

const best = (state) => Math.max(0, ...state.rows.map((row) => row.test_accuracy));
const percent = (share) => `${(100 * share).toFixed(2)}%`;

// `won` gives a score, or null; `settings` begin a try; the better of two scores is `less` or more.
const CHALLENGES = [
  {
    name: "small", goal: ACCURATE, title: "97% with 30 neurons", less: false, show: percent,
    task: "Train one hidden layer of at most 30 neurons until 97% of the test digits are right. On MNIST it can just be done, if the training digits are deformed (among the further settings).",
    settings: { preset: "default", hidden: "30" },
    won: (state, { hidden, convolutions }) => (neurons(hidden) > 0 && neurons(hidden) <= 30 && !hidden.includes(",") && !convolutions && best(state) >= ACCURATE ? best(state) : null),
  },
  {
    name: "diverge", title: "Make it diverge", less: true, show: (rate) => `η = ${rate}`,
    task: `Find a learning rate η, at least ${LARGE}, so large that three epochs teach it nothing. The smallest such η wins. Which activation and which cost help?`,
    settings: { preset: "default", activation: "relu", cost: "cross-entropy" },
    won: (state, { learning_rate: rate }) => (diverged(state, Number(rate)) ? Number(rate) : null),
  },
  {
    name: "few", goal: ENOUGH, title: "Fewest examples for 90%", less: true, show: (n) => `${n} digits`,
    task: "Lower the number of training digits, among the further settings: how few are enough for 90% of the test digits?",
    settings: { preset: "default", limit: "600", epochs: "60" },
    won: (state) => (best(state) >= ENOUGH ? state.n : null),
  },
];

function neurons(hidden) {
  return hidden.split(",").reduce((sum, n) => sum + Number(n), 0);
}

function epochsTo(accuracy, rows) {
  return 1 + rows.findIndex((row) => row.test_accuracy >= accuracy);
}

function kept() {
  try {
    const found = JSON.parse(localStorage.getItem(KEPT));
    return found && typeof found === "object" ? found : {};
  } catch {
    return {}; // damaged, or not allowed
  }
}

function keep(lists) {
  try {
    localStorage.setItem(KEPT, JSON.stringify(lists));
  } catch {
    // the browser keeps nothing: the list lasts until the page is left
  }
}

export class Challenges {
  // `attempt` gets the settings of a try, as texts by name.
  constructor(root, attempt) {
    Object.assign(this, { root, attempt, lists: kept(), met: new Set() });
    root.querySelector("[data-do=forget]").addEventListener("click", () => {
      if (!confirm("Forget the list of your best runs?")) return;
      this.lists = {};
      keep(this.lists);
      this.draw();
    });
    this.draw();
  }

  // Enters a run that has met a challenge; returns the titles of those that it has met just now.
  judge(run, state, settings) {
    const met = [];
    if (!SETS.includes(settings.data)) return met;
    for (const { name, title, goal, less, won } of CHALLENGES) {
      const score = won(state, settings);
      if (score === null) continue;
      const list = Array.isArray(this.lists[name]) ? this.lists[name] : [];
      const before = list.find((entry) => entry.run === run);
      if (before && (less ? before.score <= score : before.score >= score)) continue;
      if (!before && !this.met.has(name + run)) met.push(title);
      this.met.add(name + run);
      const entries = [...list.filter((entry) => entry !== before), { run, score, settings, epochs: goal ? epochsTo(goal, state.rows) : state.rows.length }];
      entries.sort((a, b) => (less ? a.score - b.score : b.score - a.score) || a.epochs - b.epochs);
      this.lists[name] = entries.slice(0, LONGEST);
      keep(this.lists);
      this.draw();
    }
    return met;
  }

  draw() {
    this.root.querySelector("[data-do=forget]").hidden = !Object.keys(this.lists).length;
    this.root.querySelector(".cards").replaceChildren(...CHALLENGES.map((one) => this.card(one)));
  }

  card({ name, title, task, settings, show }) {
    const button = element("button", { type: "button", "aria-label": `Try it: ${title}` }, "Try it");
    button.addEventListener("click", () => this.attempt(settings));
    const entries = (this.lists[name] ?? []).map((entry) => {
      const again = element("button", { type: "button", class: "plain", title: "these settings again" }, show(entry.score));
      again.addEventListener("click", () => this.attempt(entry.settings));
      const { hidden, seed, data } = entry.settings;
      return element("li", {}, again, " ", element("span", { class: "quiet" }, `${data}, ${hidden || "no"} hidden, seed ${seed}, ${entry.epochs} epochs`));
    });
    const list = entries.length ? element("ol", { class: "best-runs", "aria-label": `Your best: ${title}` }, ...entries) : element("p", { class: "quiet" }, "Nobody has done it in this browser yet.");
    return element("div", { class: "challenge" }, element("h3", {}, title), element("p", {}, task), list, button);
  }
}
