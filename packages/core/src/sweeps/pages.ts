/** One page of people, and who of it is still to be dealt with. */
export interface Page {
  readonly cursor: string;
  pending: number;
  readonly parts: number[];
}

/** What storing the outcome of some people of a page lets be stored with it. */
export interface Landing {
  /** Where the sweep may go on from now on; undefined where pages before are not finished. */
  readonly cursor: string | undefined;
  /** What was kept to know who of those pages is counted. */
  readonly remove: readonly number[];
  /** Whether the page itself is among them; otherwise it has to be kept who is counted. */
  readonly isFinished: boolean;
}

/**
 * The pages that are under way. Batches finish in any order; a cursor is stored once everybody in front of it is
 * dealt with, so that a later run leaves nobody out.
 */
export class Pages {
  readonly #open: Page[] = [];

  begin(cursor: string, people: number): Page {
    const page: Page = { cursor, pending: people, parts: [] };
    this.#open.push(page);
    return page;
  }

  /** What was kept of pages that are not finished, or of none. */
  numbers(): readonly number[] {
    return this.#open.flatMap(({ parts }) => parts);
  }

  /** What can be stored once so many people of the page are dealt with; changes nothing yet. */
  landing(page: Page, people: number): Landing {
    const finished: Page[] = [];
    for (const each of this.#open) {
      if (each.pending > (each === page ? people : 0)) break;
      finished.push(each);
    }
    return {
      cursor: finished.at(-1)?.cursor,
      remove: finished.flatMap(({ parts }) => parts),
      isFinished: finished.includes(page),
    };
  }

  /** It is stored. */
  landed(page: Page, people: number, parts: readonly number[]): void {
    page.pending -= people;
    page.parts.push(...parts);
    while (this.#open[0]?.pending === 0) this.#open.shift();
  }
}
