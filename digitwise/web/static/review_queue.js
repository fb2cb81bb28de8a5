// Items of the table in review: the next ones and their pictures, fetched ahead.

import { call } from "./api.js";

const MAX_KEPT = 40; // readings
const TRIES = 5; // while the server is busy
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

export class Queue {
  constructor() {
    this.client = [...crypto.getRandomValues(new Uint8Array(8))].map((n) => n.toString(16).padStart(2, "0")).join("");
    this.following = []; // next open rows
    this.readings = new Map(); // promises, by position
    this.last = 0; // last known entry
  }

  async open() {
    const found = await call("api/review");
    this.last = found.last;
    this.follow(found.rows);
    return found;
  }

  follow(rows) {
    this.following = rows;
    for (const row of rows) this.reading(row.position);
  }

  // Promise of an item's picture and readings.
  reading(position) {
    const known = this.readings.get(position);
    if (known) return known;
    const asked = this.fetchReading(position);
    this.readings.set(position, asked);
    if (this.readings.size > MAX_KEPT) this.readings.delete(this.readings.keys().next().value);
    return asked;
  }

  async fetchReading(position) {
    for (let tried = 1; ; tried++) {
      try {
        return await call(`api/review/rows/${position}`);
      } catch (error) {
        if (tried < TRIES && [429, 503].includes(error.status)) {
          await pause(1000);
          continue;
        }
        this.readings.delete(position);
        return { readings: [], crop: null, size: [0, 0], digits: [], tried: [], error: error.message };
      }
    }
  }

  async row(position) {
    const [row] = await call(`api/review/rows?start=${position}&count=1`);
    return row;
  }

  async skip(position) {
    this.follow(await call(`api/review/next?after=${position}&client=${this.client}`));
    return this.following[0] ?? null;
  }

  async decide(row, state, text, who) {
    const decision = { state, text, who, seen: row.entry?.id ?? 0, client: this.client };
    const found = await call(`api/review/rows/${row.position}`, "POST", decision);
    this.follow(found.rows);
    return found;
  }

  async sync(position, who) {
    const found = await call("api/review/sync", "POST", { client: this.client, who, position, after: this.last });
    this.last = found.last;
    return found;
  }
}
