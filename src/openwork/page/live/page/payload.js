// What the page is given: the shape of its data, and the reading of it.

/**
 * @typedef {object} LiveTask
 * @property {string} name
 * @property {string} title
 * @property {string} summary
 * @property {string[]} symbols by token id
 * @property {number | null} padToken what fills up shorter questions
 * @property {string[]} answerSymbols by answer id
 * @property {boolean} sets whether an answer is a set of symbols, of which bit j stands for symbol j
 * @property {boolean} varying whether questions have several lengths: a variable's last value then says that there is none
 * @property {{name: string, values: number, position: number}[]} variables
 * @property {number} nPos
 * @property {number[]} graded
 * @property {string[]} outputs
 * @property {Record<string, number>} roles
 * @property {string[]} positionNames
 * @property {(string | null)[]} deciding_variables
 */

/**
 * One case of a claim; `again` says how to measure it here.
 * @typedef {object} LiveCase
 * @property {string} label
 * @property {number} value
 * @property {">=" | "<="} relation
 * @property {number} threshold
 * @property {number | null} guess what always giving the most frequent answer would reach; null where that is no rival
 * @property {boolean | null} holds
 */

/**
 * A test that the browser can repeat: one value for each case.
 * @typedef {{kind: "ablation", cases: {edits: any[], outputs: number[]}[]}
 *   | {kind: "attention", cases: {layer: number, head: number, output: number | null, query: number, key: number}[]}
 *   | {kind: "readout", site: string, basis: "W_E" | "W_U", afterNorm: boolean, measure: "cosine" | "logit",
 *      cases: {outputs: number[]}[]}
 *   | {kind: "interchange", cases: {edits: any[], variable: string, output: number, kept: boolean}[]}} Again
 */

/**
 * @typedef {object} LiveClaim
 * @property {string} id
 * @property {string} anchor
 * @property {string} outcome
 * @property {string} definition what the kind of claim asserts, and what would refute it
 * @property {string} unit of the cases' values, `share` where they are shares of 1
 * @property {LiveCase[]} cases
 * @property {{text: string, question: number | null, other: number | null, cuts: import("./state.js").Cut[]}[]} examples
 * @property {Again | null} again
 */

/**
 * A link within a layer: from the stream at one position to the stream at another, by a head or past the heads.
 * @typedef {object} LiveEdge
 * @property {number} layer
 * @property {number | null} head null is past the heads
 * @property {number} from position that is read
 * @property {number} to position that is written
 * @property {number} rate share of pairs where the answer follows
 * @property {string} told what the rate is of, in words
 */

/**
 * How one variable reaches one output.
 * @typedef {{output: number, variable: string, reading: string, edges: LiveEdge[]}} LiveRoute
 */

/**
 * @typedef {object} LiveRoutes
 * @property {string} how what was measured, in a sentence
 * @property {string} summary what was found, or why nothing
 * @property {LiveRoute[]} routes
 */

/**
 * @typedef {object} LiveSibling
 * @property {string} name
 * @property {number} seed
 * @property {boolean} solved right on every input
 * @property {LiveRoutes | null} routes
 */

/** A line of a curve; null where there is no number. @typedef {{name: string, epochs: number[], values: (number | null)[]}} LiveLine */

/**
 * How a claim stood at one checkpoint.
 * @typedef {{epoch: number, kind: string, share: number, told: string}} LiveMoment
 */

/** @typedef {{id: string, anchor: string, said: string, moments: LiveMoment[]}} LiveTrack */

/**
 * Claims over training, beneath the curves.
 * @typedef {object} LiveOverTraining
 * @property {string} how it is to be read
 * @property {number | null} solved epoch from which on every input was answered right; null if it did not end so
 * @property {Record<string, string>} kinds of moments, in words
 * @property {[number, number][]} steps optimiser steps after each recorded epoch
 * @property {{accuracy: LiveLine[], loss: LiveLine[]}} curves
 * @property {LiveTrack[]} claims
 * @property {string[]} aside claims that were not judged, and why
 */

/** What interchange said of a variable. @typedef {{name: string, alone: string, together: string, share: number, pairs: number, values: number, effective: number | null, decides: boolean}} LiveScore */

/**
 * A line of the program: its code, what it gives a value to, where that stands.
 * @typedef {object} LiveCodeLine
 * @property {string[]} code
 * @property {string[]} assigns names
 * @property {{name: string, component: string, position: number}[]} places where each stands first
 * @property {[string, number, string][]} where component, position, and who that is in words
 * @property {LiveScore[]} scores
 */

/**
 * The program inside, and what runs of it.
 * @typedef {object} LiveProgram
 * @property {string} word
 * @property {string} summary
 * @property {string} how it was tested
 * @property {string[]} written what numbers stand for, where that is no number
 * @property {number} left lines that are not shown
 * @property {LiveCodeLine[]} lines
 * @property {Record<string, string[]>} parents what each variable and answer reads
 * @property {import("../program/program.js").PlainProgram | null} runs null where it is too large
 * @property {string[][]} counterexamples
 */

/**
 * An addition: variables and outputs by place, the lowest first, and variables of the program that are a carry.
 * @typedef {object} LiveCarries
 * @property {number} base
 * @property {{a: number, b: number, output: number}[]} places
 * @property {number} last the output that is the last carry
 * @property {{name: string, place: number, position: number}[]} held
 */

/**
 * @typedef {object} LivePage
 * @property {string} run its name
 * @property {{inputs: number, right: number[], asked: number[], sequences: number}} scores of the whole model, by the engine that wrote the page
 * @property {string} engine its name
 * @property {string} every all that was asked, in words: `every input`, or `all 10,000 drawn questions`
 * @property {string} howToCompare the command that writes a page with the routes of other seeds
 * @property {LiveClaim[]} claims
 * @property {LiveRoutes | null} routes
 * @property {LiveSibling[]} siblings
 * @property {LiveOverTraining | null} overTraining
 * @property {LiveProgram | null} program
 * @property {LiveCarries | null} carries of a task that adds
 * @property {{margin: string, weakest: number[]} | null} proof proved of every question, over the real numbers; and the
 *   values of the question whose bound is the smallest
 * @property {{title: string, text: string, link: string}[]} tour
 */

/**
 * @typedef {import("../worker/serve.js").Payload & {task: LiveTask, page: LivePage}} LivePayload
 */

/**
 * The data of this page.
 * @returns {LivePayload}
 */
export function readPayload() {
  const text = document.getElementById("openwork-data")?.textContent;
  if (!text) throw new Error("the page has no data");
  return JSON.parse(text);
}
