// Which of many answers a figure has room for: those that matter now, or those that somebody looks for by name.

import { html, say } from "../page/dom.js";

const SPARE = 4; // names more than those that are shown, up to which all of them are

/** Some of many names. `element` is a field to find others in; null where all are shown. */
export class Fold {
  /**
   * @param {string[]} names of all
   * @param {number} most that are shown where they are many
   * @param {string} what one of them is called
   * @param {() => void} changed is called when others are looked for
   */
  constructor(names, most, what, changed) {
    this.names = names;
    this.most = most;
    this.folded = names.length > most + SPARE;
    this.sought = "";
    this.said = html("span", { role: "status" });
    const oninput = (/** @type {{target: HTMLInputElement}} */ { target }) => {
      this.sought = target.value.trim().toLowerCase();
      changed();
    };
    const find = html("input", { type: "search", class: "live-find", placeholder: "find", "aria-label": `Find ${what} among ${names.length}`, oninput });
    this.element = this.folded ? html("div", { class: "live-fold" }, find, this.said) : null;
  }

  /**
   * Those that are shown, in their usual order.
   * @param {number[]} order all that may be shown, what matters most first
   * @param {number} always how many of these are shown in any case, while nothing is looked for
   * @returns {number[]}
   */
  shown(order, always) {
    if (!this.folded) return [...order].sort((one, other) => one - other);
    const name = (/** @type {number} */ at) => (this.names[at] ?? "").toLowerCase();
    const exact = (/** @type {number} */ at) => Number(name(at) === this.sought);
    const found = this.sought === "" ? order : order.filter((at) => name(at).includes(this.sought));
    const kept = this.sought === "" ? found : [...found].sort((one, other) => exact(other) - exact(one));
    const shown = kept.slice(0, this.sought === "" ? Math.max(this.most, always) : this.most);
    say(this.said, this.#told(shown.length, found.length, order.length));
    return shown.sort((one, other) => one - other);
  }

  /**
   * @param {number} shown
   * @param {number} found
   * @param {number} all
   */
  #told(shown, found, all) {
    if (this.sought === "") return `${shown} of ${all} are shown: what is right and what is likeliest`;
    if (!found) return `none of ${all} has \u201c${this.sought}\u201d in it`;
    return shown < found ? `${shown} of ${found} that have it` : `${found} of ${all}`;
  }
}
