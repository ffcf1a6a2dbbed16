// What a plan becomes before a pass: plain writes and reads at sites, nothing left to choose.

import { checkEdit, chosen } from "../interventions/edit.js";

/** @import { Edit, Plan } from "../interventions/edit.js" */
/** @import { Tokens } from "../data/tokens.js" */
/** @import { Linear } from "./model.js" */
/** @import { Spec } from "./spec.js" */

/**
 * Write numbers ([position][feature]), what the pass over a source has there, or an affine map of what the MLP reads.
 * @typedef {{kind: "constant", site: string, positions: number[], features: number[], values: Float64Array}} Constant
 * @typedef {{kind: "source", site: string, positions: number[], features: number[], source: string}} FromSource
 * @typedef {{kind: "affine", site: string, positions: number[], reads: string, map: Linear}} Affine
 * @typedef {Constant | FromSource | Affine} Write
 */

/**
 * @typedef {object} Taps
 * @property {Map<string, Write[]>} writes by site, in order
 * @property {Set<string>} reads
 */

/**
 * What some edits need to know of the whole domain.
 * @typedef {object} Context
 * @property {Record<string, Float64Array>} [means] of a site over the reference inputs, in C order
 * @property {Record<string, Linear>} [maps] the best affine map of an MLP, by its `hook_mlp_out`
 * @property {(seed: number) => Tokens} [drawn] for each input the one that it is resampled from
 */

/**
 * @param {Spec} spec
 * @param {Plan} plan
 * @param {number} nPos
 * @param {Context} context
 * @returns {Taps}
 */
export function tapsOf(spec, { edits, captures = [] }, nPos, context) {
  const reasons = edits.flatMap((edit) => checkEdit(spec, nPos, edit));
  if (reasons.length > 0) throw new Error(reasons.join("; "));
  /** @type {Map<string, Write[]>} */
  const writes = new Map();
  const reads = new Set(captures.map((name) => chosen(spec, nPos, { site: name }).site.name));
  for (const edit of edits) {
    const write = writeOf(spec, nPos, edit, context);
    writes.set(write.site, [...(writes.get(write.site) ?? []), write]);
    if (write.kind === "affine") reads.add(write.reads);
  }
  return { writes, reads };
}

/**
 * @param {Spec} spec
 * @param {number} nPos
 * @param {Edit} edit
 * @param {Context} context
 * @returns {Write}
 */
function writeOf(spec, nPos, edit, context) {
  const { site, positions, features, flat } = chosen(spec, nPos, edit);
  const name = site.name;
  switch (edit.kind) {
    case "patch":
      return { kind: "source", site: name, positions, features, source: edit.source };
    case "resample":
      return { kind: "source", site: name, positions, features, source: drawnName(edit.seed) };
    case "linearise": {
      const map = needed(context.maps?.[name], `the affine map of ${name}`);
      return { kind: "affine", site: name, positions, reads: mlpReads(spec, name), map };
    }
  }
  const places = positions.flatMap((p) => features.map((f) => flat(p, f)));
  const values = Float64Array.from(numbers(edit, name, places, context));
  return { kind: "constant", site: name, positions, features, values };
}

/**
 * The numbers for these places of the site's value in C order.
 * @param {Edit} edit
 * @param {string} site
 * @param {number[]} places
 * @param {Context} context
 * @returns {number[]}
 */
function numbers(edit, site, places, context) {
  if (edit.kind === "mean") {
    const mean = needed(context.means?.[site], `the mean of ${site}`);
    return places.map((at) => mean[at]);
  }
  const value = edit.kind === "set" ? edit.value : 0;
  if (!Array.isArray(value)) return places.map(() => value);
  const inOrder = [...places].sort((a, b) => a - b);
  const rank = new Map(inOrder.map((at, k) => [at, k]));
  return places.map((at) => value[/** @type {number} */ (rank.get(at))]);
}

/**
 * The name of the source that holds the inputs drawn by a seed.
 * @param {number} seed
 */
export function drawnName(seed) {
  return `resampled ${seed}`;
}

/**
 * The site that the MLP writing at `mlpOut` reads from.
 * @param {Spec} spec
 * @param {string} mlpOut
 */
export function mlpReads(spec, mlpOut) {
  return mlpOut.replace("hook_mlp_out", spec.normalization_type === null ? "hook_resid_mid" : "ln2.hook_normalized");
}

/**
 * @template T
 * @param {T | undefined} value
 * @param {string} what
 * @returns {T}
 */
function needed(value, what) {
  if (value === undefined) throw new Error(`${what} is not given`);
  return value;
}
