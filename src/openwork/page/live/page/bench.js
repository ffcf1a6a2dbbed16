// The model on the bench: the chosen question run through it, whole and with the chosen parts switched off.

import { UNASKED, holds, setOf } from "../data/answers.js";
import { run } from "../model/run.js";
import { editOf, needsSecond } from "./parts.js";
import { same } from "./state.js";

/** @import { Choices } from "./state.js" */
/** @import { State } from "./state.js" */
/** @import { Cut } from "./state.js" */
/** @import { Edit } from "../interventions/edit.js" */
/** @import { Model } from "../model/model.js" */
/** @import { Tokens } from "../data/tokens.js" */
/** @import { Asked, Domain } from "../data/domain.js" */
/** @import { Measurer } from "../worker/client.js" */
/** @import { LiveTask } from "./payload.js" */

/** One pass of one question. */
export class Pass {
  /**
   * @param {import("../model/run.js").Trace} trace
   * @param {number} symbols how many answers there are
   * @param {(number | null)[]} right the right answer at each output, `UNASKED` where none is wanted; null where the page
   *   does not know it
   * @param {boolean} sets whether an answer is the set of symbols above 0
   */
  constructor(trace, symbols, right, sets) {
    this.captures = trace.captures;
    this.symbols = symbols;
    this.right = right;
    this.sets = sets;
    this.logits = trace.logits;
    this.shares = sets ? trace.logits.map(sigmoid) : softmaxed(trace.logits, symbols);
    this.said = right.map((_, output) => (sets ? setOf(this.logitsOf(output)) : this.#largest(output)));
  }

  /**
   * Whether the question wants an answer there.
   * @param {number} output
   */
  asks(output) {
    return this.right[output] !== UNASKED;
  }

  /** The first output at which an answer is wanted. */
  get firstAsked() {
    return this.right.findIndex((right) => right !== UNASKED);
  }

  /**
   * Whether a symbol is right there; false where the page does not know.
   * @param {number} output
   * @param {number} symbol
   */
  wants(output, symbol) {
    const right = this.right[output] ?? null;
    if (right === null || right === UNASKED) return false;
    return this.sets ? holds(right, symbol) : right === symbol;
  }

  /** @param {number} output */
  logitsOf(output) {
    return this.logits.subarray(output * this.symbols, (output + 1) * this.symbols);
  }

  /**
   * @param {string} site
   * @returns {Float64Array} the site's value for the one question, empty where it was not kept
   */
  at(site) {
    return this.captures[site]?.data ?? new Float64Array();
  }

  /**
   * The answer; -1 where a logit is no number, and the largest says nothing.
   * @param {number} output
   */
  #largest(output) {
    const row = this.logitsOf(output);
    if (!row.every(Number.isFinite)) return -1;
    return row.reduce((best, value, index) => (value > (row[best] ?? 0) ? index : best), 0);
  }
}

/**
 * @typedef {object} Shown
 * @property {State} state
 * @property {number[]} values of the question's variables
 * @property {ArrayLike<number>} ids of the tokens that the model sees
 * @property {string[]} symbols the same as symbols
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
    /** @type {Promise<unknown>} what the reader waits for: what is counted beside it waits for that */
    this.awaited = Promise.resolve();
    this.captures = captures;
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

  /** What fills up shorter questions. */
  get pad() {
    return this.task.symbols[this.model.spec.pad_token ?? this.task.padToken ?? -1];
  }

  /**
   * How a value of a variable is written; undefined where no question of the page has it.
   * @param {number} variable
   * @param {number} value
   */
  symbolOf(variable, value) {
    const { task } = this;
    if (task.varying) return value + 1 === task.variables[variable]?.values ? this.pad : task.symbols[value];
    const id = this.domain.layout.ids[variable]?.[value];
    return id === undefined ? undefined : this.task.symbols[id];
  }

  /**
   * The question with these values; null where the page cannot tell what the model would see of it.
   * @param {number[]} values
   * @returns {Asked | null}
   */
  asked(values) {
    const row = this.domain.rowWith(values);
    if (row >= 0) return this.domain.asked(row);
    return this.domain.tokensOf(values) && values;
  }

  /**
   * The tokens of a question, as symbols.
   * @param {Asked} question
   */
  symbolsOf(question) {
    return Array.from(this.#tokens(question).ids, (id) => this.task.symbols[id] ?? "?");
  }

  /**
   * The tokens of a question, by number.
   * @param {Asked} question
   */
  idsOf(question) {
    return this.#tokens(question).ids;
  }

  /**
   * Whether the page can say what is right, of a question that it holds or by the task's rule.
   * @param {Asked} question
   */
  judges(question) {
    return this.knows(question) || this.domain.rule !== null;
  }

  /**
   * Whether the page holds a question, with its right answers: of a very large task it holds some.
   * @param {Asked} question
   */
  knows(question) {
    return this.domain.rowOf(question) >= 0;
  }

  /**
   * What the worker needs to know to count with these cuts.
   * @param {State} state
   * @returns {{edits: Edit[], sources: Record<string, {question: Asked}>}}
   */
  plan(state) {
    const edits = state.cuts.map((cut) => editOf(cut, this.model.spec));
    return { edits, sources: needsSecond(state.cuts) ? { second: { question: state.other } } : {} };
  }

  /**
   * @param {Asked} question
   * @param {Cut[]} cuts
   * @param {Asked} other
   * @returns {Pass}
   */
  pass(question, cuts, other) {
    const edits = cuts.map((cut) => editOf(cut, this.model.spec));
    const row = this.domain.rowOf(question);
    const context = {
      means: this.means,
      maps: {},
      drawn: () => this.domain.tokens([this.drawn?.[Math.max(row, 0)] ?? 0]),
    };
    /** @type {Record<string, Tokens>} */
    const sources = needsSecond(cuts) ? { second: this.#tokens(other) } : {};
    const plan = { edits, captures: this.captures };
    const trace = run(this.model, this.#tokens(question), plan, { graded: this.task.graded, sources, context });
    const right = this.domain.rightOf(question) ?? this.#unknown(question);
    return new Pass(trace, this.task.answerSymbols.length, right, this.task.sets);
  }

  /**
   * What is right where nobody knows: of a language the answer is wanted at the last symbol.
   * @param {Asked} question
   */
  #unknown(question) {
    const { graded, sets } = this.task;
    const last = this.lengthOf(this.symbolsOf(question)) - 1;
    return graded.map((position) => (sets && position !== last ? UNASKED : null));
  }

  /**
   * How many positions come before the pads that end a question; all where it ends in none.
   * @param {string[]} symbols what the model sees
   */
  lengthOf(symbols) {
    const { pad } = this;
    return symbols.findLastIndex((symbol) => symbol !== pad) + 1;
  }

  /**
   * @param {Asked} question
   * @returns {Tokens}
   */
  #tokens(question) {
    const tokens = this.domain.tokensOf(question);
    if (tokens === null) throw new Error("this question cannot be asked here");
    return tokens;
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
    const { ids } = this.#tokens(question);
    return { state, values: this.domain.values(question), ids, symbols: this.symbolsOf(question), whole, cut };
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

/** @param {number} logit */
export function sigmoid(logit) {
  return 1 / (1 + Math.exp(-logit));
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
