// The program, line by line, with what each line comes to on the question on the bench.

import { html, keep, say } from "../page/dom.js";

/** @import { LiveProgram } from "../page/payload.js" */

/** The lines of a program; one that is chosen is told more of elsewhere. */
export class Listing {
  /**
   * @param {LiveProgram} program
   * @param {(line: number) => void} choose
   */
  constructor(program, choose) {
    this.lines = program.lines.map((line, index) => {
      const values = html("span", { class: "live-line-values" });
      const code = html("code", {}, ...line.code.map(hanging));
      const button = html("button", { type: "button", class: "live-line", onclick: () => choose(index) }, code, values);
      return { line, button, values };
    });
    const left = program.left ? html("li", { class: "ow-note" }, `\u2026 and ${program.left} more lines`) : null;
    const written = program.written.map((said) => html("li", { class: "ow-note" }, `# ${said}`));
    this.element = html("ol", { class: "live-listing", "aria-label": "The program" }, ...written, ...this.lines.map(({ button }) => html("li", {}, button)), left ?? "");
  }

  /**
   * @param {Record<string, string>} values by name
   * @param {Set<string>} lit
   * @param {number} chosen line; -1 for none
   */
  paint(values, lit, chosen) {
    this.lines.forEach(({ line, button, values: shown }, index) => {
      const known = line.assigns.map((name) => values[name] ?? "");
      say(shown, known.every((one) => one === "") ? "" : `= ${known.join(" ")}`);
      keep(button, "class", `live-line${line.assigns.some((name) => lit.has(name)) ? " live-lit" : ""}`);
      keep(button, "aria-pressed", String(index === chosen));
    });
  }
}

/**
 * A line of code that wraps behind what it assigns or behind a comma, and hangs there, before it wraps within.
 * @param {string} code
 */
function hanging(code) {
  const [, indent = "", rest = ""] = /^( *)(.*)$/.exec(code) ?? [];
  const pieces = rest.match(/.+?(?: = |, |$)/g) ?? [];
  const line = html("span", { class: "live-code" }, indent, ...pieces.map((piece) => html("span", {}, piece)));
  line.style.setProperty("--hang", `${indent.length + 4}ch`);
  return line;
}
