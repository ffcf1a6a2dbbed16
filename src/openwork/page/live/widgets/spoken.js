// The model's answer in one row of cells: what it says at each output, whether that is right, and how sure it is.

import { holds, setText } from "../data/answers.js";
import { html, keep, refill, say } from "../page/dom.js";
import { exact, percent } from "../page/numbers.js";
import { tellOnHover } from "../page/tip.js";

/** @import { Pass } from "../page/bench.js" */

const MANY = 10; // cells, above which they are smaller
const MOST_EVER = 12; // symbols of a set, above which those that are rightly left out are not shown

/** One row of answers. */
export class Spoken {
  /**
   * @param {string} title
   * @param {string[]} outputs
   * @param {string[]} symbols of the answers
   * @param {number[]} ever where answers are sets, the symbols that some right one holds; others are shown where wrong
   */
  constructor(title, outputs, symbols, ever) {
    this.ever = ever.length > MOST_EVER ? [] : ever;
    this.outputs = outputs;
    this.symbols = symbols;
    /** @type {Pass | null} */
    this.pass = null;
    /** @type {Pass | null} */
    this.was = null;
    this.cells = outputs.map((name, output) => {
      const symbol = html("b", {});
      const sure = html("small", {});
      const cell = html("li", { class: "live-answer", "data-output": output }, html("span", {}, name), symbol, sure);
      return { cell, symbol, sure };
    });
    this.shown = outputs.length > MANY ? shortened(symbols) : symbols;
    const row = outputs.length > MANY ? "live-answers live-many" : "live-answers";
    // Where they are many, a narrow window scrolls them.
    this.element = html("ul", { class: row, "aria-label": title, tabindex: outputs.length > MANY ? 0 : null }, ...this.cells.map(({ cell }) => cell));
    tellOnHover(this.element, (target) => {
      const cell = target.closest("[data-output]");
      return cell ? this.#told(Number(cell.getAttribute("data-output"))) : null;
    });
  }

  /**
   * @param {Pass | null} pass null while it is not known
   * @param {Pass | null} was the whole model's, where this is of one with parts off: what has changed is told beside it
   */
  paint(pass, was) {
    this.pass = pass;
    this.was = was;
    this.cells.forEach(({ cell, symbol, sure }, output) => {
      const said = pass?.said[output];
      const right = pass?.right[output] ?? null;
      if (pass) cell.hidden = !pass.asks(output);
      if (pass?.sets) return this.#paintSet(pass, output);
      const shape = (this.shown[said ?? -1] ?? "").length > 2 ? "live-answer live-worded" : "live-answer";
      keep(cell, "class", `${shape} ${right === null ? "" : said === right ? "live-right" : "live-wrong"}`);
      say(symbol, said === undefined ? "\u2026" : (this.shown[said] ?? "?"));
      const before = this.#before(output);
      keep(sure, "class", before ? "live-was" : "");
      say(sure, before ? `was ${before}` : pass ? roughly(this.#share(output, said ?? 0)) : "\u00a0");
      keep(cell, "aria-label", this.#told(output) ?? "");
    });
  }

  /**
   * A set, symbol by symbol: struck through where it is not in it, and framed where that is wrong.
   * @param {Pass} pass
   * @param {number} output
   */
  #paintSet(pass, output) {
    const found = this.cells[output];
    if (!found || found.cell.hidden) return;
    const said = pass.said[output] ?? -1;
    const right = pass.right[output] ?? null;
    const verdict = right === null ? "" : said === right ? "live-right" : "live-wrong";
    keep(found.cell, "class", `live-answer live-worded live-set ${verdict}`);
    const marks = this.symbols.flatMap((symbol, j) => {
      const inside = holds(said, j);
      const wrong = right !== null && inside !== holds(right, j);
      if (!inside && !wrong && !this.ever.includes(j)) return [];
      return [html("i", { class: `${inside ? "live-in" : "live-out"}${wrong ? " live-off-side" : ""}` }, symbol)];
    });
    refill(found.symbol, ...(said < 0 ? ["?"] : marks));
    const logits = [...pass.logitsOf(output)].map(Math.abs);
    say(found.sure, said < 0 ? "\u00a0" : `least ${exact(Math.min(...logits), 2)}`);
    keep(found.cell, "aria-label", this.#toldOfSet(pass, output));
  }

  /**
   * @param {Pass} pass
   * @param {number} output
   */
  #toldOfSet(pass, output) {
    const said = pass.said[output] ?? -1;
    const right = pass.right[output] ?? null;
    if (said < 0) return `${this.outputs[output]}: its logits are not numbers, which counts as wrong`;
    const wrong = right === null ? "whether it is right is not known here" : `wrong, ${setText(right, this.symbols)} is right`;
    const each = this.symbols.map((symbol, j) => `${symbol} ${exact(pass.logitsOf(output)[j] ?? NaN, 3)}`);
    return `${this.outputs[output]} = ${setText(said, this.symbols)}: ${said === right ? "right" : wrong}\nlogits ${each.join(", ")}`;
  }

  /**
   * What the whole model says there, where it says something else; empty where it says the same.
   * @param {number} output
   */
  #before(output) {
    const was = this.was?.said[output];
    return !this.pass || was === undefined || was === this.pass.said[output] ? "" : (this.shown[was] ?? "?");
  }

  /**
   * @param {number} output
   * @param {number} symbol
   */
  #share(output, symbol) {
    return symbol < 0 ? NaN : (this.pass?.shares[output * this.symbols.length + symbol] ?? NaN);
  }

  /** @param {number} output */
  #told(output) {
    const said = this.pass?.said[output];
    if (!this.pass || said === undefined) return null;
    if (this.pass.sets) return this.#toldOfSet(this.pass, output);
    const right = this.pass.right[output] ?? null;
    const wrong = right === null ? "whether it is right is not known here" : `wrong, ${this.symbols[right]} is right`;
    if (said < 0) return `${this.outputs[output]}: its logits are not numbers, which counts as wrong`;
    const verdict = said === right ? "right" : wrong;
    const logit = this.pass.logits[output * this.symbols.length + said] ?? NaN;
    const numbers = `probability ${percent(this.#share(output, said))}, logit ${exact(logit)}`;
    const before = this.#before(output);
    return `${this.outputs[output]} = ${this.symbols[said]}: ${verdict}${before ? `\nthe whole model says ${before}` : ""}\n${numbers}`;
  }
}

/**
 * Words as short as they can be told apart, three letters at least: there are many cells, and hover tells them in full.
 * @param {string[]} words
 * @returns {string[]}
 */
export function shortened(words) {
  const longest = Math.max(...words.map((word) => word.length));
  for (let letters = 3; letters < longest; letters += 1) {
    const short = words.map((word) => word.slice(0, letters));
    if (new Set(short).size === words.length) return short;
  }
  return words;
}

/**
 * A share in as few signs as fit a cell, never rounded up to all.
 * @param {number} share
 */
function roughly(share) {
  return share > 0.99 && share < 1 ? ">99\u00a0%" : `${Math.floor(100 * share)}\u00a0%`;
}
