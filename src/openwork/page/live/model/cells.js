// What neighbouring inputs share. In a causal model a position depends on the tokens up to it only, so inputs that agree
// that far share one *cell* there, and a pass computes it once. A value is an array [feature][cell].

/** @import { Tokens } from "../data/tokens.js" */

/**
 * @typedef {object} Cells
 * @property {number} inputs
 * @property {number} nPos
 * @property {number} count
 * @property {Int32Array} start [pos + 1]: the cells of position p are start[p] .. start[p + 1] - 1
 * @property {Int32Array} of [pos, input]: the cell that an input has at a position
 * @property {Int32Array} input [cell]: an input that has it
 * @property {Int32Array[]} seen for each position [key position, cell of the position]: the cell of the key
 */

/**
 * The cells of inputs of which each row is `parallel.map((tokens) => tokens.row)`: its own tokens, and those of the
 * inputs that it takes values from.
 * @param {Tokens[]} parallel
 * @param {boolean} causal
 * @returns {Cells}
 */
export function cellsOf(parallel, causal) {
  const { rows: inputs, nPos } = parallel[0];
  const fresh = Int32Array.from({ length: inputs }, (_, i) =>
    i === 0 || !causal ? 0 : Math.min(...parallel.map((tokens) => firstDifference(tokens, i))),
  );
  const start = new Int32Array(nPos + 1);
  const of = new Int32Array(nPos * inputs);
  const input = [];
  for (let p = 0; p < nPos; p++) {
    for (let i = 0; i < inputs; i++) {
      if (fresh[i] <= p) input.push(i);
      of[p * inputs + i] = input.length - 1;
    }
    start[p + 1] = input.length;
  }
  const cells = { inputs, nPos, count: input.length, start, of, input: Int32Array.from(input) };
  return { ...cells, seen: Array.from(start.subarray(0, nPos), (_, p) => seenFrom(cells, p, causal ? p + 1 : nPos)) };
}

/**
 * @param {Omit<Cells, "seen">} cells
 * @param {number} p
 * @param {number} keys
 */
function seenFrom({ inputs, start, of, input }, p, keys) {
  const width = start[p + 1] - start[p];
  const seen = new Int32Array(keys * width);
  for (let u = 0, at = 0; u < keys; u++)
    for (let c = start[p]; c < start[p + 1]; c++, at++) seen[at] = of[u * inputs + input[c]];
  return seen;
}

/**
 * The first position where a row differs from the one before it.
 * @param {Tokens} tokens
 * @param {number} row
 */
function firstDifference({ nPos, ids }, row) {
  let p = 0;
  while (p < nPos && ids[row * nPos + p] === ids[(row - 1) * nPos + p]) p++;
  return p;
}
