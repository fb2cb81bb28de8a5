// What was read, for people: boxes over the paper, and a card for each number.

const SVG = "http://www.w3.org/2000/svg";

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function svg(name, attributes, text = "") {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

export function drawOverlay(overlay, paper, numbers, withTried) {
  overlay.replaceChildren();
  const { width, height } = paper.canvas;
  overlay.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const read = numbers.filter((number) => number.page_size && number.page === 0);
  if (!read.length) return;
  const [left, top, scale] = paper.place(...read[0].page_size);
  const across = (x) => left + scale * x;
  const down = (y) => top + scale * y;
  if (withTried) {
    for (const [x0, y0, x1, y1] of read.flatMap((number) => number.tried ?? [])) {
      for (const x of [x0, x1]) {
        overlay.append(
          svg("line", { class: "cut", x1: across(x), x2: across(x), y1: down(y0), y2: down(y1) }),
        );
      }
    }
  }
  for (const number of read) {
    for (const digit of number.digits) {
      const [x0, y0, x1, y1] = digit.bbox;
      const kind = digit.rejected ? " unsure" : "";
      overlay.append(
        svg("rect", {
          class: `box${kind}`, x: across(x0), y: down(y0),
          width: scale * (x1 - x0), height: scale * (y1 - y0),
        }),
        svg("text", { class: `label${kind}`, x: across(x0), y: Math.max(18, down(y0) - 5) }, digit.char),
      );
    }
  }
}

function card(number, save) {
  const text = element("div", { class: "text" });
  const withoutSigns = digitsOf(number);
  let next = 0;
  for (const char of number.text) {
    const digit = /\d/.test(char) ? withoutSigns[next++] : null;
    text.append(element("span", digit?.rejected ? { class: "unsure" } : {}, char));
  }
  const sure = `${(100 * number.confidence).toFixed(1)}% sure`;
  const verdict = number.rejected ? `${sure}: not to be relied on` : sure;
  const digits = element("div", { class: "digits" }, ...withoutSigns.map(digitCard));
  const made = element("article", { class: "number" }, text, element("p", { class: "quiet" }, verdict), digits);
  const others = number.alternatives.filter((other) => other.text !== number.text && other.p > 0.0005);
  if (others.length) {
    const items = others.slice(0, 4).map(
      (other) => element("li", {}, `${other.text || "nothing"}  ${(100 * other.p).toFixed(1)}%`),
    );
    made.append(element("p", { class: "quiet" }, "or"), element("ul", { class: "others" }, ...items));
  }
  made.append(saver(number, save));
  return made;
}

function digitsOf(number) {
  return number.digits.filter((digit) => digit.kind === "digit");
}

function digitCard(digit) {
  const bars = element("div", { class: "bars", "aria-hidden": "true" });
  digit.probabilities.forEach((p, d) => {
    const bar = element("i");
    bar.style.width = `${100 * p}%`;
    const best = String(d) === digit.char ? " best" : "";
    bars.append(element("span", {}, String(d)), element("div", { class: `bar${best}` }, bar));
  });
  const name = `${digit.char}, with probability ${digit.p.toFixed(2)}`;
  return element(
    "div", { class: digit.rejected ? "digit unsure" : "digit" },
    seen(digit.seen, `what the network saw of ${name}`),
    element("div", { class: "quiet" }, `${digit.char}: ${digit.p.toFixed(2)}`), bars,
  );
}

// Rows of pixels, as they are: 0 is paper, 255 ink.
function seen(rows, about) {
  const size = rows.length;
  const canvas = element("canvas", { width: size, height: size, role: "img", "aria-label": about });
  const image = new ImageData(size, size);
  rows.flat().forEach((ink, k) => image.data.set([255 - ink, 255 - ink, 255 - ink, 255], 4 * k));
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

function saver(number, save) {
  const written = digitsOf(number);
  const digits = written.map((digit) => digit.char).join("");
  const label = element("input", { type: "text", value: digits, size: Math.max(4, digits.length), "aria-label": "what it really says" });
  const button = element("button", { type: "button" }, "Save as example");
  const said = element("span", { class: "quiet", role: "status" });
  button.addEventListener("click", async () => {
    if (!/^\d+$/.test(label.value) || label.value.length !== written.length) {
      said.textContent = `expected ${written.length} digits`;
      return;
    }
    said.textContent = await save(
      written.map((digit, k) => ({ label: Number(label.value[k]), seen: digit.seen })),
    );
  });
  return element("div", { class: "save" }, label, button, said);
}

export function showNumbers(container, numbers, save) {
  container.replaceChildren(
    ...numbers.map((number) =>
      number.error ? element("p", { class: "quiet" }, `${number.file}: ${number.error}`) : card(number, save),
    ),
  );
}
