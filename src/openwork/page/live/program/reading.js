// The program of this page as its views ask for it: where its variables stand, what they hold, and which are at work.

import { setText } from "../data/answers.js";
import { stageOf } from "../model/stages.js";
import { withNumbers } from "./numbers.js";
import { Program, programOf } from "./program.js";

/** @import { Shown } from "../page/bench.js" */
/** @import { LivePage, LiveProgram, LiveTask } from "../page/payload.js" */
/** @import { Depth } from "../model/stages.js" */
/** @import { State } from "../page/state.js" */
/** @import { Stand } from "../widgets/movement.js" */

/**
 * @param {LiveProgram | null} live
 * @param {Depth} depth
 * @param {LiveTask} task
 */
export function readProgram(live, depth, task) {
  if (!live) return null;
  const assigns = live.lines.map((line) => line.assigns);
  let runs = programOf(live.runs);
  /** @type {State["changed"]} */
  let numbers = [];
  const signs = signsOf(live.runs);
  /** @type {(Stand & {line: number})[]} every variable where it stands first, answers where they are said */
  const stands = [];
  live.lines.forEach(({ places }, line) => {
    for (const { name, component, position } of places) stands.push({ name, line, stage: stageOf(component, depth), position });
  });
  const variables = stands.filter(({ name }) => !name.startsWith("answer["));
  return {
    waves: wavesOf(live.runs?.variables ?? []),
    counts: countsOf(live.runs?.variables ?? []),
    /**
     * The items of every variable, as numbers.
     * @param {ArrayLike<number>} ids
     * @returns {Record<string, number[]>}
     */
    items: (ids) => runs?.run(ids).values ?? {},
    stands: variables,
    /** @param {string} name */
    lineOf: (name) => stands.find((stand) => stand.name === name)?.line ?? -1,
    /**
     * What each variable and answer comes to, as text.
     * @param {Shown} shown
     * @returns {Record<string, string>}
     */
    values: ({ ids, state }) => {
      if (!runs || !live.runs) return {};
      if (state.changed !== numbers) runs = new Program(withNumbers(live.runs, assigns, state.changed));
      numbers = state.changed;
      const { values, answers } = runs.run(ids);
      const symbol = (/** @type {number} */ answer) => (task.sets ? setText(answer, task.answerSymbols) : (task.answerSymbols[answer] ?? String(answer)));
      const said = answers.map((answer, output) => [`answer[${output}]`, symbol(answer)]);
      const text = Object.entries(values).map(([name, items]) => {
        return [name, items.map((item, at) => signs.get(items.length === 1 ? name : `${name}[${at}]`)?.get(item) ?? String(item)).join("\u00b7")];
      });
      return Object.fromEntries([...text, ...said]);
    },
    /**
     * The variables that are at work: at the stage that is shown, in the line that is chosen, or on the way to the
     * answer that is followed.
     * @param {State} state
     * @returns {Set<string>}
     */
    lit: ({ stage, line, output }) => {
      const wanted = output < 0 ? null : ancestors(live.parents, `answer[${output}]`);
      const among = (/** @type {string} */ name) => wanted?.has(name) ?? true;
      if (stage >= 0) return new Set(stands.filter((one) => one.stage === stage && among(one.name)).map(({ name }) => name));
      if (line >= 0) return new Set(live.lines[line]?.assigns);
      return wanted ?? new Set();
    },
  };
}

/**
 * The variables whose items are all waves of one modulus.
 * @param {import("./program.js").PlainProgram["variables"]} variables
 * @returns {import("../widgets/dials.js").Waves[]}
 */
function wavesOf(variables) {
  return variables.flatMap(({ name, items }) => {
    const modulus = items[0]?.["modulus"];
    const all = items.every((item) => WAVES.includes(item.kind) && item["modulus"] === modulus);
    return all && items.length <= MOST_WAVES ? [{ name, modulus, frequencies: items.map(frequencyOf) }] : [];
  });
}

/**
 * How often a wave turns: its own frequency, or that of what it was made of.
 * @param {any} item
 * @returns {number | null}
 */
function frequencyOf(item) {
  return item?.frequency ?? (item?.left ? frequencyOf(item.left) : null);
}

/**
 * For each symbol, and each item of a variable that only moves one, what is written for its numbers.
 * @param {import("./program.js").PlainProgram | null} runs
 * @returns {Map<string, Map<number, string>>}
 */
function signsOf(runs) {
  /** @type {Map<string, Map<number, string>>} */
  const found = new Map(runs?.symbols.map(([name, , numbering]) => [name, new Map(numbering?.signs)]));
  for (const { name, items } of runs?.variables ?? []) {
    items.forEach((item, at) => {
      const moved = item.kind === "name" && found.get(item.name);
      if (moved) found.set(items.length === 1 ? name : `${name}[${at}]`, moved);
    });
  }
  return found;
}

/**
 * Variables of one name at many positions that each count something.
 * @param {import("./program.js").PlainProgram["variables"]} variables
 * @returns {import("../widgets/stacks.js").Counts[]}
 */
function countsOf(variables) {
  /** @type {Map<string, {name: string, position: number}[]>} */
  const found = new Map();
  for (const { name, items } of variables) {
    const [, base, position] = /^(\w+)\[(\d+)\]$/.exec(name) ?? [];
    if (base === undefined || items.length !== 1 || !counting(items[0])) continue;
    found.set(base, [...(found.get(base) ?? []), { name, position: Number(position) }]);
  }
  return [...found].filter(([, members]) => members.length >= LEAST_COUNTS).map(([name, members]) => {
    return { name, members: members.sort((one, other) => one.position - other.position) };
  });
}

/**
 * Whether an expression counts, or sums and differences of what counts.
 * @param {any} plain
 * @returns {boolean}
 */
function counting(plain) {
  if (COUNTS.includes(plain?.kind)) return true;
  if (plain?.kind === "plus" || plain?.kind === "minus") return counting(plain.left) || counting(plain.right);
  return false;
}

const COUNTS = ["count", "count-below", "count-one-of", "pair-count", "run-length", "sum-signed"];
const LEAST_COUNTS = 4; // positions, from which on stacks say more than a row of numbers
const WAVES = ["wave", "product", "doubled"];
const MOST_WAVES = 12; // of one variable, that are drawn

/**
 * A name and all that it follows from.
 * @param {Record<string, string[]>} parents
 * @param {string} name
 */
function ancestors(parents, name) {
  const found = new Set([name]);
  for (const one of found) for (const parent of parents[one] ?? []) if (parents[parent]) found.add(parent);
  return found;
}

/**
 * The picture as prose: every route, and every variable with what it holds.
 * @param {LivePage} page
 * @param {Record<string, string>} values
 * @param {LiveTask} task
 */
export function wordsOf({ routes, program }, values, task) {
  const said = routes?.routes.map(({ reading }) => reading) ?? [];
  const held = program?.lines.flatMap(({ assigns, where }) => {
    return assigns.map((name, index) => `${name} is ${values[name] ?? "not worked out here"}${where[index]?.[2] ? `, by ${where[index]?.[2]}` : ""}`);
  });
  const now = held?.length ? ` The program on this question: ${held.join("; ")}.` : "";
  return `${said.join(" ") || `What the heads of this model attend to, over ${task.nPos} positions.`}${now}`;
}
