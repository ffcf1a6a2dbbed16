// What is measured: a model on the questions of its page, with all that edits need to know of them.

import { changedRows, changedTokens } from "../data/counterfactual.js";
import { integers } from "../data/randomness.js";
import { someRows, takeRows } from "../data/tokens.js";
import { siteNamed } from "../model/sites.js";
import { affineMaps } from "./maps.js";
import { means } from "./means.js";
import { score } from "./score.js";

/** @import { Domain } from "../data/domain.js" */
/** @import { Tokens } from "../data/tokens.js" */
/** @import { Edit } from "../interventions/edit.js" */
/** @import { Linear, Model } from "../model/model.js" */
/** @import { Context } from "../model/taps.js" */
/** @import { Scores } from "./score.js" */

/** Which of the questions: the `at`th of so many equal parts, in order. @typedef {{at: number, of: number}} Part */

/**
 * Inputs paired with all questions: one question for all of them, or each one's own with a variable changed, by a
 * shift or to a drawn value, its teacher-forced outputs kept where `forced` says so. With edits it is a world.
 * @typedef {{variable: string, shift?: number, seed?: number, forced?: "kept" | "changed"}} Changed
 * @typedef {({question: import("../data/domain.js").Asked} | Changed) & {edits?: Edit[]}} Pairing
 */

export class Subject {
  /**
   * @param {Model} model
   * @param {Domain} domain
   */
  constructor(model, domain) {
    this.model = model;
    this.domain = domain;
    /** @type {Map<string, Float64Array>} */
    this.knownMeans = new Map();
    /** @type {Map<string, Linear>} */
    this.knownMaps = new Map();
    /** @type {Map<number, Int32Array>} */
    this.draws = new Map();
    /** @type {Map<number, Int32Array>} rows, ordered by what is drawn for them */
    this.orders = new Map();
    /** @type {Int32Array | null} what the model answers, [row, output]; null until somebody asked */
    this.said = null;
  }

  /**
   * How right the model is on all questions, or on a part of them, under these edits. Yields the share that is done.
   * @param {Edit[]} edits
   * @param {Record<string, Pairing>} pairings
   * @param {Part} [part]
   * @returns {Generator<number, Scores, void>}
   */
  *recount(edits, pairings = {}, part = WHOLE) {
    const all = [...edits, ...Object.values(pairings).flatMap((pairing) => pairing.edits ?? [])];
    /** @param {Edit["kind"]} kind */
    const sitesOf = (kind) => all.filter((edit) => edit.kind === kind).map((edit) => edit.site);
    const averages = yield* this.means(sitesOf("mean"));
    const maps = yield* this.maps(sitesOf("linearise"));
    const { model, domain } = this;
    const seed = all.find((edit) => edit.kind === "resample")?.seed;
    const [from, to] = rowsOf(part, domain.rows);
    const order = seed === undefined ? null : this.orderedBy(seed).subarray(from, to);
    /** @param {Int32Array} rows */
    const rowsHere = (rows) => (order === null ? rows.subarray(from, to) : order.map((row) => rows[row]));
    /** @param {Tokens} tokens */
    const placed = (tokens) => (order === null ? someRows(tokens, from, to) : takeRows(tokens, order));
    /** @type {Context} */
    const context = { means: averages, maps, drawn: (each) => domain.tokens(rowsHere(this.drawnRows(each))) };
    const sources = Object.fromEntries(
      Object.entries(pairings).map(([name, pairing]) => {
        const tokens = placed(this.paired(pairing));
        return [name, { tokens, edits: pairing.edits ?? [] }];
      }),
    );
    const width = domain.graded.length;
    const answers = order === null ? domain.everyAnswer().subarray(from * width, to * width) : domain.answersOf(order);
    const dataset = { tokens: placed(domain.tokens()), answers, graded: domain.graded, sets: domain.task.sets };
    return yield* score(model, dataset, { edits }, { sources, context });
  }

  /**
   * The mean of each site over a part of the questions, and how many they are.
   * @param {string[]} sites
   * @param {Part} part
   * @returns {Generator<number, {inputs: number, means: Record<string, Float64Array>}, void>}
   */
  *meansOf(sites, part) {
    const [from, to] = rowsOf(part, this.domain.rows);
    const names = [...new Set(sites.map((site) => siteNamed(this.model.spec, site).name))];
    return { inputs: to - from, means: yield* means(this.model, someRows(this.domain.tokens(), from, to), names) };
  }

