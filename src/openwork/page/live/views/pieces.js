// What a head or an MLP adds to an answer, piece by piece: keys with their scores and weights, neurons with what they do in
// other cases.

import { brief, exact } from "../page/numbers.js";

/** @import { Share, Votes } from "../measures/votes.js" */
/** @import { Bench, Pass, Shown } from "../page/bench.js" */
/** @import { Cases } from "./cases.js" */
/** @import { LedgerRow } from "../widgets/ledger.js" */

const MOST_PIECES = 8;
const LEAST_WEIGHT = 0.005;

/**
 * The sum that is shown: of which output, at which position, of which answers, and which two of them lead.
 * @typedef {{pass: Pass, output: number, position: number, columns: number[], first: number, second: number}} Told
 */

/**
 * What a part is made of.
 * @param {Share} part
 * @param {Votes} votes
 * @param {Told} told
 * @param {{bench: Bench, shown: Shown, cases: Cases | null}} on
 * @returns {{rows: LedgerRow[], noteTitle: string, said: string}}
 */
export function piecesOf(part, votes, told, on) {
  return part.head >= 0 ? keysOf(part, votes, told, on) : neuronsOf(part, votes, told, on);
}

/**
 * @param {Share} part
 * @param {Votes} votes
 * @param {Told} told
 * @param {{bench: Bench, shown: Shown}} on
 */
function keysOf(part, votes, { pass, position }, { bench, shown }) {
  const { layer, head } = part;
  const name = (/** @type {number} */ key) => `${bench.task.positionNames[key]} (${shown.symbols[key]})`;
  const all = votes.keys((site) => pass.at(site), layer, head, position).filter(({ score }) => Number.isFinite(score));
  const seen = all.filter(({ weight }) => weight >= LEAST_WEIGHT).sort((one, other) => other.weight - one.weight).slice(0, MOST_PIECES);
  const rows = seen.map(({ key, score, weight, votes: own }) => piece(`K${key}`, name(key), `${exact(score, 1)} \u2192 ${brief(weight, true) || "0"}`, own));
  const most = seen[0];
  const said = most ? `Head ${layer}.${head} scores each key by query \u00b7 key; the softmax of the scores gives the weights: ${name(most.key)} has ${exact(most.score, 1)} and so weight ${exact(most.weight, 2)}. What is taken is weight \u00d7 value.` : "";
  return { rows: [...rows, ...others(part, rows, all.length - rows.length, "keys")], noteTitle: "score \u2192 weight", said };
}

/**
 * @param {Share} part
 * @param {Votes} votes
 * @param {Told} told
 * @param {{bench: Bench, shown: Shown, cases: Cases | null}} on
 */
function neuronsOf(part, votes, told, { bench, cases }) {
  const { position, first, second, pass } = told;
  const { task, model } = bench;
  const { neurons } = votes.mlp((site) => pass.at(site), part.layer, position);
  const spreads = neurons.map(({ votes: own }) => spreadOf(own));
  const seen = [...neurons].sort((one, other) => (spreads[other.neuron] ?? 0) - (spreads[one.neuron] ?? 0)).slice(0, MOST_PIECES);
  const profileOf = (/** @type {number} */ neuron) => {
    if (!cases) return null;
    const bars = cases.passes.map((one) => one.at(`blocks.${part.layer}.mlp.hook_post`)[position * model.spec.d_mlp + neuron] ?? NaN);
    const each = cases.names.map((name, at) => `${name}: ${exact(bars[at] ?? NaN, 2)}`).join(", ");
    return { bars, now: cases.now, told: `neuron ${neuron} is active with ${cases.variable} = ${each}` };
  };
  const rows = seen.map(({ neuron, post, votes: own }) => ({ ...piece(`N${neuron}`, `neuron ${neuron}`, exact(post, 2), own), profile: profileOf(neuron) }));
  const word = (/** @type {number} */ answer) => task.answerSymbols[answer] ?? "?";
  const firing = neurons.filter(({ post }) => post > 0).length;
  const lead = (/** @type {ArrayLike<number>} */ of) => (of[first] ?? 0) - (task.sets ? 0 : (of[second] ?? 0));
  const best = [...neurons].sort((one, other) => lead(other.votes) - lead(one.votes)).slice(0, 2).filter(({ votes: own }) => lead(own) > 0);
  const who = best.map(({ neuron, post, votes: own }) => `neuron ${neuron} (active ${exact(post, 2)}, adds ${exact(lead(own), 1)})`).join(" and ");
  const bars = cases ? ` The bars say how active each is where ${cases.variable} is ${cases.names.join(", ")}.` : "";
  const said = `In MLP ${part.layer} ${firing} of ${neurons.length} neurons fire at ${task.positionNames[position]}${who ? `; most for ${word(first)}${task.sets ? "" : ` over ${word(second)}`}: ${who}` : ""}.${bars}`;
  return { rows: [...rows, ...others(part, rows, neurons.length - rows.length, "neurons, and its bias")], noteTitle: "active", said };
}

/**
 * @param {string} key
 * @param {string} name
 * @param {string} note
 * @param {ArrayLike<number>} votes
 * @returns {LedgerRow}
 */
function piece(key, name, note, votes) {
  return { key, name, note, votes, open: null, depth: 1, profile: null };
}

/**
 * What is left of a part beside the pieces that are shown.
 * @param {Share} part
 * @param {LedgerRow[]} shown
 * @param {number} left
 * @param {string} of
 * @returns {LedgerRow[]}
 */
function others(part, shown, left, of) {
  const rest = part.votes.map((all, answer) => shown.reduce((sum, { votes }) => sum - (votes[answer] ?? 0), all));
  const some = rest.some((one) => Math.abs(one) > 1e-6);
  return left > 0 || some ? [piece("rest", left > 0 ? `${left} other ${of}` : "what is left", "", rest)] : [];
}

/**
 * How far apart votes tell answers.
 * @param {ArrayLike<number>} votes
 */
export function spreadOf(votes) {
  let [low, high] = [Infinity, -Infinity];
  for (let answer = 0; answer < votes.length; answer += 1) {
    low = Math.min(low, votes[answer] ?? NaN);
    high = Math.max(high, votes[answer] ?? NaN);
  }
  return high - low;
}
