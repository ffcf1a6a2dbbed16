// What each part of a model adds to the logits at one position of one question. The final norm is taken at the scale
// that it has there, so that the sum of all parts is exactly the logits. What a part does through later parts is in
// their share and not in its own.

/** @import { Linear, Model } from "../model/model.js" */
/** @import { Spec } from "../model/spec.js" */

/** The values of a site for one question, in C order; empty where it was not kept. @typedef {(site: string) => Float64Array} At */

/**
 * A part and what it adds to each answer's logit.
 * @typedef {object} Share
 * @property {string} code `embed`, `place`, `L0H1`, `L0A`, `L0M`, `bias`, or `rest`: what a switch put in place
 * @property {number} layer -1 where it belongs to none
 * @property {number} head -1 where it is none
 * @property {Float64Array} votes [answer]
 */

/** A key and what a head takes from it. @typedef {{key: number, score: number, weight: number, votes: Float64Array}} KeyShare */

/** A neuron, before and after its activation, and what it adds. @typedef {{neuron: number, pre: number, post: number, votes: Float64Array}} NeuronShare */

const SAME = 1e-7; // of the largest number: what sums in another order may differ by

/**
 * The sites that must be kept.
 * @param {Spec} spec
 * @returns {string[]}
 */
export function votedFrom({ n_layers: layers, attn_only: attnOnly, positional_embedding_type: places, normalization_type: norm }) {
  const found = ["hook_embed", ...(places === "standard" ? ["hook_pos_embed"] : []), ...(norm === null ? [] : ["ln_final.hook_scale"])];
  for (let layer = 0; layer < layers; layer += 1) {
    const kept = ["attn.hook_v", "attn.hook_attn_scores", "attn.hook_pattern", "attn.hook_z", "hook_attn_out"];
    const more = attnOnly ? [] : ["mlp.hook_pre", "mlp.hook_post", "hook_mlp_out"];
    found.push(...[...kept, ...more, "hook_resid_post"].map((name) => `blocks.${layer}.${name}`));
  }
  return found;
}

/** Reads what parts add. */
export class Votes {
  /**
   * @param {Model} model
   * @param {boolean} levelled whether each part's votes are taken less their mean over the answers, which decides nothing
   *   where the largest logit is the answer
   */
  constructor(model, levelled) {
    this.model = model;
    this.levelled = levelled;
    this.reads = readingMatrix(model);
    /** @type {Map<number, Float64Array>} by layer: what each neuron adds at activity 1, before the norm's scale */
    this.neurons = new Map();
  }

