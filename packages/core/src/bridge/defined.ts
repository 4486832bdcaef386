import { z } from "zod";

/** Which function makes an adapter safe to use, and what else there is to hand in. */
const makers: Readonly<Record<PortName, string>> = {
  "data source": "defineDataSource",
  notifier: "defineNotifier",
  "request store": "defineRequestStore",
  "artifact store": "defineArtifactStore",
  "source status store": "defineSourceStatusStore",
  "key ring": "defineKeyRing",
  "sweep store": "defineSweepStore",
  "hold store": "defineHoldStore",
  "suppression store": "defineSuppressionStore",
  "checkpoint store": "defineCheckpointStore",
  "intake store": "defineIntakeStore",
  "user directory": "defineUserDirectory",
  calendar: "defineCalendar",
};

/** The ports that an adapter is made for. */
export type PortName =
  | "data source"
  | "notifier"
  | "request store"
  | "artifact store"
  | "source status store"
  | "key ring"
  | "sweep store"
  | "hold store"
  | "suppression store"
  | "checkpoint store"
  | "intake store"
  | "user directory"
  | "calendar";

// A property, so that it is kept where an adapter is spread into another, and known to another copy of this package.
const madeMarker: unique symbol = Symbol.for("@subject-rights/made");

/** Marks an adapter as made safe to use. */
export const defined = <Adapter extends object>(port: PortName, adapter: Adapter): Adapter => ({
  ...adapter,
  [madeMarker]: port,
});

const articleOf = (port: PortName): string =>
  /^[aeiou]/.test(port) && port !== "user directory" ? "an" : "a";

const portOf = (value: unknown): unknown =>
  typeof value === "object" && value !== null && madeMarker in value ? value[madeMarker] : undefined;

/**
 * A schema for "this adapter, made safe to use". What its author wrote is not: nobody would check its answers, and what
 * it throws would end the work.
 */
export const portSchema = <Adapter extends object>(port: PortName) =>
  z.custom<Adapter>((value) => portOf(value) === port, {
    error: ({ input }) => {
      const maker = makers[port];
      if (input === undefined)
        return `is missing: hand in ${articleOf(port)} ${port}, which ${maker}({ … }) makes`;
      const other = portOf(input);
      return other === undefined
        ? `is no ${port} yet: write ${maker}({ … }) around it`
        : `is one of another kind (${String(other)}): hand in ${articleOf(port)} ${port}`;
    },
  });
