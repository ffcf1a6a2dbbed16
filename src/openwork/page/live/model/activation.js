// The MLP's non-linearities, in place.

import { erf } from "./erf.js";

/** @import { Spec } from "./spec.js" */

const SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

/** @type {Record<Exclude<Spec["act_fn"], "relu">, (x: number) => number>} */
const FUNCTIONS = {
  gelu: (x) => 0.5 * x * (1 + erf(x * Math.SQRT1_2)),
  gelu_new: (x) => 0.5 * x * (1 + Math.tanh(SQRT_2_OVER_PI * (x + 0.044715 * x * x * x))),
  silu: (x) => x / (1 + Math.exp(-x)),
};

/**
 * @param {Spec["act_fn"]} kind
 * @param {Float64Array} x
 */
export function activate(kind, x) {
  if (kind === "relu") return rectify(x);
  const f = FUNCTIONS[kind];
  for (let n = 0; n < x.length; n++) x[n] = f(x[n]);
}

/** @param {Float64Array} x */
function rectify(x) {
  for (let n = 0; n < x.length; n++) if (x[n] < 0) x[n] = 0;
}
