// The model on the bench: the chosen question run through it, whole and with the chosen parts switched off.

import { run } from "../model/run.js";
import { editOf, needsSecond } from "./parts.js";
import { same } from "./state.js";

/** @import { Choices } from "./state.js" */
/** @import { State } from "./state.js" */
/** @import { Cut } from "./state.js" */
/** @import { Edit } from "../interventions/edit.js" */
/** @import { Model } from "../model/model.js" */
/** @import { Tokens } from "../data/tokens.js" */
/** @import { Domain } from "../data/domain.js" */
/** @import { Measurer } from "../worker/client.js" */
/** @import { LiveTask } from "./payload.js" */

const LOOKED_AT = 4096; // rows in which to see how values are written

/** One pass of one question. */
export class Pass {
  /**
   * @param {import("../model/run.js").Trace} trace
   * @param {number} symbols how many answers there are
   * @param {number[]} right the right answer at each output
   */
  constructor(trace, symbols, right) {
    this.captures = trace.captures;
    this.symbols = symbols;
    this.right = right;
    this.logits = trace.logits;
    this.shares = softmaxed(trace.logits, symbols);
    this.said = right.map((_, output) => this.#largest(output));
  }

  /** How many outputs are right. */
  get hits() {
    return this.said.filter((symbol, output) => symbol === this.right[output]).length;
  }

  /**
   * @param {string} site
   * @returns {Float64Array} the site's value for the one question, empty where it was not kept
   */
  at(site) {
    return this.captures[site]?.data ?? new Float64Array();
  }

  /** @param {number} output */
  #largest(output) {
    const row = this.logits.subarray(output * this.symbols, (output + 1) * this.symbols);
    return row.reduce((best, value, index) => (value > (row[best] ?? 0) ? index : best), 0);
  }
}

/**
 * @typedef {object} Shown
 * @property {State} state
 * @property {number[]} values of the question's variables
 * @property {string[]} symbols what the model sees, position by position
 * @property {Pass} whole
 * @property {Pass | null} cut with parts off; null while what they are replaced by is being measured
 */

/** Runs the chosen question and tells who listens. */
export class Bench {
  /**
   * @param {LiveTask} task
   * @param {Model} model
   * @param {Domain} domain
   * @param {Measurer} worker
   * @param {Choices} choices
   * @param {string[]} captures sites to keep
   */
  constructor(task, model, domain, worker, choices, captures) {
    this.task = task;
    this.model = model;
    this.domain = domain;
    this.worker = worker;
    this.choices = choices;
    this.captures = captures;
    this.symbolTable = symbolTable(task, domain);
    /** @type {Record<string, Float64Array>} */
    this.means = {};
    /** @type {Int32Array | null} for each input, the one whose values `resample` takes */
    this.drawn = null;
    /** @type {((shown: Shown) => void)[]} */
    this.listeners = [];
    this.shown = this.#shown(choices.state);
    choices.watch((state, before) => {
      if (state === before || this.#touches(state, before)) this.#refresh(state);
    });
  }

  /** @param {(shown: Shown) => void} listener is called at once, and whenever the passes change */
  watch(listener) {
    this.listeners.push(listener);
    listener(this.shown);
  }

  /** The residual streams, from what enters on, with the names they have on the page. */
  get streams() {
    const { n_layers: layers, attn_only: attentionOnly } = this.model.spec;
    const found = [{ site: layers ? "blocks.0.hook_resid_pre" : "hook_embed", name: "enters" }];
    for (let layer = 0; layer < layers; layer += 1) {
      const mid = { site: `blocks.${layer}.hook_resid_mid`, name: `after attention ${layer}` };
      const post = { site: `blocks.${layer}.hook_resid_post`, name: `after ${attentionOnly ? "attention" : "MLP"} ${layer}` };
      found.push(...(attentionOnly ? [] : [mid]), post);
    }
    return found;
  }

  /** Whether every answer is also a token, so that it has an embedding to compare with. */
  get embeds() {
    return this.domain.candidates.every((id) => this.task.symbols.includes(this.task.answerSymbols[id] ?? ""));
  }

  /**
   * How a value of a variable is written.
   * @param {number} variable
   * @param {number} value
   */
  symbolOf(variable, value) {
    return this.symbolTable[variable]?.[value] ?? String(value);
  }

  /**
   * The number of the question in a row of the page's table.
   * @param {number} row
   */
  questionAt(row) {
    return this.domain.questionOf(row);
  }

  /**
   * The tokens of a question, as symbols.
   * @param {number} question
   */
  symbolsOf(question) {
    return Array.from(this.#tokens(question).ids, (id) => this.task.symbols[id] ?? "?");
  }

  /**
   * Whether a question can be run here: a page about a very large task holds only some of them.
   * @param {number} question
   */
  knows(question) {
    return question >= 0 && this.domain.rowOf(question) >= 0;
  }

  /**
   * What the worker needs to know to count with these cuts.
   * @param {State} state
   * @returns {{edits: Edit[], sources: Record<string, {question: number}>}}
   */
  plan(state) {
    const edits = state.cuts.map((cut) => editOf(cut, this.model.spec));
    return { edits, sources: needsSecond(state.cuts) ? { second: { question: state.other } } : {} };
  }

  /**
   * @param {number} question
   * @param {Cut[]} cuts
   * @param {number} other
   * @returns {Pass}
   */
  pass(question, cuts, other) {
    const edits = cuts.map((cut) => editOf(cut, this.model.spec));
    const row = this.domain.rowOf(question);
    const context = {
      means: this.means,
      maps: {},
      drawn: () => this.domain.tokens([this.drawn?.[row] ?? row]),
    };
    /** @type {Record<string, Tokens>} */
    const sources = needsSecond(cuts) ? { second: this.#tokens(other) } : {};
    const plan = { edits, captures: this.captures };
    const trace = run(this.model, this.#tokens(question), plan, { graded: this.task.graded, sources, context });
    return new Pass(trace, this.task.answerSymbols.length, this.domain.answers(row));
  }

  /** @param {number} question */
  #tokens(question) {
    return this.domain.tokens([this.domain.rowOf(question)]);
  }

  /**
   * @param {State} state
   * @param {State} before
   */
  #touches(state, before) {
    const { question, other, cuts } = before;
    return state.question !== question || state.other !== other || !same(state.cuts, cuts);
  }

  /** @param {State} state */
  #refresh(state) {
    this.shown = this.#shown(state);
    for (const listener of this.listeners) listener(this.shown);
    if (!this.shown.cut) this.#measure(state);
  }

  /**
   * @param {State} state
   * @returns {Shown}
   */
  #shown(state) {
    const { question, other, cuts } = state;
    const whole = this.pass(question, [], other);
    const cut = !cuts.length ? whole : this.#lacks(cuts) ? null : this.pass(question, cuts, other);
    return { state, values: this.domain.values(question), symbols: this.symbolsOf(question), whole, cut };
  }

