// The question on the bench, in sight while the model is played with and cut: typed here, answered here.

import { html, keep, refill, say } from "../page/dom.js";
import { count } from "../page/numbers.js";
import { cutWords, needsSecond } from "../page/parts.js";
import { announce } from "../page/tip.js";
import { QuestionCells } from "../widgets/question.js";
import { Spoken } from "../widgets/spoken.js";

/** @import { Bench } from "../page/bench.js" */
/** @import { Choices } from "../page/state.js" */

/**
 * @param {HTMLElement} mount
 * @param {Bench} bench
 * @param {Choices} choices
 */
export function askingView(mount, bench, choices) {
  const { task } = bench;
  const first = questionOf("Question", "question", bench, choices);
  const second = questionOf("Second question, which values can be taken from", "other", bench, choices);
  const spoken = new Spoken("What the model answers", task.outputs, task.answerSymbols, bench.domain.candidates);
  const spokenName = html("span", { class: "live-row-name" });
  const secondRow = html("div", { class: "live-row live-second" }, rowName("second question"), second.element);
  const unheld = html("p", { class: "live-unheld", role: "status" });
  refill(
    mount,
    tools(bench, choices),
    html("div", { class: "live-row live-named" }, rowName("question"), first.element),
    secondRow,
    html("div", { class: "live-row live-named live-said-row" }, spokenName, spoken.element),
    unheld,
  );
  bench.watch((shown) => {
    const { state } = shown;
    first.paint(shown.values);
    const off = state.cuts.length > 0;
    spoken.paint(off ? shown.cut : shown.whole, off ? shown.whole : null);
    secondRow.hidden = state.by !== "patch" && !needsSecond(state.cuts);
    say(unheld, bench.judges(state.question) ? "" : notHeld(bench));
    say(spokenName, !off ? "the model says" : shown.cut ? "with parts off" : "measuring\u2026");
  });
  choices.watch((state) => {
    second.paint(bench.domain.values(state.other));
    secondRow.hidden = state.by !== "patch" && !needsSecond(state.cuts);
    keep(mount, "class", state.cuts.length ? "live-asking live-has-cuts" : "live-asking");
  });
  // On a phone the first row slides out of sight: `top` is below 0 by its height.
  const stuck = () => mount.offsetHeight + Math.min(Number.parseFloat(getComputedStyle(mount).top) || 0, 0);
  const measure = () => document.documentElement.style.setProperty("--bar", `${stuck()}px`);
  new ResizeObserver(measure).observe(mount);
  measure();
}

/** @param {Bench} bench */
function notHeld({ domain }) {
  return `Right or wrong is not known here: this page holds ${count(domain.rows)} questions with their answers, and this is none of them.`;
}

/**
 * The cells of a question that the state knows under `name`.
 * @param {string} title
 * @param {"question" | "other"} name
 * @param {Bench} bench
 * @param {Choices} choices
 */
function questionOf(title, name, bench, choices) {
  const { variables } = bench.task;
  return new QuestionCells({
    title,
    variables,
    pad: bench.pad ?? null,
    symbol: (variable, value) => bench.symbolOf(variable, value),
    choose: (values) => {
      const question = bench.asked(values);
      if (question === null) return bench.domain.whole || bench.domain.rule ? "This is no question of this task." : "This page holds only some questions of this task, and not this one.";
      choices.set({ [name]: question });
      return null;
    },
  });
}

/**
 * @param {Bench} bench
 * @param {Choices} choices
 */
function tools(bench, choices) {
  const another = () => {
    const draw = () => bench.domain.asked(Math.floor(Math.random() * bench.domain.rows));
    const before = JSON.stringify(choices.state.question);
    let question = draw();
    for (let tries = 0; tries < 99 && JSON.stringify(question) === before; tries += 1) question = draw();
    choices.set({ question });
  };
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      announce("The link is copied.");
      flash(link, "copied");
    } catch {
      flash(link, "copy it from the address bar");
    }
  };
  const link = html("button", { type: "button", onclick: copy }, "copy link");
  const random = html("button", { type: "button", onclick: another }, "another question");
  const framed = location.protocol === "about:";
  const back = html("button", { type: "button", class: "live-back", onclick: () => choices.set({ cuts: [] }) });
  choices.watch(({ cuts }) => {
    back.hidden = cuts.length === 0;
    say(back, `put ${count(cuts.length)} back`);
    back.title = cuts.map((cut) => cutWords(cut, bench.model.spec, bench.task.positionNames)).join("\n");
  });
  return html("div", { class: "live-tools" }, back, random, framed ? null : link);
}

/**
 * @param {HTMLElement} button
 * @param {string} text
 */
function flash(button, text) {
  const before = "copy link";
  say(button, text);
  setTimeout(() => say(button, before), 1600);
}

/** @param {string} text */
function rowName(text) {
  return html("span", { class: "live-row-name" }, text);
}
