// Play: everything that the model computes for one question, repainted at every key.

import { html, refill, say } from "../page/dom.js";
import { figure } from "../page/frame.js";
import { brief, exact, percent } from "../page/numbers.js";
import { choice } from "../widgets/choice.js";
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
 * Probabilities or logits of every answer at every output.
 * @param {Bench} bench
 * @param {Choices} choices
 */
function answersPanel(bench, choices) {
  const { outputs, answerSymbols, sets } = bench.task;
  /** @type {Pass | null} */
  let pass = null;
  // Of a language one answer is wanted, wherever its question ends.
  const outputOf = (/** @type {number} */ column) => (sets ? Math.max(pass?.firstAsked ?? 0, 0) : column);
  const shownColumns = sets ? ["next"] : outputs;
  const place = (/** @type {number} */ row, /** @type {number} */ column) => outputOf(column) * answerSymbols.length + row;
  const title = sets ? "What may follow" : "Answers at every graded position";
  const tell = (/** @type {number} */ row, /** @type {number} */ column) => {
    const at = place(row, column);
    const wanted = sets ? ", which may follow" : ", the right answer";
    const right = pass?.wants(outputOf(column), row) ? wanted : "";
    const numbers = `probability ${percent(pass?.shares[at] ?? NaN)}\nlogit ${exact(pass?.logits[at] ?? NaN)}`;
    return `${outputs[outputOf(column)]} ${sets ? "has" : "="} ${answerSymbols[row]}${right}\n${numbers}`;
  };
  const look = { title, rows: answerSymbols, columns: shownColumns, rowTitle: sets ? "symbol" : "answer", columnTitle: sets ? "" : "output", width: sets ? 60 : 38, tell };
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
    const values = Array.from({ length: answerSymbols.length * columns }, (_, index) => {
      const asked = shown.asks(outputOf(index % columns));
      return asked ? (source[place(Math.floor(index / columns), index % columns)] ?? NaN) : NaN;
    });
    const reach = share ? 1 : Math.max(...values.filter(Number.isFinite).map(Math.abs), 1e-9);
    grid.paint({
      values,
      low: share ? 0 : -reach,
      high: reach,
      text: (index) => (shown.asks(outputOf(index % columns)) ? brief(values[index] ?? NaN, share) : ""),
      outlined: (index) => shown.wants(outputOf(index % columns), Math.floor(index / columns)),
    });
  };
  bench.watch(({ cut, whole }) => {
    pass = cut ?? pass ?? whole;
    paint();
  });
  choices.watch(paint);
  return figure(title, grid.element, {
    drawing: grid.drawing,
    controls: numbers.element,
    rows: () => grid.table((row, column) => exact((choices.state.numbers === "share" ? pass?.shares : pass?.logits)?.[place(row, column)] ?? NaN, 6)),
    caption: sets
      ? "A frame marks a symbol that may follow. The model says the set of the symbols whose logit is above 0: probability above a half."
      : "A frame marks the right answer. The model says the answer with the largest logit.",
  });
}
