// A program that runs in the page: the values of its variables and its answers, for one question or for many.

import { compiled } from "./expression.js";

/** @import { Compiled, Plain } from "./expression.js" */
/** @import { Tokens } from "../data/tokens.js" */

/**
 * A program in plain values, as `program_as_json` of Python writes it.
 * @typedef {object} PlainProgram
 * @property {[string, number, Numbering?][]} symbols a name, the position that it is read from, and which number is which
 * @property {{name: string, items: Plain[], sites: [string, number][]}[]} variables
 * @property {{name: string, expression: Plain, numbering?: Numbering | null}[]} outputs
 */

/** Tokens and the numbers that they are read as, and what is written for numbers that are no signs of themselves. @typedef {{numbers: [number, number][], signs: [number, string][]}} Numbering */

/** Of a table that has no answer, and of a number that no token stands for. */
const ABSENT = -1;

/** What a program comes to on one question. @typedef {{values: Record<string, number[]>, answers: number[]}} Run */

/**
 * A program, ready to run; null where it says something that this page does not know.
 * @param {PlainProgram | null} plain
 * @returns {Program | null}
 */
export function programOf(plain) {
  try {
    return plain && new Program(plain);
  } catch {
    return null;
  }
}

/** A program, ready to run. */
export class Program {
  /** @param {PlainProgram} plain */
  constructor(plain) {
    this.plain = plain;
    /** @type {Record<string, number>} */
    const slots = {};
    let next = 0;
    this.symbols = plain.symbols.map(([name, position, numbering]) => {
      slots[name] = next;
      return { slot: next++, position, numbers: new Map(numbering?.numbers) };
    });
    /** @type {{slot: number, value: Compiled}[]} in the order in which they follow from each other */
    this.steps = [];
    /** @type {{name: string, slots: number[]}[]} */
    this.variables = plain.variables.map(({ name, items }) => {
      const made = items.map((item) => ({ slot: next++, value: compiled(item, slots) }));
      made.forEach(({ slot }, index) => (slots[items.length === 1 ? name : `${name}[${index}]`] = slot));
      this.steps.push(...made);
      return { name, slots: made.map(({ slot }) => slot) };
    });
    this.outputs = plain.outputs.map(({ expression, numbering }) => answered(compiled(expression, slots), numbering?.numbers ?? []));
    this.row = new Int32Array(next);
  }

  /**
   * On one question: every variable's items, and the answers.
   * @param {ArrayLike<number>} ids of its tokens
   * @param {Record<string, number[]>} [forced] values that variables have, whatever they would follow from
   * @returns {Run}
   */
  run(ids, forced = {}) {
    this.#fill(ids, 0, new Map(this.variables.flatMap(({ name, slots }) => {
      return slots.flatMap((slot, index) => (forced[name] ? [/** @type {[number, number]} */ ([slot, forced[name]?.[index] ?? 0])] : []));
    })));
    const values = this.variables.map(({ name, slots }) => [name, slots.map((slot) => this.row[slot] ?? 0)]);
    return { values: Object.fromEntries(values), answers: this.outputs.map((output) => output(this.row)) };
  }

  /**
   * On many: its answers, [input, output].
   * @param {Tokens} tokens
   * @returns {Int32Array}
   */
  answers({ rows, nPos, ids }) {
    const many = this.outputs.length;
    const found = new Int32Array(rows * many);
    for (let input = 0; input < rows; input += 1) {
      this.#fill(ids, input * nPos);
      for (let output = 0; output < many; output += 1) found[input * many + output] = this.outputs[output]?.(this.row) ?? 0;
    }
    return found;
  }

  /**
   * @param {ArrayLike<number>} ids
   * @param {number} from where the question begins
   * @param {Map<number, number>} [forced] by slot
   */
  #fill(ids, from, forced) {
    for (const { slot, position, numbers } of this.symbols) {
      const token = ids[from + position] ?? 0;
      this.row[slot] = numbers.get(token) ?? token;
    }
    for (const { slot, value } of this.steps) this.row[slot] = forced?.get(slot) ?? value(this.row);
  }
}

/**
 * What is answered, as a token.
 * @param {Compiled} value
 * @param {[number, number][]} numbers tokens and the numbers that they are read as
 * @returns {Compiled}
 */
function answered(value, numbers) {
  if (!numbers.length) return value;
  const tokens = new Map(numbers.map(([token, number]) => [number, token]));
  return (row) => tokens.get(value(row)) ?? ABSENT;
}
