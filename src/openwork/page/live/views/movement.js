// How it works, at a glance: the mechanism over the tokens, and beside it the program, a line lit where it is at work.

import { setText } from "../data/answers.js";
import { html, refill, say } from "../page/dom.js";
import { figure } from "../page/frame.js";
import { rowsOf, stageName } from "../model/stages.js";
import { attendedWays, waysOf } from "../page/ways.js";
import { readProgram, wordsOf } from "../program/reading.js";
import { Carries } from "../widgets/carries.js";
import { Dials } from "../widgets/dials.js";
import { Listing } from "../widgets/listing.js";
import { Movement } from "../widgets/movement.js";
import { Stacks } from "../widgets/stacks.js";
import { ledgerView } from "./ledger.js";
import { lineView } from "./line.js";
import { motionControls } from "./motion.js";

/** @import { Bench } from "../page/bench.js" */
/** @import { Shown } from "../page/bench.js" */
/** @import { LivePage } from "../page/payload.js" */
/** @import { Choices } from "../page/state.js" */
/** @import { Way } from "../page/ways.js" */

const ROUTED = "Each line is a route, found by intervention: the thicker, the more of the answers follow along it alone. Its colour is that of the answer at its end. Circles are the program\u2019s values, where they stand in the model.";
const ATTENDED = "What each head attends to on this question, each in a colour of its own where a layer has several. That is a lead, not a cause: no routes were looked for in this model.";

const MOST_SAID = 4; // values that a step is told with: the line keeps its height, so that the picture stands still

/**
 * @param {HTMLElement} mount
 * @param {Bench} bench
 * @param {Choices} choices
 * @param {LivePage} page
 * @param {(anchor: string) => void} go
 */
export function movementView(mount, bench, choices, page, go) {
  const { task, model } = bench;
  const { n_layers: layers, attn_only: attnOnly, n_heads: heads } = model.spec;
  const about = { depth: { layers, attnOnly }, graded: task.graded, names: task.positionNames, outputs: task.outputs };
  const routed = page.routes?.routes.length ? waysOf(page.routes.routes, about) : null;
  const program = readProgram(page.program, about.depth, task);
  const title = routed ? "The mechanism" : "What the heads attend to";
  const drawn = new Movement({
    ...about,
    title,
    stands: program?.stands ?? [],
    pick: (output) => choices.set({ output: choices.state.output === output ? -1 : output }),
    choose: (name) => choices.set({ line: program?.lineOf(name) ?? -1 }),
  });
  const listing = page.program && new Listing(page.program, (line) => choices.set({ line: choices.state.line === line ? -1 : line }));
  const step = html("p", { class: "live-step", role: "status" });
  const prose = html("p", {});
  const caption = routed ? ROUTED : ATTENDED;
  /** @type {Record<string, string>} the program's values, as they were painted last */
  let now = {};
  const motion = motionControls(bench, choices, {
    drawn,
    rows: rowsOf(about.depth),
    carried: (way) => carried(way, now, bench.shown.symbols, program),
    routeOf: (variable) => routeOf(page, task.variables[variable]?.name ?? ""),
  });
  const picture = figure(title, drawn.element, { drawing: drawn.drawing, caption, controls: html("div", {}, motion, step) });
  const beside = listing && html("div", { class: "live-beside" }, html("h3", {}, "The program inside"), listing.element, lineView(bench, choices, page, go));
  const dials = (program?.waves ?? []).map((waves) => ({ waves, dials: new Dials(waves) }));
  const clocks = dials.length ? html("div", { class: "live-clocks" }, ...dials.map((one) => one.dials.element), html("p", { class: "ow-note" }, clockWords(dials[0]?.waves.modulus ?? 0))) : null;
  const stacks = (program?.counts ?? []).map((counts) => new Stacks(counts));
  const piles = stacks.length ? html("div", { class: "live-piles" }, html("p", { class: "ow-note" }, "What the program counts, over the tokens: a stack of as many boxes as it holds there."), ...stacks.map(({ element }) => element)) : null;
  const carries = page.carries && new Carries(page.carries);
  const words = html("details", { class: "live-what" }, html("summary", {}, "The picture in words"), prose);
  refill(mount, html("div", { class: `live-how${listing ? "" : " live-alone"}` }, picture, beside), clocks, piles, carries?.element, ledgerView(bench, choices, page), words);
  const paint = (/** @type {Shown} */ shown) => {
    const { state } = choices;
    const pass = shown.cut ?? shown.whole;
    const length = Math.max(bench.lengthOf(shown.symbols), 1);
    const values = program?.values({ ...shown, state }) ?? {};
    now = values;
    const lit = program?.lit(state) ?? new Set();
    const links = routed ?? attendedWays((layer) => pass.at(`blocks.${layer}.attn.hook_pattern`), heads, length, about);
    const right = pass.right.map((symbol, output) => (symbol === null || !pass.asks(output) ? null : symbol === pass.said[output]));
    const said = pass.said.map((symbol, output) => {
      if (!pass.asks(output)) return "";
      return task.sets && symbol >= 0 ? setText(symbol, task.answerSymbols) : (task.answerSymbols[symbol] ?? "?");
    });
    drawn.paint({ symbols: shown.symbols, said, right, links, values, lit, output: state.output, stage: state.stage, length });
    const items = dials.length || stacks.length || carries ? (program?.items(shown.ids) ?? {}) : {};
    carries?.paint({ values: shown.values, said, items, names: task.positionNames });
    for (const stack of stacks) stack.paint(items, shown.symbols, length);
    for (const { waves, dials: hands } of dials) hands.paint(items[waves.name] ?? []);
    listing?.paint(values, lit, state.line);
    say(step, stepWords(state.stage, about, values, program));
    say(prose, wordsOf(page, values, task));
  };
  bench.watch(paint);
  choices.watch((state, before) => {
    if (state !== before) paint(bench.shown);
  });
}

