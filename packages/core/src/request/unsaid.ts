import { stepOf } from "./change.ts";
import type { Request } from "./request.ts";
import type { SourceStep } from "./steps.ts";

/**
 * Whether the work at a source waits for another that has to say whose the addresses are: until that has answered, or somebody
 * has closed it by hand. By a number it goes on.
 */
export const waitsToBeSaid = (request: Request, { unsaid }: Pick<SourceStep, "unsaid">): boolean =>
  unsaid != null &&
  unsaid.byNumber !== true &&
  unsaid.by.some((source) => {
    const step = stepOf(request, source);
    return (
      step !== undefined &&
      step.settlement === null &&
      (step.stage === "identify" || step.status === "running")
    );
  });

/** So often a source that answers when it is asked who the person is may fail to say whose an address is. */
const mostTries = 5;

/**
 * Whether nobody will say it any more: whoever could was closed by hand, or never does. Then it is for somebody to decide.
 *
 * @param isSilent somebody could say it now, and does not
 */
export const isLeftUnsaid = (
  request: Request,
  { unsaid }: Pick<SourceStep, "unsaid">,
  isSilent: boolean,
): boolean =>
  unsaid != null &&
  ((isSilent && unsaid.tries >= mostTries) ||
    unsaid.by.some((source) => stepOf(request, source)?.settlement != null));

/** Whether a source is asked by what is certain alone, because nobody could say whose the rest is. */
export const isByNumberOnly = ({ unsaid }: Pick<SourceStep, "unsaid">): boolean =>
  unsaid?.byNumber === true && unsaid.by.length > 0;
