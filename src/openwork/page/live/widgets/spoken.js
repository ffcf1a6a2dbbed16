// The model's answer in one row of cells: what it says at each output, whether that is right, and how sure it is.

import { html, keep, say } from "../page/dom.js";
import { exact, percent } from "../page/numbers.js";
import { tellOnHover } from "../page/tip.js";

/** @import { Pass } from "../page/bench.js" */

const MANY = 10; // cells, above which they are smaller

/** One row of answers. */
export class Spoken {
  /**
   * @param {string} title
   * @param {string[]} outputs
   * @param {string[]} symbols of the answers
   */
  constructor(title, outputs, symbols) {
    this.outputs = outputs;
    this.symbols = symbols;
    /** @type {Pass | null} */
    this.pass = null;
    this.cells = outputs.map((name, output) => {
      const symbol = html("b", {});
      const sure = html("small", {});
      const cell = html("li", { class: "live-answer", "data-output": output }, html("span", {}, name), symbol, sure);
      return { cell, symbol, sure };
    });
    this.shown = outputs.length > MANY ? shortened(symbols) : symbols;
    const row = outputs.length > MANY ? "live-answers live-many" : "live-answers";
    this.element = html("ul", { class: row, "aria-label": title }, ...this.cells.map(({ cell }) => cell));
    tellOnHover(this.element, (target) => {
      const cell = target.closest("[data-output]");
      return cell ? this.#told(Number(cell.getAttribute("data-output"))) : null;
    });
  }

  /** @param {Pass | null} pass null while it is not known */
  paint(pass) {
    this.pass = pass;
    this.cells.forEach(({ cell, symbol, sure }, output) => {
      const said = pass?.said[output];
      const right = pass?.right[output] ?? null;
      const shape = (this.shown[said ?? -1] ?? "").length > 2 ? "live-answer live-worded" : "live-answer";
      keep(cell, "class", `${shape} ${right === null ? "" : said === right ? "live-right" : "live-wrong"}`);
      say(symbol, said === undefined ? "\u2026" : (this.shown[said] ?? "?"));
      say(sure, pass ? roughly(this.#share(output, said ?? 0)) : "\u00a0");
      keep(cell, "aria-label", this.#told(output) ?? "");
    });
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
    const right = this.pass.right[output] ?? null;
    const wrong = right === null ? "whether it is right is not known here" : `wrong, ${this.symbols[right]} is right`;
    if (said < 0) return `${this.outputs[output]}: its logits are not numbers, which counts as wrong`;
    const verdict = said === right ? "right" : wrong;
    const logit = this.pass.logits[output * this.symbols.length + said] ?? NaN;
    const numbers = `probability ${percent(this.#share(output, said))}, logit ${exact(logit)}`;
    return `${this.outputs[output]} = ${this.symbols[said]}: ${verdict}\n${numbers}`;
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
