// Pictures of the first layer's weights: a button a neuron, which looks into it.

import { paintSigned } from "./live/neuron.js";
import { find } from "./teach_tell.js";

const MOST = 60; // neurons whose weights are pictures

// Draws the weights of a network, or `n` empty pictures; `look` gets the number of a neuron.
export function drawWeights(network, n, look) {
  const container = find("weights");
  const all = network ? network.sizes[1] : n;
  const shown = Math.min(all, MOST);
  find("weights-title").textContent = shown < all ? `Weights of ${shown} of its ${all} neurons` : `Weights of its ${shown} neurons`;
  if (container.children.length !== shown) {
    container.replaceChildren(...Array.from({ length: shown }, (_, neuron) => {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", title: `Neuron ${neuron + 1}` });
      button.setAttribute("aria-label", `Look into neuron ${neuron + 1}`);
      button.append(Object.assign(document.createElement("canvas"), { width: 28, height: 28 }));
      button.addEventListener("click", () => look(neuron));
      return button;
    }));
  }
  [...container.children].forEach((button, neuron) => {
    button.disabled = !network;
    paintSigned(button.firstChild, network ? network.picture(0, neuron) : new Float32Array(784));
  });
}
