// The stages of a forward pass, from the tokens to the answers: what enters, each attention, each MLP, what is said.

/** @typedef {{layers: number, attnOnly: boolean}} Depth */

/**
 * How many stages have a row of positions; the answers stand one above.
 * @param {Depth} depth
 */
export function rowsOf({ layers, attnOnly }) {
  return layers * (attnOnly ? 1 : 2) + 1;
}

/**
 * @param {number} layer
 * @param {Depth} depth
 * @returns {number} the stage that attention of this layer reads
 */
export function before(layer, { attnOnly }) {
  return layer * (attnOnly ? 1 : 2);
}

/**
 * @param {number} stage
 * @param {Depth} depth
 * @returns {string}
 */
export function stageName(stage, depth) {
  if (stage === 0) return "tokens";
  if (stage >= rowsOf(depth)) return "answers";
  const layer = Math.floor((stage - 1) / (depth.attnOnly ? 1 : 2));
  return isAttention(stage, depth) ? `attention ${layer}` : `MLP ${layer}`;
}

/**
 * Whether it is attention that leads to a stage.
 * @param {number} stage
 * @param {Depth} depth
 */
export function isAttention(stage, { attnOnly }) {
  return attnOnly || stage % 2 === 1;
}

/**
 * The stage that writes a component's value.
 * @param {string} component as programs name it: `hook_embed`, `blocks.0.attn.head.1`, `blocks.0.mlp`, `unembed`
 * @param {Depth} depth
 */
export function stageOf(component, depth) {
  if (component === "unembed") return rowsOf(depth);
  const layer = /^blocks\.(\d+)\./.exec(component)?.[1];
  if (layer === undefined) return 0;
  const late = /\.mlp$|\.hook_mlp_out$|\.hook_resid_post$/.test(component);
  return before(Number(layer), depth) + (late && !depth.attnOnly ? 2 : 1);
}
