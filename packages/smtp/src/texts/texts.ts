import type { Notice, NoticeType } from "@subject-rights/core";
import type { Words } from "../words.ts";

export type NoticeOf<Type extends NoticeType> = Extract<Notice, { readonly type: Type }>;

/** What a reader may do with a message besides what the notice says. */
export interface Ways {
  /** Answering it confirms: `replies` is set, and it is a confirmation. */
  readonly byReply: boolean;
}

/**
 * Puts the facts of each notice into words. Must be pure: a message that is sent twice has to say the same
 * twice. `subject` in a notice is the person, and stays out of the subject line.
 */
export type Texts = {
  readonly [Type in NoticeType]: (notice: NoticeOf<Type>, ways?: Ways) => Words;
};

export const wordsFor = (texts: Texts, notice: Notice, ways: Ways): Words =>
  write(texts, notice.type, notice, ways);

const write = <Type extends NoticeType>(
  texts: Texts,
  type: Type,
  notice: NoticeOf<Type>,
  ways: Ways,
): Words => texts[type](notice, ways);
