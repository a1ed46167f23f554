// The phones: draws what each one shows, and passes on what the hands that hold it do.

import { keep, lay } from "./choose.js";
import { make, post, setText } from "./dom.js";
import { arrived, rings, touched } from "./unread.js";

const cards = new Map();

for (const card of document.querySelectorAll(".phone")) {
  const phone = card.dataset.phone;
  cards.set(phone, { card, shown: 0, sid: null, said: 0 });
  const path = `/_emu/phones/${encodeURIComponent(phone)}`;
  const line = card.dataset.line;
  const text = (body) => attempt(card, post(`${path}/send`, { body, to: line }));
  const act = (what, body) => attempt(card, post(`/_emu/calls/${cards.get(phone).sid}/${what}`, body));

  card.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.text) text(button.dataset.text);
    else if (button.dataset.act) act(button.dataset.act, {});
    else if (button.dataset.press) act("press", { digits: button.dataset.press });
    else if ("dial" in button.dataset) attempt(card, post(`${path}/call`, { to: line }));
  });
  const form = card.querySelector("[data-write]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const field = form.elements.body;
    const body = field.value.trim();
    if (!body) return;
    field.value = "";
    // What could not be sent comes back, unless the next text is already being written.
    if (!(await text(body)) && !field.value) field.value = body;
  });
  form.elements.body.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  // The newest text stays in sight when a call or a longer text being written takes its room.
  const chat = card.querySelector(".chat");
  new ResizeObserver(() => (chat.scrollTop = chat.scrollHeight)).observe(chat);
  for (const kind of ["focusin", "pointerdown"]) {
    card.addEventListener(kind, () => {
      touched(card);
      keep(card);
    });
  }
}

async function attempt(card, promise) {
  const problem = card.querySelector("[data-problem]");
  try {
    await promise;
    setText(problem, "");
    return true;
  } catch (error) {
    setText(problem, error.message);
    return false;
  }
}

export function announce() {
  for (const { card } of cards.values()) card.querySelector(".chat").setAttribute("aria-live", "polite");
}

export function showOnCall(onCall) {
  for (const { card } of cards.values()) {
    const duties = onCall[card.dataset.person];
    if (!duties) continue;
    setText(card.querySelector("[data-role]"), duties.length ? duties.join(", ") : "Not on call now");
    card.classList.toggle("on-call", duties.length > 0);
  }
}

export function showPhone(view) {
  const held = cards.get(view.phone);
  if (!held) return;
  showBubbles(held, view.bubbles);
  showCall(held, view.call);
}

function showBubbles(held, bubbles) {
  const chat = held.card.querySelector(".chat");
  const last = bubbles.length ? bubbles[bubbles.length - 1].id : 0;
  if (last < held.shown) {
    chat.replaceChildren();
    held.shown = 0;
  }
  const fresh = bubbles.filter((bubble) => bubble.id > held.shown);
  for (const bubble of fresh) chat.append(drawBubble(bubble));
  while (chat.children.length > 60) chat.firstElementChild.remove();
  if (fresh.length) {
    held.shown = last;
    chat.scrollTop = chat.scrollHeight;
  }
  arrived(held.card, bubbles, fresh);
}

function drawBubble(bubble) {
  const item = make("li", `bubble ${bubble.side}`);
  item.dataset.id = bubble.id;
  const who = { in: "Received", out: "Sent", note: "" }[bubble.side];
  if (who) item.append(make("span", "hidden", `${who}: `));
  item.append(make("span", "body", bubble.text));
  item.append(make("time", "", bubble.at));
  if (bubble.spoken.length) {
    const more = make("details", "spoken");
    more.append(make("summary", "", "What was said"));
    for (const text of bubble.spoken) more.append(make("p", "", text));
    item.append(more);
  }
  return item;
}

function showCall(held, call) {
  const panel = held.card.querySelector("[data-call]");
  const said = panel.querySelector("[data-said]");
  const isRinging = call !== null && call.state === "rings";
  held.card.classList.toggle("rings", isRinging);
  held.card.classList.toggle("busy", call !== null);
  lay();
  rings(held.card, isRinging);
  if (!call || call.sid !== held.sid) {
    said.replaceChildren();
    held.said = 0;
  }
  held.sid = call ? call.sid : null;
  panel.hidden = !call;
  if (!call) return;
  const states = {
    rings: `Call from ${call.other}`,
    calls: `Calling ${call.other}…`,
    talks: `In a call with ${call.other}`,
  };
  setText(panel.querySelector("[data-call-state]"), states[call.state]);
  panel.querySelector('[data-when="rings"]').hidden = call.state !== "rings";
  panel.querySelector('[data-when="talks"]').hidden = call.state === "rings";
  for (const { who, text } of call.said.slice(held.said)) {
    const labels = { them: "Voice: ", me: "You ", "": "" };
    const item = make("li", who || "note");
    item.append(make("span", who === "me" ? "" : "hidden", labels[who]), text);
    said.append(item);
  }
  if (held.said < call.said.length) {
    held.said = call.said.length;
    said.scrollTop = said.scrollHeight;
  }
}
