// One model: its spec, and its weights as the matrices that a pass multiplies with.

import { bytesOf } from "../data/base64.js";
import { readSafetensors } from "./weights.js";

/** @import { Spec } from "./spec.js" */
/** @import { Tensor } from "./weights.js" */

/**
 * What a linear layer multiplies with: `matrix` is [in, out] in C order.
 * @typedef {object} Linear
 * @property {number} inputs
 * @property {number} outputs
 * @property {Float64Array} matrix
 * @property {Float64Array} bias
 */

/**
 * The learned weights of a norm; null where it has none.
 * @typedef {object} NormWeights
 * @property {Float64Array | null} w
 * @property {Float64Array | null} b
 */

/**
 * @typedef {object} Block
 * @property {NormWeights} ln1
 * @property {Linear} q out: [head, d_head]
 * @property {Linear} k
 * @property {Linear} v
 * @property {Linear} o in: [head, d_head]
 * @property {NormWeights} ln2
 * @property {Linear | null} mlpIn null in attention-only models
 * @property {Linear | null} mlpOut
 */

/**
 * @typedef {object} Model
 * @property {Spec} spec
 * @property {Map<string, Tensor>} weights by TransformerLens' names
 * @property {Float64Array} embed [d_vocab, d_model]
 * @property {Float64Array | null} places [n_ctx, d_model], where positions are learned
 * @property {Block[]} blocks
 * @property {NormWeights} final
 * @property {Linear} unembed
 */

/**
 * The model that a page holds.
 * @param {{spec: Spec, weights: string}} payload weights: base64 of a safetensors file
 * @returns {Model}
 */
export function readModel({ spec, weights }) {
  return modelOf(spec, readSafetensors(bytesOf(weights)));
}

/**
 * @param {Spec} spec
 * @param {Map<string, Tensor>} weights
 * @returns {Model}
 */
export function modelOf(spec, weights) {
  const placed = spec.positional_embedding_type === "standard";
  return {
    spec,
    weights,
    embed: tensor(weights, "embed.W_E"),
    places: placed ? tensor(weights, "pos_embed.W_pos") : null,
    blocks: Array.from({ length: spec.n_layers }, (_, layer) => blockOf(spec, weights, `blocks.${layer}.`)),
    final: normOf(weights, "ln_final."),
    unembed: linearOf(spec.d_model, spec.d_vocab_out, tensor(weights, "unembed.W_U"), tensor(weights, "unembed.b_U")),
  };
}

/**
 * @param {Spec} spec
 * @param {Map<string, Tensor>} weights
 * @param {string} block
 * @returns {Block}
 */
function blockOf(spec, weights, block) {
  const { d_model: d, d_mlp: neurons, attn_only: bare } = spec;
  const heads = spec.n_heads * spec.d_head;
  /** @param {string} name @param {number} inputs @param {number} outputs */
  const mlp = (name, inputs, outputs) =>
    linearOf(inputs, outputs, tensor(weights, `${block}mlp.W_${name}`), tensor(weights, `${block}mlp.b_${name}`));
  return {
    ln1: normOf(weights, `${block}ln1.`),
    q: perHead(spec, weights, `${block}attn.`, "Q"),
    k: perHead(spec, weights, `${block}attn.`, "K"),
    v: perHead(spec, weights, `${block}attn.`, "V"),
    o: linearOf(heads, d, tensor(weights, `${block}attn.W_O`), tensor(weights, `${block}attn.b_O`)),
    ln2: normOf(weights, `${block}ln2.`),
    mlpIn: bare ? null : mlp("in", d, neurons),
    mlpOut: bare ? null : mlp("out", neurons, d),
  };
}

/**
 * One of W_Q, W_K, W_V, stored [head, d_model, d_head], as one matrix for all heads.
 * @param {Spec} spec
 * @param {Map<string, Tensor>} weights
 * @param {string} attn
 * @param {string} letter
 */
function perHead({ n_heads: heads, d_model: d, d_head: e }, weights, attn, letter) {
  const stored = tensor(weights, `${attn}W_${letter}`);
  const matrix = new Float64Array(stored.length);
  for (let h = 0; h < heads; h++)
    for (let i = 0; i < d; i++)
      for (let j = 0; j < e; j++) matrix[(i * heads + h) * e + j] = stored[(h * d + i) * e + j];
  return linearOf(d, heads * e, matrix, tensor(weights, `${attn}b_${letter}`));
}

/**
 * @param {number} inputs
 * @param {number} outputs
 * @param {Float64Array} matrix
 * @param {Float64Array} bias
 * @returns {Linear}
 */
function linearOf(inputs, outputs, matrix, bias) {
  return { inputs, outputs, matrix, bias };
}

/**
 * @param {Map<string, Tensor>} weights
 * @param {string} norm
 * @returns {NormWeights}
 */
function normOf(weights, norm) {
  return { w: weights.get(`${norm}w`)?.data ?? null, b: weights.get(`${norm}b`)?.data ?? null };
}

/**
 * @param {Map<string, Tensor>} weights
 * @param {string} name
 */
function tensor(weights, name) {
  const found = weights.get(name);
  if (found === undefined) throw new Error(`the page lacks the weight ${name}`);
  return found.data;
}
