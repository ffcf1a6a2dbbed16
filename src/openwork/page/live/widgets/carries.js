// An addition as it is written on paper: the carries above the digits, and below them where the program keeps each carry.

import { html, keep, refill, say } from "../page/dom.js";

/** @import { LiveCarries } from "../page/payload.js" */

/** What the page knows of the question. @typedef {{values: number[], said: string[], items: Record<string, number[]>, names: string[]}} Asked */

/** A place: its digits, what is carried in and out. @typedef {{a: number, b: number, into: number, out: number}} Place */

/** The table. */
export class Carries {
  /** @param {LiveCarries} carries */
  constructor(carries) {
    this.carries = carries;
    this.table = html("table", { class: "live-carries" });
    this.prose = html("p", { class: "live-carries-prose" });
    this.element = html("div", { class: "live-carrying" }, html("div", { class: "ow-scroll", tabindex: 0, role: "group", "aria-label": "The addition, carried by hand" }, this.table), this.prose);
  }

  /** @param {Asked} asked */
  paint({ values, said, items, names }) {
    const { places, held, last } = this.carries;
    const worked = this.worked(values);
    const top = places.length;
    const order = [...places.keys()].reverse();
    const row = (/** @type {string} */ name, /** @type {string} */ first, /** @type {(place: number) => Node | string} */ cell, /** @type {string} */ kind = "") =>
      html("tr", { class: kind }, html("th", { scope: "row" }, name), html("td", {}, first), ...order.map((place) => html("td", {}, cell(place))));
    const carry = (/** @type {number} */ into) => html("span", { class: into ? "live-carry live-carry-one" : "live-carry" }, String(into));
    const kept = held.map(({ name, place, position }) => {
      const value = items[name]?.[0];
      const right = value === worked[place]?.out;
      const mark = html("span", { class: `live-carry-held ${right ? "live-right" : "live-wrong"}` }, html("b", {}, value === undefined ? "?" : String(value)));
      return html("tr", {}, html("th", { scope: "row" }, html("code", {}, name), html("small", {}, ` at ${names[position]}`)), ...[top, ...order].map((column) => html("td", {}, column === place + 1 ? mark : "")));
    });
    refill(
      this.table,
      html("caption", {}, "The addition, carried by hand"),
      html("thead", {}, html("tr", {}, html("th", { scope: "col" }, "place"), ...[top, ...order].map((place) => html("th", { scope: "col" }, String(place))))),
      html(
        "tbody",
        {},
        html("tr", {}, html("th", { scope: "row" }, "carried in"), html("td", {}, carry(worked.at(-1)?.out ?? 0)), ...order.map((place) => html("td", {}, place ? carry(worked[place]?.into ?? 0) : ""))),
        row("a", "", (place) => String(worked[place]?.a ?? "")),
        row("b", "", (place) => String(worked[place]?.b ?? ""), "live-carries-rule"),
        row("the model says", said[last] ?? "", (place) => said[places[place]?.output ?? 0] ?? ""),
        ...kept,
      ),
    );
    keep(this.element, "data-carries", worked.map(({ out }) => out).join(" "));
    say(this.prose, this.#words(worked, items));
  }

  /**
   * Each place by the rule of addition.
   * @param {number[]} values
   * @returns {Place[]}
   */
  worked(values) {
    let into = 0;
    return this.carries.places.map(({ a, b }) => {
      const [one, other] = [values[a] ?? 0, values[b] ?? 0];
      const out = Math.floor((one + other + into) / this.carries.base);
      const found = { a: one, b: other, into, out };
      into = out;
      return found;
    });
  }

  /**
   * @param {Place[]} worked
   * @param {Record<string, number[]>} items
   */
  #words(worked, items) {
    const { held, base } = this.carries;
    const sums = worked.map(({ a, b, into, out }, place) => `${place ? "then" : "From the right:"} ${a} + ${b}${into ? " + 1" : ""} = ${(a + b + into).toString(base)}, ${out ? "1 is carried" : "nothing is carried"}`);
    const program = held.map(({ name, place }) => `${name} is the carry out of place ${place}, here ${items[name]?.[0] ?? "not worked out"}`);
    const kept = program.length ? ` In the program ${program.join("; ")}.` : " No line of the program is a carry by itself.";
    return `${sums.join("; ")}.${kept}`;
  }
}
