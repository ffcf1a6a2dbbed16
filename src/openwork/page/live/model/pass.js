// One pass over some cells: what is written and what is kept at each site, and room to work in.

import { add, linear } from "./linear.js";

/** @import { Arena } from "./arena.js" */
/** @import { Cells } from "./cells.js" */
/** @import { Model } from "./model.js" */
/** @import { Taps, Write } from "./taps.js" */
/** @import { Tokens } from "../data/tokens.js" */

/**
 * What was kept of a pass: by site, [feature][cell].
 * @typedef {object} Kept
 * @property {Cells} cells
 * @property {Map<string, Float64Array>} values
 */

export class Pass {
  /**
   * @param {Model} model
   * @param {Tokens} tokens
   * @param {Cells} cells
   * @param {Taps} taps
   * @param {Map<string, Kept>} sources the passes that writes take values from
   * @param {Arena} arena
   * @param {number} [first] the first position whose logits are wanted
   */
  constructor(model, tokens, cells, taps, sources, arena, first = 0) {
    this.model = model;
    this.tokens = tokens;
    this.cells = cells;
    this.sources = sources;
    this.arena = arena;
    this.first = first;
    this.writes = taps.writes;
    this.reads = taps.reads;
    this.padded = padded(model, tokens, cells);
    /** @type {Map<string, Float64Array>} */
    this.values = new Map();
  }

  /**
   * The same pass over some of its cells.
   * @param {Cells} cells
   */
  within(cells) {
    const taps = { writes: this.writes, reads: this.reads };
    return new Pass(this.model, this.tokens, cells, taps, this.sources, this.arena);
  }

  /**
   * Room for a value of this many features.
   * @param {number} width
   */
  room(width) {
    return this.arena.take(width * this.cells.count);
  }

  /**
   * Whether anything is written or read there.
   * @param {string} site
   */
  taps(site) {
    return this.writes.has(site) || this.reads.has(site);
  }

  /**
   * Called at every site with its value: makes the changes, then keeps what is to be kept.
   * @param {string} site
   * @param {Float64Array} value
   */
  at(site, value) {
    this.write(site, value);
    this.read(site, value);
  }

  /**
   * Makes the changes there, in order; says whether there were any.
   * @param {string} site
   * @param {Float64Array} value
   */
  write(site, value) {
    const writes = this.writes.get(site) ?? [];
    for (const write of writes) this.change(write, value);
    return writes.length > 0;
  }

  /**
   * @param {string} site
   * @param {Float64Array} value
   */
  read(site, value) {
    if (this.reads.has(site)) this.values.set(site, value.slice());
  }

  /**
   * @param {Write} write
   * @param {Float64Array} value
   */
  change(write, value) {
    const { start, count } = this.cells;
    if (write.kind === "affine") return this.map(write, value);
    write.features.forEach((feature, f) => {
      write.positions.forEach((p, k) => {
        const from = feature * count + start[p];
        if (write.kind === "source") this.copy(write, feature, p, value);
        else value.fill(write.values[k * write.features.length + f], from, from + start[p + 1] - start[p]);
      });
    });
  }

  /**
   * Takes one feature at one position from the pass over a source.
   * @param {Write & {kind: "source"}} write
   * @param {number} feature
   * @param {number} p
   * @param {Float64Array} value
   */
  copy(write, feature, p, value) {
    const { start, count, input, inputs } = this.cells;
    const source = /** @type {Kept} */ (this.sources.get(write.source));
    const theirs = /** @type {Float64Array} */ (source.values.get(write.site));
    const shift = feature * source.cells.count;
    const of = source.cells.of;
    for (let c = start[p]; c < start[p + 1]; c++) value[feature * count + c] = theirs[shift + of[p * inputs + input[c]]];
  }

  /**
   * An affine map of what the MLP reads.
   * @param {Write & {kind: "affine"}} write
   * @param {Float64Array} value
   */
  map({ reads, positions, map }, value) {
    const { start, count } = this.cells;
    const read = /** @type {Float64Array} */ (this.values.get(reads));
    const mapped = this.room(map.outputs);
    linear(map, read, count, mapped);
    for (let o = 0; o < map.outputs; o++)
      for (const p of positions) {
        const [from, to] = [o * count + start[p], o * count + start[p + 1]];
        value.set(mapped.subarray(from, to), from);
      }
  }

  /**
   * The residual stream with what a component writes, in place.
   * @param {string} site where it writes
   * @param {Float64Array} stream
   * @param {Float64Array} written
   */
  join(site, stream, written) {
    this.at(site, written);
    add(stream, written);
  }
}

/**
 * Which cells hold a pad; null where the model has none.
 * @param {Model} model
 * @param {Tokens} tokens
 * @param {Cells} cells
 */
function padded(model, tokens, { count, nPos, start, input }) {
  const pad = model.spec.pad_token ?? null;
  if (pad === null) return null;
  const found = new Uint8Array(count);
  for (let p = 0; p < nPos; p++)
    for (let c = start[p]; c < start[p + 1]; c++) found[c] = tokens.ids[input[c] * nPos + p] === pad ? 1 : 0;
  return found;
}
