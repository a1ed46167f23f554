// The examples of what can be texted: pressed, they go into a phone's text field, with what they lack.

import { setText } from "./dom.js";
import { newestCode } from "./timeline.js";

for (const side of document.querySelectorAll("[data-side]")) {
  let last = null;
  const target = () => {
    if (last && !last.hidden) return last;
    return [...side.querySelectorAll(".phone")].find((card) => !card.hidden) || null;
  };
  const tell = () => {
    const card = target();
    setText(side.querySelector("[data-hint-to]"), card ? `${card.dataset.name}'s phone` : "a phone");
  };
  side.addEventListener("focusin", (event) => {
    last = event.target.closest(".phone") || last;
    tell();
  });
  const hints = side.querySelector("[data-hints]");
  hints.addEventListener("toggle", tell);
  hints.addEventListener("click", (event) => {
    const button = event.target.closest("[data-hint]");
    const card = target();
    if (!button || !card) return;
    const field = card.querySelector("textarea");
    field.value = filled(button.dataset.hint, card);
    field.focus();
    card.scrollIntoView({ block: "nearest" });
  });
}

function filled(text, card) {
  const others = [...document.querySelectorAll('[data-side="staff"] .phone')].filter((other) => other !== card);
  const colleague = others.length ? others[others.length - 1].dataset.name : "kim";
  return text
    .replace("{code}", newestCode() || "K7")
    .replace("{pin}", card.dataset.pin || "PIN")
    .replace("{colleague}", colleague.split(" ").pop().toLowerCase());
}
