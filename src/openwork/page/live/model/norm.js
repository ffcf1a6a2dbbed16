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
export function normed(pass, norm, { w, b }, x) {
  const { normalization_type: kind, d_model: d, eps } = pass.model.spec;
  if (kind === null) return x;
  const count = pass.cells.count;
  const out = pass.room(d);
  out.set(x);
  if (kind === "LN" || kind === "LNPre") centre(out, d, count, pass.room(1));
  const scale = pass.room(1);
  scales(out, d, count, eps, scale);
  pass.at(`${norm}hook_scale`, scale);
  for (let i = 0, at = 0; i < d; i++) for (let n = 0; n < count; n++, at++) out[at] /= scale[n];
  pass.at(`${norm}hook_normalized`, out);
  if (w !== null) weigh(out, d, count, w, b);
  return out;
}

/**
 * @param {Float64Array} x
 * @param {number} d
 * @param {number} count
 * @param {Float64Array} mean room for it
 */
function centre(x, d, count, mean) {
  mean.fill(0);
  for (let i = 0, at = 0; i < d; i++) for (let n = 0; n < count; n++, at++) mean[n] += x[at];
  for (let n = 0; n < count; n++) mean[n] /= d;
  for (let i = 0, at = 0; i < d; i++) for (let n = 0; n < count; n++, at++) x[at] -= mean[n];
}

/**
 * The square root of the mean square plus eps.
 * @param {Float64Array} x
 * @param {number} d
 * @param {number} count
 * @param {number} eps
 * @param {Float64Array} scale
 */
function scales(x, d, count, eps, scale) {
  scale.fill(0);
  for (let i = 0, at = 0; i < d; i++) for (let n = 0; n < count; n++, at++) scale[n] += x[at] * x[at];
  for (let n = 0; n < count; n++) scale[n] = Math.sqrt(scale[n] / d + eps);
}

/**
 * @param {Float64Array} x
 * @param {number} d
 * @param {number} count
 * @param {Float64Array} w
 * @param {Float64Array | null} b
 */
function weigh(x, d, count, w, b) {
  for (let i = 0; i < d; i++) {
    const [factor, shift] = [w[i], b === null ? 0 : b[i]];
    for (let at = i * count; at < (i + 1) * count; at++) x[at] = x[at] * factor + shift;
  }
}
