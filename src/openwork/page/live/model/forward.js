// One pass of a model as TransformerLens 3 defines it. Edits act at every site in the order of the pass.

import { activate } from "./activation.js";
import { attended } from "./attention.js";
import { cellsFrom } from "./cells.js";
import { linear } from "./linear.js";
import { normed } from "./norm.js";

/** @import { Cells } from "./cells.js" */
/** @import { Block } from "./model.js" */
/** @import { Pass } from "./pass.js" */

/**
 * Logits [d_vocab_out][cell], of the cells from the first position that is wanted. Where only sites of the blocks before
 * `blocks` are wanted, those are all that runs, and there are no logits.
 * @param {Pass} whole
 * @param {number} [blocks]
 * @returns {{logits: Float64Array, cells: Cells} | null}
 */
export function forward(whole, blocks = Infinity) {
  const { model } = whole;
  let pass = whole;
  /** @type {Float64Array} */
  let stream = embedded(pass);
  for (const [layer, block] of model.blocks.entries()) {
    if (layer >= blocks) return null;
    const first = layer === model.blocks.length - 1 ? pass.first : 0;
    attending(pass, `blocks.${layer}.`, block, stream, first);
    if (first > 0) [pass, stream] = narrowed(pass, stream);
    thinking(pass, `blocks.${layer}.`, block, stream);
  }
  if (blocks !== Infinity) return null;
  const read = normed(pass, "ln_final.", model.final, stream);
  const logits = pass.room(model.spec.d_vocab_out);
  linear(model.unembed, read, pass.cells.count, logits);
  return { logits, cells: pass.cells };
}

/**
 * What is behind the last attention, where positions no longer hear of each other, at the wanted positions alone.
 * @param {Pass} pass
 * @param {Float64Array} stream
 * @returns {[Pass, Float64Array]}
 */
function narrowed(pass, stream) {
  const { cells, model } = pass;
  const begin = cells.start[pass.first];
  const narrow = pass.within(cellsFrom(cells, pass.first));
  const rest = narrow.room(model.spec.d_model);
  for (let i = 0; i < model.spec.d_model; i++)
    rest.set(stream.subarray(i * cells.count + begin, (i + 1) * cells.count), i * narrow.cells.count);
  return [narrow, rest];
}

/**
 * The residual stream before the first block.
 * @param {Pass} pass
 */
function embedded(pass) {
  const { model, cells, tokens } = pass;
  const { count, nPos, start, input } = cells;
  const d = model.spec.d_model;
  const stream = pass.room(d);
  for (let p = 0; p < nPos; p++)
    for (let c = start[p]; c < start[p + 1]; c++) {
      const token = tokens.ids[input[c] * nPos + p];
      for (let i = 0; i < d; i++) stream[i * count + c] = model.embed[token * d + i];
    }
  pass.at("hook_embed", stream);
  if (model.places === null) return stream;
  const places = pass.room(d);
  for (let p = 0; p < nPos; p++)
    for (let i = 0; i < d; i++)
      places.fill(model.places[p * d + i], i * count + start[p], i * count + start[p + 1]);
  pass.join("hook_pos_embed", stream, places);
  return stream;
}

/**
 * A block's attention; the stream is changed in place.
 * @param {Pass} pass
 * @param {string} name `blocks.0.`
 * @param {Block} block
 * @param {Float64Array} stream
 * @param {number} first the first position where what it takes is wanted
 */
function attending(pass, name, block, stream, first) {
  pass.at(`${name}hook_resid_pre`, stream);
  const read = normed(pass, `${name}ln1.`, block.ln1, stream);
  pass.join(`${name}hook_attn_out`, stream, attended(pass, `${name}attn.`, block, read, first));
}

/**
 * A block's MLP; the stream is changed in place.
 * @param {Pass} pass
 * @param {string} name `blocks.0.`
 * @param {Block} block
 * @param {Float64Array} stream
 */
function thinking(pass, name, block, stream) {
  if (block.mlpIn !== null) {
    pass.at(`${name}hook_resid_mid`, stream);
    const seen = normed(pass, `${name}ln2.`, block.ln2, stream);
    pass.join(`${name}hook_mlp_out`, stream, mlp(pass, `${name}mlp.`, block, seen));
  }
  pass.at(`${name}hook_resid_post`, stream);
}

/**
 * @param {Pass} pass
 * @param {string} name `blocks.0.mlp.`
 * @param {Block} block
 * @param {Float64Array} read
 */
function mlp(pass, name, { mlpIn, mlpOut }, read) {
  if (mlpIn === null || mlpOut === null) throw new Error(`this model has no ${name}`);
  const neurons = pass.room(mlpIn.outputs);
  linear(mlpIn, read, pass.cells.count, neurons);
  pass.at(`${name}hook_pre`, neurons);
  activate(pass.model.spec.act_fn, neurons);
  pass.at(`${name}hook_post`, neurons);
  const out = pass.room(mlpOut.outputs);
  linear(mlpOut, neurons, pass.cells.count, out);
  return out;
}
