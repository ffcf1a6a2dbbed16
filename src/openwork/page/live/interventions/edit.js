// Edits as values, with the meaning of Python's interventions: a change at a site, everywhere or where chosen.

import { posAxis, shapeOf, siteNamed, sitesOf } from "../model/sites.js";

/** @import { Site } from "../model/sites.js" */
/** @import { Spec } from "../model/spec.js" */

/**
 * Where: positions that write there (queries, for scores and patterns), heads at sites that have them, and indices of
 * the last axis; left out means all.
 * @typedef {object} Place
 * @property {string} site
 * @property {number[]} [positions]
 * @property {number[]} [heads]
 * @property {number[]} [units]
 */

/**
 * @typedef {Place & {kind: "zero"}} Zero
 * @typedef {Place & {kind: "mean"}} Mean
 * @typedef {Place & {kind: "resample", seed: number}} Resample
 * @typedef {Place & {kind: "patch", source: string}} Patch
 * @typedef {Place & {kind: "set", value: number | number[]}} SetTo
 * @typedef {Place & {kind: "linearise"}} Linearise
 * @typedef {Zero | Mean | Resample | Patch | SetTo | Linearise} Edit
 */

/**
 * What to change in a pass and what to keep of it. Edits act in order.
 * @typedef {object} Plan
 * @property {Edit[]} edits
 * @property {string[]} [captures]
 */

const NAMES = {
  zero: "Zero",
  mean: "Mean",
  resample: "Resample",
  patch: "Patch",
  set: "Set",
  linearise: "Linearise",
};

/**
 * The chosen numbers of a site. `features` number what is there at one position (heads and units, or heads and keys);
 * `flat` numbers the whole value in C order.
 * @typedef {object} Chosen
 * @property {Site} site
 * @property {number[]} positions
 * @property {number[]} features
 * @property {(position: number, feature: number) => number} flat
 */

/**
 * @param {Spec} spec
 * @param {number} nPos
 * @param {Place} place
 * @returns {Chosen}
 */
export function chosen(spec, nPos, { site: name, positions, heads, units }) {
  const site = siteNamed(spec, name);
  const shape = shapeOf(site, spec, nPos);
  const last = shape[shape.length - 1];
  const perPosition = shape.length === 3 ? shape[posAxis(site) === 0 ? 1 : 0] : 1;
  const features = [];
  for (const head of inOrder(heads, perPosition)) for (const unit of inOrder(units, last)) features.push(head * last + unit);
  return { site, positions: inOrder(positions, nPos), features, flat: flatOf(site, shape) };
}

/**
 * @param {number[] | undefined} some
 * @param {number} length
 */
function inOrder(some, length) {
  return some === undefined ? Array.from({ length }, (_, i) => i) : [...new Set(some)].sort((a, b) => a - b);
}

/**
 * Where a feature at a position lies in the site's value in C order.
 * @param {Site} site
 * @param {number[]} shape
 * @returns {(position: number, feature: number) => number}
 */
export function flatOf(site, shape) {
  if (posAxis(site) === 0) {
    const width = shape.slice(1).reduce((a, b) => a * b, 1);
    return (position, feature) => position * width + feature;
  }
  const [, queries, keys] = shape;
  return (position, feature) => (Math.floor(feature / keys) * queries + position) * keys + (feature % keys);
}

/**
 * No attention from a query to these keys: their scores become minus infinity.
 * @param {number} layer
 * @param {number} head
 * @param {number} query
 * @param {number[]} keys
 * @returns {Edit}
 */
export function cutAttention(layer, head, query, keys) {
  const site = `blocks.${layer}.attn.hook_attn_scores`;
  return { kind: "set", site, positions: [query], heads: [head], units: keys, value: -Infinity };
}

/**
 * Everything that keeps an edit from being made in a model of this spec.
 * @param {Spec} spec
 * @param {number} nPos
 * @param {Edit} edit
 * @returns {string[]}
 */
export function checkEdit(spec, nPos, edit) {
  if (!(edit.kind in NAMES)) return [`there is no edit ${edit.kind}`];
  const name = edit.site.replace(/\.(attn|mlp)$/, ".hook_$1_out");
  const site = sitesOf(spec).get(name);
  if (site === undefined) return [`this model has no site ${edit.site}`];
  const shape = shapeOf(site, spec, nPos);
  const head = site.axes.indexOf("head");
  /** @type {[string, number[] | undefined, number][]} */
  const choices = [
    ["positions", edit.positions, posAxis(site)],
    ["heads", edit.heads, head],
    ["units", edit.units, shape.length - 1],
  ];
  const found = choices.flatMap(([what, some, axis]) => wrongChoice(`${edit.site}, ${what}`, some, shape[axis]));
  if (found.length > 0) return found;
  if (edit.kind === "linearise" && (!name.endsWith("hook_mlp_out") || edit.units !== undefined))
    found.push(`${edit.site}: only an MLP can be linearised, and only whole`);
  if (edit.kind === "set" && Array.isArray(edit.value)) {
    const { positions, features } = chosen(spec, nPos, edit);
    const places = positions.length * features.length;
    if (edit.value.length !== places) found.push(`${edit.site}: ${edit.value.length} numbers for ${places} places`);
  }
  return found;
}

/**
 * @param {string} where
 * @param {number[] | undefined} some
 * @param {number | undefined} length undefined where the site has no such axis
 */
function wrongChoice(where, some, length) {
  if (some === undefined) return [];
  if (length === undefined) return [`${where}: this site has no such axis`];
  if (some.length === 0) return [`${where}: an empty choice edits nothing; leave it out for all`];
  const bad = some.filter((i) => !Number.isInteger(i) || i < 0 || i >= length);
  return bad.length > 0 ? [`${where}: ${bad.join(", ")} out of range, 0 to ${length - 1}`] : [];
}

/**
 * An edit in the words of Python.
 * @param {Edit} edit
 */
export function describeEdit(edit) {
  /** @type {[string, unknown][]} */
  const fields = [
    ["positions", edit.positions],
    ["heads", edit.heads],
    ["units", edit.units],
    ["seed", edit.kind === "resample" ? edit.seed : undefined],
    ["source", edit.kind === "patch" ? edit.source : undefined],
    ["value", edit.kind === "set" ? edit.value : undefined],
  ];
  const said = fields.filter(([, value]) => value !== undefined).map(([name, value]) => `${name}=${inPython(value)}`);
  return `${NAMES[edit.kind]}(${[edit.site, ...said].join(", ")})`;
}

/** @param {unknown} value */
function inPython(value) {
  if (value === -Infinity) return "-inf";
  if (!Array.isArray(value)) return `${value}`;
  return value.length === 1 ? `(${value[0]},)` : `(${value.join(", ")})`;
}
