import type { Person, SourceName } from "../story/story.ts";

/** One call of a source, as the source itself saw it. */
export interface SourceCall {
  /** The moment at which it began; moments count up over everything that happens. */
  readonly began: number;
  readonly at: number;
  readonly process: number;
  readonly source: SourceName;
  readonly ability: "identify" | "locate" | "erase" | "export" | "refresh";
  readonly requestId: string | null;
  /** Whom it was asked about; undefined for everybody (a refresh), or nobody that there is. */
  readonly person: Person | undefined;
  /** Rows that it has really erased: whose they were. */
  readonly erased: readonly Person[];
  /** The moment at which it ended; null while it goes on. */
  readonly ended: number | null;
  /** Whether what it answered is what it did. */
  readonly isTold: boolean;
}

type Open = { -readonly [Name in keyof SourceCall]: SourceCall[Name] };

/** What really happened, in order, told by the world and not by the library. */
export class Ledger {
  readonly calls: Open[] = [];
  #moment = 0;

  next(): number {
    this.#moment += 1;
    return this.#moment;
  }

  begin(call: Omit<SourceCall, "began" | "erased" | "ended" | "isTold">): Open {
    const open: Open = { ...call, began: this.next(), erased: [], ended: null, isTold: false };
    this.calls.push(open);
    return open;
  }

  end(call: Open, isTold: boolean): void {
    call.ended = this.next();
    call.isTold = isTold;
  }
}
