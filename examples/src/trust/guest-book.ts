import {
  type CollectionOutcome,
  type DataSource,
  defineDataSource,
  type Subject,
} from "@subject-rights/core";

export interface Guest {
  readonly email: string;
  readonly table: "bookings" | "invoices";
}

/** The guests of a hotel. Invoices are kept for as long as the tax law says. */
export const guestBook = (guests: Guest[]): DataSource => {
  const isOf = (subject: Subject, { email }: Guest) => subject.values("email").includes(email);
  const count = async (subject: Subject) =>
    (["bookings", "invoices"] as const).map((collection) => ({
      collection,
      becomes: collection === "invoices" ? ("retained" as const) : ("erased" as const),
      count: guests.filter((guest) => isOf(subject, guest) && guest.table === collection).length,
    }));
  return defineDataSource({
    id: "guest-book",
    title: "Guest book",
    holds: ["customer-data"],
    kind: "origin",
    recipients: [{ title: "Booking portal", address: "privacy@portal.example" }],
    locate: count,

    async erase(subject) {
      const [bookings = 0, invoices = 0] = (await count(subject)).map((each) => each.count);
      const kept = guests.filter((guest) => !isOf(subject, guest) || guest.table === "invoices");
      guests.splice(0, guests.length, ...kept);
      const outcomes: CollectionOutcome[] = [
        bookings === 0
          ? { collection: "bookings", outcome: "absent" }
          : { collection: "bookings", outcome: "erased", count: bookings },
      ];
      const reason = "§ 147 AO, eight years";
      return invoices === 0
        ? outcomes
        : [
            ...outcomes,
            { collection: "invoices", outcome: "retained", count: invoices, reason, until: "2034-12-31" },
          ];
    },

    async *identifiers() {
      yield { people: guests.map(({ email }) => [{ type: "email", value: email }]) };
    },
  });
};
