// What the neurons of each MLP do for the question on the bench.

import { html } from "../page/dom.js";
import { figure } from "../page/frame.js";
import { exact } from "../page/numbers.js";
import { Grid } from "../widgets/grid.js";

/** @import { Bench } from "../page/bench.js" */

const MOST = 48;

/**
 * @param {Bench} bench
 * @returns {HTMLElement | null}
 */
export function neuronPanels(bench) {
  const { n_layers: layers, attn_only: attentionOnly } = bench.model.spec;
  if (attentionOnly || !layers) return null;
  return html("div", { class: "live-panels" }, ...Array.from({ length: layers }, (_, layer) => neuronPanel(bench, layer)));
}

/**
 * @param {Bench} bench
 * @param {number} layer
 */
function neuronPanel(bench, layer) {
  const { positionNames, nPos } = bench.task;
  const width = bench.model.spec.d_mlp;
  const shown = Math.min(width, MOST);
  const site = `blocks.${layer}.mlp.hook_post`;
  const title = `Neurons of the MLP in layer ${layer}`;
  /** @type {Float64Array} */
  let acts = new Float64Array(nPos * width);
  const at = (/** @type {number} */ row, /** @type {number} */ column) => acts[row * width + column] ?? NaN;
  const grid = new Grid({
    title,
    rows: positionNames,
    columns: Array.from({ length: shown }, (_, neuron) => String(neuron)),
    columnTitle: "neuron",
    width: 22,
    height: 18,
    tell: (row, column) => `neuron ${column} at ${positionNames[row]}: ${exact(at(row, column))}`,
  });
  bench.watch(({ cut, whole, symbols }) => {
    grid.crop(bench.lengthOf(symbols), shown);
    acts = (cut ?? whole).at(site);
    const values = Array.from({ length: nPos * shown }, (_, index) => at(Math.floor(index / shown), index % shown));
    const reach = Math.max(...values.map(Math.abs), 1e-9);
    grid.paint({ values, low: values.some((value) => value < 0) ? -reach : 0, high: reach });
  });
  const left = width > shown ? ` The first ${shown} of ${width} are shown; the CSV file has all.` : "";
  return figure(title, grid.element, {
    drawing: grid.drawing,
    rows: () => [
      ["", ...Array.from({ length: width }, (_, neuron) => `neuron ${neuron}`)],
      ...positionNames.map((name, row) => [name, ...Array.from({ length: width }, (_, neuron) => exact(at(row, neuron), 6))]),
    ],
    caption: `Activity after the activation function; the stronger the colour, the more active.${left}`,
  });
}
