import type { DataMap, TableMap } from "@subject-rights/postgres";
import { company } from "../company/company.ts";

/** What most tables have in common: rows of a customer, that go with the customer. */
const ofCustomer = {
  category: "customer-data",
  belongs: { references: "customers" },
  erasure: "delete",
} as const satisfies Partial<TableMap>;

/** Which tables hold a customer, and what becomes of each column. */
export const dataMap: DataMap = {
  tenant: { only: company.tenant },
  tables: [
    {
      // Stays as an empty shell for the payments to point at.
      table: "customers",
      title: "Customers",
      category: "customer-data",
      belongs: [
        { column: "email", identifier: "email" },
        { column: "id", identifier: "customer-number" },
      ],
      columns: {
        id: "exported",
        email: { anonymise: "null" },
        name: { anonymise: { constant: "erased" } },
        phone: { anonymise: "null" },
        born: { anonymise: { coarser: "year" } },
        password_hash: { export: false, anonymise: "null" },
        created_at: { anonymise: { coarser: "year" } },
      },
      erasure: "anonymise",
    },
    {
      // An address that somebody else has too stays: it is theirs as well.
      table: "addresses",
      title: "Addresses",
      category: "customer-data",
      belongs: { referencedBy: "customer_addresses" },
      columns: { id: "exported", street: "exported", postcode: "exported", city: "exported" },
      erasure: "delete",
    },
    {
      ...ofCustomer,
      table: "customer_addresses",
      title: "Address book",
      columns: { customer_id: "exported", address_id: "exported", label: "exported" },
    },
    {
      ...ofCustomer,
      table: "orders",
      title: "Orders",
      columns: { id: "exported", customer_id: "exported", note: "exported", placed_at: "exported" },
    },
    {
      ...ofCustomer,
      table: "order_lines",
      title: "Order lines",
      belongs: { references: "orders" },
      columns: { order_id: "exported", line: "exported", article_id: "exported", quantity: "exported" },
    },
    {
      table: "payments",
      title: "Payments",
      category: "customer-data",
      belongs: { references: "customers" },
      columns: {
        id: "exported",
        customer_id: "exported",
        amount: "exported",
        iban: { anonymise: "null" },
        paid_on: "exported",
      },
      erasure: {
        retain: {
          reason: "Account books are kept for ten years: § 147(3) AO.",
          until: { column: "paid_on", years: 10, endOfYear: true },
        },
      },
    },
    {
      table: "reviews",
      title: "Reviews",
      category: "customer-data",
      belongs: { references: "customers" },
      columns: {
        id: "exported",
        customer_id: { anonymise: "null" },
        article_id: "exported",
        signed_as: { anonymise: { constant: "a customer" } },
        stars: "exported",
        body: "exported",
      },
      erasure: "anonymise",
    },
    {
      ...ofCustomer,
      table: "tickets",
      title: "Support tickets",
      columns: {
        id: "exported",
        customer_id: "exported",
        assigned_to: "exported",
        subject: "exported",
        body: "exported",
        opened_at: "exported",
      },
    },
    {
      ...ofCustomer,
      table: "ticket_messages",
      title: "Ticket messages",
      belongs: { references: "tickets" },
      columns: {
        id: "exported",
        ticket_id: "exported",
        written_by: "exported",
        body: "exported",
        sent_at: "exported",
      },
    },
    {
      ...ofCustomer,
      table: "newsletter",
      title: "Newsletter",
      belongs: { column: "email", identifier: "email" },
      columns: { email: "exported", confirmed_at: "exported" },
    },
    {
      ...ofCustomer,
      table: "sessions",
      title: "Sessions",
      columns: {
        id: "left-out",
        customer_id: "exported",
        token_hash: "left-out",
        ip: "exported",
        user_agent: "exported",
        expires_at: "exported",
      },
    },
    {
      ...ofCustomer,
      table: "page_views",
      title: "Page views",
      columns: { id: "exported", customer_id: "exported", path: "exported", seen_at: "exported" },
    },
    {
      table: "audit_log",
      title: "Security log",
      category: "customer-data",
      belongs: { references: "customers" },
      columns: {
        id: "exported",
        customer_id: { anonymise: "null" },
        action: "exported",
        ip: { anonymise: "null" },
        at: "exported",
      },
      erasure: "anonymise",
    },
  ],
  waivers: [
    { table: "reviews", column: "stars", reason: "A rating counts on, without its author." },
    { table: "reviews", column: "body", reason: "Published; it stays, without its author." },
    { table: "audit_log", column: "action", reason: "What happened stays provable, without who it was." },
    { table: "audit_log", column: "at", reason: "What happened stays provable, without who it was." },
    { table: "staff", reason: "Employees: the personnel department answers for them." },
  ],
};
