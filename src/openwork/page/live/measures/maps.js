// The affine map that fits an MLP best, over inputs and positions: least squares, as Python's engines/resolve.py.

import { siteNamed } from "../model/sites.js";
import { blocks } from "../model/run.js";
import { mlpReads } from "../model/taps.js";
import { pseudoInverse } from "./eigen.js";
import { inputsOf } from "./means.js";

/** @import { Tokens } from "../data/tokens.js" */
/** @import { Linear, Model } from "../model/model.js" */

/** Share of the largest eigenvalue below which a direction of what an MLP reads is rounding. */
const NOISE = 1e-10;

/**
 * Yields the share that is done; gives the map of each MLP by its `hook_mlp_out`.
 * @param {Model} model
 * @param {Tokens} tokens
 * @param {string[]} sites
 * @returns {Generator<number, Record<string, Linear>, void>}
 */
export function* affineMaps(model, tokens, sites) {
  const { spec } = model;
  const d = spec.d_model;
  const sums = sites.map((name) => {
    const site = siteNamed(spec, name).name;
    const gram = new Float64Array((d + 1) ** 2);
    return { site, reads: mlpReads(spec, site), gram, cross: new Float64Array((d + 1) * d) };
  });
  const captures = sums.flatMap(({ site, reads }) => [site, reads]);
  for (const { start, cells, values } of blocks(model, tokens, { edits: [], captures }, { shallow: true })) {
    const weights = inputsOf(cells);
    for (const { site, reads, gram, cross } of sums) {
      const x = [...rows(values.get(reads), d, cells.count), new Float64Array(cells.count).fill(1)];
      addProducts(x, x, weights, gram);
      addProducts(x, rows(values.get(site), d, cells.count), weights, cross);
    }
    yield (start + cells.inputs) / tokens.rows;
  }
  return Object.fromEntries(sums.map(({ site, gram, cross }) => [site, solved(gram, cross, d)]));
}

/**
 * @param {Float64Array | undefined} value
 * @param {number} d
 * @param {number} count
 */
function rows(value, d, count) {
  return Array.from({ length: d }, (_, i) => /** @type {Float64Array} */ (value).subarray(i * count, (i + 1) * count));
}

/**
 * @param {Float64Array[]} x
 * @param {Float64Array[]} y
 * @param {Float64Array} weights
 * @param {Float64Array} sums [x, y]
 */
function addProducts(x, y, weights, sums) {
  for (let i = 0; i < x.length; i++)
    for (let j = 0; j < y.length; j++) {
      let sum = 0;
      for (let c = 0; c < weights.length; c++) sum += weights[c] * x[i][c] * y[j][c];
      sums[i * y.length + j] += sum;
    }
}

/**
 * @param {Float64Array} gram
 * @param {Float64Array} cross
 * @param {number} d
 * @returns {Linear}
 */
function solved(gram, cross, d) {
  const inverse = pseudoInverse(gram, d + 1, NOISE);
  const whole = new Float64Array((d + 1) * d);
  for (let i = 0; i <= d; i++)
    for (let k = 0; k <= d; k++)
      for (let o = 0; o < d; o++) whole[i * d + o] += inverse[i * (d + 1) + k] * cross[k * d + o];
  return { inputs: d, outputs: d, matrix: whole.slice(0, d * d), bias: whole.slice(d * d) };
}
