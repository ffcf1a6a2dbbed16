// How a question is laid out as tokens, as the questions that the page holds show it: so that others can be asked too.

import { UNASKED } from "./answers.js";

/** @import { Domain } from "./domain.js" */
/** @import { Tokens } from "./tokens.js" */

export class Layout {
  /** @param {Domain} domain */
  constructor(domain) {
    this.domain = domain;
    /** @type {(number | undefined)[][]} for each variable, the token of each value that occurs */
    this.ids = seenIds(domain);
    this.written = domain.rule ? writtenBy(domain.task) : new Map();
    /** @type {(number | null)[] | null | undefined} undefined while nobody has looked */
    this.knownFrame = undefined;
  }

  /**
   * What the model sees of a question with these values; null where the page cannot tell.
   * @param {ArrayLike<number>} values
   * @returns {Tokens | null}
   */
  tokens(values) {
    const { nPos } = this.domain;
    const { variables } = this.domain.task;
    const { frame } = this;
    if (frame === null || values.length !== variables.length) return null;
    const found = Int32Array.from(frame, (id) => id ?? -1);
    variables.forEach(({ position }, variable) => {
      found[position] = this.ids[variable][values[variable]] ?? -1;
    });
    const { rule } = this.domain;
    if (rule) {
      const right = rule.run(found).answers;
      if (right.every((answer) => answer === UNASKED)) return null; // no question of the task
      this.written.forEach((output, position) => (found[position] = this.#tokenOf(right[output])));
    }
    return found.includes(-1) ? null : { rows: 1, nPos, ids: found };
  }

  /**
   * The token that an answer is written as.
   * @param {number} answer
   */
  #tokenOf(answer) {
    return this.domain.task.symbols.indexOf(this.domain.task.answerSymbols[answer]);
  }

  /**
   * The token at every position that no variable has and no answer, which must be the same in all rows; null in theirs.
   * Null as a whole where such a position differs between rows, or a value is written in two ways: then a question that
   * the page does not hold cannot be laid out.
   */
  get frame() {
    if (this.knownFrame === undefined) this.knownFrame = this.#look();
    return this.knownFrame;
  }

  #look() {
    const { domain, ids } = this;
    const { nPos, rows } = domain;
    const { ids: all } = domain.tokens();
    const { variables } = domain.task;
    const own = new Set(variables.map(({ position }) => position));
    const frame = Array.from({ length: nPos }, (_, p) => (own.has(p) || this.written.has(p) ? null : all[p]));
    if (own.size < variables.length) return null;
    for (let row = 0; row < rows; row++) {
      for (let p = 0; p < nPos; p++) if (frame[p] !== null && all[row * nPos + p] !== frame[p]) return null;
      for (let v = 0; v < variables.length; v++) {
        const id = all[row * nPos + variables[v].position];
        const value = domain.value(row, v);
        ids[v][value] ??= id;
        if (ids[v][value] !== id) return null;
      }
    }
    return frame;
  }
}

/**
 * Where answers stand in what the model sees, and which output each is.
 * @param {import("./domain.js").TaskFacts} task
 * @returns {Map<number, number>}
 */
function writtenBy({ outputs, roles }) {
  const places = outputs.map((name, output) => /** @type {[number, number]} */ ([roles[name] ?? -1, output]));
  return new Map(places.filter(([position]) => position >= 0));
}

/**
 * For each variable the token of each value, in the first question that has it.
 * @param {Domain} domain
 * @returns {(number | undefined)[][]}
 */
function seenIds(domain) {
  const { rows, columns } = domain;
  return domain.task.variables.map(({ values, position }, variable) => {
    /** @type {(number | undefined)[]} */
    const found = Array.from({ length: values }, () => undefined);
    for (let row = 0, missing = values; row < rows && missing > 0; row += 1) {
      const value = domain.value(row, variable);
      if (found[value] !== undefined) continue;
      found[value] = columns[position * rows + row];
      missing -= 1;
    }
    return found;
  });
}
