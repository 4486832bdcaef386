import type { ConsoleCall } from "../answer.ts";
import type { ConsoleContext } from "../console.ts";
import type { LoadedRequest } from "./load.ts";

/** What each section is handed. */
export interface RequestPart extends LoadedRequest {
  readonly call: ConsoleCall;
  readonly context: ConsoleContext;
  /** Where a form of this request goes: `to("retry")`. */
  to(action: string): string;
}
