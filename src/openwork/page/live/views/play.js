// Play: everything that the model computes for one question, repainted at every key.

import { holds } from "../data/answers.js";
import { html, refill, say } from "../page/dom.js";
import { figure } from "../page/frame.js";
import { brief, exact, percent } from "../page/numbers.js";
import { choice } from "../widgets/choice.js";
import { Fold } from "../widgets/fold.js";
import { Grid } from "../widgets/grid.js";
import { attentionPanels } from "./attention.js";
import { leadLine } from "./lead.js";
import { neuronPanels } from "./neurons.js";
import { streamPanel } from "./stream.js";

/** @import { Bench } from "../page/bench.js" */
/** @import { Pass } from "../page/bench.js" */
/** @import { LivePage } from "../page/payload.js" */
/** @import { Choices } from "../page/state.js" */

const NOTE = "live-note-cut";
const MOST_ROWS = 12; // answers that are shown where they are many

/**
 * @param {HTMLElement} mount
 * @param {Bench} bench
 * @param {Choices} choices
 * @param {LivePage} page
 */
export function playView(mount, bench, choices, page) {
  const note = html("p", { class: `ow-note ${NOTE}`, role: "status" });
  refill(
    mount,
    note,
    leadLine(bench, choices, page),
    answersPanel(bench, choices),
    attentionPanels(bench, choices),
    streamPanel(bench, choices),
    neuronPanels(bench),
  );
  bench.watch(({ state, cut }) => {
    const off = state.cuts.length;
    note.hidden = off === 0;
    const what = `The figures show the model with ${off} ${off === 1 ? "part" : "parts"} off.`;
    say(note, cut ? what : "Measuring what the parts that are off are replaced by\u2026");
  });
}

/**
 * Probabilities or logits of every answer at every output; of many answers those that matter, and those looked for.
 * @param {Bench} bench
 * @param {Choices} choices
 */
function answersPanel(bench, choices) {
  const { outputs, answerSymbols, sets } = bench.task;
  /** @type {Pass | null} */
  let pass = null;
  /** @type {number[]} the answer in each row */
  let answers = [];
  // Of a language one answer is wanted, wherever its question ends.
  const outputOf = (/** @type {number} */ column) => (sets ? Math.max(pass?.firstAsked ?? 0, 0) : column);
  const shownColumns = sets ? ["next"] : outputs;
  const place = (/** @type {number} */ answer, /** @type {number} */ column) => outputOf(column) * answerSymbols.length + answer;
  const title = sets ? "What may follow" : "Answers at every graded position";
  const tell = (/** @type {number} */ row, /** @type {number} */ column) => {
    const answer = answers[row] ?? 0;
    const at = place(answer, column);
    const wanted = sets ? ", which may follow" : ", the right answer";
    const right = pass?.wants(outputOf(column), answer) ? wanted : "";
    const numbers = `probability ${percent(pass?.shares[at] ?? NaN)}\nlogit ${exact(pass?.logits[at] ?? NaN)}`;
    return `${outputs[outputOf(column)]} ${sets ? "has" : "="} ${answerSymbols[answer]}${right}\n${numbers}`;
  };
  const fold = new Fold(answerSymbols, MOST_ROWS, sets ? "a symbol" : "an answer", () => paint());
  const room = fold.folded ? Math.min(answerSymbols.length, Math.max(MOST_ROWS, 2 * shownColumns.length)) : answerSymbols.length;
  const look = { title, rows: answerSymbols.slice(0, room), names: answerSymbols, columns: shownColumns, rowTitle: sets ? "symbol" : "answer", columnTitle: sets ? "" : "output", width: sets ? 60 : 38, tell };
  const grid = new Grid(look);
  const numbers = choice(
    "numbers",
    [
      { value: "share", name: "probabilities" },
      { value: "logit", name: "logits" },
    ],
    (value) => choices.set({ numbers: value === "logit" ? "logit" : "share" }),
  );
  const paint = () => {
    if (!pass) return;
    const shown = pass;
    const share = choices.state.numbers === "share";
    numbers.paint(choices.state.numbers);
    const source = share ? shown.shares : shown.logits;
    const columns = shownColumns.length;
    const { order, always } = ranked(shown, answerSymbols.length);
    answers = fold.shown(order, Math.min(always, room));
    if (fold.folded) grid.rename(answers.map((answer) => answerSymbols[answer] ?? "?"));
    const answerAt = (/** @type {number} */ index) => answers[Math.floor(index / columns)] ?? -1;
    const values = Array.from({ length: answers.length * columns }, (_, index) => {
      const asked = shown.asks(outputOf(index % columns));
      return asked ? (source[place(answerAt(index), index % columns)] ?? NaN) : NaN;
    });
    const reach = share ? 1 : Math.max(...values.filter(Number.isFinite).map(Math.abs), 1e-9);
    grid.paint({
      values,
      low: share ? 0 : -reach,
      high: reach,
      text: (index) => (shown.asks(outputOf(index % columns)) ? brief(values[index] ?? NaN, share) : ""),
      outlined: (index) => shown.wants(outputOf(index % columns), answerAt(index)),
    });
  };
  bench.watch(({ cut, whole }) => {
    pass = cut ?? pass ?? whole;
    paint();
  });
  choices.watch(paint);
  const number = (/** @type {number} */ answer, /** @type {number} */ column) => exact((choices.state.numbers === "share" ? pass?.shares : pass?.logits)?.[place(answer, column)] ?? NaN, 6);
  return figure(title, grid.element, {
    drawing: grid.drawing,
    controls: html("div", { class: "live-controls" }, numbers.element, fold.element),
    rows: () => [["", ...shownColumns], ...answerSymbols.map((name, answer) => [name, ...shownColumns.map((_, column) => number(answer, column))])],
    caption: sets
      ? "A frame marks a symbol that may follow. The model says the set of the symbols whose logit is above 0: probability above a half."
      : "A frame marks the right answer. The model says the answer with the largest logit.",
  });
}

/**
 * All answers: those that are right or said somewhere, and how many they are; then the others, the likeliest first.
 * @param {Pass} pass
 * @param {number} symbols
 */
function ranked(pass, symbols) {
  const likely = new Float64Array(symbols);
  const matters = new Set();
  for (let output = 0; output < pass.right.length; output += 1) {
    if (!pass.asks(output)) continue;
    for (let answer = 0; answer < symbols; answer += 1) {
      likely[answer] = Math.max(likely[answer] ?? 0, pass.shares[output * symbols + answer] ?? 0);
      const said = pass.sets ? holds(pass.said[output] ?? -1, answer) : pass.said[output] === answer;
      if (said || pass.wants(output, answer)) matters.add(answer);
    }
  }
  const rank = (/** @type {number} */ answer) => (matters.has(answer) ? 2 : 0) + (likely[answer] ?? 0);
  const order = Array.from({ length: symbols }, (_, answer) => answer).sort((one, other) => rank(other) - rank(one));
  return { order, always: matters.size };
}
