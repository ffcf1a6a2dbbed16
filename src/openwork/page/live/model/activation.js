// The MLP's non-linearities, in place.

import { erf } from "./erf.js";

/** @import { Spec } from "./spec.js" */

const SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

/** @type {Record<Spec["act_fn"], (x: number) => number>} */
const FUNCTIONS = {
  relu: (x) => (x < 0 ? 0 : x),
  gelu: (x) => 0.5 * x * (1 + erf(x * Math.SQRT1_2)),
  gelu_new: (x) => 0.5 * x * (1 + Math.tanh(SQRT_2_OVER_PI * (x + 0.044715 * x * x * x))),
  silu: (x) => x / (1 + Math.exp(-x)),
};

/**
 * @param {Spec["act_fn"]} kind
 * @param {Float64Array} x
 */
export function activate(kind, x) {
  const f = FUNCTIONS[kind];
  for (let n = 0; n < x.length; n++) x[n] = f(x[n]);
}
