// Several workers that count together, each a part of the questions: as many as the machine has cores for, a few at most.

import { joined } from "../measures/score.js";
import { fullName } from "../model/sites.js";
import { Measurer, workerOf } from "./client.js";

/** @import { Edit } from "../interventions/edit.js" */
/** @import { Scores } from "../measures/score.js" */
/** @import { Pairing, Part } from "../measures/subject.js" */
/** @import { Question } from "./jobs.js" */
/** @import { Payload } from "./serve.js" */
/** @import { Watch } from "./client.js" */

const MOST = 4;
const WORTH = 4096; // questions, below which one worker is as soon done

/**
 * @param {string} source text of a script that calls `serve` in a worker
 * @param {Payload} payload
 */
export function startTeam(source, payload) {
  const wanted = payload.domain.rows < WORTH ? 1 : Math.min(Math.max(navigator.hardwareConcurrency || 1, 1), MOST);
  const others = Array.from({ length: wanted - 1 }, () => new Measurer(workerOf(source, payload)));
  return new Team(workerOf(source, payload), others);
}

/** The first worker, which answers everything, and those that help it to count. */
export class Team extends Measurer {
  /**
   * @param {Worker} worker
   * @param {Measurer[]} others
   */
  constructor(worker, others) {
    super(worker);
    this.others = others;
    /** @type {Map<string, Promise<Float64Array>>} of all questions, by site: each is measured once, whoever asks */
    this.averages = new Map();
  }

  /**
   * @override
   * @param {{edits: Edit[], sources?: Record<string, Pairing>}} plan
   * @param {Watch} [watch]
   * @returns {Promise<Scores & {seconds: number}>}
   */
  async recount({ edits, sources = {} }, watch) {
    const began = performance.now();
    const all = [...edits, ...Object.values(sources).flatMap((source) => source.edits ?? [])];
    const means = await this.means(all.flatMap((edit) => (edit.kind === "mean" ? [edit.site] : [])));
    if (watch?.signal?.aborted) throw new DOMException("this is no longer wanted", "AbortError");
    const parts = await this.together((part) => ({ ask: "recount", edits, sources, part, means }), watch);
    return { ...joined(parts), seconds: (performance.now() - began) / 1000 };
  }

  /**
   * Not stopped once it has begun: another count needs the same.
   * @override
   * @param {string[]} sites
   * @returns {Promise<Record<string, Float64Array>>}
   */
  async means(sites) {
    const names = [...new Set(sites.map(fullName))];
    const fresh = names.filter((name) => !this.averages.has(name));
    if (fresh.length) {
      const found = this.together((part) => ({ ask: "means of a part", sites: fresh, part })).then(average);
      found.catch(() => fresh.forEach((name) => this.averages.delete(name)));
      for (const name of fresh) this.averages.set(name, found.then((means) => /** @type {Float64Array} */ (means[name])));
    }
    const known = await Promise.all(names.map((name) => this.averages.get(name)));
    return Object.fromEntries(names.map((name, at) => [name, /** @type {Float64Array} */ (known[at])]));
  }

  /**
   * Every worker's answer for its part.
   * @param {(part: Part) => Question} question
   * @param {Watch} [watch]
   * @returns {Promise<any[]>}
   */
  together(question, watch = {}) {
    const team = [/** @type {Measurer} */ (this), ...this.others];
    const done = team.map(() => 0);
    return Promise.all(team.map((one, at) => {
      const onProgress = (/** @type {number} */ share) => {
        done[at] = share;
        watch.onProgress?.(done.reduce((a, b) => a + b, 0) / team.length);
      };
      return one.ask(question({ at, of: team.length }), { onProgress, ...(watch.signal && { signal: watch.signal }) });
    }));
  }

  /** @override */
  close() {
    for (const other of this.others) other.close();
    super.close();
  }
}

/**
 * Means over all questions, from those over their parts.
 * @param {{inputs: number, means: Record<string, Float64Array>}[]} parts
 */
function average(parts) {
  const inputs = parts.reduce((sum, part) => sum + part.inputs, 0);
  const names = Object.keys(parts[0]?.means ?? {});
  return Object.fromEntries(names.map((name) => {
    const found = new Float64Array(parts[0]?.means[name]?.length ?? 0);
    for (const part of parts) part.means[name]?.forEach((value, at) => (found[at] = (found[at] ?? 0) + (value * part.inputs) / inputs));
    return [name, found];
  }));
}
