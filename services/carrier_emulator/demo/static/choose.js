// Which phones lie on the table: chosen by name, kept for the next visit; one that rings shows itself.

import { recall, remember } from "./dom.js";

const KEY = "vigil-demo-phones";
const isNarrow = matchMedia("(max-width: 700px)").matches;
const FIRST = { patients: 1, staff: isNarrow ? 1 : 2 };
const sides = [...document.querySelectorAll("[data-side]")];
const chosen = recall(localStorage, KEY, {});
let order = null;

for (const side of sides) {
  side.querySelector("[data-chooser]").addEventListener("click", (event) => {
    const button = event.target.closest("[data-show]");
    if (!button) return;
    const { side: name } = side.dataset;
    const shown = wanted(side);
    const person = button.dataset.show;
    chosen[name] = shown.includes(person) ? shown.filter((other) => other !== person) : [...shown, person];
    remember(localStorage, KEY, chosen);
    lay();
  });
}

// Who is on call, first to be paged first: whoever has chosen nothing sees them.
export function offer(people) {
  const changed = JSON.stringify(people) !== JSON.stringify(order);
  order = people;
  if (changed) lay();
}

export function lay() {
  const counts = {};
  for (const side of sides) {
    const shown = wanted(side);
    let count = 0;
    for (const card of side.querySelectorAll(".phone")) {
      const isChosen = shown.includes(card.dataset.person);
      const isShown = isChosen || card.classList.contains("busy");
      card.hidden = !isShown;
      count += isShown ? 1 : 0;
      side
        .querySelector(`[data-show="${card.dataset.person}"]`)
        .setAttribute("aria-pressed", String(isChosen));
    }
    counts[side.dataset.side] = count;
    const none = side.querySelector("[data-none]");
    none.hidden = count > 0 || !side.querySelector(".phone");
  }
  let all = 0;
  for (const side of sides) {
    const count = counts[side.dataset.side];
    side.style.setProperty("--shown", Math.max(1, count));
    all += count;
  }
  document.querySelector("main").classList.toggle("crowded", all > 3);
}

// Whoever uses a phone that only rang its way onto the table keeps it there.
export function keep(card) {
  const side = card.closest("[data-side]");
  const shown = wanted(side);
  if (shown.includes(card.dataset.person)) return;
  chosen[side.dataset.side] = [...shown, card.dataset.person];
  remember(localStorage, KEY, chosen);
  lay();
}

function wanted(side) {
  const { side: name } = side.dataset;
  if (Array.isArray(chosen[name])) return chosen[name];
  const cards = [...side.querySelectorAll(".phone")].map((card) => card.dataset.person);
  const first = name === "staff" && order ? order.filter((person) => cards.includes(person)) : cards;
  return first.slice(0, FIRST[name]);
}
