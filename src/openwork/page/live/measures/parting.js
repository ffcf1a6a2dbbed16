// Where a program and the model part: on how many questions their answers differ, and the first of them.

import { setOf } from "../data/answers.js";
import { blocks } from "../model/run.js";
import { Program } from "../program/program.js";

/** @import { Subject } from "./subject.js" */
/** @import { PlainProgram } from "../program/program.js" */

const SHOWN = 3;

/**
 * @typedef {object} Parting
 * @property {number} inputs
 * @property {number} apart inputs where some answer differs
 * @property {number} right inputs that the program answers right
 * @property {number[]} first rows of the first of these
 */

/**
 * Yields the share that is done. The model is run once; another program costs only itself.
 * @param {Subject} subject
 * @param {PlainProgram} plain
 * @returns {Generator<number, Parting, void>}
 */
export function* parting(subject, plain) {
  const { domain } = subject;
  subject.said ??= yield* saidByModel(subject);
  const said = subject.said;
  const found = new Program(plain).answers(domain.tokens());
  const right = domain.everyAnswer();
  const many = domain.graded.length;
  /** @type {Parting} */
  const result = { inputs: domain.rows, apart: 0, right: 0, first: [] };
  for (let row = 0; row < domain.rows; row += 1) {
    let [same, correct] = [true, true];
    for (let at = row * many; at < (row + 1) * many; at += 1) {
      if (found[at] !== said[at]) same = false;
      if (found[at] !== right[at]) correct = false;
    }
    if (correct) result.right += 1;
    if (same) continue;
    result.apart += 1;
    if (result.first.length < SHOWN) result.first.push(row);
  }
  return result;
}

/**
 * What the model answers, [row, output]; -1 where a logit is no number.
 * @param {Subject} subject
 * @returns {Generator<number, Int32Array, void>}
 */
function* saidByModel({ model, domain }) {
  const { graded } = domain;
  const symbols = model.spec.d_vocab_out;
  const said = new Int32Array(domain.rows * graded.length);
  for (const { start, cells, logits } of blocks(model, domain.tokens(), { edits: [] }, { first: Math.min(...graded) })) {
    for (let input = 0; input < cells.inputs; input += 1) {
      graded.forEach((position, output) => {
        const cell = cells.of[position * cells.inputs + input] ?? 0;
        const at = (start + input) * graded.length + output;
        const own = Array.from({ length: symbols }, (_, symbol) => logits[symbol * cells.count + cell] ?? NaN);
        said[at] = domain.task.sets ? setOf(own) : largest(own);
      });
    }
    yield (start + cells.inputs) / domain.rows;
  }
  return said;
}

/**
 * @param {number[]} logits
 * @returns {number} the first of the largest; -1 where one is no number
 */
function largest(logits) {
  return logits.every(Number.isFinite) ? logits.indexOf(Math.max(...logits)) : -1;
}
