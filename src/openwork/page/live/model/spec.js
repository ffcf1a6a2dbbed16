// Sizes and choices of a model: the fields of Python's ModelSpec, by the same names.

/**
 * @typedef {object} Spec
 * @property {number} n_layers
 * @property {number} d_model
 * @property {number} n_heads
 * @property {number} d_head
 * @property {number} d_mlp
 * @property {number} d_vocab
 * @property {number} d_vocab_out
 * @property {number} n_ctx
 * @property {"relu" | "gelu" | "gelu_new" | "silu"} act_fn
 * @property {"LN" | "LNPre" | "RMS" | "RMSPre" | null} normalization_type
 * @property {number} eps
 * @property {"causal" | "bidirectional"} attention_dir
 * @property {boolean} attn_only
 * @property {"standard" | "none"} positional_embedding_type
 * @property {number | null} attn_scale
 * @property {"float32" | "float64"} dtype
 * @property {number | null} [pad_token]
 */

/**
 * What attention scores are divided by.
 * @param {Spec} spec
 */
export function scoreDivisor(spec) {
  return spec.attn_scale ?? Math.sqrt(spec.d_head);
}
