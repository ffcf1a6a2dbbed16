// One pass of a model as TransformerLens 3 defines it. Edits act at every site in the order of the pass.

import { activate } from "./activation.js";
import { attended } from "./attention.js";
import { linear } from "./linear.js";
import { normed } from "./norm.js";

/** @import { Block } from "./model.js" */
/** @import { Pass } from "./pass.js" */

/**
 * Logits [d_vocab_out][cell]. Where only sites of the blocks before `blocks` are wanted, those are all that runs, and
 * there are no logits.
 * @param {Pass} pass
 * @param {number} [blocks]
 * @returns {Float64Array | null}
 */
export function forward(pass, blocks = Infinity) {
  const { model, cells } = pass;
  const stream = embedded(pass);
  for (const [layer, block] of model.blocks.entries()) {
    if (layer >= blocks) return null;
    through(pass, `blocks.${layer}.`, block, stream);
  }
  if (blocks !== Infinity) return null;
  const read = normed(pass, "ln_final.", model.final, stream);
  const logits = pass.room(model.spec.d_vocab_out);
  linear(model.unembed, read, cells.count, logits);
  return logits;
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
 * One block; the stream is changed in place.
 * @param {Pass} pass
 * @param {string} name `blocks.0.`
 * @param {Block} block
 * @param {Float64Array} stream
 */
function through(pass, name, block, stream) {
  pass.at(`${name}hook_resid_pre`, stream);
  const read = normed(pass, `${name}ln1.`, block.ln1, stream);
  pass.join(`${name}hook_attn_out`, stream, attended(pass, `${name}attn.`, block, read));
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