  /**
   * Every part, in the order of the pass; their votes sum to the logits.
   * @param {At} at
   * @param {number} position
   * @returns {Share[]}
   */
  parts(at, position) {
    const { spec, blocks, places } = this.model;
    const d = spec.d_model;
    const scale = this.#scale(at, position);
    const stream = (/** @type {string} */ site) => at(site).subarray(position * d, (position + 1) * d);
    /** @type {Share[]} */
    const found = [];
    const whole = stream(spec.n_layers ? `blocks.${spec.n_layers - 1}.hook_resid_post` : "hook_embed");
    const rest = whole.slice();
    const push = (/** @type {string} */ code, /** @type {ArrayLike<number>} */ written, layer = -1, head = -1) => {
      for (let i = 0; i < d; i += 1) rest[i] -= written[i];
      found.push({ code, layer, head, votes: this.#read(written, scale) });
    };
    push("embed", stream("hook_embed"));
    if (places !== null) push("place", stream("hook_pos_embed"));
    const bias = new Float64Array(d);
    blocks.forEach((block, layer) => {
      const out = stream(`blocks.${layer}.hook_attn_out`);
      const heads = Array.from({ length: spec.n_heads }, (_, head) => this.#head(at, layer, head, position));
      if (agree(out, [...heads, block.o.bias])) {
        heads.forEach((written, head) => push(`L${layer}H${head}`, written, layer, head));
        for (let i = 0; i < d; i += 1) bias[i] += block.o.bias[i];
      } else push(`L${layer}A`, out, layer);
      if (block.mlpOut !== null) push(`L${layer}M`, stream(`blocks.${layer}.hook_mlp_out`), layer);
    });
    for (let i = 0; i < d; i += 1) rest[i] -= bias[i];
    if (reachOf(rest) > SAME * reachOf(whole)) found.push({ code: "rest", layer: -1, head: -1, votes: this.#read(rest, scale) });
    found.push({ code: "bias", layer: -1, head: -1, votes: this.#constant(bias, scale) });
    return found;
  }

  /**
   * What a head takes from each key, whose votes sum to the head's own.
   * @param {At} at
   * @param {number} layer
   * @param {number} head
   * @param {number} position
   * @returns {KeyShare[]}
   */
  keys(at, layer, head, position) {
    const { n_heads: heads, d_head: e, d_model: d } = this.model.spec;
    const block = `blocks.${layer}.attn.`;
    const nPos = at(`${block}hook_v`).length / (heads * e);
    const scale = this.#scale(at, position);
    const row = (head * nPos + position) * nPos;
    return Array.from({ length: nPos }, (_, key) => {
      const weight = at(`${block}hook_pattern`)[row + key];
      const value = at(`${block}hook_v`).subarray((key * heads + head) * e, (key * heads + head + 1) * e);
      const written = mapped(this.model.blocks[layer].o.matrix, head * e, value.map((one) => weight * one), d);
      return { key, score: at(`${block}hook_attn_scores`)[row + key], weight, votes: this.#read(written, scale) };
    });
  }

  /**
   * The neurons of an MLP, whose votes and those of its bias sum to the MLP's own.
   * @param {At} at
   * @param {number} layer
   * @param {number} position
   * @returns {{neurons: NeuronShare[], bias: Float64Array}}
   */
  mlp(at, layer, position) {
    const { d_mlp: width, d_vocab_out: n } = this.model.spec;
    const scale = this.#scale(at, position);
    const directions = this.#directions(layer);
    const neurons = Array.from({ length: width }, (_, neuron) => {
      const place = position * width + neuron;
      const post = at(`blocks.${layer}.mlp.hook_post`)[place];
      const votes = directions.slice(neuron * n, (neuron + 1) * n).map((one) => (one * post) / scale);
      return { neuron, pre: at(`blocks.${layer}.mlp.hook_pre`)[place], post, votes: this.#level(votes) };
    });
    return { neurons, bias: this.#read(this.#mlpOut(layer).bias, scale) };
  }

  /** @param {number} layer */
  #mlpOut(layer) {
    return /** @type {Linear} */ (this.model.blocks[layer].mlpOut);
  }

  /** @param {number} layer */
  #directions(layer) {
    let found = this.neurons.get(layer);
    if (found === undefined) {
      const { d_mlp: width, d_model: d, d_vocab_out: n } = this.model.spec;
      found = new Float64Array(width * n);
      const { matrix } = this.#mlpOut(layer);
      for (let neuron = 0; neuron < width; neuron += 1)
        found.set(mapped(this.reads, 0, matrix.subarray(neuron * d, (neuron + 1) * d), n), neuron * n);
      this.neurons.set(layer, found);
    }
    return found;
  }

  /**
   * What one head writes at a position.
   * @param {At} at
   * @param {number} layer
   * @param {number} head
   * @param {number} position
   */
  #head(at, layer, head, position) {
    const { n_heads: heads, d_head: e, d_model: d } = this.model.spec;
    const from = (position * heads + head) * e;
    return mapped(this.model.blocks[layer].o.matrix, head * e, at(`blocks.${layer}.attn.hook_z`).subarray(from, from + e), d);
  }

  /**
   * The divisor of the final norm there; 1 where the model has none.
   * @param {At} at
   * @param {number} position
   */
  #scale(at, position) {
    return this.model.spec.normalization_type === null ? 1 : at("ln_final.hook_scale")[position];
  }

  /**
   * @param {ArrayLike<number>} written
   * @param {number} scale
   */
  #read(written, scale) {
    const n = this.model.spec.d_vocab_out;
    return this.#level(mapped(this.reads, 0, written, n).map((one) => one / scale));
  }

  /**
   * The biases of all attention, and those of the final norm and the unembedding.
   * @param {Float64Array} written
   * @param {number} scale
   */
  #constant(written, scale) {
    const { unembed, final, spec } = this.model;
    const votes = this.#read(written, scale);
    const own = unembed.bias.slice();
    if (final.b !== null) mapped(unembed.matrix, 0, final.b, spec.d_vocab_out).forEach((one, answer) => (own[answer] += one));
    this.#level(own).forEach((one, answer) => (votes[answer] += one));
    return votes;
  }

  /** @param {Float64Array} votes changed in place */
  #level(votes) {
    if (!this.levelled) return votes;
    let mean = 0;
    for (let j = 0; j < votes.length; j += 1) mean += votes[j] / votes.length;
    for (let j = 0; j < votes.length; j += 1) votes[j] -= mean;
    return votes;
  }
}

/**
 * The unembedding with the final norm's weights and, where it centres, its centring: [d_model, answer].
 * @param {Model} model
 */
function readingMatrix({ spec, final, unembed }) {
  const { d_model: d, d_vocab_out: n, normalization_type: kind } = spec;
  const found = unembed.matrix.slice();
  if (final.w !== null) for (let i = 0; i < d; i += 1) for (let j = 0; j < n; j += 1) found[i * n + j] *= final.w[i];
  if (kind !== "LN" && kind !== "LNPre") return found;
  for (let j = 0; j < n; j += 1) {
    let mean = 0;
    for (let i = 0; i < d; i += 1) mean += found[i * n + j] / d;
    for (let i = 0; i < d; i += 1) found[i * n + j] -= mean;
  }
  return found;
}

/**
 * A vector through some rows of a matrix, without a bias.
 * @param {Float64Array} matrix [row, output]
 * @param {number} first row
 * @param {ArrayLike<number>} vector
 * @param {number} n outputs
 */
function mapped(matrix, first, vector, n) {
  const found = new Float64Array(n);
  for (let i = 0; i < vector.length; i += 1) for (let j = 0; j < n; j += 1) found[j] += vector[i] * matrix[(first + i) * n + j];
  return found;
}

/**
 * Whether a vector is the sum of others, but for rounding.
 * @param {Float64Array} whole
 * @param {ArrayLike<number>[]} pieces
 */
function agree(whole, pieces) {
  const reach = Math.max(...pieces.map(reachOf), reachOf(whole), 1e-300);
  return whole.every((value, i) => Math.abs(pieces.reduce((sum, piece) => sum + piece[i], 0) - value) <= SAME * reach);
}

/** @param {ArrayLike<number>} vector */
function reachOf(vector) {
  return Array.from(vector).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
