// Inputs: one sequence of token numbers a row.

/**
 * @typedef {object} Tokens
 * @property {number} rows
 * @property {number} nPos
 * @property {Int32Array} ids [row, pos]
 */

/**
 * @param {ReadonlyArray<ReadonlyArray<number>>} sequences all of one length
 * @returns {Tokens}
 */
export function tokensOf(sequences) {
  const nPos = sequences[0]?.length ?? 0;
  if (sequences.some((sequence) => sequence.length !== nPos)) throw new Error("the sequences differ in length");
  return { rows: sequences.length, nPos, ids: Int32Array.from(sequences.flat()) };
}

/**
 * Rows from .. to, sharing memory.
 * @param {Tokens} tokens
 * @param {number} from
 * @param {number} to
 * @returns {Tokens}
 */
export function someRows({ nPos, ids }, from, to) {
  return { rows: to - from, nPos, ids: ids.subarray(from * nPos, to * nPos) };
}

/**
 * These rows, in this order.
 * @param {Tokens} tokens
 * @param {ArrayLike<number>} rows
 * @returns {Tokens}
 */
export function takeRows({ nPos, ids }, rows) {
  const taken = new Int32Array(rows.length * nPos);
  for (let i = 0; i < rows.length; i++)
    for (let p = 0; p < nPos; p++) taken[i * nPos + p] = ids[rows[i] * nPos + p];
  return { rows: rows.length, nPos, ids: taken };
}
