import {
  type Clock,
  type CollectionOutcome,
  type DataSource,
  defineDataSource,
  type Subject,
  systemClock,
} from "@subject-rights/core";

export interface Guest {
  readonly email: string;
  readonly table: "bookings" | "invoices";
}

/** Until when the tax law has this year's invoices kept, and where it says so. */
const keptUntil = "2034-12-31";
const reason = "§ 147 AO, eight years";

/** The guests of a hotel. Invoices are kept for as long as the tax law says, and not a day longer. */
export const guestBook = (guests: Guest[], clock: Clock = systemClock): DataSource => {
  const isOf = (subject: Subject, { email }: Guest) => subject.values("email").includes(email);
  const mustKeep = () => clock.now().toISOString().slice(0, 10) <= keptUntil;
  const count = (subject: Subject, table: Guest["table"]) =>
    guests.filter((guest) => isOf(subject, guest) && guest.table === table).length;

  const erase = (subject: Subject, collection: Guest["table"]): CollectionOutcome => {
    const found = count(subject, collection);
    if (found === 0) return { collection, outcome: "absent" };
    if (collection === "invoices" && mustKeep()) {
      return { collection, outcome: "retained", count: found, reason, until: keptUntil };
    }
    const left = guests.filter((guest) => !isOf(subject, guest) || guest.table !== collection);
    guests.splice(0, guests.length, ...left);
    return { collection, outcome: "erased", count: found };
  };

  return defineDataSource({
    id: "guest-book",
    title: "Guest book",
    holds: ["customer-data"],
    kind: "origin",
    recipients: [{ title: "Booking portal", address: "privacy@portal.example" }],

    locate: async (subject) => [
      { collection: "bookings", count: count(subject, "bookings"), becomes: "erased" },
      {
        collection: "invoices",
        count: count(subject, "invoices"),
        becomes: mustKeep() ? "retained" : "erased",
      },
    ],

    erase: async (subject) => [erase(subject, "bookings"), erase(subject, "invoices")],

    async *identifiers() {
      yield { people: guests.map(({ email }) => [{ type: "email", value: email }]) };
    },
  });
};
