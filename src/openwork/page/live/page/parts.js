// The parts of a model that can be switched off, what they are called, and the edits that do it.

import { cutAttention } from "../interventions/edit.js";

/** @import { Cut } from "./state.js" */
/** @import { By } from "./state.js" */
/** @import { Edit } from "../interventions/edit.js" */

/**
 * @typedef {object} Part
 * @property {string} code as in links: `in`, `L0A`, `L0H1`, `L0M`, `L0R`
 * @property {string} name
 * @property {string} site
 * @property {number[] | undefined} heads
 */

/** @typedef {{n_layers: number, n_heads: number, attn_only: boolean}} Sizes */

/** What each replacement does, in words. @type {Record<By, string>} */
export const REPLACED = {
  zero: "zero",
  mean: "its mean over the inputs measured",
  resample: "its value on another input, drawn at random",
  patch: "its value on the second question",
  off: "no attention along this edge",
};

/** The same in a word or two. @type {Record<By, string>} */
const BRIEFLY = { zero: "zero", mean: "mean", resample: "another input", patch: "second question", off: "cut" };

/**
 * Every part, in the order of the forward pass. Heads are listed where a layer has several.
 * @param {Sizes} spec
 * @returns {Part[]}
 */
export function partsOf(spec) {
  const found = ["in"];
  for (let layer = 0; layer < spec.n_layers; layer += 1) {
    const heads = spec.n_heads > 1 ? Array.from({ length: spec.n_heads }, (_, head) => `L${layer}H${head}`) : [];
    found.push(`L${layer}A`, ...heads, ...(spec.attn_only ? [] : [`L${layer}M`]), `L${layer}R`);
  }
  return found.map((code) => partOf(code, spec));
}

/**
 * @param {string} code
 * @param {Sizes} spec
 * @returns {Part}
 */
export function partOf(code, spec) {
  if (code === "in") {
    const site = spec.n_layers ? "blocks.0.hook_resid_pre" : "hook_embed";
    return { code, name: "what enters", site, heads: undefined };
  }
  const [, layer = "0", kind, head] = /^L(\d+)([A-Z])(\d+)?$/.exec(code) ?? [];
  const block = `blocks.${layer}`;
  const [name, site] =
    kind === "A" ? [`layer ${layer} attention`, `${block}.hook_attn_out`]
    : kind === "H" ? [`layer ${layer} head ${head}`, `${block}.attn.hook_z`]
    : kind === "M" ? [`layer ${layer} MLP`, `${block}.hook_mlp_out`]
    : [`stream after layer ${layer}`, `${block}.hook_resid_post`];
  return { code, name, site, heads: kind === "H" ? [Number(head)] : undefined };
}

/**
 * A cut in words: `layer 0 MLP at x[7] → zero`.
 * @param {Cut} cut
 * @param {Sizes} spec
 * @param {string[]} positions their names
 * @returns {string}
 */
export function cutWords(cut, spec, positions) {
  const part = partOf(cut.part, spec).name;
  if (cut.key !== null) {
    return `${part}: no attention from ${positions[cut.position ?? 0]} to ${positions[cut.key]}`;
  }
  return `${part}${cut.position === null ? "" : ` at ${positions[cut.position]}`} \u2192 ${BRIEFLY[cut.by]}`;
}

/**
 * The edit that makes a cut.
 * @param {Cut} cut
 * @param {Sizes} spec
 * @returns {Edit}
 */
export function editOf(cut, spec) {
  const { site, heads } = partOf(cut.part, spec);
  if (cut.key !== null) {
    const [, layer, head] = /^L(\d+)H(\d+)$/.exec(cut.part) ?? [];
    return cutAttention(Number(layer), Number(head), cut.position ?? 0, [cut.key]);
  }
  const where = { site, ...(heads && { heads }), ...(cut.position !== null && { positions: [cut.position] }) };
  if (cut.by === "resample") return { kind: "resample", ...where, seed: 0 };
  if (cut.by === "patch") return { kind: "patch", ...where, source: "second" };
  return { kind: cut.by === "mean" ? "mean" : "zero", ...where };
}

/**
 * @param {Cut[]} cuts
 * @returns {boolean} whether any takes values from the second question
 */
export function needsSecond(cuts) {
  return cuts.some((cut) => cut.by === "patch");
}
