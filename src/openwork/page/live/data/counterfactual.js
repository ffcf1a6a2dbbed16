// Pairs of questions that differ in one variable only, as Python's data/counterfactual.py makes them.

import { integers } from "./randomness.js";

/** @import { Domain } from "./domain.js" */
/** @import { Tokens } from "./tokens.js" */

/**
 * For every row the row of the same question with `variable` changed: each value v becomes (v + shift) mod values, or
 * without a shift each row draws its own other value from `seed`. Only what leaves a question counts: a row without any
 * such change stays as it is.
 * @param {Domain} domain a whole one
 * @param {string} variable
 * @param {{shift?: number, seed?: number}} how
 * @returns {Int32Array}
 */
export function changedRows(domain, variable, { shift, seed = 0 }) {
  const place = domain.task.variables.findIndex(({ name }) => name === variable);
  if (place < 0) throw new Error(`the task has no variable ${variable}`);
  if (!domain.whole) throw new Error("this page holds some of the questions, among which pairs are not to be found");
  const { values } = domain.task.variables[place];
  if (values < 2 || (shift !== undefined && !(shift >= 1 && shift < values)))
    throw new Error(`${variable} has ${values} values, so it cannot be changed by ${shift}`);
  if (shift !== undefined) return domain.shifted(place, shift).map((other, row) => (other < 0 ? row : other));
  const possible = Array.from({ length: values - 1 }, (_, k) => domain.shifted(place, k + 1));
  const counts = Int32Array.from({ length: domain.rows }, (_, row) => possible.filter((to) => to[row] >= 0).length);
  const nth = integers(`change ${variable}`, [seed], counts.map((count) => Math.max(count, 1)), domain.rows);
  return nth.map((n, row) => possible.map((to) => to[row]).filter((other) => other >= 0)[n] ?? row);
}

/**
 * The changed questions as the model sees them; with `kept`, the teacher-forced outputs among the tokens are those of
 * the unchanged ones, so that nothing but the question differs.
 * @param {Domain} domain
 * @param {ArrayLike<number>} rows as `changedRows` gave them
 * @param {boolean} kept
 * @returns {Tokens}
 */
export function changedTokens(domain, rows, kept) {
  const changed = domain.tokens(rows);
  if (!kept) return changed;
  const { roles, outputs } = domain.task;
  const own = domain.tokens();
  for (const forced of outputs.filter((output) => output in roles).map((output) => roles[output]))
    for (let at = forced; at < changed.ids.length; at += changed.nPos) changed.ids[at] = own.ids[at];
  return changed;
}
