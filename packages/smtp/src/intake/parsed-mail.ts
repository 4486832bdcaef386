import type { AttachmentStream, HeaderLines, MessageText, parseAddressHeader } from "mailparser";
import { oneLine } from "../text.ts";

/** What is looked at of a message. Nothing of it is to be trusted. */
export interface ParsedMail {
  /** Without angle brackets; null where there is none. */
  readonly messageId: string | null;
  /** Every address in From, in lower case. More than one in one message is a trick, or a mistake. */
  readonly from: readonly string[];
  /** Addresses that it says it goes to, in To, Cc and what delivering servers add; at most 100. */
  readonly to: readonly string[];
  readonly subject: string;
  readonly date: string;
  /** What a person reads, as plain text; at most 200,000 characters. */
  readonly text: string;
  /**
   * Whether the subject or the text goes on behind what is here. Then they are not to be understood: what is cut off may
   * say otherwise, and an address at the edge is another one.
   */
  readonly isCut: boolean;
  /** Every value of a header field, by its name in lower case. */
  header(name: string): readonly string[];
  /** What a delivery report (RFC 3464) says; null where this is none. */
  readonly report: string | null;
  readonly attachments: number;
}

const mostHeaderLines = 1_000;
const mostAddresses = 100;
const mostText = 200_000;
const longestSubject = 1_000;
/** Characters of a header field that are looked at. */
const longestField = 10_000;
const mostReport = 100_000;
const reportParts: readonly string[] = ["message/delivery-status", "text/rfc822-headers", "message/rfc822"];

/**
 * Takes a message apart. Attachments are skipped, and nothing of them is kept, but for the parts that a delivery report
 * is made of.
 *
 * @returns null where nobody can say what it means: more header lines than any mail has, or parts within parts without end
 */
export const parseMail = async (bytes: Buffer): Promise<ParsedMail | null> => {
  // Loaded when it is needed, as what checks where a message comes from.
  const { MailParser, parseAddressHeader } = await import("mailparser");
  const parser = new MailParser({
    skipImageLinks: true,
    skipTextToHtml: true,
    keepDeliveryStatus: true,
    // What somebody else once wrote is an attachment, and not what this message says.
    ignoreEmbedded: true,
    checksumAlgo: false,
    maxHtmlLengthToParse: 1_000_000,
    maxHeadSize: 1_000_000,
    maxChildNodes: 100,
  });
  let lines: HeaderLines = [];
  let text: MessageText | null = null;
  let report = "";
  let attachments = 0;
  parser.on("headerLines", (found) => {
    lines = found;
  });
  const ended = new Promise<boolean>((resolve) => {
    parser.on("error", () => resolve(false));
    parser.on("end", () => resolve(true));
    parser.on("data", (part: AttachmentStream | MessageText) => {
      if (part.type === "text") {
        text = part;
        return;
      }
      attachments += 1;
      const isReport = reportParts.includes(part.contentType);
      part.content.on("error", () => resolve(false));
      part.content.on("data", (piece: Buffer) => {
        if (isReport && report.length < mostReport) report += piece.toString("latin1");
      });
      part.content.on("end", () => {
        report += "\n\n";
        part.release?.();
      });
    });
  });
  parser.end(bytes);
  if (!(await ended) || lines.length > mostHeaderLines) return null;
  return mailOf(parseAddressHeader, lines, parser.subject ?? "", text, report, attachments);
};

const mailOf = (
  parseAddresses: typeof parseAddressHeader,
  lines: HeaderLines,
  subject: string,
  whole: MessageText | null,
  report: string,
  attachments: number,
): ParsedMail => {
  const fields = new Map<string, string[]>();
  for (const { key, line } of lines) {
    const value = line.slice(line.indexOf(":") + 1, longestField).trim();
    fields.set(key, [...(fields.get(key) ?? []), value]);
  }
  const header = (name: string): readonly string[] => fields.get(name) ?? [];
  const subjectLine = oneLine(subject);
  const { text = "", textConversionError } = whole ?? {};
  const addresses = (...names: readonly string[]): readonly string[] => {
    const values = names.flatMap(header);
    const literal = values.join("\n").toLowerCase();
    const found = parseAddresses(values, { flatten: true, decodePunycode: false }).value;
    return [
      ...new Set(
        found
          .map(({ address = "" }) => address.toLowerCase())
          // RFC 2047, 5: an address that only shows when an encoded word is decoded is none.
          .filter((address) => address !== "" && literal.includes(address)),
      ),
    ];
  };
  const isReport = header("content-type").some(
    (value) => /^multipart\/report\b/i.test(value) && /report-type\s*=\s*"?delivery-status/i.test(value),
  );
  return {
    messageId: oneLine(header("message-id")[0] ?? "").replace(/^<|>$/g, "") || null,
    // A sender that goes on behind what is looked at is none.
    from: header("from").some(({ length }) => length > longestField / 2) ? [] : addresses("from"),
    to: addresses("to", "cc", "delivered-to", "x-original-to").slice(0, mostAddresses),
    subject: subjectLine.slice(0, longestSubject),
    date: header("date")[0] ?? "",
    text: text.slice(0, mostText),
    // HTML that is too long, or too deep, is left out as a whole.
    isCut: subjectLine.length > longestSubject || text.length > mostText || textConversionError !== undefined,
    header,
    report: isReport ? report.slice(0, mostReport) : null,
    attachments,
  };
};
