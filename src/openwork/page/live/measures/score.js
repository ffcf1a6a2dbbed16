// How right a model is under a plan: loss, right answers, smallest margin; as Python's Engine.score.

import { UNASKED, holds } from "../data/answers.js";
import { blocks } from "../model/run.js";

/** @import { Tokens } from "../data/tokens.js" */
/** @import { Plan } from "../interventions/edit.js" */
/** @import { Model } from "../model/model.js" */
/** @import { Block, Options } from "../model/run.js" */

/**
 * @typedef {object} Scores
 * @property {number} inputs
 * @property {number[]} right inputs answered right at each graded position
 * @property {number[]} asked inputs that want an answer at each graded position
 * @property {number} sequences inputs right at every graded position
 * @property {number} accuracy share of the answers wanted that are right
 * @property {number} loss mean cross-entropy over the answers wanted, in nats; of sets the binary one, averaged over symbols
 * @property {number} margin the smallest lead of the right logit over the largest other one, anywhere; of sets the least
 *   distance from 0, on the right side
 * @property {number} notNumbers inputs with a logit that is NaN or infinite: no such answer is right
 * @property {number} close answers that an engine in float32 may judge otherwise: the right logit within `CLOSE` of another
 */

/**
 * So near each other two logits may come out in the other order in float32: its rounding moves each of a solved model's
 * logits, which reach 35, by about 1e-3 at most (tests/browser/live/test_model.py). Here all arithmetic is float64.
 */
const CLOSE = 3e-3;

/** A question with its right answers. @typedef {{tokens: Tokens, answers: Int32Array, graded: number[], sets: boolean}} Dataset */

/** @typedef {{loss: number, right: number[], asked: number[], sequences: number, margin: number, notNumbers: number, close: number}} Tally */

/**
 * Yields the share of inputs that are done.
 * @param {Model} model
 * @param {Dataset} dataset answers: [row, graded]
 * @param {Plan} plan
 * @param {Options} options
 * @returns {Generator<number, Scores, void>}
 */
export function* score(model, { tokens, answers, graded, sets }, plan, options) {
  const none = () => graded.map(() => 0);
  /** @type {Tally} */
  const tally = { loss: 0, right: none(), asked: none(), sequences: 0, margin: Infinity, notNumbers: 0, close: 0 };
  for (const block of blocks(model, tokens, { edits: plan.edits }, { ...options, first: Math.min(...graded) })) {
    add(tally, block, model.spec.d_vocab_out, answers, graded, sets ? ofSet : ofSymbol);
    yield (block.start + block.cells.inputs) / tokens.rows;
  }
  const sum = (/** @type {number[]} */ counts) => counts.reduce((a, b) => a + b, 0);
  const all = sum(tally.asked);
  return { inputs: tokens.rows, ...tally, accuracy: sum(tally.right) / all, loss: tally.loss / all };
}

/**
 * The scores of all inputs, from those of their parts.
 * @param {Scores[]} parts
 * @returns {Scores}
 */
export function joined(parts) {
  const sum = (/** @type {(part: Scores) => number} */ of) => parts.reduce((total, part) => total + of(part), 0);
  const each = (/** @type {"right" | "asked"} */ name) => parts[0][name].map((_, g) => sum((part) => part[name][g]));
  const answers = (/** @type {Scores} */ { asked }) => asked.reduce((a, b) => a + b, 0);
  const all = sum(answers);
  return {
    inputs: sum(({ inputs }) => inputs),
    right: each("right"),
    asked: each("asked"),
    sequences: sum(({ sequences }) => sequences),
    accuracy: each("right").reduce((a, b) => a + b, 0) / all,
    loss: sum((part) => (answers(part) ? part.loss * answers(part) : 0)) / all,
    margin: Math.min(...parts.map(({ margin }) => margin)),
    notNumbers: sum(({ notNumbers }) => notNumbers),
    close: sum(({ close }) => close),
  };
}

