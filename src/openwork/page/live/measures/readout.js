// Whether the answer can be read off a stream by comparing it with the embedding or the unembedding; see Python's
// analyses/readout.py.

import { siteNamed } from "../model/sites.js";
import { blocks } from "../model/run.js";

/** @import { Domain } from "../data/domain.js" */
/** @import { Block } from "../model/run.js" */
/** @import { Model } from "../model/model.js" */

/**
 * @typedef {object} Way
 * @property {"W_E" | "W_U"} basis
 * @property {boolean} afterNorm
 * @property {"cosine" | "logit"} measure
 */

/**
 * @typedef {object} Readout
 * @property {number[]} right inputs read right at each graded position
 * @property {number} share of graded positions
 * @property {number} inputs
 * @property {number[]} candidates
 */

/**
 * Yields the share that is done.
 * @param {Model} model
 * @param {Domain} domain
 * @param {Way & {site: string}} asked
 * @returns {Generator<number, Readout, void>}
 */
export function* readout(model, domain, { site: name, ...way }) {
  const site = siteNamed(model.spec, name);
  if (site.axes.join() !== "pos,d_model") throw new Error(`${name} is not a stream of d_model numbers`);
  const read = reader(model, domain, way);
  const right = domain.graded.map(() => 0);
  for (const block of blocks(model, domain.tokens(), { edits: [], captures: [site.name] }, {})) {
    count(domain, block, /** @type {Float64Array} */ (block.values.get(site.name)), read, right);
    yield (block.start + block.cells.inputs) / domain.rows;
  }
  const share = right.reduce((a, b) => a + b, 0) / (right.length * domain.rows);
  return { right, share, inputs: domain.rows, candidates: domain.candidates };
}

/**
 * How near a stream is to each of the domain's candidates: the cosine or the logit.
 * @param {Model} model
 * @param {Domain} domain
 * @param {Way} way
 * @returns {(data: Float64Array, offset?: number) => number[]} of the d_model numbers from `offset`
 */
export function reader(model, domain, { basis, afterNorm, measure }) {
  const { d_model: d } = model.spec;
  const directions = domain.candidates.map((answer) => directionOf(model, domain, basis, answer));
  const cosine = measure === "cosine";
  const lengths = directions.map((direction) => (cosine && Math.hypot(...direction)) || 1);
  const offsets = domain.candidates.map((answer) => (!cosine && basis === "W_U" ? model.unembed.bias[answer] : 0));
  return (data, offset = 0) => {
    const given = data.subarray(offset, offset + d);
    const stream = afterNorm ? finalNorm(model, given) : given;
    const length = (cosine && Math.hypot(...stream)) || 1;
    return directions.map((direction, k) => {
      let sum = 0;
      for (let i = 0; i < d; i++) sum += direction[i] * stream[i];
      return sum / (lengths[k] * length) + offsets[k];
    });
  };
}

/**
 * @param {Model} model
 * @param {Domain} domain
 * @param {Way["basis"]} basis
 * @param {number} answer
 */
function directionOf({ spec, embed, unembed }, { task }, basis, answer) {
  const d = spec.d_model;
  if (basis === "W_U")
    return Float64Array.from({ length: d }, (_, i) => unembed.matrix[i * spec.d_vocab_out + answer]);
  const token = task.symbols.indexOf(task.answerSymbols[answer]);
  if (token < 0) throw new Error(`the answer ${task.answerSymbols[answer]} has no embedding: use W_U`);
  return embed.slice(token * d, (token + 1) * d);
}

/**
 * The model's final norm of one stream, with its weights.
 * @param {Model} model
 * @param {Float64Array} stream
 */
export function finalNorm({ spec, final }, stream) {
  const kind = spec.normalization_type;
  if (kind === null) return stream;
  const d = stream.length;
  const mean = kind === "LN" || kind === "LNPre" ? stream.reduce((a, b) => a + b, 0) / d : 0;
  const square = stream.reduce((sum, x) => sum + (x - mean) ** 2, 0) / d;
  const scale = Math.sqrt(square + spec.eps);
  return stream.map((x, i) => ((x - mean) / scale) * (final.w?.[i] ?? 1) + (final.b?.[i] ?? 0));
}

/**
 * Adds the inputs of a block that are read right: the right answer is nearer than every other candidate.
 * @param {Domain} domain
 * @param {Block} block
 * @param {Float64Array} value [d_model][cell]
 * @param {(data: Float64Array) => number[]} read
 * @param {number[]} right
 */
function count(domain, { start, cells }, value, read, right) {
  const answers = domain.everyAnswer();
  const rank = new Map(domain.candidates.map((answer, k) => [answer, k]));
  const stream = new Float64Array(value.length / cells.count);
  domain.graded.forEach((p, g) => {
    /** @type {Map<number, number[]>} */
    const known = new Map();
    for (let i = 0; i < cells.inputs; i++) {
      const cell = cells.of[p * cells.inputs + i];
      let found = known.get(cell);
      if (found === undefined) {
        for (let k = 0; k < stream.length; k++) stream[k] = value[k * cells.count + cell];
        found = read(stream);
        known.set(cell, found);
      }
      const own = found[/** @type {number} */ (rank.get(answers[(start + i) * right.length + g]))];
      if (found.filter((x) => x >= own).length === 1) right[g]++;
    }
  });
}
