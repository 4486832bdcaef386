import type { CollectionOutcome, Row } from "@subject-rights/core";

/**
 * The last day on which an invoice has to be kept: eight years from the end of the year it was issued in
 * (§ 147(3) and (4) AO, § 14b(1) UStG, as of 2025). Null for an order that was never invoiced.
 */
export const keptUntil = (order: Row): string | null => {
  const issued = order["invoice_date"];
  return typeof issued === "string" ? `${Number(issued.slice(0, 4)) + 8}-12-31` : null;
};

/** What is kept of these orders, by the day on which it may go. */
export const retained = (collection: string, orders: readonly Row[]): CollectionOutcome[] => {
  const days = new Set(orders.map(keptUntil).filter((day) => day !== null));
  return [...days].map((until) => ({
    collection,
    outcome: "retained",
    count: orders.filter((order) => keptUntil(order) === until).length,
    reason: "Invoices are kept for eight years: § 147(3) AO and § 14b(1) UStG.",
    until,
  }));
};
