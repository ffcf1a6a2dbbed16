// The sum that makes an answer: what each head, each MLP and each bias adds to the logits, number by number, on the
// question on the bench. A head opens to its keys: score, weight, what is taken; an MLP to its neurons.

import { html, say } from "../page/dom.js";
import { figure } from "../page/frame.js";
import { exact } from "../page/numbers.js";
import { Votes } from "../measures/votes.js";
import { Fold } from "../widgets/fold.js";
import { CaseTable, Ledger } from "../widgets/ledger.js";
import { casesOf } from "./cases.js";
import { piecesOf, spreadOf } from "./pieces.js";

/** @import { Share } from "../measures/votes.js" */
/** @import { Bench, Pass, Shown } from "../page/bench.js" */
/** @import { LivePage } from "../page/payload.js" */
/** @import { Choices } from "../page/state.js" */
/** @import { Told } from "./pieces.js" */

const MOST_COLUMNS = 10;
const SHUT = "none";
const AGAINST = 4; // how many times the lead all shares come to, from which on they mostly cancel
const PATIENCE = 60; // milliseconds without a key, before the sum is made anew: it is many passes where cases are shown

/**
 * @param {Bench} bench
 * @param {Choices} choices
 * @param {LivePage} page
 */
export function ledgerView(bench, choices, page) {
  const { task, model } = bench;
  const votes = new Votes(model, !task.sets);
  const title = "The sum that makes an answer";
  const ledger = new Ledger(title, (key) => choices.set({ opened: key === open() ? SHUT : key }));
  const [own, all] = [new CaseTable(), new CaseTable()];
  const prose = html("p", { class: "live-ledger-prose" });
  const which = html("select", { "aria-label": "Which answer the sum is of", onchange: ({ target }) => choices.set({ output: target.selectedIndex }) }, ...task.outputs.map((name) => html("option", {}, name)));
  const fold = new Fold(task.answerSymbols, MOST_COLUMNS, "an answer", () => paint(bench.shown));
  /** @type {Share[]} */
  let parts = [];
  let shownOpen = SHUT;
  const open = () => shownOpen;
  const paint = (/** @type {Shown} */ shown) => {
    const pass = shown.cut ?? shown.whole;
    const { opened, output: followed } = choices.state;
    const output = followed >= 0 && pass.asks(followed) ? followed : Math.max(pass.firstAsked, 0);
    const told = columnsOf(bench, pass, output, fold);
    const at = (/** @type {string} */ site) => pass.at(site);
    parts = votes.parts(at, told.position);
    shownOpen = openOf(opened, parts);
    const inside = parts.find(({ code }) => code === shownOpen);
    const cases = inside ? casesOf(bench, page, shown, output) : null;
    const pieces = inside ? piecesOf(inside, votes, told, { bench, shown, cases }) : null;
    const narrow = (/** @type {ArrayLike<number>} */ of) => told.columns.map((answer) => of[answer] ?? NaN);
    const rows = parts.flatMap((part) => {
      const openable = part.head >= 0 || part.code.endsWith("M");
      const whole = { key: part.code, name: nameOf(part, shown, told), note: "", votes: narrow(part.votes), open: openable ? part === inside : null, depth: 0, profile: null };
      return part === inside && pieces ? [whole, ...pieces.rows.map((row) => ({ ...row, votes: narrow(row.votes) }))] : [whole];
    });
    const columns = told.columns.map((answer) => task.answerSymbols[answer] ?? "?");
    const right = (/** @type {Pass} */ of) => (/** @type {number} */ column) => of.wants(output, told.columns[column] ?? -1);
    ledger.paint({ columns, said: told.columns.indexOf(told.first), right: right(pass), rows, sum: narrow(sumOf(parts)), noteTitle: pieces?.noteTitle ?? "" });
    const inCases = (/** @type {(parts: Share[]) => ArrayLike<number>} */ of) => (cases?.passes ?? []).map((one, at) => {
      const found = of(votes.parts((site) => one.at(site), told.position));
      return { name: `${cases?.variable} = ${cases?.names[at]}`, votes: narrow(found), now: at === cases?.now, right: right(one) };
    });
    own.paint(inside ? `What ${nameOf(inside, shown, told)} adds, case by case` : "", columns, inCases((all) => all.find(({ code }) => code === inside?.code)?.votes ?? []));
    all.paint("What all of it comes to", columns, inCases(sumOf));
    which.selectedIndex = output;
    say(prose, [leadWords(parts, shown, told, bench), pieces?.said].filter(Boolean).join(" "));
  };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  bench.watch(() => {
    clearTimeout(waiting);
    waiting = setTimeout(() => paint(bench.shown), PATIENCE);
  });
  choices.watch((state, before) => {
    if (state !== before && (state.output !== before.output || state.opened !== before.opened)) paint(bench.shown);
  });
  const controls = html("div", { class: "live-ledger-of" }, html("label", {}, "of ", which), fold.element, prose);
  const level = task.sets ? "" : " Each row is taken less its mean over the answers, which decides nothing.";
  return figure(title, html("div", { class: "live-ledgers" }, ledger.element, html("div", {}, own.element, all.element)), {
    controls,
    rows: () => ledger.texts(),
    caption: `Every row adds to the answers\u2019 logits; together they are the logits, exactly, and the largest is what the model says. Open a head for its keys, an MLP for its neurons.${level} What a part does through later parts stands in their rows.`,
  });
}

