import type { Notice, NoticeType } from "@subject-rights/core";
import type { Words } from "../words.ts";

export type NoticeOf<Type extends NoticeType> = Extract<Notice, { readonly type: Type }>;

/**
 * Puts the facts of each notice into words. Must be pure: a message that is sent twice has to say the same
 * twice. `subject` in a notice is the person, and stays out of the subject line.
 */
export type Texts = {
  readonly [Type in NoticeType]: (notice: NoticeOf<Type>) => Words;
};

export const wordsFor = (texts: Texts, notice: Notice): Words => write(texts, notice.type, notice);

const write = <Type extends NoticeType>(texts: Texts, type: Type, notice: NoticeOf<Type>): Words =>
  texts[type](notice);
