// Downloads of the results: lines of text, CSV, JSON.

const COLUMNS = ["file", "page", "text", "value", "confidence", "state", "x0", "y0", "x1", "y1"];

function flat(number) {
  const [x0, y0, x1, y1] = number.bbox ?? [];
  return { ...number, page: number.page + 1, x0, y0, x1, y1 };
}

function cell(value) {
  if (value === null || value === undefined) return "";
  // A spreadsheet would take such a text for a formula, unless it is a number.
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) && !/^[+-]?[\d.,' ]+$/.test(value) ? `'${value}` : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const WRITERS = {
  txt: (numbers) => numbers.map((number) => `${number.text}\n`).join(""),
  csv: (numbers) => [COLUMNS, ...numbers.map(flat).map((row) => COLUMNS.map((name) => row[name]))].map((row) => `${row.map(cell).join(",")}\r\n`).join(""),
  json: (numbers) => `${JSON.stringify(numbers.map(brief), null, 1)}\n`,
};

// A number without the data that only the page draws.
function brief({ tried: _tried, digits, ...number }) {
  return { ...number, digits: digits.map(({ seen: _seen, probabilities: _probabilities, ...digit }) => digit) };
}

export function written(kind, numbers) {
  return WRITERS[kind](numbers.filter((number) => !number.error));
}

export function download(kind, numbers) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([written(kind, numbers)], { type: kind === "json" ? "application/json" : `text/${kind === "txt" ? "plain" : kind}` }));
  link.download = `numbers.${kind}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
