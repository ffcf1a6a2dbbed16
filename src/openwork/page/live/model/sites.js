// Every place in the forward pass that can be read or edited, by its TransformerLens hook name; see models/sites.py.

/** @import { Spec } from "./spec.js" */

/**
 * @typedef {object} Site
 * @property {string} name
 * @property {string[]} axes after `input`; the last one is what `units` chooses from
 * @property {number | null} layer
 */

const STREAM = ["pos", "d_model"];
const PER_HEAD = ["pos", "head", "d_head"];
const PAIRS = ["head", "query", "key"];
const SCALE = ["pos", "one"];

/** Of each spec, once made: every pass asks for them again and again. @type {WeakMap<Spec, Map<string, Site>>} */
const known = new WeakMap();

/**
 * Every site of a model, in the order of the forward pass.
 * @param {Spec} spec
 * @returns {Map<string, Site>}
 */
export function sitesOf(spec) {
  const found = known.get(spec) ?? everySite(spec);
  known.set(spec, found);
  return found;
}

/**
 * @param {Spec} spec
 * @returns {Map<string, Site>}
 */
function everySite(spec) {
  /** @type {Site[]} */
  const found = [{ name: "hook_embed", axes: STREAM, layer: null }];
  if (spec.positional_embedding_type === "standard") found.push({ name: "hook_pos_embed", axes: STREAM, layer: null });
  for (let layer = 0; layer < spec.n_layers; layer++)
    for (const [name, axes] of blockSites(spec)) found.push({ name: `blocks.${layer}.${name}`, axes, layer });
  if (spec.normalization_type !== null) {
    found.push({ name: "ln_final.hook_scale", axes: SCALE, layer: null });
    found.push({ name: "ln_final.hook_normalized", axes: STREAM, layer: null });
  }
  return new Map(found.map((site) => [site.name, site]));
}

/**
 * @param {Spec} spec
 * @returns {[string, string[]][]}
 */
function blockSites(spec) {
  /** @param {string} norm @returns {[string, string[]][]} */
  const normed = (norm) =>
    spec.normalization_type === null
      ? []
      : [
          [`${norm}.hook_scale`, SCALE],
          [`${norm}.hook_normalized`, STREAM],
        ];
  /** @type {[string, string[]][]} */
  const attention = [
    ["attn.hook_q", PER_HEAD],
    ["attn.hook_k", PER_HEAD],
    ["attn.hook_v", PER_HEAD],
    ["attn.hook_attn_scores", PAIRS],
    ["attn.hook_pattern", PAIRS],
    ["attn.hook_z", PER_HEAD],
    ["attn.hook_result", ["pos", "head", "d_model"]],
    ["hook_attn_out", STREAM],
  ];
  /** @type {[string, string[]][]} */
  const mlp = [
    ["hook_resid_mid", STREAM],
    ...normed("ln2"),
    ["mlp.hook_pre", ["pos", "d_mlp"]],
    ["mlp.hook_post", ["pos", "d_mlp"]],
    ["hook_mlp_out", STREAM],
  ];
  const middle = spec.attn_only ? attention : [...attention, ...mlp];
  return [["hook_resid_pre", STREAM], ...normed("ln1"), ...middle, ["hook_resid_post", STREAM]];
}

/**
 * The site of this name; `blocks.0.attn` and `blocks.0.mlp` mean what that component writes.
 * @param {Spec} spec
 * @param {string} name
 * @returns {Site}
 */
export function siteNamed(spec, name) {
  const site = sitesOf(spec).get(fullName(name));
  if (site === undefined) throw new Error(`this model has no site ${name}`);
  return site;
}

/**
 * The name of what a component writes, where only the component is named.
 * @param {string} name
 */
export function fullName(name) {
  return name.replace(/\.(attn|mlp)$/, ".hook_$1_out");
}

/**
 * Lengths of the site's axes for a pass over `nPos` tokens.
 * @param {Site} site
 * @param {Spec} spec
 * @param {number} nPos
 * @returns {number[]}
 */
export function shapeOf(site, spec, nPos) {
  const { n_heads: head, d_model, d_head, d_mlp } = spec;
  /** @type {Record<string, number>} */
  const lengths = { pos: nPos, query: nPos, key: nPos, head, d_model, d_head, d_mlp, one: 1 };
  return site.axes.map((axis) => /** @type {number} */ (lengths[axis]));
}

/**
 * Which of the axes is the position that writes there: the query, for scores and patterns.
 * @param {Site} site
 */
export function posAxis(site) {
  return site.axes.includes("query") ? site.axes.indexOf("query") : 0;
}
