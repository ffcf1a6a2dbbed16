// The question on the bench in other cases: with the variable that decides an answer at each of its values.

/** @import { Bench, Pass, Shown } from "../page/bench.js" */
/** @import { LivePage } from "../page/payload.js" */

const MOST = 12; // values that are tried

/**
 * @typedef {object} Cases
 * @property {string} variable
 * @property {string[]} names of its values
 * @property {Pass[]} passes one for each
 * @property {number} now which of them is on the bench
 */

/**
 * Null where no one variable decides the output, or it has too many values.
 * @param {Bench} bench
 * @param {LivePage} page
 * @param {Shown} shown
 * @param {number} output
 * @returns {Cases | null}
 */
export function casesOf(bench, page, { state, values, cut }, output) {
  const { task } = bench;
  const variable = task.deciding_variables[output] ?? page.routes?.routes.find((route) => route.output === output)?.variable;
  const at = task.variables.findIndex(({ name }) => name === variable);
  const count = task.variables[at]?.values ?? 0;
  if (variable === undefined || at < 0 || count > MOST) return null;
  const found = Array.from({ length: count }, (_, value) => {
    const question = bench.asked(values.map((old, index) => (index === at ? value : old)));
    return question === null ? [] : [{ value, pass: bench.pass(question, cut ? state.cuts : [], state.other) }];
  }).flat();
  const names = found.map(({ value }) => bench.symbolOf(at, value) ?? "?");
  return { variable, names, passes: found.map(({ pass }) => pass), now: found.findIndex(({ value }) => value === values[at]) };
}
