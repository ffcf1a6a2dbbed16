// Answers that are sets of symbols, as Python's tasks/symbol_sets.py writes them: bit j stands for symbol j.

export const UNASKED = -1; // in place of an answer, where a question wants none

/**
 * @param {number} set
 * @param {number} symbol
 */
export function holds(set, symbol) {
  return ((set >>> symbol) & 1) === 1;
}

/**
 * The set of symbols whose logit is above 0; -1 where one is no number.
 * @param {ArrayLike<number>} logits
 */
export function setOf(logits) {
  let set = 0;
  for (let j = 0; j < logits.length; j++) {
    if (!Number.isFinite(logits[j])) return -1;
    if ((logits[j] ?? 0) > 0) set |= 1 << j;
  }
  return set;
}

/**
 * A set as a person reads it: `{a, <eos>}`.
 * @param {number} set
 * @param {string[]} symbols
 */
export function setText(set, symbols) {
  return `{${symbols.filter((_, j) => holds(set, j)).join(", ")}}`;
}
