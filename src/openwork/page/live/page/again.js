// A claim's test, repeated in the browser over all inputs.

import { editFromJson } from "../interventions/plain.js";

/** @import { Bench } from "./bench.js" */
/** @import { Again } from "./payload.js" */
/** @typedef {{onProgress: (done: number) => void, signal: AbortSignal}} Watching */

/**
 * One value for each case of the claim.
 * @param {Again} again
 * @param {Bench} bench
 * @param {(done: number) => void} onProgress from 0 to 1
 * @param {AbortSignal} signal
 * @returns {Promise<number[]>}
 */
export async function repeat(again, bench, onProgress, signal) {
  const values = [];
  /** @type {Map<string, Promise<any>>} what several cases share is measured once */
  const known = new Map();
  for (const [index, one] of again.cases.entries()) {
    const watching = {
      onProgress: (/** @type {number} */ done) => onProgress((index + done) / again.cases.length),
      signal,
    };
    values.push(await caseValue(again, one, bench, known, watching));
  }
  return values;
}

/**
 * @param {Again} again
 * @param {any} one
 * @param {Bench} bench
 * @param {Map<string, Promise<any>>} known
 * @param {Watching} watching
 * @returns {Promise<number>}
 */
async function caseValue(again, one, bench, known, watching) {
  const { worker, task } = bench;
  const once = (/** @type {string} */ key, /** @type {() => Promise<any>} */ measure) => {
    const found = known.get(key) ?? measure();
    known.set(key, found);
    return found;
  };
  if (again.kind === "ablation") {
    const key = JSON.stringify(one.edits);
    const scores = await once(key, () => worker.recount({ edits: one.edits.map(editFromJson), sources: {} }, watching));
    return meanOf(scores.right, one.outputs, scores.inputs);
  }
  if (again.kind === "readout") {
    const { site, basis, afterNorm, measure } = again;
    const read = await once("", () => worker.readout({ site, basis, afterNorm, measure }, watching));
    return meanOf(read.right, one.outputs, read.inputs);
  }
  if (again.kind === "attention") {
    const { mean } = await once(String(one.layer), () => worker.attention(one.layer, watching));
    const query = task.graded.indexOf(one.query);
    return mean[(one.head * task.graded.length + query) * task.nPos + one.key] ?? NaN;
  }
  return (await worker.carries({ ...one, edits: one.edits.map(editFromJson) }, watching)).share;
}

/**
 * @param {ArrayLike<number>} right for each output
 * @param {number[]} outputs
 * @param {number} inputs
 */
function meanOf(right, outputs, inputs) {
  return outputs.reduce((sum, output) => sum + (right[output] ?? 0), 0) / (outputs.length * inputs);
}
