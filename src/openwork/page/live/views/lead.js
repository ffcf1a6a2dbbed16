// By how much the right answer leads on the question at hand: what this browser runs, beside what is proved of every
// question. The first is one pass and its rounding, the second is about the weights; the words keep them apart.

import { html, say } from "../page/dom.js";
import { exact } from "../page/numbers.js";

/** @import { Bench } from "../page/bench.js" */
/** @import { Pass } from "../page/bench.js" */
/** @import { LivePage } from "../page/payload.js" */
/** @import { Choices } from "../page/state.js" */

/**
 * The least lead of a right answer in one pass: over every other answer, or, of sets, of each symbol's logit over 0 on
 * the side where it should be. NaN where nobody knows what is right, or a logit is no number.
 * @param {Pass} pass
 * @returns {number}
 */
export function leadOf(pass) {
  let least = Infinity;
  for (let output = 0; output < pass.right.length; output += 1) {
    if (!pass.asks(output)) continue;
    const right = pass.right[output] ?? null;
    if (right === null) return NaN;
    const logits = pass.logitsOf(output);
    const own = pass.sets ? 0 : (logits[right] ?? NaN);
    for (let symbol = 0; symbol < logits.length; symbol += 1) {
      const away = own - (logits[symbol] ?? NaN);
      if (pass.sets) least = Math.min(least, pass.wants(output, symbol) ? -away : away);
      else if (symbol !== right) least = Math.min(least, away);
    }
  }
  return Number.isFinite(least) ? least : NaN;
}

/**
 * @param {Bench} bench
 * @param {Choices} choices
 * @param {LivePage} page
 * @returns {HTMLElement}
 */
export function leadLine(bench, choices, { proof }) {
  const run = html("span");
  const weakest = proof && bench.asked(proof.weakest);
  const ask = () => weakest !== null && choices.set({ question: weakest });
  const proved = proof && html("span", {}, ` Proved of every question, over the real numbers: at least ${proof.margin}. `);
  const button = weakest === null ? null : html("button", { type: "button", class: "live-weakest", onclick: ask, title: "The question whose proved bound is the smallest" }, "ask the weakest");
  const line = html("p", { class: "ow-note live-lead", role: "status" }, run, proved, button);
  bench.watch(({ state, cut, whole }) => {
    const off = state.cuts.length > 0;
    const lead = leadOf(cut ?? whole);
    say(run, off && !cut ? "" : said(lead, bench.task, off));
    for (const part of [proved, button]) if (part) part.hidden = off; // of a model with parts off nothing is proved
    if (button) button.disabled = JSON.stringify(state.question) === JSON.stringify(weakest);
    line.hidden = run.textContent === "" && (off || !proof);
  });
  return line;
}

/**
 * @param {number} lead
 * @param {import("../page/payload.js").LiveTask} task
 * @param {boolean} off whether parts are
 */
function said(lead, { outputs, sets }, off) {
  if (Number.isNaN(lead)) return "";
  const far = exact(Math.abs(lead), 3);
  const where = `Run in your browser${off ? " with parts off" : ""}, on this question`;
  if (sets) return lead > 0 ? `${where} every logit is on its right side of 0, by ${far} or more.` : `${where} a logit is on the wrong side of 0, by ${far}.`;
  if (lead < 0) return `${where} a right answer lags by ${far} in the logits.`;
  return outputs.length > 1 ? `${where} each right answer leads by ${far} or more in the logits.` : `${where} the right answer leads by ${far} in the logits.`;
}
