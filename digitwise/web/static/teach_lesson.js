// A lesson: examples go to the server, and the network comes back after every epoch.

import { call } from "./api.js";
import { toBase64 } from "./base64.js";
import { readModel } from "./teach_model.js";

const EVERY = 100; // milliseconds between two looks

async function fetchModel(id) {
  const answer = await fetch(`api/teach/${id}/model`);
  if (!answer.ok) throw new Error("The network didn't come. Is the server still running?");
  return answer.arrayBuffer();
}

export class Lesson {
  // `seen` is called with the rows so far and the network, after each epoch that is looked at.
  constructor(classes, seen) {
    this.classes = classes.map(({ name, examples }) => ({ name, examples: examples.map(({ image }) => toBase64(image)) }));
    this.seen = seen;
    this.stopped = false;
    this.model = null; // content of the latest model file
    this.rows = [];
  }

  // Returns when it is over, or was stopped.
  async run() {
    const { id } = await call("api/teach", "POST", { classes: this.classes });
    this.id = id;
    for (let status = ""; !this.stopped && status !== "done"; ) {
      const state = await call(`api/teach/${id}`);
      status = state.status;
      if (status === "failed") throw new Error(state.error);
      if (state.rows.length > this.rows.length) {
        this.model = await fetchModel(id);
        this.rows = state.rows;
        this.seen(this.rows, readModel(this.model));
      }
      if (status !== "done") await new Promise((resolve) => { setTimeout(resolve, EVERY); });
    }
    await call(`api/teach/${id}`, "DELETE").catch(() => {});
  }

  stop() {
    this.stopped = true;
  }
}
