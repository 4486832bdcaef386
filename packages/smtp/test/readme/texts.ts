import { english, type Texts } from "@subject-rights/smtp";

export const texts: Partial<Texts> = {
  confirmation: (notice) => {
    const { blocks } = english.confirmation(notice);
    return {
      subjectLine: "Northwind: a request waits for you",
      blocks: [...blocks, { type: "paragraph", text: "Questions? Call the privacy desk on extension 1815." }],
    };
  },
};
