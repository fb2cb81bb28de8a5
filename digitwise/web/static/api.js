// Calls the API. A failure becomes an Error with a message for people and the HTTP status.

export async function call(path, method = "GET", body = undefined) {
  const isForm = body instanceof FormData;
  let answer, found;
  try {
    answer = await fetch(path, {
      method,
      headers: body && !isForm ? { "content-type": "application/json" } : {},
      body: body && !isForm ? JSON.stringify(body) : body,
    });
    found = answer.status === 204 ? null : await answer.json();
  } catch {
    throw new Error("The server doesn't answer. Is it still running?");
  }
  if (answer.ok) return found;
  throw Object.assign(new Error(explain(found)), { status: answer.status });
}

function explain({ detail }) {
  if (typeof detail === "string") return detail;
  const [first] = detail ?? [];
  return first ? `${first.loc?.at(-1)}: ${first.msg}` : "That didn't work.";
}