/** @param {number} hours */
function clockWords(hours) {
  return `Each clock has ${hours} hours, and the hand of a number n stands at k \u00d7 n. Where two waves are multiplied their hands add up, so that adding modulo ${hours} is turning on; the answer is the number that fits all hands best.`;
}

/**
 * What travels along a way: the program's last value on that position, else the token itself.
 * @param {Way} way
 * @param {Record<string, string>} values
 * @param {string[]} symbols
 * @param {ReturnType<typeof readProgram>} program
 */
function carried({ stage, from }, values, symbols, program) {
  const there = program?.stands.filter((stand) => stand.position === from && stand.stage <= stage) ?? [];
  const last = there.sort((one, other) => other.stage - one.stage)[0];
  return (last && values[last.name]) ?? symbols[from] ?? "";
}

/**
 * The one output that a variable of the question has a route to; -1 where there is none, or several.
 * @param {LivePage} page
 * @param {string} variable
 */
function routeOf(page, variable) {
  const outputs = new Set(page.routes?.routes.filter((route) => route.variable === variable).map(({ output }) => output));
  return outputs.size === 1 ? ([...outputs][0] ?? -1) : -1;
}

/**
 * What happens at a stage, in a line.
 * @param {number} stage
 * @param {{depth: import("../model/stages.js").Depth}} about
 * @param {Record<string, string>} values
 * @param {ReturnType<typeof readProgram>} program
 */
function stepWords(stage, { depth }, values, program) {
  if (stage < 0) return "Nothing moves until you ask: press, or type another symbol above.";
  const stands = program?.stands.filter((stand) => stand.stage === stage) ?? [];
  const known = stands.slice(0, MOST_SAID).map(({ name }) => `${name} = ${values[name]}`);
  const rows = rowsOf(depth);
  const what = stage === 0 ? "the tokens enter" : stageName(stage, depth);
  const more = stands.length > known.length ? ", \u2026" : "";
  return `Step ${stage + 1} of ${rows + 1}, ${what}${known.length ? `: ${known.join(", ")}${more}` : ""}`;
}
