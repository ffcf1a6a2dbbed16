// Layer norm and root-mean-square norm over cells.

/** @import { NormWeights } from "./model.js" */
/** @import { Pass } from "./pass.js" */

/**
 * What is read through a norm: a new value, or `x` itself where the model has no norm. `hook_scale` is the divisor;
 * `hook_normalized` comes before the norm's own weights.
 * @param {Pass} pass
 * @param {string} norm its name with a dot, `blocks.0.ln1.`
 * @param {NormWeights} weights
 * @param {Float64Array} x [d_model][cell]
 */
export function normed(pass, norm, weights, x) {
  const { normalization_type: kind, d_model: d, eps } = pass.model.spec;
  if (kind === null) return x;
  const count = pass.cells.count;
  const out = pass.room(d);
  const scale = pass.room(1);
  const mean = pass.room(1).fill(0);
  if (kind === "LN" || kind === "LNPre") means(x, d, count, mean);
  centred(x, d, count, mean, out, scale);
  for (let n = 0; n < count; n++) scale[n] = Math.sqrt(scale[n] / d + eps);
  pass.at(`${norm}hook_scale`, scale);
  for (let n = 0; n < count; n++) scale[n] = 1 / scale[n];
  if (!pass.taps(`${norm}hook_normalized`)) return weighed(out, d, count, scale, weights);
  weighed(out, d, count, scale, { w: null, b: null });
  pass.at(`${norm}hook_normalized`, out);
  return weighed(out, d, count, scale.fill(1), weights);
}

/**
 * @param {Float64Array} x
 * @param {number} d
 * @param {number} count
 * @param {Float64Array} mean zeros; then the mean of each cell
 */
function means(x, d, count, mean) {
  for (let i = 0, at = 0; i < d; i++) for (let n = 0; n < count; n++, at++) mean[n] += x[at];
  for (let n = 0; n < count; n++) mean[n] /= d;
}

/**
 * Distances from the mean, and for each cell the sum of their squares.
 * @param {Float64Array} x
 * @param {number} d
 * @param {number} count
 * @param {Float64Array} mean
 * @param {Float64Array} out
 * @param {Float64Array} squares
 */
function centred(x, d, count, mean, out, squares) {
  squares.fill(0);
  for (let i = 0, at = 0; i < d; i++)
    for (let n = 0; n < count; n++, at++) {
      const distance = x[at] - mean[n];
      out[at] = distance;
      squares[n] += distance * distance;
    }
}

/**
 * Times a factor of the cell and the weight of the feature, in place.
 * @param {Float64Array} x
 * @param {number} d
 * @param {number} count
 * @param {Float64Array} factor
 * @param {NormWeights} weights
 */
function weighed(x, d, count, factor, { w, b }) {
  for (let i = 0, at = 0; i < d; i++) {
    const [weight, shift] = [w === null ? 1 : w[i], b === null ? 0 : b[i]];
    for (let n = 0; n < count; n++, at++) x[at] = x[at] * factor[n] * weight + shift;
  }
  return x;
}
