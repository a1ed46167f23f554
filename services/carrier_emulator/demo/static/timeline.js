// The timeline: one board for each escalation, the newest on top, with clocks that count down.

import { make, setText } from "./dom.js";

const host = document.querySelector("[data-runs]");
const nothing = document.querySelector("[data-nothing]");
const news = document.querySelector("[data-news]");
const boards = new Map();
let announced = false;

export function announceRuns() {
  announced = true;
}

// The code of the escalation that was opened last and is still open.
export function newestCode() {
  const open = host.querySelector(".board:not(.closed) .code");
  return open ? open.textContent : "";
}

export function keepOnly(runs) {
  const wanted = new Set(runs);
  for (const [run, board] of boards) {
    if (wanted.has(run)) continue;
    board.element.remove();
    boards.delete(run);
  }
  nothing.hidden = boards.size > 0;
}

export function showRun(view) {
  let board = boards.get(view.run);
  if (!board) {
    board = makeBoard(view);
    boards.set(view.run, board);
    nothing.hidden = true;
  }
  const { element } = board;
  element.classList.toggle("closed", view.closed);
  setText(board.code, view.code);
  setText(board.title, view.title);
  setText(board.urgency, view.urgency_word);
  board.urgency.className = `urgency ${view.urgency}`;
  if (announced && board.status.textContent !== view.status) {
    setText(news, `${view.code}, ${view.title}: ${view.status}.`);
  }
  setText(board.status, view.status);
  board.clocks.replaceChildren(...view.clocks.map(drawClock));
  drawLines(board, view.lines);
  if (view.closed && !board.wasClosed) board.details.open = announced && board.details.open;
  board.wasClosed = view.closed;
}

function makeBoard(view) {
  const element = make("article", "board");
  const heading = make("h3");
  const code = make("span", "code");
  const title = make("span", "title");
  const urgency = make("span", "urgency");
  heading.append(code, title);
  const status = make("p", "status");
  const clocks = make("dl", "clocks");
  const details = make("details");
  const lines = make("ol", "lines");
  details.open = !view.closed;
  details.append(make("summary", "", "What happened"), lines);
  element.append(heading, urgency, status, clocks, details);
  element.dataset.opened = view.opened;
  const older = [...host.children].find((other) => other.dataset.opened <= view.opened);
  host.insertBefore(element, older || null);
  return { element, code, title, urgency, status, clocks, details, lines, drawn: [], wasClosed: view.closed };
}

function drawClock(clock) {
  const group = make("div");
  const left = make("dd", "left");
  left.dataset.until = clock.until;
  group.append(make("dt", "", clock.label), left, make("dd", "at", clock.at));
  return group;
}

// Lines are redrawn only where they differ, so that a reader's place is kept.
function drawLines(board, lines) {
  lines.forEach((line, index) => {
    const drawn = JSON.stringify(line);
    if (board.drawn[index] === drawn) return;
    board.drawn[index] = drawn;
    const item = drawLine(line);
    const there = board.lines.children[index];
    if (there) there.replaceWith(item);
    else board.lines.append(item);
  });
  while (board.lines.children.length > lines.length) board.lines.lastElementChild.remove();
  board.drawn.length = lines.length;
}

function drawLine(line) {
  const item = make("li", `tone-${line.tone}`);
  item.append(make("time", "", line.at), make("p", "", line.text));
  for (const one of line.tries) {
    const attempt = make("p", "try");
    attempt.append(make("b", "", `${one.label}: `), one.words);
    item.append(attempt);
    if (one.text) item.append(make("q", "", one.text));
  }
  return item;
}

export function countDown(now) {
  for (const element of host.querySelectorAll("[data-until]")) {
    const seconds = Math.round((Date.parse(element.dataset.until) - now) / 1000);
    setText(element, seconds >= 0 ? `in ${span(seconds)}` : `${span(-seconds)} overdue`);
    element.classList.toggle("overdue", seconds < 0);
  }
}

function span(seconds) {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