/**
 * The answers that have a column, and those that lead.
 * @param {Bench} bench
 * @param {Pass} pass
 * @param {number} output
 * @param {Fold} fold
 * @returns {Told}
 */
function columnsOf({ task, domain }, pass, output, fold) {
  const logits = pass.logitsOf(output);
  const known = domain.candidates.length > 1 ? domain.candidates : [...logits.keys()];
  const ranked = [...new Set(known)].sort((one, other) => (logits[other] ?? 0) - (logits[one] ?? 0));
  const first = ranked[0] ?? 0;
  const second = ranked[1] ?? first;
  const right = ranked.filter((answer) => pass.wants(output, answer));
  const order = [...new Set([first, second, ...right, ...ranked])];
  const columns = fold.shown(order, right.length + 2);
  return { pass, output, position: task.graded[output] ?? 0, columns, first, second };
}

/**
 * Which part is open: the chosen one, else the MLP or head that tells the answers furthest apart.
 * @param {string} opened
 * @param {Share[]} parts
 */
function openOf(opened, parts) {
  if (opened !== "" && parts.some(({ code }) => code === opened)) return opened;
  if (opened === SHUT) return SHUT;
  const able = parts.filter(({ code, head }) => head >= 0 || code.endsWith("M"));
  return able.sort((one, other) => spreadOf(other.votes) - spreadOf(one.votes))[0]?.code ?? SHUT;
}

/**
 * What all parts come to.
 * @param {Share[]} parts
 */
function sumOf(parts) {
  const found = new Float64Array(parts[0]?.votes.length ?? 0);
  for (const { votes } of parts) votes.forEach((one, answer) => (found[answer] = (found[answer] ?? 0) + one));
  return found;
}

/**
 * @param {Share} part
 * @param {Shown} shown
 * @param {Told} told
 */
function nameOf({ code, layer, head }, { symbols }, { position }) {
  if (code === "embed") return `the token ${symbols[position]}`;
  if (code === "place") return "its position";
  if (code === "bias") return "biases";
  if (code === "rest") return "put in place by switches";
  if (head >= 0) return `head ${layer}.${head}`;
  return code.endsWith("M") ? `MLP ${layer}` : `attention ${layer}`;
}

/**
 * Who leads by how much, and who makes the lead.
 * @param {Share[]} parts
 * @param {Shown} shown
 * @param {Told} told
 * @param {Bench} bench
 */
function leadWords(parts, shown, told, { task }) {
  const { first, second, output, pass } = told;
  const word = (/** @type {number} */ answer) => task.answerSymbols[answer] ?? "?";
  const logits = pass.logitsOf(output);
  const lead = (/** @type {ArrayLike<number>} */ of) => (task.sets ? (of[first] ?? 0) : (of[first] ?? 0) - (of[second] ?? 0));
  const makers = [...parts].sort((one, other) => Math.abs(lead(other.votes)) - Math.abs(lead(one.votes))).slice(0, 3);
  const each = makers.map((part) => `${nameOf(part, shown, told)} ${exact(lead(part.votes), 1)}`).join(", ");
  const what = task.sets ? `the logit of ${word(first)} is ${exact(lead(logits), 1)}` : `${word(first)} is ahead of ${word(second)} by ${exact(lead(logits), 1)}`;
  const pulls = parts.reduce((sum, { votes }) => sum + Math.abs(lead(votes)), 0);
  const against = pulls > AGAINST * Math.abs(lead(logits)) ? " The parts pull against each other: no share alone says why, only all of them together do." : "";
  return `At ${task.outputs[output]} ${what}; of that, the largest shares: ${each}.${against}`;
}