  /**
   * Takes means over all questions that were measured elsewhere.
   * @param {Record<string, Float64Array>} found by site
   */
  learn(found) {
    for (const [name, mean] of Object.entries(found)) this.knownMeans.set(siteNamed(this.model.spec, name).name, mean);
  }

  /**
   * The mean of each site over all questions; measured once.
   * @param {string[]} sites
   * @returns {Generator<number, Record<string, Float64Array>, void>}
   */
  *means(sites) {
    const names = sites.map((site) => siteNamed(this.model.spec, site).name);
    const fresh = [...new Set(names.filter((name) => !this.knownMeans.has(name)))];
    if (fresh.length > 0) {
      const found = yield* means(this.model, this.domain.tokens(), fresh);
      for (const name of fresh) this.knownMeans.set(name, found[name]);
    }
    return Object.fromEntries(names.map((name) => [name, /** @type {Float64Array} */ (this.knownMeans.get(name))]));
  }

  /**
   * The best affine map of each MLP over all questions; fitted once.
   * @param {string[]} sites
   * @returns {Generator<number, Record<string, Linear>, void>}
   */
  *maps(sites) {
    const names = sites.map((site) => siteNamed(this.model.spec, site).name);
    const fresh = [...new Set(names.filter((name) => !this.knownMaps.has(name)))];
    if (fresh.length > 0) {
      const found = yield* affineMaps(this.model, this.domain.tokens(), fresh);
      for (const name of fresh) this.knownMaps.set(name, found[name]);
    }
    return Object.fromEntries(names.map((name) => [name, /** @type {Linear} */ (this.knownMaps.get(name))]));
  }

  /**
   * For every row the row that it is resampled from.
   * @param {number} seed
   */
  drawnRows(seed) {
    let rows = this.draws.get(seed);
    if (rows === undefined) {
      rows = integers("resample", [seed], this.domain.rows, this.domain.rows);
      this.draws.set(seed, rows);
    }
    return rows;
  }

  /**
   * All rows, in the order of those that they are resampled from: what is drawn has neighbours then, and is computed
   * once with them. What is counted does not depend on the order.
   * @param {number} seed
   */
  orderedBy(seed) {
    const drawn = this.drawnRows(seed);
    let order = this.orders.get(seed);
    if (order === undefined) {
      order = countingSorted(drawn, this.domain.rows);
      this.orders.set(seed, order);
    }
    return order;
  }

  /**
   * The inputs that are paired with the rows.
   * @param {Pairing} pairing
   * @returns {Tokens}
   */
  paired(pairing) {
    const { domain } = this;
    if ("question" in pairing) return repeated(this.tokensOf(pairing.question), domain.rows);
    return changedTokens(domain, changedRows(domain, pairing.variable, pairing), pairing.forced === "kept");
  }

  /** @param {import("../data/domain.js").Asked} question */
  tokensOf(question) {
    const tokens = this.domain.tokensOf(question);
    if (tokens === null) throw new Error(`this page does not hold question ${question}`);
    return tokens;
  }
}

/** @type {Part} */
const WHOLE = { at: 0, of: 1 };

/**
 * The first row of a part, and the first behind it.
 * @param {Part} part
 * @param {number} rows
 * @returns {[number, number]}
 */
function rowsOf({ at, of }, rows) {
  return [Math.floor((rows * at) / of), Math.floor((rows * (at + 1)) / of)];
}

/**
 * The places of some numbers from 0 on, the least numbers first.
 * @param {Int32Array} numbers each below `limit`
 * @param {number} limit
 */
function countingSorted(numbers, limit) {
  const next = new Int32Array(limit + 1);
  for (const number of numbers) next[number + 1]++;
  for (let number = 0; number < limit; number++) next[number + 1] += next[number];
  const places = new Int32Array(numbers.length);
  for (let at = 0; at < numbers.length; at++) places[next[numbers[at]]++] = at;
  return places;
}

/**
 * The same input in every row.
 * @param {Tokens} tokens of one row
 * @param {number} rows
 * @returns {Tokens}
 */
function repeated(tokens, rows) {
  return takeRows(tokens, new Int32Array(rows));
}
