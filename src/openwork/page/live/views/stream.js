// The residual stream of the question on the bench, read at every site and position as if the model ended there.

import { html } from "../page/dom.js";
import { figure } from "../page/frame.js";
import { exact } from "../page/numbers.js";
import { sigmoid, softmaxed } from "../page/bench.js";
import { reader } from "../measures/readout.js";
import { choice } from "../widgets/choice.js";
import { Grid, textWidth } from "../widgets/grid.js";

/** @import { Bench } from "../page/bench.js" */
/** @import { Choices } from "../page/state.js" */

const NARROWEST = 26; // px of a cell
const MOST_TOLD = 8; // symbols whose numbers hover tells
const MOST_MEMBERS = 6; // of a set, that a cell has room for

/**
 * @param {Bench} bench
 * @param {Choices} choices
 * @returns {HTMLElement}
 */
export function streamPanel(bench, choices) {
  const { positionNames, nPos, graded, answerSymbols, sets } = bench.task;
  const { candidates } = bench.domain;
  const sites = bench.streams;
  const title = "The residual stream, read at every site";
  /** @type {number[][]} the numbers of the candidates, cell by cell */
  let reads = [];
  const best = (/** @type {number} */ index) => {
    const row = reads[index] ?? [];
    return row.reduce((most, value, at) => (value > (row[most] ?? 0) ? at : most), 0);
  };
  const members = (/** @type {number} */ index) => (reads[index] ?? []).map((value, at) => (value > 0 ? at : -1)).filter((at) => at >= 0);
  const setWords = (/** @type {number[]} */ all) => {
    const shown = all.slice(0, MOST_MEMBERS).map((at) => symbol(at)).join(" ");
    return all.length > MOST_MEMBERS ? `${shown} +${all.length - MOST_MEMBERS}` : shown || "\u2205";
  };
  const spoken = (/** @type {number} */ index) => (sets ? setWords(members(index)) : symbol(best(index)));
  const isRight = (/** @type {import("../page/bench.js").Pass} */ pass, /** @type {number} */ output, /** @type {number} */ index) =>
    sets
      ? pass.asks(output) && candidates.every((id, at) => members(index).includes(at) === pass.wants(output, id))
      : candidates[best(index)] === pass.right[output];
  const symbol = (/** @type {number} */ candidate) => answerSymbols[candidates[candidate] ?? 0] ?? "?";
  const tell = (/** @type {number} */ row, /** @type {number} */ column) => {
    const read = reads[row * nPos + column] ?? [];
    const order = [...read.keys()].sort((one, other) => (read[other] ?? 0) - (read[one] ?? 0));
    const told = read.length > MOST_TOLD ? order.slice(0, MOST_TOLD) : [...read.keys()];
    const more = read.length > told.length ? `   and ${read.length - told.length} smaller` : "";
    const numbers = told.map((at) => `${symbol(at)}: ${exact(read[at] ?? NaN, 3)}`);
    return `${sites[row]?.name} at ${positionNames[column]}\n${choices.state.measure} of ${numbers.join("   ")}${more}`;
  };
  const widest = sets ? [setWords([...candidates.keys()])] : candidates.map((_, at) => symbol(at));
  const width = Math.max(NARROWEST, ...widest.map((text) => textWidth(text) + 6));
  const grid = new Grid({ title, rows: sites.map(({ name }) => name), columns: positionNames, width, tell });
  const controls = readingControls(bench, choices);
  const paint = () => {
    const shown = bench.shown;
    const pass = shown?.cut ?? shown?.whole;
    if (!pass) return;
    const { basis, normed, measure } = choices.state;
    const read = reader(bench.model, bench.domain, { basis, afterNorm: normed, measure });
    const step = bench.model.spec.d_model;
    reads = sites.flatMap(({ site }) => Array.from({ length: nPos }, (_, at) => read(pass.at(site), at * step)));
    const sure = reads.map((row, index) => {
      const value = row[best(index)] ?? NaN;
      if (sets) return measure === "cosine" ? value : sigmoid(Math.min(...row.map(Math.abs)));
      return measure === "cosine" ? value : (softmaxed(Float64Array.from(row), row.length)[best(index)] ?? NaN);
    });
    grid.crop(sites.length, bench.lengthOf(shown.symbols));
    grid.paint({
      values: sure,
      low: measure === "cosine" ? -1 : 0,
      high: 1,
      text: spoken,
      outlined: (index) => {
        const output = graded.indexOf(index % nPos);
        return output >= 0 && isRight(pass, output, index);
      },
    });
  };
  bench.watch(paint);
  choices.watch((state, before) => {
    const kept = state.basis === before.basis && state.normed === before.normed && state.measure === before.measure;
    if (!kept || state === before) paint();
  });
  return figure(title, grid.element, {
    drawing: grid.drawing,
    controls,
    rows: () => grid.table((row, column) => spoken(row * nPos + column)),
    caption:
      (sets
        ? "In each cell stand the symbols whose number is above 0, the stronger its colour the farther the nearest is from 0. "
        : "In each cell stands the symbol that the stream is nearest to, the stronger its colour the surer. ") +
      "A frame marks a graded position where it is the right answer. By logit with W_U, after the final norm where there is one, the last row is the model's own answer.",
  });
}

/**
 * @param {Bench} bench
 * @param {Choices} choices
 */
function readingControls(bench, choices) {
  const basis = choice(
    "compared with",
    [
      { value: "W_U", name: "W_U, unembedding" },
      ...(bench.embeds ? [{ value: "W_E", name: "W_E, embedding" }] : []),
    ],
    (value) => choices.set({ basis: value === "W_E" ? "W_E" : "W_U" }),
  );
  const norm = choice(
    "read",
    [
      { value: "after", name: "after the final norm" },
      { value: "before", name: "as it is" },
    ],
    (value) => choices.set({ normed: value === "after" }),
  );
  const measure = choice(
    "by",
    [
      { value: "logit", name: "logit" },
      { value: "cosine", name: "cosine" },
    ],
    (value) => choices.set({ measure: value === "cosine" ? "cosine" : "logit" }),
  );
  choices.watch((state) => {
    basis.paint(state.basis);
    norm.paint(state.normed ? "after" : "before");
    measure.paint(state.measure);
  });
  const hasNorm = bench.model.spec.normalization_type !== null;
  return html("div", { class: "live-controls" }, basis.element, hasNorm ? norm.element : null, measure.element);
}
