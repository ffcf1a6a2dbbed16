// A question to type or to click: one cell for each of its variables, and the symbols that may stand there.

import { html, keep, refill, say } from "../page/dom.js";

/** @import { LiveTask } from "../page/payload.js" */

/**
 * @typedef {object} QuestionLook
 * @property {string} title
 * @property {LiveTask["variables"]} variables
 * @property {(variable: number, value: number) => string | undefined} symbol undefined for a value that never occurs
 * @property {string | null} pad the symbol that fills up shorter questions
 * @property {(values: number[]) => string | null} choose takes a question; a text says why it cannot be
 */

const MANY = 10; // cells, above which they are smaller
const SPARE = 2; // pads that are shown
const MANY_SYMBOLS = 16; // buttons, above which they stand in one line that is scrolled
const CROWD = 30; // cells, above which they are smaller still

/** The cells of one question. */
export class QuestionCells {
  /** @param {QuestionLook} look */
  constructor(look) {
    this.look = look;
    /** @type {number[]} */
    this.values = look.variables.map(() => 0);
    this.chosen = 0;
    this.inputs = look.variables.map((_, variable) => this.#cell(variable));
    this.said = html("p", { class: "live-said", role: "status" });
    this.symbols = html("div", { class: "live-symbols", role: "group" });
    this.cells = look.variables.map((variable, index) =>
      html("label", { class: "live-cell" }, html("span", {}, variable.name), this.inputs[index]),
    );
    this.element = html(
      "div",
      { class: "live-question", role: "group", "aria-label": look.title },
      html("div", { class: `live-cells${this.cells.length > MANY ? " live-many" : ""}${this.cells.length > CROWD ? " live-crowd" : ""}` }, ...this.cells),
      html("div", { class: "live-question-foot" }, this.symbols, this.said),
    );
    this.element.addEventListener("focusout", (event) => {
      if (!this.element.contains(/** @type {Node | null} */ (event.relatedTarget))) say(this.said, "");
    });
    this.#offer();
  }

  /** @param {number[]} values */
  paint(values) {
    this.values = values;
    this.inputs.forEach((input, variable) => {
      const symbol = this.look.symbol(variable, values[variable] ?? 0) ?? "?";
      if (input.value !== symbol) input.value = symbol;
      keep(input, "data-letters", symbol.length > 3 ? "many" : "few");
    });
    this.#hidePads();
    this.#mark();
  }

  /** Of the pads at the end only the first are shown, where one can go on. */
  #hidePads() {
    const symbols = this.values.map((value, variable) => this.look.symbol(variable, value));
    const length = symbols.findLastIndex((symbol) => symbol !== this.look.pad) + 1;
    this.cells.forEach((cell, variable) => {
      cell.hidden = variable >= length + SPARE && !cell.contains(document.activeElement);
    });
  }

  /** @param {number} variable */
  #cell(variable) {
    const { name } = /** @type {LiveTask["variables"][number]} */ (this.look.variables[variable]);
    const input = html("input", {
      type: "text",
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: "false",
      "aria-label": `${name}: ${this.#allowed(variable)}; up and down change it`,
    });
    input.addEventListener("focus", () => {
      this.chosen = variable;
      this.#offer();
      input.select();
    });
    input.addEventListener("input", (event) => {
      const added = event instanceof InputEvent ? event.data : null;
      this.#typed(variable, input.value, added ?? input.value);
    });
    input.addEventListener("keydown", (event) => this.#key(variable, event));
    input.addEventListener("paste", (event) => this.#pasted(variable, event));
    return input;
  }

  /**
   * @param {number} variable
   * @param {string} text all that stands in the cell now
   * @param {string} added what was typed just now
   */
  #typed(variable, text, added) {
    const typed = text.trim();
    const known = this.#symbolsOf(variable);
    const value = [typed, added.trim()].map((one) => known.indexOf(one)).find((at) => at >= 0);
    if (value === undefined) {
      const unfinished = typed === "" || known.some((symbol) => symbol?.startsWith(typed));
      if (unfinished) return;
      this.#refuse(`\u201c${added.trim() || typed}\u201d cannot stand there: ${this.#name(variable)} is ${this.#allowed(variable)}.`);
      this.paint(this.values);
      this.inputs[variable]?.select();
      return;
    }
    if (this.#set(variable, value)) this.#go(variable + 1);
  }

  /**
   * @param {number} variable
   * @param {KeyboardEvent} event
   */
  #key(variable, event) {
    const offered = this.#offered(variable);
    const place = offered.indexOf(this.values[variable] ?? 0);
    const step = (/** @type {number} */ by) => offered[(place + by + offered.length) % offered.length] ?? 0;
    if (event.key === "ArrowUp") this.#set(variable, step(1));
    else if (event.key === "ArrowDown") this.#set(variable, step(-1));
    else if (event.key === "ArrowRight") this.#go(variable + 1);
    else if (event.key === "ArrowLeft" || event.key === "Backspace") this.#go(variable - 1);
    else return;
    event.preventDefault();
    this.inputs[this.chosen]?.select();
  }

