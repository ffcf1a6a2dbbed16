// What the reader has chosen. Every choice is in the link, and whoever shows something listens for changes.

/** @import { Asked } from "../data/domain.js" */

/** @typedef {"zero" | "mean" | "resample" | "patch" | "off"} By `off` is for an edge: attention along it is forbidden */

/**
 * A part of the model that is switched off.
 * @typedef {object} Cut
 * @property {string} part `in`, `L0A`, `L0H1`, `L0M` or `L0R`; see parts.js
 * @property {number | null} position where; null is everywhere
 * @property {number | null} key of an edge: the position that is attended to
 * @property {By} by
 */

/**
 * @typedef {object} State
 * @property {Asked} question
 * @property {Asked} other the second question, which `patch` takes values from
 * @property {Cut[]} cuts
 * @property {By} by what the next cut puts in place
 * @property {"W_U" | "W_E"} basis
 * @property {boolean} normed read after the final norm
 * @property {"logit" | "cosine"} measure
 * @property {"share" | "logit"} numbers what the answers show
 * @property {"model" | "loss"} order of the switches
 * @property {number} layer whose heads are shown, where they are too many for all
 * @property {number} query position whose attention the arcs show; -1 for every one
 * @property {number} route which route is shown
 * @property {string} claim that is open; empty for none
 * @property {"accuracy" | "loss"} curve which of the learning curves is shown
 * @property {number} output that is followed through the mechanism; -1 for all
 * @property {number} stage that it has reached; -1 shows all of it
 * @property {number} line of the program that is chosen; -1 for none
 * @property {string} opened the part whose sum is opened: empty for the one that does most, `none` for none
 * @property {number} tour the step of the tour that one is at, from 1; 0 for none
 * @property {import("../program/numbers.js").Changed[]} changed numbers of the program
 */

/** @typedef {Partial<State>} Change */

/** The state of the page, and who listens to it. */
export class Choices {
  /** @param {State} start */
  constructor(start) {
    this.start = start;
    this.state = start;
    /** @type {((state: State, before: State) => void)[]} */
    this.listeners = [];
  }

  /** @param {(state: State, before: State) => void} listener is called at once, and after every change */
  watch(listener) {
    this.listeners.push(listener);
    listener(this.state, this.state);
  }

  /** @param {Change} change */
  set(change) {
    const before = this.state;
    const names = /** @type {(keyof State)[]} */ (Object.keys(change));
    if (names.every((name) => same(before[name], change[name]))) return;
    this.state = { ...before, ...change };
    for (const listener of this.listeners) listener(this.state, before);
  }

  /**
   * Switches a part off, or on again where it is off in just this way.
   * @param {Cut} cut
   */
  toggle(cut) {
    const { cuts } = this.state;
    const others = cuts.filter((known) => place(known) !== place(cut));
    const wasSo = cuts.some((known) => same(known, cut));
    this.set({ cuts: wasSo ? others : [...others, cut] });
  }
}

/**
 * Where a cut is, whatever it puts there.
 * @param {Cut} cut
 * @returns {string}
 */
export function place(cut) {
  return `${cut.part}@${cut.position ?? ""}-${cut.key ?? ""}`;
}

/**
 * @param {unknown} one
 * @param {unknown} other
 * @returns {boolean}
 */
export function same(one, other) {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
