/** A customer whom the examples name. */
export interface KnownCustomer {
  readonly customer: string;
  readonly name: string;
  readonly email: string;
  readonly born: string;
  /** The address they had before. */
  readonly previousEmail: string | null;
  /** The days on which they ordered. */
  readonly ordered: readonly string[];
  /** The days on which they filled a cart and left it. */
  readonly leftCart: readonly string[];
  /** When they wrote to the help desk, from which address, and whether staff noted their customer number. */
  readonly wrote: readonly { readonly on: string; readonly from: string; readonly noted: boolean }[];
}

/**
 * Has ordered for years: two invoices may go by now, the law has the others kept. Wrote to the help desk from
 * three addresses, and under one of them the CRM has an older record of her.
 */
export const marta: KnownCustomer = {
  customer: "102211",
  name: "Marta Lindqvist",
  email: "Marta.Lindqvist@example.org",
  born: "1984-06-17",
  previousEmail: "marta.berg@example.com",
  ordered: ["2016-02-11", "2021-11-26", "2024-10-04", "2026-09-15"],
  leftCart: ["2026-11-02"],
  wrote: [
    { on: "2019-05-20", from: "marta.berg@example.com", noted: false },
    { on: "2024-10-11", from: "Marta.Lindqvist@example.org", noted: false },
    { on: "2025-03-08", from: "m.lindqvist@work.example", noted: true },
  ],
};

/** Marta again, as she signed up at first. Only the address that both records have leads here. */
export const martaBefore: KnownCustomer = {
  customer: "100877",
  name: "Marta Berg",
  email: "marta.berg@example.com",
  born: "1984-06-17",
  previousEmail: null,
  ordered: ["2015-03-12"],
  leftCart: [],
  wrote: [],
};

/** Reads the newsletter, filled a cart and asked a question, and never bought: nothing of his has to be kept. */
export const jonas: KnownCustomer = {
  customer: "101801",
  name: "Jonas Abelein",
  email: "jonas.abelein@example.net",
  born: "1971-02-03",
  previousEmail: null,
  ordered: [],
  leftCart: ["2026-10-18"],
  wrote: [{ on: "2026-10-19", from: "Jonas.Abelein@example.net", noted: false }],
};

export const knownCustomers: readonly KnownCustomer[] = [marta, martaBefore, jonas];

/** A user of the company's own application. */
export interface KnownUser {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly roles: readonly string[];
}

const user = (id: string, name: string, email: string, ...roles: string[]): KnownUser => ({
  id,
  name,
  email: `${email}@halmstrand.example`,
  roles,
});

/** The registered tenant administrator. */
export const petra = user("usr-4kd82m", "Petra Sandvik", "petra.sandvik", "tenant-admin", "admin");
export const ole = user("usr-9xw3tq", "Ole Brandvoll", "ole.brandvoll", "admin");
export const henrik = user("usr-7c1hza", "Henrik Storm", "Henrik.Storm", "analyst");
export const pia = user("usr-2vn6re", "Pia Vossberg", "pia.vossberg", "analyst");

export const users: readonly KnownUser[] = [
  petra,
  ole,
  henrik,
  pia,
  user("usr-b5m0ys", "Ida Moorkamp", "ida.moorkamp", "analyst"),
  user("usr-f8q4jl", "Levin Tannert", "levin.tannert", "analyst"),
  user("usr-h3p9du", "Selma Quast", "selma.quast", "contributor"),
  user("usr-k6t2wo", "Nuri Petrak", "nuri.petrak", "contributor"),
  user("usr-m1z7ci", "Thea Lohmeer", "thea.lohmeer", "contributor"),
  user("usr-p0e5gx", "Malte Jespers", "malte.jespers", "viewer"),
  user("usr-s9a3vb", "Wiebke Oltmann", "wiebke.oltmann", "viewer"),
  user("usr-w4r8nk", "Carla Dornbach", "carla.dornbach", "viewer"),
];
