// Claims: what each asserts, its cases on one line, counterexamples to play with, and the test run again here.

import { html, keep, refill, say } from "../page/dom.js";
import { figure } from "../page/frame.js";
import { repeat } from "../page/again.js";
import { count, duration, exact } from "../page/numbers.js";
import { strip } from "../widgets/strip.js";

/** @import { Bench } from "../page/bench.js" */
/** @import { LiveClaim } from "../page/payload.js" */
/** @import { LivePage } from "../page/payload.js" */
/** @import { Choices } from "../page/state.js" */

const SAME = 5e-5;

/**
 * Adds to every claim on the page what only a page that computes can have.
 * @param {Bench} bench
 * @param {Choices} choices
 * @param {LivePage} page
 * @param {(anchor: string) => void} go to a part of the page
 */
export function claimsView(bench, choices, page, go) {
  const folds = page.claims.map((claim) => {
    const fold = document.getElementById(claim.anchor)?.querySelector("details");
    if (!fold) return null;
    enrich(fold, claim, bench, choices, page, go);
    fold.addEventListener("toggle", () => {
      if (fold.open) choices.set({ claim: claim.id });
      else if (choices.state.claim === claim.id) choices.set({ claim: "" });
    });
    return { id: claim.id, fold };
  });
  choices.watch((state, before) => {
    if (state !== before && state.claim === before.claim) return;
    for (const one of folds) if (one && one.id === state.claim) one.fold.open = true;
  });
}

/**
 * @param {HTMLElement} fold
 * @param {LiveClaim} claim
 * @param {Bench} bench
 * @param {Choices} choices
 * @param {LivePage} page
 * @param {(anchor: string) => void} go
 */
function enrich(fold, claim, bench, choices, page, go) {
  const table = fold.querySelector("figure");
  fold.querySelector("summary")?.after(html("p", { class: "ow-note live-definition" }, claim.definition));
  if (claim.cases.length) {
    const title = `Cases of ${claim.id}`;
    const drawing = strip(title, claim.cases);
    const body = html("div", { class: "ow-scroll", tabindex: 0 }, drawing);
    const caption = "A dot is a case that holds, a cross one that does not; the flag is the threshold and points to where a case holds.";
    const rows = () => [["case", "found", "relation", "threshold"], ...claim.cases.map((one) => [one.label, exact(one.value, 6), one.relation, String(one.threshold)])];
    const shown = figure(title, body, { drawing, rows, caption });
    if (table) table.before(shown);
    else fold.append(shown);
  }
  if (claim.again) fold.append(againPanel(claim, bench, page));
  fold.querySelectorAll(".ow-counterexamples li").forEach((line, index) => {
    const example = claim.examples[index];
    if (!example || example.question === null || !bench.knows(example.question)) return;
    const load = () => {
      const { question, other, cuts } = example;
      const held = (/** @type {number} */ number) => bench.domain.asked(bench.domain.rowOf(number));
      choices.set({ question: held(question ?? 0), cuts, ...(other !== null && bench.knows(other) && { other: held(other) }) });
      go("play");
    };
    line.append(" ", html("button", { type: "button", "aria-label": `play with it: ${example.text}`, onclick: load }, "play with it"));
  });
}

/**
 * @param {LiveClaim} claim
 * @param {Bench} bench
 * @param {LivePage} page
 */
function againPanel(claim, bench, page) {
  const said = html("p", { class: "ow-note", role: "status" });
  const progress = html("progress", { max: 1, value: 0, hidden: true, "aria-label": `testing ${claim.id} again` });
  const found = html("div", { class: "ow-scroll", tabindex: 0, hidden: true });
  /** @type {AbortController | null} */
  let running = null;
  const stop = () => running?.abort();
  const begin = async () => {
    if (running) return stop();
    running = new AbortController();
    say(button, "stop");
    progress.hidden = false;
    found.hidden = true;
    say(said, `Testing ${claim.cases.length === 1 ? "the case" : `${claim.cases.length} cases`} on ${bench.domain.rows < page.scores.inputs ? `${count(bench.domain.rows)} of the ${count(page.scores.inputs)} inputs` : page.every}, here\u2026`);
    const started = performance.now();
    try {
      const onProgress = (/** @type {number} */ done) => (progress.value = done);
      const values = claim.again ? await repeat(claim.again, bench, onProgress, running.signal) : [];
      refill(found, resultTable(claim, values));
      found.hidden = false;
      say(said, outcome(claim, values, performance.now() - started));
      keep(said, "data-values", JSON.stringify(values));
    } catch (error) {
      const stopped = running?.signal.aborted;
      say(said, stopped ? "Stopped." : `It could not be tested: ${error instanceof Error ? error.message : error}`);
    }
    running = null;
    progress.hidden = true;
    say(button, "Run it again here");
  };
  const button = html("button", { type: "button", class: "live-again", onclick: begin }, "Run it again here");
  return html("div", { class: "live-rerun" }, button, progress, said, found);
}

/**
 * @param {LiveClaim} claim
 * @param {number[]} values
 * @param {number} milliseconds
 */
function outcome(claim, values, milliseconds) {
  const same = values.filter((value, index) => agrees(claim, value, index)).length;
  const all = same === values.length;
  const agree = all ? "every case is the same as above" : `${same} of ${values.length} cases are the same as above`;
  return `Tested in this browser in ${duration(milliseconds)}: ${agree}.`;
}

/**
 * @param {LiveClaim} claim
 * @param {number} value
 * @param {number} index
 */
function agrees(claim, value, index) {
  return Math.abs(value - (claim.cases[index]?.value ?? NaN)) < SAME;
}

/**
 * As `known_part` judges: where answers stay right no more often than guessing would make them, the case is open.
 * @param {LiveClaim["cases"][number]} one
 * @param {number} value
 */
function judged(one, value) {
  const holds = one.relation === ">=" ? value >= one.threshold : value <= one.threshold;
  const stays = holds === (one.relation === ">=");
  if (stays && one.guess !== null && value <= one.guess) return "? open";
  return holds ? "\u2713 yes" : "\u2717 no";
}

/**
 * @param {LiveClaim} claim
 * @param {number[]} values
 */
function resultTable(claim, values) {
  const number = (/** @type {number} */ value) => html("td", { class: "ow-right" }, exact(value));
  const rows = claim.cases.map((one, index) => {
    const value = values[index] ?? NaN;
    return html(
      "tr",
      {},
      html("th", { scope: "row" }, one.label),
      number(value),
      number(one.value),
      html("td", {}, judged(one, value)),
    );
  });
  const heads = ["case", "here", "above", "holds"].map((name) => html("th", { scope: "col" }, name));
  return html("table", { class: "ow-table", "aria-label": `${claim.id}, tested here` }, html("thead", {}, html("tr", {}, ...heads)), html("tbody", {}, ...rows));
}
