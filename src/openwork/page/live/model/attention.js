// Attention over cells: scores, softmax and mixing. Scores and patterns are [head * nPos + key][cell of the query].

import { add, linear } from "./linear.js";
import { mixture } from "./mixture.js";
import { scoreDivisor } from "./spec.js";

/** @import { Block, Linear } from "./model.js" */
/** @import { Pass } from "./pass.js" */

/**
 * What the heads of a block write together, [d_model][cell].
 * @param {Pass} pass
 * @param {string} attn `blocks.0.attn.`
 * @param {Block} block
 * @param {Float64Array} read [d_model][cell]
 * @param {number} first the first position where that is wanted
 */
export function attended(pass, attn, block, read, first) {
  const { n_heads: heads, d_head: e, d_model: d } = pass.model.spec;
  const count = pass.cells.count;
  const q = pass.room(heads * e);
  const k = pass.room(heads * e);
  const v = pass.room(heads * e);
  linear(block.q, read, count, q);
  pass.at(`${attn}hook_q`, q);
  linear(block.k, read, count, k);
  pass.at(`${attn}hook_k`, k);
  linear(block.v, read, count, v);
  pass.at(`${attn}hook_v`, v);
  const z = pass.room(heads * e);
  if (pass.taps(`${attn}hook_attn_scores`) || pass.taps(`${attn}hook_pattern`)) inSteps(pass, attn, q, k, v, z);
  else mixture(pass, q, k, v, z, first);
  pass.at(`${attn}hook_z`, z);
  const out = pass.room(d);
  if (pass.taps(`${attn}hook_result`)) throughResults(pass, `${attn}hook_result`, block.o, z, out);
  else linear(block.o, z, count, out);
  return out;
}

/**
 * What heads take, with what lies between as values of their own.
 * @param {Pass} pass
 * @param {string} attn
 * @param {Float64Array} q
 * @param {Float64Array} k
 * @param {Float64Array} v
 * @param {Float64Array} z is overwritten
 */
function inSteps(pass, attn, q, k, v, z) {
  const weights = pass.room(pass.model.spec.n_heads * pass.cells.nPos);
  scores(pass, q, k, weights);
  pass.write(`${attn}hook_attn_scores`, weights);
  hide(pass, weights, -Infinity);
  pass.read(`${attn}hook_attn_scores`, weights);
  softmax(pass, weights);
  if (pass.write(`${attn}hook_pattern`, weights)) hide(pass, weights, 0);
  pass.read(`${attn}hook_pattern`, weights);
  mix(pass, weights, v, z);
}

/**
 * How many keys a query can see: those up to its own position in a causal model.
 * @param {Pass} pass
 * @param {number} query
 */
function keysOf({ model, cells }, query) {
  return model.spec.attention_dir === "causal" ? query + 1 : cells.nPos;
}

/**
 * @param {Pass} pass
 * @param {Float64Array} q
 * @param {Float64Array} k
 * @param {Float64Array} out
 */
function scores(pass, q, k, out) {
  const { n_heads: heads, d_head: e } = pass.model.spec;
  const { count, nPos, start, seen } = pass.cells;
  const factor = 1 / scoreDivisor(pass.model.spec);
  out.fill(0);
  for (let h = 0; h < heads; h++)
    for (let p = 0; p < nPos; p++)
      for (let u = keysOf(pass, p) - 1; u >= 0; u--) {
        const row = (h * nPos + u) * count;
        for (let j = h * e; j < (h + 1) * e; j++)
          addProducts(seen[p], u, start[p], start[p + 1], q, j * count, k, j * count, factor, out, row);
      }
}

/**
 * out += factor * query * key, from cell `from` to `to` of one position.
 * @param {Int32Array} seen
 * @param {number} u position of the keys
 * @param {number} from
 * @param {number} to
 * @param {Float64Array} query
 * @param {number} q0 where its numbers of cells begin
 * @param {Float64Array} key
 * @param {number} k0
 * @param {number} factor
 * @param {Float64Array} out
 * @param {number} o0
 */
function addProducts(seen, u, from, to, query, q0, key, k0, factor, out, o0) {
  for (let c = from, at = u * (to - from); c < to; c++, at++)
    out[o0 + c] += factor * query[q0 + c] * key[k0 + seen[at]];
}

