// The questions of a task that the page holds, with their answers: all of them, or a sample where they are too many.

import { UNASKED, holds } from "./answers.js";
import { bytesOf, inflated } from "./base64.js";
import { programOf } from "../program/program.js";
import { Layout } from "./layout.js";
import { takeRows } from "./tokens.js";

/** @import { Tokens } from "./tokens.js" */

/**
 * A question: its number in the task's order, or the values of its variables where the page does not hold it or the number
 * is too large to be exact.
 * @typedef {number | number[]} Asked
 */

/**
 * @typedef {object} Variable
 * @property {string} name
 * @property {number} values
 * @property {number} position
 */

/**
 * @typedef {object} TaskFacts
 * @property {string} name
 * @property {string} title
 * @property {string} summary
 * @property {Record<string, number>} params
 * @property {string[]} symbols
 * @property {number | null} padToken what fills up shorter questions
 * @property {string[]} answerSymbols
 * @property {boolean} sets whether an answer is a set of symbols
 * @property {boolean} varying whether questions have several lengths: a variable's last value then says that there is none
 * @property {Variable[]} variables
 * @property {number} nPos
 * @property {number[]} graded
 * @property {string[]} outputs
 * @property {Record<string, number>} roles
 * @property {string[]} positionNames
 * @property {(string | null)[]} deciding_variables for each output the variable that decides it
 */

/**
 * Tokens, answers and the variables' values are columns, one after the other, of `bytes` bytes a number, deflated:
 * neighbouring questions are alike, so a column is nearly nothing. `index` numbers the questions where they are only
 * some, as text; then `rule` answers those that it does not hold, where the task has one.
 * @typedef {object} DomainFacts
 * @property {number | null} size null where nobody has counted the questions
 * @property {number} measured inputs that the report was measured on
 * @property {number} rows those that the page holds
 * @property {boolean} whole whether they are all questions, in order
 * @property {1 | 2 | 4} bytes
 * @property {string} columns base64
 * @property {string} [index] base64
 * @property {import("../program/program.js").PlainProgram | null} [rule]
 */

/**
 * @param {{task: TaskFacts, domain: DomainFacts}} payload
 * @returns {Promise<Domain>}
 */
export async function readDomain({ task, domain }) {
  const columns = numbersOf(await inflated(bytesOf(domain.columns)), domain.bytes);
  if (domain.index === undefined) return new Domain(task, domain, columns, null);
  const index = new TextDecoder().decode(await inflated(bytesOf(domain.index)));
  return new Domain(task, domain, columns, index.split(",").map(Number));
}

/**
 * Little-endian whole numbers.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {number} size
 * @returns {ArrayLike<number>}
 */
function numbersOf(bytes, size) {
  if (size === 1) return bytes;
  const view = new DataView(bytes.buffer);
  const length = bytes.length / size;
  return Int32Array.from({ length }, (_, i) => (size === 2 ? view.getUint16(2 * i, true) : view.getInt32(4 * i, true)));
}

export class Domain {
  /**
   * @param {TaskFacts} task
   * @param {DomainFacts} facts
   * @param {ArrayLike<number>} columns
   * @param {number[] | null} index
   */
  constructor(task, { size, measured, rows, whole, rule }, columns, index) {
    this.task = task;
    this.size = size;
    this.measured = measured;
    this.rows = rows;
    this.whole = whole;
    this.nPos = task.nPos;
    this.graded = task.graded;
    this.columns = columns;
    this.index = index;
    /** What is right, of questions that the page does not hold; null where nobody has told. */
    this.rule = programOf(rule ?? null);
    /** @type {Tokens | null} */
    this.allTokens = null;
    /** @type {Int32Array | null} */
    this.allAnswers = null;
    /** @type {number[] | null} */
    this.knownCandidates = null;
    /** @type {Map<string, number> | null} */
    this.rowByValues = null;
    this.strides = stridesOf(task, rows, whole);
    /** @type {Layout | null} */
    this.knownLayout = null;
  }

  /**
   * What the model sees of these rows; of all of them where none are named.
   * @param {ArrayLike<number>} [rows]
   * @returns {Tokens}
   */
  tokens(rows) {
    this.allTokens ??= { rows: this.rows, nPos: this.nPos, ids: this.transposed(0, this.nPos) };
    return rows === undefined ? this.allTokens : takeRows(this.allTokens, rows);
  }

  /**
   * What is right at each graded position of a row.
   * @param {number} row
   * @returns {number[]}
   */
  answers(row) {
    const width = this.graded.length;
    return Array.from(this.everyAnswer().subarray(row * width, (row + 1) * width));
  }

  /** Of all rows, [row, graded]. */
  everyAnswer() {
    this.allAnswers ??= this.transposed(this.nPos, this.graded.length);
    return this.allAnswers;
  }

  /**
   * Of these rows, [row, graded].
   * @param {Int32Array} rows
   */
  answersOf(rows) {
    const width = this.graded.length;
    return takeRows({ rows: this.rows, nPos: width, ids: this.everyAnswer() }, rows).ids;
  }

