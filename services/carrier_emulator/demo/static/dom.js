// Small helpers: elements are made with text only, never with markup.

export function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// Posts JSON and returns the answer; throws an Error whose message a person can read.
export async function post(path, body) {
  let reply;
  try {
    reply = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error("The emulator can't be reached. Does it still run?");
  }
  const answer = await reply.json().catch(() => ({}));
  if (!reply.ok) throw new Error(answer.error || `The emulator answered ${reply.status}.`);
  return answer;
}

// What the browser keeps for the next visit; a browser that keeps nothing loses only comfort.
export function recall(store, key, otherwise) {
  try {
    return JSON.parse(store.getItem(key)) || otherwise;
  } catch {
    return otherwise;
  }
}

export function remember(store, key, value) {
  try {
    store.setItem(key, JSON.stringify(value));
  } catch {
    // Full or forbidden: the next visit starts as the first one did.
  }
}
