// Where the heads of a layer look from the graded positions: the mean over inputs, and how often a key is the largest.

import { blocks } from "../model/run.js";

/** @import { Tokens } from "../data/tokens.js" */
/** @import { Cells } from "../model/cells.js" */
/** @import { Model } from "../model/model.js" */

/**
 * @typedef {object} Attention
 * @property {Float64Array} mean [head, graded, key]
 * @property {Float64Array} largest [head, graded, key], share of inputs whose largest weight lies on the key
 * @property {number} inputs
 */

/**
 * Yields the share that is done.
 * @param {Model} model
 * @param {Tokens} tokens
 * @param {number[]} graded
 * @param {number} layer
 * @returns {Generator<number, Attention, void>}
 */
export function* attention(model, tokens, graded, layer) {
  const site = `blocks.${layer}.attn.hook_pattern`;
  const heads = model.spec.n_heads;
  const mean = new Float64Array(heads * graded.length * tokens.nPos);
  const largest = new Float64Array(mean.length);
  for (const { start, cells, values } of blocks(model, tokens, { edits: [], captures: [site] }, {})) {
    const weights = /** @type {Float64Array} */ (values.get(site));
    for (let h = 0; h < heads; h++)
      graded.forEach((p, g) => addQuery(cells, weights, h, p, (h * graded.length + g) * tokens.nPos, mean, largest));
    yield (start + cells.inputs) / tokens.rows;
  }
  for (const sums of [mean, largest]) for (let i = 0; i < sums.length; i++) sums[i] /= tokens.rows;
  return { mean, largest, inputs: tokens.rows };
}

/**
 * @param {Cells} cells
 * @param {Float64Array} weights
 * @param {number} head
 * @param {number} query
 * @param {number} to
 * @param {Float64Array} mean
 * @param {Float64Array} largest
 */
function addQuery({ inputs, nPos, count, of }, weights, head, query, to, mean, largest) {
  for (let i = 0; i < inputs; i++) {
    const cell = of[query * inputs + i];
    let best = 0;
    for (let u = 0; u < nPos; u++) {
      const weight = weights[(head * nPos + u) * count + cell];
      mean[to + u] += weight;
      if (weight > weights[(head * nPos + best) * count + cell]) best = u;
    }
    largest[to + best]++;
  }
}
