// Checks of a description by the server: a while after each change, and before it is saved.

import { call } from "./api.js";

const CHECK_AFTER = 200; // milliseconds without another change

export class Checker {
  // `ask` runs what asks the server, and tells of failures; `checked` is called after each check.
  constructor(state, ask, checked) {
    Object.assign(this, { state, ask, checked, latest: 0 }); // latest check: older ones come too late
    this.reset();
  }

  reset() {
    Object.assign(this, { faults: [], toml: "", version: -1 });
  }

  // Checks the state soon, unless it has been.
  soon() {
    if (this.version === this.state.version) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.check(), CHECK_AFTER);
  }

  async check() {
    const mine = ++this.latest;
    const { version, description } = this.state;
    const found = await this.ask(() => call("api/fields/check", "POST", { description }));
    if (mine !== this.latest || !found) return;
    Object.assign(this, { faults: found.faults, toml: found.toml, version });
    this.checked();
  }

  // Whether the latest version is checked, which may have to be waited for.
  async isDone() {
    clearTimeout(this.timer);
    const { version } = this.state;
    if (this.version !== version) await this.check();
    return this.version === version;
  }
}