  /**
   * Several symbols at once fill the cells from here on.
   * @param {number} variable
   * @param {ClipboardEvent} event
   */
  #pasted(variable, event) {
    const text = event.clipboardData?.getData("text").trim() ?? "";
    const pieces = /\s/.test(text) ? text.split(/[\s,]+/) : [...text];
    if (pieces.length < 2) return;
    event.preventDefault();
    const values = [...this.values];
    for (const [offset, piece] of pieces.slice(0, values.length - variable).entries()) {
      const value = this.#symbolsOf(variable + offset).indexOf(piece);
      if (value < 0) return this.#refuse(`\u201c${piece}\u201d cannot stand at ${this.#name(variable + offset)}.`);
      values[variable + offset] = value;
    }
    this.#choose(values);
  }

  /**
   * @param {number} variable
   * @param {number} value
   */
  #set(variable, value) {
    return this.#choose(this.values.map((old, index) => (index === variable ? value : old)));
  }

  /** @param {number[]} values */
  #choose(values) {
    const why = this.look.choose(values);
    if (why === null) say(this.said, "");
    else this.#refuse(why);
    this.paint(why === null ? values : this.values);
    return why === null;
  }

  /** @param {number} variable */
  #go(variable) {
    const next = this.inputs[Math.max(variable, 0)];
    if (next) next.focus();
    else this.inputs[this.chosen]?.select();
  }

  /** @param {string} why */
  #refuse(why) {
    say(this.said, "");
    say(this.said, why);
  }

  /** Shows the symbols that may stand in the chosen cell. */
  #offer() {
    const buttons = this.#offered(this.chosen).map((value) =>
      html(
        "button",
        {
          type: "button",
          "data-value": value,
          "aria-label": `${this.#name(this.chosen)} = ${this.look.symbol(this.chosen, value)}`,
          onclick: () => {
            const at = this.chosen;
            if (this.#set(at, value) && this.inputs[at + 1]) this.chosen = at + 1;
            this.#offer();
          },
        },
        this.look.symbol(this.chosen, value) ?? "?",
      ),
    );
    const find = buttons.length > MANY_SYMBOLS ? this.#finder(buttons) : null;
    refill(this.symbols, html("span", {}, `${this.#name(this.chosen)} =`), find, ...buttons);
    keep(this.symbols, "class", buttons.length > MANY_SYMBOLS ? "live-symbols live-scrolled" : "live-symbols");
    this.symbols.setAttribute("aria-label", `Symbols for ${this.#name(this.chosen)}`);
    this.#mark();
  }

  /**
   * A field that leaves only the symbols with what is typed in them; Enter takes the first.
   * @param {HTMLButtonElement[]} buttons
   */
  #finder(buttons) {
    const left = () => buttons.filter((button) => !button.hidden);
    const oninput = (/** @type {{target: HTMLInputElement}} */ { target }) => {
      const sought = target.value.trim().toLowerCase();
      const known = (/** @type {string} */ text) => text.toLowerCase();
      const exact = (/** @type {HTMLButtonElement} */ button) => Number(known(button.textContent ?? "") === sought);
      for (const button of buttons) button.hidden = !known(button.textContent ?? "").includes(sought);
      target.after(...[...buttons].sort((one, other) => exact(other) - exact(one)));
      say(this.said, left().length ? "" : `No symbol has \u201c${target.value.trim()}\u201d in it.`);
    };
    const onkeydown = (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      /** @type {HTMLButtonElement | null} */ (this.symbols.querySelector("button:not([hidden])"))?.click();
      this.symbols.querySelector("input")?.focus();
    };
    return html("input", { type: "search", class: "live-find", placeholder: "find", "aria-label": `Find a symbol for ${this.#name(this.chosen)}`, oninput, onkeydown });
  }

  #mark() {
    this.inputs.forEach((input, variable) => {
      keep(input, "class", variable === this.chosen ? "live-chosen" : "");
    });
    for (const button of this.symbols.querySelectorAll("button")) {
      keep(button, "aria-pressed", String(Number(button.dataset["value"]) === this.values[this.chosen]));
    }
  }

  /** @param {number} variable */
  #name(variable) {
    return this.look.variables[variable]?.name ?? "";
  }

  /** @param {number} variable */
  #symbolsOf(variable) {
    const count = this.look.variables[variable]?.values ?? 0;
    return Array.from({ length: count }, (_, value) => this.look.symbol(variable, value));
  }

  /**
   * The values that some question has.
   * @param {number} variable
   */
  #offered(variable) {
    return [...this.#symbolsOf(variable).keys()].filter((value) => this.look.symbol(variable, value) !== undefined);
  }

  /** @param {number} variable */
  #allowed(variable) {
    const symbols = this.#offered(variable).map((value) => this.look.symbol(variable, value));
    if (symbols.length > MANY_SYMBOLS) return `one of ${symbols.length} symbols, ${symbols[0]}, ${symbols[1]}, \u2026 or ${symbols.at(-1)}`;
    return symbols.length === 1 ? `always ${symbols[0]}` : `${symbols.slice(0, -1).join(", ")} or ${symbols.at(-1)}`;
  }
}
