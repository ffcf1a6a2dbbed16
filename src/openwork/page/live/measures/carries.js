// Whether an answer follows a variable of the question through what is patched: an interchange test, as Python's
// analyses/interchange.py and claims/kinds/carries.py make it.

import { changedRows, changedTokens } from "../data/counterfactual.js";
import { takeRows } from "../data/tokens.js";
import { blocks } from "../model/run.js";

/** @import { Domain } from "../data/domain.js" */
/** @import { Tokens } from "../data/tokens.js" */
/** @import { Edit } from "../interventions/edit.js" */
/** @import { Model } from "../model/model.js" */

/**
 * @typedef {object} Asked
 * @property {Edit[]} edits patches from `other`, the same question with the variable changed
 * @property {string} variable
 * @property {number} output number of the graded position
 * @property {boolean} [kept] whether the other run is shown the teacher-forced outputs of the question itself
 * @property {"all" | "one"} [alternatives] every other value of the variable, or for each question a drawn one
 * @property {number} [seed] of that draw
 */

/**
 * A pair of questions counts where their right answers differ.
 * @typedef {object} Followed
 * @property {number} pairs
 * @property {number} right pairs where the answer becomes the other question's
 * @property {number} inputs questions with a pair
 * @property {number} share of a question's pairs that follow, averaged over those with a pair; NaN without any
 */

/**
 * Yields the share that is done.
 * @param {Model} model
 * @param {Domain} domain
 * @param {Asked} asked
 * @returns {Generator<number, Followed, void>}
 */
export function* carries(model, domain, { edits, variable, output, kept = false, alternatives = "all", seed = 0 }) {
  const known = domain.task.variables.find(({ name }) => name === variable);
  const others = alternatives === "all" ? Array.from({ length: (known?.values ?? 2) - 1 }, (_, k) => k + 1) : [undefined];
  const pairs = new Int32Array(domain.rows);
  const right = new Int32Array(domain.rows);
  for (const [turn, shift] of others.entries()) {
    const changed = changedRows(domain, variable, { shift, seed });
    const rows = differing(domain, changed, output);
    const job = followed(model, domain, edits, changedTokens(domain, changed, kept), rows, output);
    let step = job.next();
    for (; !step.done; step = job.next()) yield (turn + step.value) / others.length;
    const found = step.value;
    for (const [k, row] of rows.entries()) {
      pairs[row]++;
      if (found[k] === domain.answer(changed[row], output)) right[row]++;
    }
  }
  return summed(pairs, right);
}

/**
 * The rows whose right answer the change changes.
 * @param {Domain} domain
 * @param {Int32Array} changed
 * @param {number} output
 */
function differing(domain, changed, output) {
  return Int32Array.from(changed.keys()).filter(
    (row) => domain.answer(row, output) !== domain.answer(changed[row], output),
  );
}

/**
 * What the model answers on these rows with its edits. A causal model's prediction depends on nothing after its
 * position, so the pass stops there.
 * @param {Model} model
 * @param {Domain} domain
 * @param {Edit[]} edits
 * @param {Tokens} changed
 * @param {Int32Array} rows
 * @param {number} output
 * @returns {Generator<number, Int32Array, void>}
 */
function* followed(model, domain, edits, changed, rows, output) {
  const position = domain.graded[output];
  const edited = edits.flatMap(({ positions = [] }) => positions);
  const seen = model.spec.attention_dir === "causal" ? Math.max(position, ...edited) + 1 : domain.nPos;
  const tokens = firstPositions(domain.tokens(rows), seen);
  const other = firstPositions(takeRows(changed, rows), seen);
  const answers = new Int32Array(rows.length);
  for (const { start, cells, logits } of blocks(model, tokens, { edits }, { sources: { other } })) {
    for (let i = 0; i < cells.inputs; i++) {
      const cell = cells.of[position * cells.inputs + i];
      let best = 0;
      let known = Number.isFinite(logits[cell]);
      for (let j = 1; j < model.spec.d_vocab_out; j++) {
        known = known && Number.isFinite(logits[j * cells.count + cell]);
        if (logits[j * cells.count + cell] > logits[best * cells.count + cell]) best = j;
      }
      if (!known) best = -1; // what is largest then says nothing
      answers[start + i] = best;
    }
    yield (start + cells.inputs) / tokens.rows;
  }
  return answers;
}

/**
 * @param {Tokens} tokens
 * @param {number} nPos
 * @returns {Tokens}
 */
function firstPositions({ rows, nPos: before, ids }, nPos) {
  const kept = new Int32Array(rows * nPos);
  for (let row = 0; row < rows; row++) kept.set(ids.subarray(row * before, row * before + nPos), row * nPos);
  return { rows, nPos, ids: kept };
}

/**
 * @param {Int32Array} pairs of each question
 * @param {Int32Array} right
 * @returns {Followed}
 */
function summed(pairs, right) {
  const found = { pairs: 0, right: 0, inputs: 0, share: 0 };
  for (let row = 0; row < pairs.length; row++) {
    if (pairs[row] === 0) continue;
    found.pairs += pairs[row];
    found.right += right[row];
    found.inputs += 1;
    found.share += right[row] / pairs[row];
  }
  return { ...found, share: found.share / found.inputs };
}