/** How one answer came out; `lead` is NaN where a logit is not finite. @typedef {{lead: number, right: boolean, loss: number}} Graded */

/**
 * @param {Tally} tally
 * @param {Block} block
 * @param {number} n how many symbols there are
 * @param {Int32Array} answers
 * @param {number[]} graded
 * @param {(logits: Float64Array, n: number, count: number, cell: number, answer: number) => Graded} grade
 */
function add(tally, { start, cells, logits }, n, answers, graded, grade) {
  const { inputs, count, of } = cells;
  for (let i = 0; i < inputs; i++) {
    let whole = true;
    let known = true;
    for (let g = 0; g < graded.length; g++) {
      const answer = answers[(start + i) * graded.length + g];
      if (answer === UNASKED) continue;
      const { lead, right, loss } = grade(logits, n, count, of[graded[g] * inputs + i], answer);
      tally.asked[g]++;
      if (right) tally.right[g]++;
      else whole = false;
      if (Math.abs(lead) < CLOSE) tally.close++;
      tally.margin = Math.min(tally.margin, Number.isNaN(lead) ? -Infinity : lead);
      tally.loss += loss;
      if (Number.isNaN(lead)) known = false;
    }
    if (!known) tally.notNumbers++;
    if (whole) tally.sequences++;
  }
}

/**
 * @param {Float64Array} logits
 * @param {number} n
 * @param {number} count
 * @param {number} cell
 * @param {number} answer
 * @returns {Graded}
 */
function ofSymbol(logits, n, count, cell, answer) {
  const lead = leadOf(logits, n, count, cell, answer);
  const right = lead > 0 || (lead === 0 && isFirst(logits, count, cell, answer));
  return { lead, right, loss: logSumExp(logits, n, count, cell) - logits[answer * count + cell] };
}

/**
 * A symbol of the set is right above 0, another at or below.
 * @param {Float64Array} logits
 * @param {number} n
 * @param {number} count
 * @param {number} cell
 * @param {number} answer
 * @returns {Graded}
 */
function ofSet(logits, n, count, cell, answer) {
  let lead = Infinity;
  let right = true;
  let loss = 0;
  for (let j = 0; j < n; j++) {
    const logit = logits[j * count + cell];
    const inside = holds(answer, j);
    const own = inside ? logit : -logit;
    if ((logit > 0) !== inside || !Number.isFinite(logit)) right = false;
    lead = Number.isFinite(own) ? Math.min(lead, own) : NaN;
    loss += (Math.max(-own, 0) + Math.log1p(Math.exp(-Math.abs(own)))) / n;
  }
  return { lead, right, loss };
}

/**
 * The right logit minus the largest other one; NaN where any is not finite.
 * @param {Float64Array} logits
 * @param {number} n
 * @param {number} count
 * @param {number} cell
 * @param {number} answer
 */
function leadOf(logits, n, count, cell, answer) {
  let other = -Infinity;
  for (let j = 0; j < n; j++) {
    if (!Number.isFinite(logits[j * count + cell])) return NaN;
    if (j !== answer) other = Math.max(other, logits[j * count + cell]);
  }
  return logits[answer * count + cell] - other;
}

/**
 * Whether no logit before the answer's is as large: of equal ones the first counts.
 * @param {Float64Array} logits
 * @param {number} count
 * @param {number} cell
 * @param {number} answer
 */
function isFirst(logits, count, cell, answer) {
  for (let j = 0; j < answer; j++) if (logits[j * count + cell] >= logits[answer * count + cell]) return false;
  return true;
}

/**
 * @param {Float64Array} logits
 * @param {number} n
 * @param {number} count
 * @param {number} cell
 */
function logSumExp(logits, n, count, cell) {
  let top = -Infinity;
  for (let j = 0; j < n; j++) top = Math.max(top, logits[j * count + cell]);
  let sum = 0;
  for (let j = 0; j < n; j++) sum += Math.exp(logits[j * count + cell] - top);
  return top + Math.log(sum);
}
