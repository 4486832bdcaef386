import { SubjectRightsError } from "../errors.ts";

/** No sweep of this id in the actor's tenant. */
export class SweepNotFound extends SubjectRightsError {
  readonly code = "sweep-not-found";

  constructor() {
    super("There is no sweep of this id in the actor's tenant.");
  }
}

/**
 * Sources that hold data of the category have no code to erase there: somebody would have to erase each person by
 * hand. Erase those people by requests, which ask the owner.
 */
export class NotSweepable extends SubjectRightsError {
  readonly code = "not-sweepable";
  /** The ids of the sources. */
  readonly sources: readonly string[];

  constructor(sources: readonly string[]) {
    super(`Without code to erase or refresh, no sweep can include: ${sources.join(", ")}.`);
    this.sources = sources;
  }
}

/** The stream of people threw, or gave something else than pages of people. The sweep goes on from its cursor. */
export class PeopleUnavailable extends SubjectRightsError {
  readonly code = "people-unavailable";
  override readonly retryable = true;

  constructor(options?: ErrorOptions) {
    super("The people of the sweep could not be read any further.", options);
  }
}
