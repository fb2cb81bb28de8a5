// The path through the chapter: steps with something to do, and a check whether it was done.

import { element } from "../answer.js";
import { doneSteps, keepSteps, stepDone } from "./path_kept.js";

// `idea` is the section in which it is done, and `met` the check of its present answer; steps in
// other rooms are checked there.
const STEPS = [
  { name: "perceptron", title: "A neuron weighs evidence", task: "Turn the perceptron's line until it computes “x₁ and not x₂”.", idea: "perceptron", met: ({ answer }) => answer.function === "x₁ and not x₂" },
  { name: "nand", title: "Neurons compute", task: "Let the half-adder add 1 + 1: switch both inputs on.", idea: "circuit", met: (idea) => idea.value("kind") === "half-adder" && idea.value("bits").startsWith("11") },
  { name: "builder", title: "NAND is enough", task: "Build a half-adder of NAND perceptrons.", idea: "builder", met: (idea) => idea.answer.solved && ["half-adder", "adder"].includes(idea.value("task")) },
  { name: "sigmoid", title: "From steps to smooth", task: "Make the circuit's neurons sigmoid ones, and raise c above 5: they become perceptrons again.", idea: "circuit", met: (idea) => idea.value("neurons") === "sigmoid" && Number(idea.value("gain")) > 5 },
  { name: "live", title: "A network sees", task: "Write a digit, and watch the neurons that it lights.", room: "./" },
  { name: "valley", title: "Learning is rolling downhill", task: "Find an η with which the ball comes to rest within its 200 steps.", idea: "valley", met: ({ answer }) => answer.stopped === "gradient" },
  { name: "too-large", title: "Too large a step", task: "Raise η until the ball flies out.", idea: "valley", met: (idea) => idea.flown },
  { name: "drawn", title: "The nearest valley", task: "Draw a surface on which the ball comes to rest, but not in the lowest valley.", idea: "valley", met: (idea) => idea.isDrawn && idea.isHigh },
  { name: "minibatch", title: "A few digits are enough", task: "Find an m with which all 60 mini-batches point downhill.", idea: "minibatch", met: ({ answer }) => answer.downhill === 1 },
  { name: "train", title: "It learns digits", task: "Train a network until it reads 90% of the test digits.", room: "train.html" },
];

export function showPath(root) {
  const rooms = [...document.querySelectorAll("nav a")].map((link) => link.getAttribute("href"));
  const steps = STEPS.filter(({ room }) => !room || rooms.includes(room)); // the demo has fewer rooms
  const [list, bar] = [root.querySelector(".steps"), document.querySelector("aside.step")];
  let news = ""; // title of the step that was done just now

  function draw() {
    const done = doneSteps();
    const next = steps.find(({ name }) => !done.has(name));
    list.replaceChildren(...steps.map((step) => lineOf(step, done.has(step.name), step === next)));
    root.querySelector("[data-do=anew]").hidden = !done.size;
    bar.hidden = !done.size && !news;
    const [words, link] = [bar.querySelector("p"), bar.querySelector("a")];
    const number = steps.indexOf(next) + 1;
    const now = next ? `Step ${number} of ${steps.length}: ${next.task}` : "That was the whole path.";
    const text = news ? `✓ ${news}: done. ${now}` : now;
    if (words.textContent !== text) words.textContent = text;
    link.textContent = next ? "Go there" : "See the path";
    link.href = next ? addressOf(next) : "#path";
  }

  document.addEventListener("shown", ({ detail: idea }) => {
    if (!idea.touched) return; // the page opens with answers
    const done = doneSteps();
    for (const { name, title, idea: id, met } of steps) {
      if (id !== idea.id || done.has(name) || !met(idea)) continue;
      stepDone(name);
      news = title;
      draw();
    }
  });
  root.querySelector("[data-do=anew]").addEventListener("click", () => {
    if (!confirm("Forget which steps were done?")) return;
    keepSteps([]);
    news = "";
    document.dispatchEvent(new Event("anew")); // answers on their way count for no step
    draw();
  });
  window.addEventListener("storage", draw); // a step that was done in another tab
  draw();
}

function addressOf({ room, idea }) {
  return room ?? `#${idea}`;
}

function lineOf(step, isDone, isNext) {
  const line = element("li", { class: isDone ? "done" : "" }, element("b", {}, step.title), element("span", {}, isDone ? " ✓ done" : ""), element("p", { class: "quiet" }, step.task));
  if (isNext) line.append(element("a", { class: "button", href: addressOf(step), "aria-label": `Go there: ${step.title}` }, "Go there"));
  if (isNext) line.setAttribute("aria-current", "step");
  return line;
}
