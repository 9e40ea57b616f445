const IDS_PER_PAGE = 8192;

/**
 * The images that one import has met, as bits by id. Ids of a dataset lie close together, so 10 million take
 * about 1.3 MB where a set of their paths would take 1 GB.
 */
export class SeenImages {
  readonly #pages = new Map<number, Uint8Array>();

  has(id: number): boolean {
    const page = this.#pages.get(Math.floor(id / IDS_PER_PAGE));
    const bit = id % IDS_PER_PAGE;
    return page !== undefined && ((page[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0;
  }

  add(id: number): void {
    const number = Math.floor(id / IDS_PER_PAGE);
    let page = this.#pages.get(number);
    if (page === undefined) {
      page = new Uint8Array(IDS_PER_PAGE / 8);
      this.#pages.set(number, page);
    }
    const bit = id % IDS_PER_PAGE;
    page[bit >> 3] = (page[bit >> 3] ?? 0) | (1 << (bit & 7));
  }
}
