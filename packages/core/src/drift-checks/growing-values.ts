/** Numbers gathered one by one without a boxed array of a million. */
export class GrowingValues {
  #values = new Float64Array(1024);
  #length = 0;

  /** A null is not known and left out. */
  add(value: number | null): void {
    if (value === null) return;
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length] = value;
    this.#length += 1;
  }

  /** Ascending. */
  sorted(): Float64Array {
    return this.#values.slice(0, this.#length).sort();
  }
}
