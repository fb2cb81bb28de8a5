// Sample pictures, shown while the paper is empty.

import { element } from "./answer.js";
import { call } from "./api.js";

export async function showSamples(container, read) {
  const samples = await call("api/samples").catch(() => []);
  container.replaceChildren(
    ...samples.map(({ name, about }) => {
      const path = `api/samples/${name}.jpg`;
      const button = element("button", { type: "button" }, element("img", { src: path, alt: about }));
      button.addEventListener("click", async () => {
        const answer = await fetch(path);
        read(new File([await answer.blob()], `${name}.jpg`, { type: "image/jpeg" }));
      });
      return button;
    }),
  );
}
