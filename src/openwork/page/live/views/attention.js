// Where each head looks, for the question on the bench: as a grid and as arcs.

import { html, refill } from "../page/dom.js";
import { figure } from "../page/frame.js";
import { brief, exact } from "../page/numbers.js";
import { Arcs } from "../widgets/arcs.js";
import { choice } from "../widgets/choice.js";
import { Grid } from "../widgets/grid.js";

/** @import { Bench } from "../page/bench.js" */
/** @import { LiveTask } from "../page/payload.js" */
/** @import { Choices } from "../page/state.js" */

const MOST_AT_ONCE = 4;
const CROWD = 28; // positions, from which on a cell is narrower
const WIDE = 16; // positions, above which grid and arcs do not fit beside each other

/**
 * @param {Bench} bench
 * @param {Choices} choices
 * @returns {HTMLElement}
 */
export function attentionPanels(bench, choices) {
  const { n_layers: layers, n_heads: heads } = bench.model.spec;
  if (!layers) return html("p", { class: "ow-note" }, "This model has no attention.");
  const all = layers * heads <= MOST_AT_ONCE;
  const panels = html("div", { class: bench.task.nPos > WIDE ? "live-panels live-wide" : "live-panels" });
  /** @type {(() => void)[]} */
  let paints = [];
  const build = (/** @type {number[]} */ shown) => {
    const made = shown.flatMap((layer) => Array.from({ length: heads }, (_, head) => headPanel(bench, choices, layer, head)));
    paints = made.map(({ paint }) => paint);
    refill(panels, ...made.map(({ element }) => element));
  };
  const names = Array.from({ length: layers }, (_, layer) => ({ value: String(layer), name: `layer ${layer}` }));
  const chosen = choice("heads of", names, (value) => choices.set({ layer: Number(value) }));
  if (all) build(names.map(({ value }) => Number(value)));
  choices.watch((state, before) => {
    chosen.paint(String(state.layer));
    if (!all && (state === before || state.layer !== before.layer)) build([state.layer]);
    else if (state.query === before.query) return;
    for (const paint of paints) paint();
  });
  bench.watch(() => {
    for (const paint of paints) paint();
  });
  return html("div", {}, all ? null : chosen.element, panels);
}

/**
 * @param {Bench} bench
 * @param {Choices} choices
 * @param {number} layer
 * @param {number} head
 * @returns {{element: HTMLElement, paint: () => void}}
 */
function headPanel(bench, choices, layer, head) {
  const { positionNames, nPos } = bench.task;
  const site = `blocks.${layer}.attn.hook_pattern`;
  const title = `Attention, layer ${layer} head ${head}`;
  /** @type {Float64Array} */
  let weights = new Float64Array(nPos * nPos);
  /** @type {string[]} */
  let symbols = [];
  const named = (/** @type {number} */ at) => `${positionNames[at]} (${symbols[at]})`;
  const tell = (/** @type {number} */ query, /** @type {number} */ key) =>
    `from ${named(query)} to ${named(key)}: ${exact(weights[query * nPos + key] ?? NaN)}`;
  const grid = new Grid({
    title: `${title}, as a grid`,
    rows: positionNames,
    columns: positionNames,
    rowTitle: "attends",
    columnTitle: "attended to",
    width: nPos >= CROWD ? 20 : 22,
    height: 20,
    tell,
  });
  const choose = (/** @type {number | null} */ query) => choices.set({ query: query ?? -1 });
  const arcs = new Arcs({ title: `${title}, as arcs`, names: positionNames, tell, choose });
  const paint = () => {
    const shown = bench.shown;
    const pass = shown?.cut ?? shown?.whole;
    if (!pass || !shown) return;
    weights = pass.at(site).subarray(head * nPos * nPos, (head + 1) * nPos * nPos);
    symbols = shown.symbols;
    const length = bench.lengthOf(symbols);
    const causal = bench.model.spec.attention_dir === "causal";
    const unread = (/** @type {number} */ index) => {
      const [query, key] = [Math.floor(index / nPos), index % nPos];
      return Math.max(query, key) >= length || (causal && key > query);
    };
    const values = Array.from(weights, (value, index) => (unread(index) ? NaN : value));
    const text = (/** @type {number} */ index) => (unread(index) ? "" : brief(weights[index] ?? NaN, true));
    grid.crop(length, length);
    arcs.crop(length);
    grid.paint({ values, low: 0, high: 1, text });
    const { query } = choices.state;
    arcs.show(query < 0 ? null : Math.min(query, length - 1));
    arcs.paint(values.map((weight) => weight || 0), symbols);
  };
  const rows = () => grid.table((query, key) => exact(weights[query * nPos + key] ?? NaN, 6));
  const pads = (bench.model.spec.pad_token ?? null) === null ? "" : " Pads are left out: nothing attends to them.";
  const element = html(
    "div",
    { class: "live-pair" },
    figure(`${title}, as a grid`, grid.element, { drawing: grid.drawing, rows, caption: `Each row sums to 1.${gradedWords(bench.task)}${pads}` }),
    figure(`${title}, as arcs`, arcs.element, {
      drawing: arcs.drawing,
      rows,
      caption: "Arcs join the marked token to what it attends to. Click another, or use the arrow keys; click it again to see those of all.",
    }),
  );
  return { element, paint };
}

/**
 * Which rows of a grid end in an answer, in words; nothing where all do.
 * @param {LiveTask} task
 */
function gradedWords({ graded, nPos, positionNames }) {
  const first = positionNames[graded[0] ?? 0];
  if (graded.length === nPos) return "";
  if (graded.length === 1) return ` The row ${first} is graded.`;
  const toTheEnd = graded.every((position, index) => position === nPos - graded.length + index);
  return toTheEnd ? ` Rows from ${first} on are graded.` : ` Rows ${graded.map((position) => positionNames[position]).join(", ")} are graded.`;
}