  /**
   * Means and draws that these cuts need and nobody has measured yet.
   * @param {Cut[]} cuts
   */
  #lacks(cuts) {
    const sites = cuts.filter((cut) => cut.by === "mean").map((cut) => editOf(cut, this.model.spec).site);
    const means = [...new Set(sites)].filter((site) => !this.means[site]);
    const draw = cuts.some((cut) => cut.by === "resample") && !this.drawn;
    return means.length || draw ? { means, draw } : null;
  }

  /** @param {State} state */
  async #measure(state) {
    const wanted = this.#lacks(state.cuts);
    if (wanted?.means.length) Object.assign(this.means, await this.worker.means(wanted.means));
    if (wanted?.draw) this.drawn = await this.worker.drawn(0);
    const now = this.choices.state;
    if (!this.#lacks(now.cuts)) this.#refresh(now);
  }
}

/**
 * How each value of each variable is written: the token at its position in the first question that has it.
 * @param {LiveTask} task
 * @param {Domain} domain
 * @returns {string[][]}
 */
function symbolTable(task, domain) {
  /** @type {string[][]} */
  const found = task.variables.map(() => []);
  let missing = task.variables.reduce((sum, { values }) => sum + values, 0);
  for (let row = 0; row < Math.min(domain.rows, LOOKED_AT) && missing > 0; row += 1) {
    const values = domain.values(domain.questionOf(row));
    const { ids } = domain.tokens([row]);
    task.variables.forEach(({ position }, variable) => {
      const symbols = found[variable] ?? [];
      const value = values[variable] ?? 0;
      if (symbols[value] !== undefined) return;
      symbols[value] = task.symbols[ids[position] ?? 0] ?? String(value);
      missing -= 1;
    });
  }
  return found;
}

/**
 * @param {Float64Array} logits row after row
 * @param {number} width of a row
 * @returns {Float64Array}
 */
export function softmaxed(logits, width) {
  const shares = new Float64Array(logits.length);
  for (let start = 0; start < logits.length; start += width) {
    const row = logits.subarray(start, start + width);
    const most = row.reduce((one, other) => Math.max(one, other), -Infinity);
    const powers = row.map((value) => Math.exp(value - most));
    const total = powers.reduce((sum, value) => sum + value, 0);
    shares.set(powers.map((value) => value / total), start);
  }
  return shares;
}
