// A line of the program: where it stands, what interchange said of it, the same interchange on the bench, its numbers
// to change, and the inputs on which the program and the model then part.

import { html, refill, say } from "../page/dom.js";
import { count } from "../page/numbers.js";
import { same } from "../page/state.js";
import { numbersOf, withNumbers } from "../program/numbers.js";
import { Program, programOf } from "../program/program.js";

/** @import { Bench } from "../page/bench.js" */
/** @import { LiveCodeLine, LivePage, LiveProgram } from "../page/payload.js" */
/** @import { Choices, Cut, State } from "../page/state.js" */
/** @import { Parting } from "../measures/parting.js" */

const PATIENCE = 150; // milliseconds without a change, before it is counted
const PART = /^blocks\.(\d+)\.(?:attn(?:\.head\.(\d+))?|(mlp)|(hook_resid_post))$/;

/**
 * @param {Bench} bench
 * @param {Choices} choices
 * @param {LivePage} page
 * @param {(anchor: string) => void} go
 * @returns {HTMLElement}
 */
export function lineView(bench, choices, page, go) {
  const program = /** @type {LiveProgram} */ (page.program);
  const mount = html("div", { class: "live-of-line" });
  const parted = html("p", { class: "live-parted", role: "status" });
  choices.watch((state, before) => {
    if (state !== before && state.line === before.line && same(state.changed, before.changed) && same(state.question, before.question) && same(state.cuts, before.cuts) && same(state.other, before.other)) return;
    const line = program.lines[state.line];
    if (state !== before && state.line === before.line && mount.contains(document.activeElement) && document.activeElement?.tagName === "INPUT") {
      return;
    }
    refill(mount, ...(line ? panel(line, { bench, choices, program, go }) : [hint(program)]), parted);
  });
  partings(bench, choices, program, parted, go);
  return mount;
}

/** @param {LiveProgram} program */
function hint({ lines }) {
  return html("p", { class: "ow-note" }, lines.length > 1 ? "Press a line: where it stands, what speaks for it, and its numbers to change." : "Press the line for what speaks for it.");
}

/**
 * @param {LiveCodeLine} line
 * @param {{bench: Bench, choices: Choices, program: LiveProgram, go: (anchor: string) => void}} on
 */
function panel(line, { bench, choices, program }) {
  const who = [...new Set(line.where.map(([, , words]) => words).filter(Boolean))];
  const at = [...new Set(line.places.map(({ position }) => bench.task.positionNames[position]))];
  const stands = html("p", {}, who.length ? `Stands at ${who.join(", ")}, ` : "Said ", `at ${at.length > 6 ? `${at.slice(0, 5).join(", ")} and ${at.length - 5} more` : at.join(", ")}.`);
  return [stands, ...evidence(line, program), ...swapped(line, bench, choices, program), ...numbers(line, choices, program)];
}

/**
 * What interchange said, of the line's least realised name.
 * @param {LiveCodeLine} line
 * @param {LiveProgram} program
 */
function evidence({ scores, assigns }, program) {
  if (!scores.length && !assigns[0]?.startsWith("answer[")) return [html("p", {}, "Its interchange was not measured.")];
  if (!scores.length) return [html("p", {}, "An answer: what is equal to the model\u2019s on how many inputs is told below.")];
  const least = scores.reduce((one, other) => (other.share < one.share ? other : one));
  const told = scores.length > 1 && least.share < 1 ? `at least ${least.together} (${least.name})` : least.together;
  const values = least.effective === null ? "" : ` ${least.effective} of its ${least.values} values are told apart by some context.`;
  return [
    html("p", { title: program.how }, "Interchange: the model follows in ", html("b", {}, told), ` of ${count(least.pairs)} pairs.${values}`),
  ];
}

/**
 * The interchange itself: the first of the line's places takes its value from the second question.
 * @param {LiveCodeLine} line
 * @param {Bench} bench
 * @param {Choices} choices
 * @param {LiveProgram} live
 */
function swapped(line, bench, choices, live) {
  const variable = live.runs?.variables.find(({ name }) => name === line.assigns[0]);
  const cuts = variable?.sites.map(([component, position]) => cutOf(component, position));
  if (!live.runs || !programOf(live.runs) || !variable || !cuts?.length || cuts.includes(null)) return [];
  const wanted = /** @type {Cut[]} */ (cuts);
  const { state } = choices;
  const on = same(state.cuts, wanted);
  const press = () => choices.set(on ? { cuts: [] } : { cuts: wanted, by: "patch" });
  const button = html("button", { type: "button", "aria-pressed": String(on), onclick: press }, `${on ? "put back" : "take"} ${variable.name} ${on ? "" : "from the second question"}`);
  if (!on) return [html("p", {}, button)];
  const program = new Program(live.runs);
  const [own, theirs] = [bench.idsOf(state.question), bench.idsOf(state.other)];
  const forced = { [variable.name]: program.run(theirs).values[variable.name] ?? [] };
  const words = (/** @type {number[]} */ answers) => answers.map((answer) => bench.task.answerSymbols[answer] ?? "?").join(" ");
  const says = words(program.run(own, forced).answers);
  const model = bench.shown.cut ? words(bench.shown.cut.said) : "\u2026";
  const verdict = says === model ? "The model does what the program says." : "They differ.";
  return [html("p", {}, button), html("p", {}, "The program says ", html("code", {}, says), ", the model ", html("code", {}, model), `. ${verdict}`)];
}

