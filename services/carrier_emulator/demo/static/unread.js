// Which texts nobody has looked at: new until somebody touches the phone that shows them.

import { recall, remember, setText } from "./dom.js";

const KEY = "vigil-demo-read";
const read = recall(sessionStorage, KEY, {});
const newest = {};
const ringing = new Set();
const title = document.title;
const loud = document.querySelector("[data-rings]");
const quiet = document.querySelector("[data-arrived]");
let announced = false;

export function announceTexts() {
  announced = true;
}

// Takes in the texts of a phone, and says how many of them are new.
export function arrived(card, bubbles, fresh) {
  const { phone, name } = card.dataset;
  const came = bubbles.filter((bubble) => bubble.side === "in");
  newest[phone] = came.length ? came[came.length - 1].id : 0;
  if ((read[phone] || 0) > newest[phone]) read[phone] = 0;
  const isHeld = card.contains(document.activeElement) && document.hasFocus();
  if (isHeld) markRead(card);
  const unread = came.filter((bubble) => isUnread(phone, bubble));
  card.dataset.unread = unread.length;
  for (const item of card.querySelectorAll(".bubble")) {
    item.classList.toggle("new", unread.some((bubble) => String(bubble.id) === item.dataset.id));
  }
  // A phone that is shown speaks by itself, through its list of texts.
  const unseen = fresh.some((bubble) => bubble.side === "in") && card.hidden;
  if (announced && unseen) setText(quiet, `New text on ${name}'s phone.`);
  showCounts();
}

export function touched(card) {
  markRead(card);
  if (card.dataset.unread === "0") return;
  card.dataset.unread = "0";
  for (const item of card.querySelectorAll(".new")) item.classList.remove("new");
  showCounts();
}

export function rings(card, isRinging) {
  const name = card.dataset.name;
  if (isRinging === ringing.has(name)) return;
  if (isRinging) ringing.add(name);
  else ringing.delete(name);
  setText(loud, ringing.size ? `${[...ringing].join(" and ")}: the phone rings.` : "");
  showCounts();
}

function markRead(card) {
  const { phone } = card.dataset;
  if (read[phone] === newest[phone]) return;
  read[phone] = newest[phone] || 0;
  remember(sessionStorage, KEY, read);
}

function isUnread(phone, bubble) {
  return bubble.id > (read[phone] || 0);
}

function showCounts() {
  let all = 0;
  for (const side of document.querySelectorAll("[data-side]")) {
    let here = 0;
    let rung = false;
    for (const card of side.querySelectorAll(".phone")) {
      const count = Number(card.dataset.unread || 0);
      const isRinging = ringing.has(card.dataset.name);
      here += count;
      rung ||= isRinging;
      const button = side.querySelector(`[data-show="${card.dataset.person}"]`);
      mark(button.querySelector("[data-badge]"), count, isRinging);
      button.classList.toggle("rung", isRinging);
    }
    mark(document.querySelector(`[data-side-badge="${side.dataset.side}"]`), here, rung);
    all += here;
  }
  const first = ringing.size ? `${[...ringing].join(", ")} rings · ` : all ? `(${all}) ` : "";
  if (document.title !== first + title) document.title = first + title;
}

function mark(badge, count, isRinging) {
  setText(badge, isRinging ? " rings" : count ? ` ${count} new` : "");
}
