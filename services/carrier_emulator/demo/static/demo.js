// The page: one stream of events from the emulator, the clock, and the buttons that report something.

import { lay, offer } from "./choose.js";
import { post, recall, remember, setText } from "./dom.js";
import "./hints.js";
import { announce, showOnCall, showPhone } from "./phones.js";
import { announceRuns, countDown, keepOnly, showRun } from "./timeline.js";
import { announceTexts } from "./unread.js";

const SILENT_AFTER = 16000;
const TRY_AGAIN_AFTER = 2000;
const lost = document.querySelector("[data-lost]");
const clock = document.querySelector("[data-clock]");
const vigil = document.querySelector("[data-vigil]");
let told = null;
let heardAt = 0;
let source = null;

function connect() {
  if (source) source.close();
  heardAt = performance.now();
  source = new EventSource("/_emu/demo/events");
  const on = (name, handler) =>
    source.addEventListener(name, (event) => {
      heardAt = performance.now();
      lost.hidden = true;
      handler(JSON.parse(event.data));
    });
  on("status", showStatus);
  on("phone", showPhone);
  on("run", showRun);
  on("ready", () => {
    announce();
    announceTexts();
    announceRuns();
    document.body.dataset.ready = "yes";
  });
  source.addEventListener("error", () => {
    lost.hidden = false;
  });
}

function showStatus(status) {
  told = { now: Date.parse(status.now), at: performance.now(), scale: status.scale, zone: status.zone };
  setText(vigil, status.vigil ? "Vigil is connected" : "Vigil is starting, or not running");
  vigil.className = status.vigil ? "up" : "down";
  if (status.vigil) {
    showOnCall(status.on_call);
    offer(Object.keys(status.on_call).filter((person) => status.on_call[person].length));
  }
  keepOnly(status.runs);
}

function tick() {
  if (!told) return;
  const now = told.now + (performance.now() - told.at) * told.scale;
  const pace = told.scale === 1 || !told.scale ? "" : ` (${told.scale} times as fast)`;
  setText(clock, new Date(now).toLocaleTimeString("en-GB", { timeZone: told.zone }) + pace);
  countDown(now);
}

// A browser tries again by itself after most failures, but not after all of them, and not when
// the other side merely falls silent.
function watch() {
  if (source.readyState === EventSource.CLOSED || performance.now() - heardAt > SILENT_AFTER) {
    lost.hidden = false;
    connect();
  }
}

const done = document.querySelector("[data-done]");
document.querySelector("[data-signals]").addEventListener("click", async (event) => {
  const button = event.target.closest("[data-button]");
  if (!button) return;
  button.disabled = true;
  try {
    const patient = document.querySelector("#patient").value;
    const answer = await post("/_emu/demo/signals", { button: button.dataset.button, patient });
    setText(done, answer.said);
    done.classList.remove("bad");
  } catch (error) {
    setText(done, error.message);
    done.classList.add("bad");
  } finally {
    button.disabled = false;
    button.focus();
  }
});
document.querySelector("[data-signals]").addEventListener("submit", (event) => event.preventDefault());

// What was unfolded stays so.
const OPEN = "vigil-demo-open";
const unfolded = recall(localStorage, OPEN, {});
for (const details of document.querySelectorAll("[data-open]")) {
  details.open = unfolded[details.dataset.open] === true;
  details.addEventListener("toggle", () => {
    unfolded[details.dataset.open] = details.open;
    remember(localStorage, OPEN, unfolded);
  });
}

lay();
connect();
setInterval(tick, 250);
setInterval(watch, TRY_AGAIN_AFTER);