/**
 * The edit of the page that a place of the program is; null where there is no switch for it.
 * @param {string} component
 * @param {number} position
 * @returns {Cut | null}
 */
function cutOf(component, position) {
  const match = PART.exec(component);
  if (!match) return null;
  const [, layer, head, mlp, stream] = match;
  const part = `L${layer}${mlp ? "M" : stream ? "R" : head === undefined ? "A" : `H${head}`}`;
  return { part, position, key: null, by: "patch" };
}

/**
 * A field for every number of the line.
 * @param {LiveCodeLine} line
 * @param {Choices} choices
 * @param {LiveProgram} program
 */
function numbers(line, choices, { runs, lines }) {
  const found = runs ? numbersOf(runs, line.assigns) : [];
  const at = lines.indexOf(line);
  const fields = found.slice(0, 6).map(({ name, value }, which) => {
    const known = choices.state.changed.find(([one, other]) => one === at && other === which);
    const set = (/** @type {{target: HTMLInputElement}} */ { target }) => {
      const now = Math.trunc(target.valueAsNumber);
      if (!Number.isFinite(now) || Math.abs(now) > 999) return;
      const others = choices.state.changed.filter(([one, other]) => one !== at || other !== which);
      choices.set({ changed: now === value ? others : [...others, [at, which, now]] });
    };
    const field = html("input", { type: "number", value: known ? known[2] : value, min: -999, max: 999, oninput: set });
    return html("label", { class: "live-number" }, `${name} `, field);
  });
  return fields.length ? [html("div", { class: "live-numbers" }, html("span", {}, "Change it:"), ...fields)] : [];
}

/**
 * Counts where program and model part, whenever the numbers change.
 * @param {Bench} bench
 * @param {Choices} choices
 * @param {LiveProgram} program
 * @param {HTMLElement} said
 * @param {(anchor: string) => void} go
 */
function partings(bench, choices, { runs, lines }, said, go) {
  if (!runs || !programOf(runs)) {
    say(said, "This program is too large to run in a page, or says what the page does not know.");
    return;
  }
  const assigns = lines.map((line) => line.assigns);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  let asked = 0;
  const measure = async (/** @type {State} */ state) => {
    const mine = (asked += 1);
    say(said, `Running model and program on ${count(bench.domain.rows)} inputs\u2026`);
    try {
      const found = await bench.worker.parting(withNumbers(runs, assigns, state.changed));
      if (mine === asked) refill(said, ...told(found, state, bench, choices, go));
    } catch (error) {
      if (mine === asked) say(said, `This could not be counted: ${error instanceof Error ? error.message : error}`);
    }
  };
  choices.watch((state, before) => {
    const changed = !same(state.changed, before.changed);
    const opened = state.line >= 0 && (state === before || before.line < 0) && !asked;
    if (!changed && !opened && !(state === before && state.changed.length)) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => measure(state), PATIENCE);
  });
}

/**
 * @param {Parting & {seconds: number}} found
 * @param {State} state
 * @param {Bench} bench
 * @param {Choices} choices
 * @param {(anchor: string) => void} go
 */
function told({ inputs, apart, first, seconds }, state, bench, choices, go) {
  const what = state.changed.length ? "With these numbers" : "As found,";
  const text = apart
    ? `${what} program and model part on ${count(apart)} of ${count(inputs)} inputs.`
    : `${what} program and model agree on all ${count(inputs)} inputs.`;
  const show = (/** @type {number} */ row) => {
    choices.set({ question: bench.domain.asked(row) });
    go("how");
  };
  const buttons = first.map((row) => html("button", { type: "button", onclick: () => show(row) }, bench.domain.values(bench.domain.asked(row)).map((value, variable) => bench.symbolOf(variable, value)).join(" ")));
  const back = state.changed.length ? html("button", { type: "button", onclick: () => choices.set({ changed: [] }) }, "put the numbers back") : null;
  return [html("b", {}, text), ` Counted here in ${seconds.toFixed(2)} s.`, ...(buttons.length ? [" For example ", ...buttons] : []), ...(back ? [" ", back] : [])];
}
