// The queue of pictures: requests to the server, and the list on the page.

import { element } from "./answer.js";
import { call } from "./api.js";

const BUSY = [429, 503]; // statuses after which to try again
const TRIES = 8;
const PAUSE = 1000; // milliseconds

// Returns the numbers of some files; while the server is busy, tries again as long as `wanted()`.
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

// A file that the browser can't show, as a PDF, gets a blank picture.
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
