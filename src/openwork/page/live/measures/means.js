// Means of sites over inputs, position by position.

import { chosen } from "../interventions/edit.js";
import { blocks } from "../model/run.js";

/** @import { Tokens } from "../data/tokens.js" */
/** @import { Cells } from "../model/cells.js" */
/** @import { Model } from "../model/model.js" */

/**
 * Yields the share that is done; gives [axes of the site] in C order, by full site name.
 * @param {Model} model
 * @param {Tokens} tokens
 * @param {string[]} sites
 * @returns {Generator<number, Record<string, Float64Array>, void>}
 */
export function* means(model, tokens, sites) {
  const places = new Map(sites.map((name) => chosen(model.spec, tokens.nPos, { site: name })).map((c) => [c.site.name, c]));
  /** @type {Record<string, Float64Array>} */
  const found = {};
  for (const [name, { positions, features }] of places) found[name] = new Float64Array(positions.length * features.length);
  for (const { start, cells, values } of blocks(model, tokens, { edits: [], captures: sites }, { shallow: true })) {
    const weights = inputsOf(cells);
    for (const [name, value] of values) {
      const { features, flat } = /** @type {import("../interventions/edit.js").Chosen} */ (places.get(name));
      addSums(cells, weights, value, features.length, flat, found[name]);
    }
    yield (start + cells.inputs) / tokens.rows;
  }
  for (const total of Object.values(found)) for (let i = 0; i < total.length; i++) total[i] /= tokens.rows;
  return found;
}

/**
 * How many inputs share each cell.
 * @param {Cells} cells
 */
export function inputsOf({ count, of }) {
  const found = new Float64Array(count);
  for (let at = 0; at < of.length; at++) found[of[at]]++;
  return found;
}

/**
 * @param {Cells} cells
 * @param {Float64Array} weights
 * @param {Float64Array} value [feature][cell]
 * @param {number} width
 * @param {(position: number, feature: number) => number} flat
 * @param {Float64Array} total
 */
function addSums({ nPos, start, count }, weights, value, width, flat, total) {
  for (let f = 0; f < width; f++)
    for (let p = 0; p < nPos; p++) {
      let sum = 0;
      for (let c = start[p]; c < start[p + 1]; c++) sum += weights[c] * value[f * count + c];
      total[flat(p, f)] += sum;
    }
}
