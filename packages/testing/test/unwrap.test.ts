import { err, NotPossibleNow, ok } from "@subject-rights/core";
import { unwrap, unwrapError } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";

const failure = new NotPossibleNow("The request is closed.");

describe("unwrapping a result", () => {
  it("gives the value, or the error value, whichever is asked for", () => {
    expect(unwrap(ok(7))).toBe(7);
    expect(unwrapError(err(failure))).toBe(failure);
  });

  it("names the code of an error that was not expected, and keeps the error itself", () => {
    expect(() => unwrap(err(failure))).toThrow(
      expect.objectContaining({ message: "not-possible-now: The request is closed.", cause: failure }),
    );
  });

  it("throws where all was well and an error was expected, and where nothing was called", () => {
    expect(() => unwrapError(ok(7))).toThrow("all was well");
    expect(() => unwrap(undefined)).toThrow("nothing to call");
    expect(() => unwrapError(undefined)).toThrow("nothing to call");
  });
});
