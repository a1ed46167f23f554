"use strict";
// Everything here only makes a page that already works nicer: clocks that run, lines that change by
// themselves, and presses that are sent again until they are stored.

const offset = Date.parse(document.documentElement.dataset.now) - Date.now();
const line = document.getElementById("line");

function say(text) {
  if (line.textContent !== text) line.textContent = text;
  line.hidden = !text;
}

// -- clocks ---------------------------------------------------------------------------------

function span(seconds) {
  const whole = Math.abs(Math.round(seconds));
  const two = (number) => String(number).padStart(2, "0");
  if (whole >= 86400) return `${Math.floor(whole / 86400)} d ${Math.floor((whole % 86400) / 3600)} h`;
  if (whole >= 3600) return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
  return `${Math.floor(whole / 60)}:${two(whole % 60)} min`;
}

function set(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function tick() {
  const now = Date.now() + offset;
  for (const node of document.querySelectorAll("[data-due]")) {
    const left = (Date.parse(node.dataset.due) - now) / 1000;
    set(node, left >= 0 ? `(in ${span(left)})` : `(overdue by ${span(left)})`);
    node.classList.toggle("over", left < 0);
  }
  for (const node of document.querySelectorAll("[data-age]")) {
    const minutes = Math.max(0, Math.floor((now - Date.parse(node.dataset.age)) / 60000));
    set(node, minutes < 1 ? "(just now)" : `(${minutes < 60 ? `${minutes} min` : span(minutes * 60)})`);
  }
}

// -- lines that change by themselves --------------------------------------------------------

const written = new WeakMap(); // node -> the HTML it was made from

function made(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  return holder.content.firstElementChild;
}

function inUse(node) {
  return node.querySelector("form[data-changed], form[data-sending]") !== null;
}

function replaced(before, html) {
  if (written.get(before) === html) return before;
  const fresh = made(html);
  written.set(fresh, html);
  if (!written.has(before) && before.outerHTML === fresh.outerHTML) { written.set(before, html); return before; }
  if (inUse(before)) return before;
  const focused = before.contains(document.activeElement) ? document.activeElement : null;
  const scroll = before.querySelector(".talk");
  const atEnd = scroll && scroll.scrollTop + scroll.clientHeight >= scroll.scrollHeight - 8;
  for (const one of before.querySelectorAll("details[open][id]")) {
    const same = fresh.querySelector(`#${CSS.escape(one.id)}`);
    if (same) same.open = true;
  }
  before.replaceWith(fresh);
  if (scroll) { const again = fresh.querySelector(".talk"); if (again) again.scrollTop = atEnd ? again.scrollHeight : scroll.scrollTop; }
  if (focused) refocus(fresh, focused);
  return fresh;
}

function refocus(fresh, focused) {
  const marks = ["id", "href", "name"].filter((name) => focused.getAttribute(name));
  const chosen = marks.map((name) => `[${name}="${CSS.escape(focused.getAttribute(name))}"]`)[0];
  const same = chosen ? fresh.querySelector(chosen)
    : [...fresh.querySelectorAll(focused.tagName)].find((one) => one.textContent === focused.textContent);
  if (same) same.focus();
}

function apply(patch) {
  for (const [name, keys] of Object.entries(patch.order)) {
    const list = document.querySelector(`[data-list="${name}"]`);
    if (!list) continue;
    const lines = (patch.lines && patch.lines[name]) || {};
    const nodes = new Map([...list.children].map((node) => [node.dataset.key, node]));
    let place = null;
    for (const key of keys) {
      let node = nodes.get(key);
      const html = lines[key];
      if (node && html !== undefined) node = replaced(node, html);
      else if (!node && html !== undefined) { node = made(html); written.set(node, html); }
      else if (!node) { location.reload(); return; }
      nodes.delete(key);
      const next = place ? place.nextElementSibling : list.firstElementChild;
      if (next !== node) list.insertBefore(node, next);
      place = node;
    }
    for (const node of nodes.values()) if (!inUse(node)) node.remove();
    const none = document.querySelector(`[data-none="${name}"]`);
    if (none) none.hidden = keys.length > 0;
  }
  tick();
}

function live(root) {
  const parts = root.dataset.parts;
  let asking = false, again = false;
  async function pull() {
    if (asking) { again = true; return; }
    asking = true;
    try {
      const answer = await fetch(parts, { headers: { "X-Vigil": "1" } });
      if (answer.status === 401) over();
      else if (answer.ok) { apply(await answer.json()); alive(); }
    } catch { /* the stream says that the connection is lost, and calls again when it is back */ }
    asking = false;
    if (again) { again = false; pull(); }
  }
  const lost = "The connection is lost: this page shows what was. It is tried again by itself.";
  let source, heard = Date.now();
  function alive() { heard = Date.now(); if (navigator.onLine) say(""); }
  function open() {
    if (source) source.close();
    heard = Date.now();
    source = new EventSource(parts ? root.dataset.live : `${root.dataset.live}?mark=${encodeURIComponent(root.dataset.mark)}`);
    source.addEventListener("open", alive);
    source.addEventListener("beat", alive);
    source.addEventListener("patch", (event) => { alive(); root.dataset.mark = event.lastEventId; apply(JSON.parse(event.data)); });
    source.addEventListener("changed", () => { alive(); pull(); });
    source.addEventListener("over", () => { source.close(); over(); });
    source.addEventListener("error", () => {
      say(lost);
      if (source.readyState === EventSource.CLOSED) setTimeout(open, 3000);
    });
  }
  window.addEventListener("offline", () => { source.close(); say(lost); });
  window.addEventListener("online", open);
  // A line that died without a word is noticed, too: the other side says something every 15 seconds.
  setInterval(() => { if (navigator.onLine && Date.now() - heard > 40000) { say(lost); open(); } }, 5000);
  function over() {
    source.close();
    if (document.querySelector("form[data-changed], form[data-sending]")) {
      say("You are signed out. What you wrote is not sent: copy it, then sign in again.");
    } else {
      location.assign(`/sign-in?onward=${encodeURIComponent(location.pathname)}`);
    }
  }
  root.addEventListener("vigil-pressed", () => parts && pull());
  open();
}

// -- presses: sent until they are stored, each once -----------------------------------------

const waiting = new Set();

function pause(seconds) {
  return new Promise((done) => {
    const timer = setTimeout(end, seconds * 1000);
    function end() { clearTimeout(timer); window.removeEventListener("online", end); done(); }
    window.addEventListener("online", end);
  });
}

async function press(form, button) {
  const told = form.querySelector(".sent");
  const body = new URLSearchParams(new FormData(form, button));
  const what = button.textContent.trim();
  form.dataset.sending = "";
  waiting.add(form);
  for (const one of form.querySelectorAll("button")) one.disabled = true;
  set(told, `Sending: ${what} ...`);
  for (let tries = 0; ; tries += 1) {
    let answer = null, said = {};
    try {
      answer = await fetch(form.action, { method: "POST", body, headers: { "X-Vigil": "1" } });
      said = await answer.json();
    } catch { answer = null; }
    if (answer && answer.ok) { stored(form, told, what, said, body); return; }
    if (answer && answer.status < 500) { refused(form, told, said.says || "It was not taken."); return; }
    set(told, `NOT SENT YET: ${what}. It is tried again by itself; leave this page open, or use your phone.`);
    await pause(Math.min(1 + tries, 5));
  }
}

function freed(form) {
  delete form.dataset.sending;
  waiting.delete(form);
  for (const one of form.querySelectorAll("button")) one.disabled = false;
}

function stored(form, told, what, said, body) {
  freed(form);
  delete form.dataset.changed;
  set(told, `Stored: ${what}. What comes of it appears here, and as a text on your phone.`);
  if ("words" in form.dataset) {
    form.elements.id.value = said.next;
    const area = form.elements.words;
    if (area.value.trim() === (body.get("words") || "").trim() && ["talk_say", "talk_note"].includes(body.get("key"))) area.value = "";
    else if (area.value) form.dataset.changed = "";
  } else {
    // The same button again is a new press only once the escalation has changed.
    for (const one of form.querySelectorAll("button")) one.disabled = true;
  }
  form.dispatchEvent(new Event("vigil-pressed", { bubbles: true }));
}

function refused(form, told, why) {
  freed(form);
  set(told, why);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-press]")) return;
  event.preventDefault();
  const button = event.submitter || form.querySelector("button");
  if (button.value === "talk_say" && !form.elements.words.value.trim()) { set(form.querySelector(".sent"), "Write something first."); return; }
  if (!("sending" in form.dataset)) press(form, button);
});
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-press]");
  if (form) form.dataset.changed = "";
});
window.addEventListener("beforeunload", (event) => { if (waiting.size) event.preventDefault(); });

for (const talk of document.querySelectorAll(".talk")) talk.scrollTop = talk.scrollHeight;
for (const root of document.querySelectorAll("[data-live]")) live(root);
tick();
setInterval(tick, 1000);
document.documentElement.dataset.ready = "";
