// Motion: what is asked travels up its route, stage by stage, and can be stopped, stepped and slowed. Nothing moves
// unless somebody asks, by a button or by typing; and nothing glides for who wants reduced motion.

import { html, keep, refill, say } from "../page/dom.js";

/** @import { Bench } from "../page/bench.js" */
/** @import { Choices } from "../page/state.js" */
/** @import { Movement } from "../widgets/movement.js" */
/** @import { Way } from "../page/ways.js" */

const PACE = 1100; // milliseconds from stage to stage
const SPEEDS = [0.5, 1, 2];
const USUAL = 1; // place of the usual speed

/**
 * @typedef {object} Moved
 * @property {Movement} drawn
 * @property {number} rows stages below the answers
 * @property {(way: Way) => string} carried what travels along a way, as text
 * @property {(variable: number) => number} routeOf the one output that a variable decides; -1 where there is not one
 */

/**
 * The buttons of the motion.
 * @param {Bench} bench
 * @param {Choices} choices
 * @param {Moved} moved
 * @returns {HTMLElement}
 */
export function motionControls(bench, choices, moved) {
  const motion = new Motion(choices, moved, () => paint());
  const button = (/** @type {string} */ text, /** @type {string} */ title, /** @type {() => void} */ onclick) =>
    html("button", { type: "button", title, "aria-label": title, onclick }, text);
  const play = html("button", { type: "button", class: "live-play", onclick: () => motion.toggle() });
  const back = button("\u2039", "One step back", () => motion.step(-1));
  const on = button("\u203a", "One step on", () => motion.step(1));
  const speed = html(
    "select",
    { "aria-label": "Speed", onchange: ({ target }) => (motion.speed = SPEEDS[target.selectedIndex] ?? 1) },
    ...SPEEDS.map((one, index) => html("option", { selected: index === USUAL }, `${one} \u00d7`)),
  );
  const { outputs } = bench.task;
  const follow = html(
    "select",
    { "aria-label": "Which answer to follow", onchange: ({ target }) => choices.set({ output: target.selectedIndex - 1 }) },
    html("option", {}, "all answers"),
    ...outputs.map((name) => html("option", {}, name)),
  );
  const paint = () => {
    const { stage, output } = choices.state;
    say(play, motion.playing ? "\u275a\u275a pause" : "\u25b6 watch it work");
    keep(play, "aria-pressed", String(motion.playing));
    back.disabled = stage <= 0;
    on.disabled = stage >= moved.rows;
    follow.selectedIndex = output + 1;
  };
  choices.watch((state, before) => {
    motion.heed(bench.domain.values(state.question), bench.domain.values(before.question));
    paint();
  });
  const element = html("div", { class: "live-motion", role: "group", "aria-label": "Motion" });
  refill(element, play, back, on, speed, html("label", {}, "follow ", follow));
  return element;
}

/** A time that runs from the tokens to the answers. */
class Motion {
  /**
   * @param {Choices} choices
   * @param {Moved} moved
   * @param {() => void} changed is called when it starts or stops
   */
  constructor(choices, moved, changed) {
    this.choices = choices;
    this.moved = moved;
    this.changed = changed;
    this.playing = false;
    this.speed = 1;
    this.time = 0;
    this.last = 0;
    /** @type {number | null} what was followed before a typed symbol was; null while none is */
    this.before = null;
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.inSight = false;
    new IntersectionObserver(([seen]) => (this.inSight = seen?.isIntersecting ?? false)).observe(moved.drawn.element);
  }

  toggle() {
    if (this.playing) return this.#stop();
    const { stage } = this.choices.state;
    this.#begin(stage < 0 || stage >= this.moved.rows ? 0 : stage);
  }

  /** @param {number} by */
  step(by) {
    this.#stop();
    const stage = Math.min(Math.max(this.choices.state.stage + by, 0), this.moved.rows);
    this.choices.set({ stage });
  }

  /**
   * A symbol that was just typed goes its way, while the picture is in sight.
   * @param {number[]} values
   * @param {number[]} old
   */
  heed(values, old) {
    const changed = values.flatMap((value, variable) => (value === old[variable] ? [] : [variable]));
    if (changed.length !== 1 || !this.inSight || this.still.matches) return;
    const output = this.moved.routeOf(changed[0] ?? 0);
    this.before ??= this.choices.state.output;
    if (output >= 0) this.choices.set({ output });
    this.#begin(0);
  }

  /** @param {number} stage */
  #begin(stage) {
    this.time = stage;
    this.last = 0;
    this.choices.set({ stage });
    if (!this.playing) {
      this.playing = true;
      this.#next();
    }
    this.changed();
  }

  #stop() {
    this.playing = false;
    this.moved.drawn.travel(-1, this.moved.carried);
    this.changed();
  }

  #next() {
    if (this.still.matches) setTimeout(() => this.#frame(this.last + PACE / this.speed), PACE / this.speed);
    else requestAnimationFrame((now) => this.#frame(now));
  }

  /** @param {number} now milliseconds */
  #frame(now) {
    if (!this.playing) return;
    const passed = this.still.matches ? PACE / this.speed : this.last ? Math.min(now - this.last, 100) : 0;
    this.last = now;
    this.time += (passed * this.speed) / PACE;
    const stage = Math.floor(this.time + 1e-9);
    if (stage >= this.moved.rows) return this.#arrive();
    if (stage !== this.choices.state.stage) this.choices.set({ stage });
    if (!this.still.matches) this.moved.drawn.travel(this.time, this.moved.carried);
    this.#next();
  }

  #arrive() {
    this.#stop();
    const typed = this.before;
    this.before = null;
    this.choices.set(typed === null ? { stage: this.moved.rows } : { stage: -1, output: typed });
  }
}
