import { styleText } from "node:util";
import type { ApplicationUser, SourceRow } from "@subject-rights/core";
import type { Letter } from "../mail/letter.ts";
import { marks } from "./marks.ts";
import { columns, fit, wrap } from "./text.ts";

/** Where people read along: in colour in a terminal, plain in a file or a pipe. */
export interface Screen {
  heading(text: string): void;
  /** A paragraph. */
  say(text: string): void;
  /** Says what something is. */
  fact(name: string, value: string): void;
  /** The Data Sources page. */
  sources(rows: readonly SourceRow[]): void;
  /** The Permissions page. */
  users(users: readonly ApplicationUser[]): void;
  /** A letter as it arrived. */
  letter(letter: Letter): void;
}

/** Colours come and go with the terminal, `NO_COLOR` and `FORCE_COLOR`. */
export const screenOn = (stream: NodeJS.WritableStream): Screen => {
  const print = (line: string) => stream.write(`${line}\n`);
  const dim = (text: string) => styleText("dim", text, { stream });

  return {
    heading(text) {
      print("");
      for (const line of wrap(text, columns)) print(styleText("bold", line, { stream }));
      print(dim("─".repeat(columns)));
    },

    say(text) {
      for (const line of wrap(text, columns)) print(line);
    },

    fact(name, value) {
      const width = 18;
      for (const [index, line] of wrap(value, columns - width - 4).entries()) {
        print(`  ${dim(fit(index === 0 ? name : "", width))}  ${line}`);
      }
    },

    sources(rows) {
      print(dim(`  ${fit("Data source", 24)}  ${fit("Kind", 6)}  ${fit("Holds", 14)}  Status  Last refresh`));
      for (const { title, kind, holds, status, refreshedAt } of rows) {
        const { sign, format } = marks[status];
        const mark = styleText(format, fit(sign, 6), { stream });
        const refreshed = refreshedAt?.slice(0, 16).replace("T", " ") ?? "—";
        print(`  ${fit(title, 24)}  ${fit(kind, 6)}  ${fit(holds.join(", "), 14)}  ${mark}  ${refreshed}`);
      }
    },

    users(users) {
      print(dim(`  ${fit("Name", 18)}  ${fit("Email address", 36)}  Permissions`));
      for (const { name = "", email, roles } of users) {
        print(`  ${fit(name, 18)}  ${fit(email, 36)}  ${fit(roles.join(", "), 20).trimEnd()}`);
      }
    },

    letter({ from, to, subject, text, attachments }) {
      const width = columns - 4;
      const line = "─".repeat(columns - 2);
      const put = (content: string) => {
        for (const each of wrap(content, width)) print(`${dim("│")} ${fit(each, width)} ${dim("│")}`);
      };
      print(dim(`┌${line}┐`));
      put(`From:     ${from}`);
      put(`To:       ${to}`);
      put(`Subject:  ${subject}`);
      for (const { filename, content } of attachments) {
        put(`Attached: ${filename} (${content.byteLength.toLocaleString("en")} bytes)`);
      }
      print(dim(`├${line}┤`));
      put(text.trim());
      print(dim(`└${line}┘`));
    },
  };
};
