// Runs a model on inputs under a plan: block by block, with every source that edits take values from.

import { someRows } from "../data/tokens.js";
import { flatOf } from "../interventions/edit.js";
import { Arena } from "./arena.js";
import { cellsOf } from "./cells.js";
import { forward } from "./forward.js";
import { Pass } from "./pass.js";
import { shapeOf, siteNamed } from "./sites.js";
import { drawnName, tapsOf } from "./taps.js";

/** @import { Tokens } from "../data/tokens.js" */
/** @import { Edit, Plan } from "../interventions/edit.js" */
/** @import { Cells } from "./cells.js" */
/** @import { Model } from "./model.js" */
/** @import { Kept } from "./pass.js" */
/** @import { Context, Taps } from "./taps.js" */

/**
 * Paired inputs, row by row; in a *world* their own pass has edits, which may take values from other sources.
 * @typedef {Tokens | {tokens: Tokens, edits: Edit[]}} Source
 */

/**
 * @typedef {object} Options
 * @property {Record<string, Source>} [sources]
 * @property {Context} [context]
 * @property {number} [block] inputs to run at once
 * @property {number} [first] the first position whose logits are wanted, where nothing else is: logits are then of the cells
 *   from there
 * @property {boolean} [shallow] whether only captures are wanted: nothing behind the last of them runs, and logits are empty
 */

/**
 * Some inputs, run. `logits` is [d_vocab_out][cell] and holds only until the next block.
 * @typedef {object} Block
 * @property {number} start number of the first input
 * @property {Cells} cells
 * @property {Float64Array} logits
 * @property {Map<string, Float64Array>} values captures, each [feature][cell]
 */

/**
 * @typedef {object} Trace
 * @property {number} rows
 * @property {Float64Array} logits [input, graded, d_vocab_out]
 * @property {Record<string, {shape: number[], data: Float64Array}>} captures each [input, ...axes of the site]
 */

/**
 * One pass of a block: its inputs, its changes, and which sources they need, directly or not.
 * @typedef {object} World
 * @property {string} name
 * @property {Tokens} tokens
 * @property {Taps} taps
 * @property {Tokens[]} parallel
 * @property {number} depth how many blocks of the model have to run
 */

const EDITED = "";
const NONE = new Float64Array();
const WORKING_SET = 1 << 17; // numbers: about what a core keeps near

/**
 * Logits at `graded` positions and the plan's captures, of every input.
 * @param {Model} model
 * @param {Tokens} tokens
 * @param {Plan} plan
 * @param {Options & {graded: number[]}} options
 * @returns {Trace}
 */
export function run(model, tokens, plan, { graded, ...options }) {
  const { spec } = model;
  const logits = new Float64Array(tokens.rows * graded.length * spec.d_vocab_out);
  /** @type {Trace["captures"]} */
  const captures = {};
  for (const block of blocks(model, tokens, plan, options)) {
    spreadLogits(block, graded, spec.d_vocab_out, logits);
    for (const [name, value] of block.values) {
      const site = siteNamed(spec, name);
      const shape = shapeOf(site, spec, tokens.nPos);
      const size = shape.reduce((a, b) => a * b, 1);
      captures[name] ??= { shape: [tokens.rows, ...shape], data: new Float64Array(tokens.rows * size) };
      spread(block, value, flatOf(site, shape), size, captures[name].data);
    }
  }
  return { rows: tokens.rows, logits, captures };
}

/**
 * The same, block by block and cell by cell.
 * @param {Model} model
 * @param {Tokens} tokens
 * @param {Plan} plan
 * @param {Options} options
 * @returns {Generator<Block, void, void>}
 */
export function* blocks(model, tokens, plan, options) {
  const worlds = inOrder(model, tokens, plan, options);
  const causal = model.spec.attention_dir === "causal";
  const size = options.block ?? blockSize(model, tokens.nPos);
  const arena = new Arena();
  for (let start = 0; start < tokens.rows; start += size) {
    const end = Math.min(start + size, tokens.rows);
    /** @type {Map<string, Kept>} */
    const kept = new Map();
    for (const { name, tokens: own, taps, parallel, depth } of worlds) {
      const cells = cellsOf(parallel.map((each) => someRows(each, start, end)), causal);
      arena.clear();
      const pass = new Pass(model, someRows(own, start, end), cells, taps, kept, arena, name === EDITED ? options.first : 0);
      const found = forward(pass, depth);
      kept.set(name, { cells, values: pass.values });
      if (name === EDITED) yield { start, cells, logits: NONE, ...found, values: asked(pass.values, plan, model) };
    }
  }
}

/**
 * Without what only an edit had to read.
 * @param {Map<string, Float64Array>} values
 * @param {Plan} plan
 * @param {Model} model
 */