/**
 * Makes of scores or weights what the mask leaves: `blank` for keys ahead and for pads.
 * @param {Pass} pass
 * @param {Float64Array} weights
 * @param {number} blank
 */
function hide({ model, cells, padded }, weights, blank) {
  const { count, nPos, start, of, input, inputs } = cells;
  const causal = model.spec.attention_dir === "causal";
  for (let h = 0; h < model.spec.n_heads; h++)
    for (let u = 0; u < nPos; u++) {
      const row = (h * nPos + u) * count;
      if (causal) weights.fill(blank, row, row + start[u]);
      if (padded === null) continue;
      for (let c = causal ? start[u] : 0; c < count; c++)
        if (padded[of[u * inputs + input[c]]]) weights[row + c] = blank;
    }
}

/**
 * In place. A query that has nothing left to look at attends to nothing.
 * @param {Pass} pass
 * @param {Float64Array} weights
 */
function softmax(pass, weights) {
  const { count, nPos, start } = pass.cells;
  const top = pass.room(1);
  const sum = pass.room(1);
  for (let h = 0; h < pass.model.spec.n_heads; h++)
    for (let p = 0; p < nPos; p++) {
      const [from, to] = [start[p], start[p + 1]];
      const rows = Array.from({ length: keysOf(pass, p) }, (_, u) => (h * nPos + u) * count);
      top.fill(-Infinity, from, to);
      sum.fill(0, from, to);
      for (const row of rows) raise(top, weights, row, from, to);
      for (const row of rows) exponentials(weights, row, top, sum, from, to);
      for (const row of rows) for (let c = from; c < to; c++) if (sum[c] !== 0) weights[row + c] /= sum[c];
      for (let u = rows.length; u < nPos; u++) weights.fill(0, (h * nPos + u) * count + from, (h * nPos + u) * count + to);
    }
}

/**
 * @param {Float64Array} top
 * @param {Float64Array} weights
 * @param {number} row
 * @param {number} from
 * @param {number} to
 */
function raise(top, weights, row, from, to) {
  for (let c = from; c < to; c++) if (weights[row + c] > top[c]) top[c] = weights[row + c];
}

/**
 * @param {Float64Array} weights
 * @param {number} row
 * @param {Float64Array} top
 * @param {Float64Array} sum
 * @param {number} from
 * @param {number} to
 */
function exponentials(weights, row, top, sum, from, to) {
  for (let c = from; c < to; c++) {
    const score = weights[row + c];
    const weight = score === -Infinity ? 0 : Math.exp(score - top[c]);
    weights[row + c] = weight;
    sum[c] += weight;
  }
}

/**
 * z: the values, mixed by the weights.
 * @param {Pass} pass
 * @param {Float64Array} weights
 * @param {Float64Array} v
 * @param {Float64Array} z
 */
function mix(pass, weights, v, z) {
  const { n_heads: heads, d_head: e } = pass.model.spec;
  const { count, nPos, start, seen } = pass.cells;
  z.fill(0);
  for (let h = 0; h < heads; h++)
    for (let p = 0; p < nPos; p++)
      for (let u = keysOf(pass, p) - 1; u >= 0; u--) {
        const row = (h * nPos + u) * count;
        for (let j = h * e; j < (h + 1) * e; j++)
          addProducts(seen[p], u, start[p], start[p + 1], weights, row, v, j * count, 1, z, j * count);
      }
}

/**
 * The same as the linear layer, with each head's share a value of its own.
 * @param {Pass} pass
 * @param {string} site
 * @param {Linear} o
 * @param {Float64Array} z
 * @param {Float64Array} out
 */
function throughResults(pass, site, o, z, out) {
  const { n_heads: heads, d_head: e, d_model: d } = pass.model.spec;
  const count = pass.cells.count;
  const results = pass.room(heads * d);
  for (let h = 0; h < heads; h++) {
    const matrix = o.matrix.subarray(h * e * d, (h + 1) * e * d);
    const share = { inputs: e, outputs: d, matrix, bias: new Float64Array(d) };
    const one = results.subarray(h * d * count, (h + 1) * d * count);
    linear(share, z.subarray(h * e * count, (h + 1) * e * count), count, one);
  }
  pass.at(site, results);
  for (let i = 0; i < d; i++) out.fill(o.bias[i], i * count, (i + 1) * count);
  for (let h = 0; h < heads; h++) add(out, results.subarray(h * d * count, (h + 1) * d * count));
}
