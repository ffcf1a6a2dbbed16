// Cut: parts switched off, for the question on the bench at once and for every input as fast as the browser counts.

import { html, keep, refill, say } from "../page/dom.js";
import { figure } from "../page/frame.js";
import { count, duration, percent } from "../page/numbers.js";
import { cutWords, partsOf } from "../page/parts.js";
import { same } from "../page/state.js";
import { Bars } from "../widgets/bars.js";
import { choice } from "../widgets/choice.js";
import { SIGNS, Switches } from "../widgets/switches.js";
import { sortByLoss } from "./losses.js";

/** @import { Bench } from "../page/bench.js" */
/** @import { LivePage } from "../page/payload.js" */
/** @import { Choices } from "../page/state.js" */
/** @import { State } from "../page/state.js" */

const PATIENCE = 120;

/**
 * @param {HTMLElement} mount
 * @param {Bench} bench
 * @param {Choices} choices
 * @param {LivePage} page
 */
export function cutView(mount, bench, choices, page) {
  const parts = partsOf(bench.model.spec);
  const toggle = (/** @type {string} */ part, /** @type {number | null} */ position) => {
    const known = choices.state.cuts.find((cut) => cut.part === part && cut.position === position && cut.key === null);
    choices.toggle(known ?? { part, position, key: null, by: choices.state.by });
  };
  const switches = new Switches(parts, bench.task.positionNames, toggle);
  const by = choice(
    "put in its place",
    [
      { value: "zero", name: `${SIGNS.zero} zero` },
      { value: "mean", name: `${SIGNS.mean} its mean` },
      { value: "resample", name: `${SIGNS.resample} another input\u2019s` },
      { value: "patch", name: `${SIGNS.patch} the second question\u2019s` },
    ],
    (value) => choices.set({ by: /** @type {State["by"]} */ (value) }),
  );
  const clear = html("button", { type: "button", onclick: () => choices.set({ cuts: [] }) }, "put everything back");
  const order = choice(
    "parts in order of",
    [
      { value: "model", name: "the model" },
      { value: "loss", name: "what is lost" },
    ],
    (value) => choices.set({ order: value === "loss" ? "loss" : "model" }),
  );
  const controls = html("div", { class: "live-controls" }, by.element, order.element, clear);
  const offList = html("div", { class: "live-off" });
  choices.watch((state) => {
    switches.paint(state.cuts);
    by.paint(state.by);
    order.paint(state.order);
    clear.disabled = state.cuts.length === 0;
    refill(offList, ...offButtons(bench, choices));
  });
  sortByLoss(switches, parts, bench, choices, page);
  refill(mount, controls, offList, switches.element, recountPanel(bench, choices, page));
}

/**
 * What is off, each with a button that puts it back.
 * @param {Bench} bench
 * @param {Choices} choices
 */
function offButtons(bench, choices) {
  const { cuts } = choices.state;
  if (!cuts.length) return [];
  const few = cuts.slice(0, 4).map((cut) => {
    const words = cutWords(cut, bench.model.spec, bench.task.positionNames);
    const restore = () => choices.toggle(cut);
    return html("button", { type: "button", "aria-label": `Put back ${words}`, onclick: restore }, words, " \u00d7");
  });
  const more = cuts.length > few.length ? html("span", {}, `and ${count(cuts.length - few.length)} more`) : null;
  return [html("span", {}, "off:"), ...few, ...(more ? [more] : [])];
}

/**
 * The accuracy over all inputs, counted again after every change.
 * @param {Bench} bench
 * @param {Choices} choices
 * @param {LivePage} page
 */
function recountPanel(bench, choices, page) {
  const { outputs } = bench.task;
  const { inputs, right, asked, sequences } = page.scores;
  const wanted = [...outputs.keys()].filter((output) => asked[output]);
  const shares = (/** @type {ArrayLike<number>} */ hits, /** @type {ArrayLike<number>} */ of) =>
    wanted.map((output) => (hits[output] ?? 0) / (of[output] ?? 0));
  const before = [...shares(right, asked), sequences / inputs];
  const title = `Right answers over ${page.every}`;
  const bars = new Bars(title, [...wanted.map((output) => outputs[output] ?? ""), "all of them"], ["output", "with parts off", "whole model"]);
  const said = html("p", { class: "live-counted", role: "status" });
  const progress = html("progress", { max: 1, value: 0, "aria-label": `counting over ${page.every}` });
  /** @type {AbortController | null} */
  let running = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  const { rows: counted } = bench.domain;
  const show = (/** @type {number[] | null} */ now) => bars.paint(now, before);
  const begin = async (/** @type {State} */ state) => {
    running?.abort();
    if (!state.cuts.length) {
      running = null;
      progress.hidden = true;
      say(said, "Nothing is off: this is the whole model. Press a switch.");
      show(before);
      return;
    }
    const mine = new AbortController();
    running = mine;
    progress.hidden = false;
    progress.value = 0;
    say(said, `Counting over ${count(counted)} inputs\u2026`);
    show(null);
    const started = performance.now();
    try {
      const onProgress = (/** @type {number} */ done) => (progress.value = done);
      const counting = bench.worker.recount(bench.plan(state), { onProgress, signal: mine.signal });
      bench.awaited = counting.catch(() => {});
      const scores = await counting;
      if (running !== mine) return;
      show([...shares(scores.right, scores.asked), scores.sequences / scores.inputs]);
      say(said, sentence(scores, performance.now() - started));
      keep(said, "data-counted", JSON.stringify({ right: [...scores.right], sequences: scores.sequences }));
    } catch (error) {
      if (running !== mine) return;
      say(said, `This could not be counted: ${error instanceof Error ? error.message : error}`);
    }
    progress.hidden = true;
  };
  choices.watch((state, old) => {
    const kept = same(state.cuts, old.cuts) && (state.other === old.other || !state.cuts.some((cut) => cut.by === "patch"));
    if (kept && state !== old) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => begin(state), state === old ? 0 : PATIENCE);
  });
  const body = html("div", {}, said, progress, html("div", { class: "ow-scroll", tabindex: 0 }, bars.table));
  const element = figure(title, body, {
    rows: () => [
      ["output", "with parts off", "whole model"],
      ...bars.rows.map(({ row, now, before: was }) => [row.cells[0]?.textContent, now.textContent, was.textContent].map((text) => text ?? "")),
    ],
    caption: `Counted in this browser, on ${counted < inputs ? `${count(counted)} of the ${count(inputs)} inputs` : page.every}. The whole model was counted by the ${page.engine} engine when this page was written.`,
  });
  element.id = "counted";
  return element;
}

/**
 * @param {{inputs: number, accuracy: number, sequences: number, close: number}} scores
 * @param {number} milliseconds
 */
function sentence({ inputs, accuracy, sequences, close }, milliseconds) {
  const near = close ? ` ${count(close)} answers were so close that single precision may decide them otherwise.` : "";
  return (
    `${percent(accuracy)} of answers are right, and ${count(sequences)} of ${count(inputs)} inputs ` +
    `are right at every output. Counted in ${duration(milliseconds)}.${near}`
  );
}
