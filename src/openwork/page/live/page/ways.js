// Routes as the ways that are drawn: from stage to stage, past the heads or by them, through the MLPs, up to the answer.

import { before, rowsOf, stageName } from "../model/stages.js";
import { percent } from "./numbers.js";

/** @import { LiveRoute } from "./payload.js" */
/** @import { Depth } from "../model/stages.js" */

/**
 * One piece of a route, between two stages.
 * @typedef {object} Way
 * @property {number} output that it leads to; -1 where it belongs to none
 * @property {number} stage that it leaves
 * @property {number} from position
 * @property {number} to position
 * @property {number} rate 0 to 1
 * @property {boolean} moves whether a head carries it, or takes it in where it stands
 * @property {string} told
 * @property {[number, number]} [head] of several, where colours tell heads apart: its number, and how many they are
 */

/** @typedef {{depth: Depth, graded: number[], names: string[], outputs: string[]}} About */

/**
 * Every route, through the MLPs, up to its answer.
 * @param {LiveRoute[]} routes
 * @param {About} about
 * @returns {Way[]}
 */
export function waysOf(routes, { depth, graded, names, outputs }) {
  /** @type {Way[]} */
  const found = [];
  for (const { output, variable, edges } of routes) {
    const what = `${variable} on its way to ${outputs[output]}`;
    const stays = (/** @type {number} */ stage, /** @type {number} */ at, /** @type {number} */ rate) => {
      const through = `${what}\n${stageName(stage + 1, depth)} at ${names[at]}`;
      const known = found.find((one) => one.output === output && one.stage === stage && one.from === at && one.to === at && !one.moves);
      if (known) known.rate = Math.max(known.rate, rate);
      else found.push({ output, stage, from: at, to: at, rate, moves: false, told: through });
    };
    for (const { layer, head, from, to, rate } of edges) {
      const stage = before(layer, depth);
      const who = head === null ? `past the heads of layer ${layer}` : `head ${layer}.${head}: from ${names[from]} to ${names[to]}`;
      const told = `${what}\n${who}\n${percent(rate)} of answers follow along this path alone`;
      found.push({ output, stage, from, to, rate: Math.max(rate, 0), moves: head !== null, told });
      if (!depth.attnOnly) stays(stage + 1, to, Math.max(rate, 0));
    }
    const end = graded[output] ?? 0;
    const last = edges.filter(({ layer, to }) => layer === depth.layers - 1 && to === end);
    stays(rowsOf(depth) - 1, end, Math.max(0, ...last.map(({ rate }) => rate)));
  }
  return together(found);
}

const MOST_BESIDE = 6; // ways of one output between the same two places, beyond which they are one

/**
 * The same, with one way in place of many that would stand side by side, as thick as they are on average.
 * @param {Way[]} ways
 * @returns {Way[]}
 */
function together(ways) {
  /** @type {Map<string, Way[]>} */
  const places = new Map();
  for (const way of ways) {
    const place = [way.output, way.stage, way.from, way.to, way.moves].join(" ");
    places.set(place, [...(places.get(place) ?? []), way]);
  }
  return [...places.values()].flatMap((group) => {
    const [first] = group;
    if (!first || group.length <= MOST_BESIDE) return group;
    const rates = group.map(({ rate }) => rate);
    const [what, who] = first.told.split("\n");
    const range = `${percent(Math.min(...rates))} to ${percent(Math.max(...rates))} of answers follow along one of these paths alone`;
    const rate = rates.reduce((sum, one) => sum + one, 0) / rates.length;
    return [{ ...first, rate, told: `${group.length} ways in one: ${what}, and others\n${who}\n${range}` }];
  });
}

/**
 * Where no routes were looked for: what the heads attend to on one question, which is a lead and not a cause.
 * @param {(layer: number) => ArrayLike<number>} patterns [head, query, key]
 * @param {number} heads
 * @param {number} length positions in sight
 * @param {About} about
 * @returns {Way[]}
 */
export function attendedWays(patterns, heads, length, { depth, names }) {
  /** @type {Way[]} */
  const found = [];
  for (let layer = 0; layer < depth.layers; layer += 1) {
    const weights = patterns(layer);
    const all = names.length;
    for (let head = 0; head < heads; head += 1) {
      for (let query = 0; query < length; query += 1) {
        for (let key = 0; key < length; key += 1) {
          const rate = weights[(head * all + query) * all + key] ?? 0;
          if (rate < ATTENDED) continue;
          const told = `head ${layer}.${head} attends from ${names[query]} to ${names[key]}, weight ${rate.toFixed(2)}`;
          found.push({ output: -1, stage: before(layer, depth), from: key, to: query, rate: rate / heads, moves: true, told, ...(heads > 1 && { head: /** @type {[number, number]} */ ([head, heads]) }) });
        }
      }
    }
  }
  return found;
}

/** Weights below this are not drawn. */
const ATTENDED = 0.2;
