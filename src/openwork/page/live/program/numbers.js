// The numbers in a program's lines, and the same program with other numbers.

/** @import { PlainProgram } from "./program.js" */

/** Which number is changed, and to what: the line, the number's place in it, the value. @typedef {[number, number, number]} Changed */

/** A number in an expression: the way to it, and what it is. @typedef {{way: (string | number)[], name: string, value: number}} Found */

/** What the numbers of expressions are called, by kind and field. @type {Record<string, string>} */
const NAMES = {
  "constant number": "the number",
  "modulo modulus": "modulo",
  "sum-signed modulus": "modulo",
  "count symbol": "the symbol that is counted",
  "count-below bound": "the bound",
  "ranked rank": "the rank",
  "wave frequency": "the frequency",
  "match default": "where nothing matches",
};

/**
 * The numbers of a line, as its first name has them. Tables are left as they are.
 * @param {PlainProgram} program
 * @param {string[]} assigns
 * @returns {Found[]}
 */
export function numbersOf(program, assigns) {
  /** @type {Found[]} */
  const found = [];
  walk(expressionsOf(program, assigns[0] ?? ""), [], found);
  return found;
}

/**
 * The program with other numbers: every name of a line is changed by as much as its first.
 * @param {PlainProgram} program
 * @param {string[][]} lines what each line gives a value to
 * @param {Changed[]} changes
 * @returns {PlainProgram}
 */
export function withNumbers(program, lines, changes) {
  const made = structuredClone(program);
  for (const [line, which, value] of changes) {
    const assigns = lines[line] ?? [];
    const found = numbersOf(program, assigns)[which];
    if (!found) continue;
    for (const name of assigns) shift(expressionsOf(made, name), found.way, value - found.value);
  }
  return made;
}

/**
 * @param {PlainProgram} program
 * @param {string} name of a variable, or `answer[3]`
 * @returns {any[]}
 */
function expressionsOf(program, name) {
  const answer = /^answer\[(\d+)\]$/.exec(name)?.[1];
  const output = answer === undefined ? undefined : program.outputs[Number(answer)];
  return output ? [output.expression] : (program.variables.find((one) => one.name === name)?.items ?? []);
}

/**
 * @param {any} value
 * @param {(string | number)[]} way
 * @param {Found[]} found
 */
function walk(value, way, found) {
  if (Array.isArray(value)) return value.forEach((item, index) => walk(item, [...way, index], found));
  if (value === null || typeof value !== "object") return;
  for (const [field, held] of Object.entries(value)) {
    const name = NAMES[`${value.kind} ${field}`];
    if (name && typeof held === "number") found.push({ way: [...way, field], name, value: held });
    else if (field !== "rows") walk(held, [...way, field], found);
  }
}

/**
 * @param {any} value
 * @param {(string | number)[]} way
 * @param {number} by
 */
function shift(value, way, by) {
  const [last, ...path] = [...way].reverse();
  const holder = path.reverse().reduce((at, field) => at?.[field], value);
  if (holder && last !== undefined) holder[last] = last === "modulus" ? Math.max(1, holder[last] + by) : holder[last] + by;
}
