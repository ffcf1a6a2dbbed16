// Working memory of passes: one buffer, handed out in pieces and taken back whole, so that a recount makes no garbage.

export class Arena {
  constructor() {
    this.memory = new Float64Array(1 << 16);
    this.used = 0;
  }

  /**
   * Room for `n` numbers, whatever they are now.
   * @param {number} n
   */
  take(n) {
    if (this.used + n > this.memory.length) {
      // pieces already out keep the old buffer alive
      this.memory = new Float64Array(Math.max(2 * this.memory.length, 2 * n));
      this.used = 0;
    }
    const piece = this.memory.subarray(this.used, this.used + n);
    this.used += n;
    return piece;
  }

  /** Everything handed out may be handed out again. */
  clear() {
    this.used = 0;
  }
}
