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
  const fresh = new Int32Array(inputs);
  if (causal) for (let i = 1; i < inputs; i++) fresh[i] = firstDifference(parallel, i);
  const start = new Int32Array(nPos + 1);
  const of = new Int32Array(nPos * inputs);
  const input = new Int32Array(nPos * inputs);
  let count = 0;
  for (let p = 0; p < nPos; p++) {
    for (let i = 0; i < inputs; i++) {
      if (fresh[i] <= p) input[count++] = i;
      of[p * inputs + i] = count - 1;
    }
    start[p + 1] = count;
  }
  const cells = { inputs, nPos, count, start, of, input: input.subarray(0, count) };
  return { ...cells, seen: Array.from(start.subarray(0, nPos), (_, p) => seenFrom(cells, p, causal ? p + 1 : nPos)) };
}

/**
 * The cells from a position on, numbered anew; what they see of others is left out.
 * @param {Cells} cells
 * @param {number} first
 * @returns {Cells}
 */
export function cellsFrom({ inputs, nPos, count, start, of, input }, first) {
  const begin = start[first];
  return {
    inputs,
    nPos,
    count: count - begin,
    start: start.map((cell) => Math.max(0, cell - begin)),
    of: of.map((cell) => cell - begin),
    input: input.subarray(begin),
    seen: [],
  };
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
 * The first position where a row differs from the one before it, in any of the inputs.
 * @param {Tokens[]} parallel
 * @param {number} row
 */
function firstDifference(parallel, row) {
  let first = parallel[0].nPos;
  for (const { nPos, ids } of parallel) {
    let p = 0;
    while (p < first && ids[row * nPos + p] === ids[(row - 1) * nPos + p]) p++;
    first = p;
  }
  return first;
}
