// Pictures that are read one after the other: asking the server, and the list of them.

import { element } from "./answer.js";
import { call } from "./api.js";

const BUSY = [429, 503]; // the server says to come again
const TRIES = 8;
const PAUSE = 1000; // milliseconds

// Ask for the numbers of some files, again if the server is busy, as long as it is `wanted`.
export async function ask(files, options, wanted) {
  for (let tried = 1; ; tried++) {
    const form = new FormData();
    for (const file of files) form.append("file", file, file.name);
    try {
      return (await call(`api/read?${options}`, "POST", form)).numbers;
    } catch (error) {
      if (!BUSY.includes(error.status) || tried === TRIES || !wanted()) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    if (!wanted()) return [];
  }
}

export function BLANK() {
  return Object.assign(document.createElement("canvas"), { width: 500, height: 200 });
}

// A PDF file, say, can be read, but not be shown here; its paper isn't empty all the same.
export function openPicture(file) {
  return createImageBitmap(file).catch(BLANK);
}

export function showQueue(list, jobs, current, choose) {
  list.replaceChildren(
    ...jobs.map((job) => {
      const button = element("button", { type: "button" }, element("span", { class: "name" }, job.name), element("span", { class: `quiet${job.state === "reading" ? " busy" : ""}` }, stateOf(job)));
      if (job === current) button.setAttribute("aria-current", "true");
      button.addEventListener("click", () => choose(job));
      return element("li", {}, button);
    }),
  );
}

function stateOf({ state, error, numbers }) {
  if (state !== "done") return state;
  if (error || numbers.some((number) => number.error)) return "can't be read";
  return numbers.length === 1 ? numbers[0].text : `${numbers.length} numbers`;
}