function asked(values, { captures = [] }, { spec }) {
  const names = new Set(captures.map((name) => siteNamed(spec, name).name));
  return new Map([...values].filter(([name]) => names.has(name)));
}

/**
 * Every pass that the plan needs, those that others take values from first, the edited one last.
 * @param {Model} model
 * @param {Tokens} tokens
 * @param {Plan} plan
 * @param {Options} options
 * @returns {World[]}
 */
function inOrder(model, tokens, plan, { sources = {}, context = {}, shallow = false }) {
  const { spec } = model;
  /** @type {Map<string, World>} */
  const found = new Map();
  /** @type {Set<string>} */
  const begun = new Set();

  /** @param {string} name @param {Tokens} own @param {Plan} changes */
  const visit = (name, own, changes) => {
    if (found.has(name)) return;
    if (begun.has(name)) throw new Error(`the source ${name} takes values from itself`);
    if (own.rows !== tokens.rows || own.nPos !== tokens.nPos) throw new Error(`the source ${name} has another shape`);
    begun.add(name);
    const taps = tapsOf(spec, changes, tokens.nPos, context);
    const parallel = [own];
    for (const { source } of takes(taps)) {
      const [theirs, edits] = sourceNamed(source, sources, changes.edits, context);
      visit(source, theirs, { edits });
      parallel.push(.../** @type {World} */ (found.get(source)).parallel);
    }
    found.set(name, { name, tokens: own, taps, parallel: [...new Set(parallel)], depth: Infinity });
  };
  visit(EDITED, tokens, plan);
  const worlds = [...found.values()];
  for (const world of worlds) for (const { source, site } of takes(world.taps)) found.get(source)?.taps.reads.add(site);
  for (const world of worlds) if (shallow || world.name !== EDITED) world.depth = depthOf(model, world.taps);
  return worlds;
}

/** @param {Taps} taps */
function takes({ writes }) {
  return [...writes.values()].flat().flatMap((write) => (write.kind === "source" ? [write] : []));
}

/**
 * The inputs of a source, and the edits of its world.
 * @param {string} name
 * @param {Record<string, Source>} sources
 * @param {Edit[]} edits those that name it
 * @param {Context} context
 * @returns {[Tokens, Edit[]]}
 */
function sourceNamed(name, sources, edits, context) {
  const seed = edits.find((edit) => edit.kind === "resample" && drawnName(edit.seed) === name);
  if (seed !== undefined && seed.kind === "resample") {
    if (context.drawn === undefined) throw new Error("the inputs to resample from are not given");
    return [context.drawn(seed.seed), []];
  }
  const given = Object.hasOwn(sources, name) ? sources[name] : undefined;
  if (given === undefined) throw new Error(`the source ${name} is not given`);
  return "tokens" in given ? [given.tokens, given.edits] : [given, []];
}

/**
 * How many blocks must run until all sites have their values; all and more where one lies behind them.
 * @param {Model} model
 * @param {Taps} taps
 */
function depthOf({ spec }, { reads }) {
  const depths = [...reads].map((name) => {
    const layer = siteNamed(spec, name).layer;
    if (layer !== null) return layer + 1;
    return name.startsWith("ln_final.") ? Infinity : 0;
  });
  return Math.max(0, ...depths);
}

/**
 * As many inputs as keep the values of a pass near the core.
 * @param {Model} model
 * @param {number} nPos
 */
function blockSize({ spec }, nPos) {
  const width = 8 * spec.d_model + spec.n_heads * (4 * spec.d_head + nPos) + spec.d_mlp + spec.d_vocab_out;
  const fit = WORKING_SET / (width * nPos);
  return fit < 1 ? 1 : 2 ** Math.floor(Math.log2(fit));
}

/**
 * @param {Block} block
 * @param {number[]} graded
 * @param {number} answers
 * @param {Float64Array} out [input, graded, answer]
 */
function spreadLogits({ start, cells, logits }, graded, answers, out) {
  for (let i = 0; i < cells.inputs; i++)
    graded.forEach((p, g) => {
      const cell = cells.of[p * cells.inputs + i];
      const to = ((start + i) * graded.length + g) * answers;
      for (let j = 0; j < answers; j++) out[to + j] = logits[j * cells.count + cell];
    });
}

/**
 * @param {Block} block
 * @param {Float64Array} value [feature][cell]
 * @param {(position: number, feature: number) => number} flat
 * @param {number} size
 * @param {Float64Array} out [input, size]
 */
function spread({ start, cells }, value, flat, size, out) {
  const { count, inputs, nPos, of } = cells;
  for (let f = 0; f < value.length / count; f++)
    for (let p = 0; p < nPos; p++) {
      const at = flat(p, f);
      for (let i = 0; i < inputs; i++) out[(start + i) * size + at] = value[f * count + of[p * inputs + i]];
    }
}
