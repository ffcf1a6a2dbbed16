// What heads take from where they look, in one go: scores, softmax and mixing query by query, for a pass in which nobody
// looks at what lies between. The same as attention.js does in steps, in less than half the time.

import { exponential } from "./exponential.js";
import { scoreDivisor } from "./spec.js";

/** @import { Pass } from "./pass.js" */

/**
 * One head's numbers, [cell][width]: an even width, so that two are added at once.
 * @typedef {object} Head
 * @property {number} width
 * @property {Float64Array} q with the divisor of scores in it
 * @property {Float64Array} k
 * @property {Float64Array} v
 * @property {Float64Array} z
 */

/**
 * All arrays are [head * d_head + unit][cell].
 * @param {Pass} pass
 * @param {Float64Array} q
 * @param {Float64Array} k
 * @param {Float64Array} v
 * @param {Float64Array} z is overwritten
 * @param {number} first the first position whose queries are wanted
 */
export function mixture(pass, q, k, v, z, first) {
  const { model, cells, padded } = pass;
  const { n_heads: heads, d_head: e, attention_dir: direction } = model.spec;
  const { count, nPos, start, seen } = cells;
  const width = e + (e % 2);
  const room = () => pass.room(width).fill(0);
  const head = { width, q: room(), k: room(), v: room(), z: pass.room(width) };
  const scores = new Float64Array(nPos);
  for (let h = 0; h < heads; h++) {
    byCell(q, h * e, e, count, 1 / scoreDivisor(model.spec), head.q, width);
    byCell(k, h * e, e, count, 1, head.k, width);
    byCell(v, h * e, e, count, 1, head.v, width);
    for (let p = first; p < nPos; p++) {
      const keys = direction === "causal" ? p + 1 : nPos;
      for (let c = start[p]; c < start[p + 1]; c++)
        take(head, c, seen[p], c - start[p], start[p + 1] - start[p], keys, padded, scores);
    }
    byFeature(head.z, width, e, count, z, h * e);
  }
}

/**
 * @param {Head} head
 * @param {number} c the query's cell
 * @param {Int32Array} seen cells of its keys, every `stride`th from `at`
 * @param {number} at
 * @param {number} stride
 * @param {number} keys
 * @param {Uint8Array | null} padded
 * @param {Float64Array} scores room for them
 */
function take({ width, q, k, v, z }, c, seen, at, stride, keys, padded, scores) {
  const query = c * width;
  for (let j = 0; j < width; j += 2) {
    const [even, odd] = [q[query + j], q[query + j + 1]];
    for (let u = 0, place = at; u < keys; u++, place += stride) {
      const key = seen[place] * width + j;
      const product = even * k[key] + odd * k[key + 1];
      scores[u] = j === 0 ? product : scores[u] + product;
    }
  }
  if (padded !== null) for (let u = 0; u < keys; u++) if (padded[seen[at + u * stride]]) scores[u] = -Infinity;
  const sum = weigh(scores, keys);
  for (let j = 0; j < width; j += 2) {
    let even = 0;
    let odd = 0;
    for (let u = 0, place = at; u < keys; u++, place += stride) {
      const value = seen[place] * width + j;
      even += scores[u] * v[value];
      odd += scores[u] * v[value + 1];
    }
    z[query + j] = sum === 0 ? 0 : even / sum;
    z[query + j + 1] = sum === 0 ? 0 : odd / sum;
  }
}

/**
 * Makes weights of scores, up to their sum, which it gives.
 * @param {Float64Array} scores
 * @param {number} keys
 */
function weigh(scores, keys) {
  let top = -Infinity;
  for (let u = 0; u < keys; u++) if (scores[u] > top) top = scores[u];
  let sum = 0;
  for (let u = 0; u < keys; u++) {
    const weight = scores[u] === -Infinity ? 0 : exponential(scores[u] - top);
    scores[u] = weight;
    sum += weight;
  }
  return sum;
}

/**
 * Some features of every cell, side by side.
 * @param {Float64Array} x [feature][cell]
 * @param {number} first
 * @param {number} features
 * @param {number} count
 * @param {number} factor
 * @param {Float64Array} out [cell][width]
 * @param {number} width
 */
function byCell(x, first, features, count, factor, out, width) {
  for (let j = 0; j < features; j++)
    for (let c = 0, from = (first + j) * count, to = j; c < count; c++, from++, to += width) out[to] = factor * x[from];
}

/**
 * The way back.
 * @param {Float64Array} x [cell][width]
 * @param {number} width
 * @param {number} features
 * @param {number} count
 * @param {Float64Array} out [feature][cell]
 * @param {number} first
 */
function byFeature(x, width, features, count, out, first) {
  for (let j = 0; j < features; j++)
    for (let c = 0, from = j, to = (first + j) * count; c < count; c++, from += width, to++) out[to] = x[from];
}