  /** Answers that occur, ascending; where answers are sets, the symbols that are in one. */
  get candidates() {
    this.knownCandidates ??= this.#occurring();
    return this.knownCandidates;
  }

  #occurring() {
    const found = [...new Set(this.everyAnswer())].filter((answer) => answer !== UNASKED).sort((a, b) => a - b);
    if (!this.task.sets) return found;
    return [...this.task.answerSymbols.keys()].filter((symbol) => found.some((set) => holds(set, symbol)));
  }

  /**
   * @param {number} first column
   * @param {number} width
   */
  transposed(first, width) {
    const out = new Int32Array(this.rows * width);
    for (let c = 0; c < width; c++)
      for (let row = 0; row < this.rows; row++) out[row * width + c] = this.columns[(first + c) * this.rows + row];
    return out;
  }

  /**
   * The right answer at a graded position of a row.
   * @param {number} row
   * @param {number} output
   */
  answer(row, output) {
    return this.everyAnswer()[row * this.graded.length + output];
  }

  /**
   * The number of the question in a row.
   * @param {number} row
   */
  questionOf(row) {
    return this.index === null ? row : this.index[row];
  }

  /**
   * The question in a row.
   * @param {number} row
   * @returns {Asked}
   */
  asked(row) {
    const number = this.questionOf(row);
    return Number.isSafeInteger(number) ? number : this.task.variables.map((_, variable) => this.value(row, variable));
  }

  /** How questions become tokens. */
  get layout() {
    this.knownLayout ??= new Layout(this);
    return this.knownLayout;
  }

  /**
   * What the model sees of a question, held or not; null where the page cannot tell.
   * @param {Asked} question
   * @returns {Tokens | null}
   */
  tokensOf(question) {
    const row = this.rowOf(question);
    if (row >= 0) return this.tokens([row]);
    return Array.isArray(question) ? this.layout.tokens(question) : null;
  }

  /**
   * What is right of any question, held or not; null where the page cannot tell.
   * @param {Asked} question
   * @returns {number[] | null}
   */
  rightOf(question) {
    const row = this.rowOf(question);
    if (row >= 0) return this.answers(row);
    const tokens = this.tokensOf(question);
    return this.rule && tokens && this.rule.run(tokens.ids).answers;
  }

  /**
   * The row that holds a question; -1 where the page does not have it.
   * @param {Asked} question
   */
  rowOf(question) {
    if (Array.isArray(question)) return this.rowWith(question);
    if (this.index === null) return question >= 0 && question < this.rows ? question : -1;
    return this.index.indexOf(question);
  }

  /**
   * The value of each variable of a question that the page holds, or that is given by its values.
   * @param {Asked} question
   * @returns {number[]}
   */
  values(question) {
    if (Array.isArray(question)) return question;
    const row = this.rowOf(question);
    return this.task.variables.map((_, variable) => this.value(row, variable));
  }

  /**
   * The number of the question with these values; -1 where there is none, or the page does not have it.
   * @param {ArrayLike<number>} values
   */
  question(values) {
    const row = this.rowWith(Array.from(values));
    return row < 0 ? -1 : this.questionOf(row);
  }

  /**
   * For every row the row of the question in which a variable is (its value + shift) mod its values; -1 where that is no
   * question.
   * @param {number} variable its place among the variables
   * @param {number} shift
   * @returns {Int32Array}
   */
  shifted(variable, shift) {
    const { values } = this.task.variables[variable];
    const step = this.strides?.[variable];
    return Int32Array.from({ length: this.rows }, (_, row) => {
      const value = this.value(row, variable);
      const other = (value + shift) % values;
      if (step !== undefined) return row + (other - value) * step;
      return this.rowWith(this.task.variables.map((_, v) => (v === variable ? other : this.value(row, v))));
    });
  }

  /**
   * @param {number} row
   * @param {number} variable
   */
  value(row, variable) {
    return this.columns[(this.nPos + this.graded.length + variable) * this.rows + row];
  }

  /**
   * The row with these values of the variables; -1 where there is none.
   * @param {number[]} values
   */
  rowWith(values) {
    const { strides } = this;
    if (strides !== null) {
      const inside = values.every((value, v) => value >= 0 && value < this.task.variables[v].values);
      return inside ? values.reduce((row, value, v) => row + value * strides[v], 0) : -1;
    }
    this.rowByValues ??= new Map(
      Array.from({ length: this.rows }, (_, row) => [this.task.variables.map((_, v) => this.value(row, v)).join(), row]),
    );
    return this.rowByValues.get(values.join()) ?? -1;
  }
}

/**
 * For each variable how far apart rows are in which it differs by one; null unless every choice of values is a question,
 * in lexicographic order.
 * @param {TaskFacts} task
 * @param {number} rows
 * @param {boolean} whole
 */
function stridesOf({ variables }, rows, whole) {
  /** @param {Variable[]} some */
  const choices = (some) => some.reduce((product, { values }) => product * values, 1);
  return whole && choices(variables) === rows ? variables.map((_, v) => choices(variables.slice(v + 1))) : null;
}
