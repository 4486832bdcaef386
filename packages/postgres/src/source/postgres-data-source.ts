import { createHash, randomBytes } from "node:crypto";
import {
  type CallContext,
  CallFailed,
  type Category,
  type Clock,
  type CollectionOutcome,
  categoriesReached,
  type DataSource,
  defineDataSource,
  errAsync,
  type Identifier,
  InvalidInput,
  KnownOtherwise,
  normaliseEmail,
  type OptionNames,
  optionsOf,
  PermanentFailure,
  ResultAsync,
  type Subject,
  subjectOf,
  systemClock,
  totalCount,
} from "@subject-rights/core";
import { checkDataMap } from "../data-map/check-data-map.ts";
import type { DataMap } from "../data-map/data-map.ts";
import { DataMapUnfit } from "../data-map/data-map-unfit.ts";
import type { MapProblem } from "../data-map/problem.ts";
import { fullName } from "../data-map/resolve.ts";
import { type MappedTable, type ResolvedMap, titleOf } from "../data-map/resolved-map.ts";
import type { PostgresClient } from "../database/client.ts";
import { databaseOf, type Session } from "../database/database.ts";
import { isRefusal } from "../database/failure.ts";
import { isJoinedTransaction } from "../database/joined-transaction.ts";
import {
  collectionCount,
  collectionForecast,
  collectionOutcomes,
  collectionRemaining,
  countRows,
  type Today,
  todayIn,
} from "../erasure/counts.ts";
import { countRowsOfMany } from "../erasure/counts-of-many.ts";
import { awaitRowsOfPerson, erasePerson } from "../erasure/erase.ts";
import { awaitRowsOfPeople, erasePeople } from "../erasure/erase-many.ts";
import { partOf } from "../erasure/part.ts";
import { RowsChanged } from "../erasure/rows-changed.ts";
import { RowsLeft } from "../erasure/rows-left.ts";
import { undisturbed } from "../erasure/undisturbed.ts";
import { exportPages } from "../export/export-pages.ts";
import type { Person } from "../reach/reach.ts";
import { checkedMap } from "./checked-map.ts";
import { countAtOnce } from "./count-at-once.ts";
import { withOthers } from "./found-by-shared.ts";
import { identifyPeople, knownEnough, knownPeople } from "./identify.ts";
import { listPeople } from "./list-people.ts";
import { listsOf } from "./lists.ts";
import { unfindableTable } from "./missing-identifier.ts";
import { type ErasurePlan, planOf } from "./plan.ts";
import { refuseTenant } from "./refuse-tenant.ts";

export interface PostgresDataSourceOptions {
  /** The application's own client. Handed to `postgresStorage` as well, an erasure and its record are one commit. */
  readonly client: PostgresClient;
  readonly dataMap: DataMap;
  /** Default: `postgres`. Kept in requests and audits, so it does not change. */
  readonly id?: string;
  /** Default: `Database`. */
  readonly title?: string;
  /**
   * 32 bytes or more for `hash`: the same value then gets the same hash in every erasure, and whoever has the key can
   * guess it back (a pseudonym, Art. 4(5) GDPR). Default: a new key for each erasure, which nobody keeps.
   */
  readonly hashKey?: Uint8Array;
  /** Says what day it is, for what is retained. Default: the system's. */
  readonly clock?: Pick<Clock, "now">;
}

const optionNames: OptionNames<PostgresDataSourceOptions> = {
  client: true,
  dataMap: true,
  id: true,
  title: true,
  hashKey: true,
  clock: true,
};

/** A data source that is declared: `dataMap` says which tables hold a person, and what becomes of each column. */
export interface PostgresDataSource extends DataSource {
  /** What of the map does not fit the live schema; empty where all of it does. */
  check(): ResultAsync<readonly MapProblem[], CallFailed>;
  /**
   * How many rows a collection there are of a person, and what an erasure would make of them. Changes nothing.
   *
   * Errors: `DataMapUnfit` where the map does not fit the schema, `CallFailed` where the database could not be asked;
   * `InvalidInput` for a tenant whose people are not here (`tenant: { only }`): that nothing was found would say nothing.
   */
  plan(person: PlannedPerson): ResultAsync<ErasurePlan, CallFailed | DataMapUnfit | InvalidInput>;
}

export interface PlannedPerson {
  readonly tenant: string;
  readonly category: Category;
  readonly identifiers: readonly Identifier[];
  /** As `timeZone` of `createSubjectRights`, for what is retained until a day. Default: UTC. */
  readonly timeZone?: string;
}

/**
 * Finds, hands out and erases people in the tables that the map names.
 *
 * @throws ConfigurationMistake where the map cannot mean anything, whatever the schema is
 */
export const postgresDataSource = (options: PostgresDataSourceOptions): PostgresDataSource => {
  const {
    client,
    dataMap: given,
    id = "postgres",
    title = "Database",
    hashKey,
    clock = systemClock,
  } = optionsOf("postgresDataSource", optionNames, options);
  const dataMap = checkDataMap(given);
  const database = databaseOf(client);
  const checked = checkedMap(database, dataMap);
  const { holds, needs, shares } = listsOf(dataMap);

  /** In the transaction of the request store where there is one, else in one of its own. */
  const within = <Value>(context: Context, work: (session: Session) => Promise<Value>): Promise<Value> =>
    isJoinedTransaction(context.transaction) && context.transaction.client === client
      ? work(context.transaction.session)
      : database.transaction(work, context.signal);

  /**
   * The database answers, and a row of the person is still there: a trigger has kept it, or raised an error, or rows that
   * nobody knows of point at it; or it is changed whenever it is to be erased. Nothing is out of order but that row.
   */
  const erasing = <Value>(context: Context, work: (session: Session) => Promise<Value>): Promise<Value> =>
    within(context, work).catch((thrown: unknown) => {
      throw thrown instanceof RowsLeft || thrown instanceof RowsChanged || isRefusal(thrown)
        ? new CallFailed(id, "still-present", true, { cause: thrown })
        : thrown;
    });

  const isServed = (tenant: string): boolean => !("only" in dataMap.tenant) || dataMap.tenant.only === tenant;

  const mapFor = async (session: Session, tenant: string): Promise<ResolvedMap> => {
    const map = await checked.use(session);
    refuseTenant(map, tenant);
    return map;
  };

  /**
   * For what erases or hands out: once everybody was asked who this is, under no name that others were not asked for, and
   * that no hold was met under. In what is opened again nobody is asked any more.
   */
  const knownToAll =
    ({ collections }: Wanted): typeof knownPeople =>
    async (session, map, asked) => {
      const people = await knownPeople(session, map, asked);
      const hasMore = ({ subject }: Person, index: number): boolean =>
        subject.isIdentified && subject.identifiers.length > (asked[index]?.subject.identifiers.length ?? 0);
      if (collections === undefined && people.some(hasMore)) throw new KnownOtherwise(id);
      return people;
    };

  const prepareMany = async (
    session: Session,
    { tenant, timeZone, ...wanted }: Pick<CallContext, "tenant" | "timeZone"> & Wanted,
    subjects: readonly Subject[],
    knowing = knownPeople,
  ) => {
    const whole = await mapFor(session, tenant);
    const asked = subjects.map((subject) => ({ tenant, subject }));
    const people = await knowing(session, whole, asked);
    const day = todayIn(clock.now(), timeZone);
    const { map, tables } = await partWithStaying(session, whole, wanted, people, day);
    if (people.some(({ subject }) => unfindableTable(map, tables, subject) !== undefined)) {
      throw new CallFailed(id, "identifier-missing", false);
    }
    return { map, tables, people, ...day };
  };

  const prepare = async (
    session: Session,
    asked: Person,
    wanted: Wanted & Pick<CallContext, "timeZone">,
    knowing = knownPeople,
  ): Promise<Prepared> => {
    const { tenant, subject } = asked;
    const { people, ...prepared } = await prepareMany(session, { ...wanted, tenant }, [subject], knowing);
    return { ...prepared, person: people[0] ?? asked };
  };

  const count = async (context: Context, subject: Subject, others = false) => {
    // A plan is asked for whatever category there is.
    const isAsked =
      context.collections !== undefined || holds.some((category) => context.categories.includes(category));
    if (!isServed(context.tenant) || !isAsked) return [];
    const asked = { tenant: context.tenant, subject };
    const last = checked.last();
    if (last !== null) refuseTenant(last.map, context.tenant);
    const isAlone = context.transaction === undefined && context.collections === undefined;
    if (last !== null && isAlone) {
      const counting = {
        tables: tablesIn(last.map, context),
        person: asked,
        others,
        ...todayIn(clock.now(), context.timeZone),
      };
      const counted = await countAtOnce(database, last, counting);
      if (counted !== null) return counted;
    }
    return within(context, async (session) =>
      countRows(session, { ...(await prepare(session, asked, context)), others }),
    );
  };

  const source = defineDataSource({
    id,
    title,
    kind: "origin",
    holds,
    needs,
    shares,
    ...("only" in dataMap.tenant && { tenants: [dataMap.tenant.only] }),
    // A plan that was approved for another map does not count. Functions in it are not seen.
    collections: dataMap.tables.map(({ table, title: name }) => ({ key: titleOf(fullName(table)), name })),
    revision: createHash("sha256").update(JSON.stringify(dataMap)).digest("hex"),

    joins: (handle) => isJoinedTransaction(handle) && handle.client === client,

    identify: async (subject, context) =>
      isServed(context.tenant)
        ? within(context, async (session) => {
            const map = await mapFor(session, context.tenant);
            const asked = { tenant: context.tenant, subject };
            const found = await identifyPeople(session, map, [asked]);
            return withOthers(session, map, asked, found.flat());
          })
        : [],

    identifyMany: async (subjects, context) => {
      const { tenant } = context;
      if (!isServed(tenant) || subjects.length === 0) return subjects.map(() => []);
      const people = subjects.map((subject) => ({ tenant, subject }));
      return within(context, async (session) =>
        identifyPeople(session, await mapFor(session, tenant), people),
      );
    },

    locate: async (subject, context) => (await count(context, subject)).flatMap(collectionForecast),

    verify: async (subject, context) => (await count(context, subject, true)).map(collectionRemaining),

    async *export(subject, context) {
      if (!isServed(context.tenant)) return;
      const { person } = await database.transaction(
        (session) => prepare(session, { tenant: context.tenant, subject }, context, knownToAll(context)),
        context.signal,
      );
      yield* exportPages({
        database,
        use: (session) => mapFor(session, context.tenant),
        tablesOf: (map) => tablesIn(map, context),
        person,
        cursor: context.cursor,
        signal: context.signal,
      });
    },

    identifiers: async function* (context) {
      if (!isServed(context.tenant)) return;
      const { tenant, signal } = context;
      yield* listPeople({ database, use: (session) => mapFor(session, tenant), tenant, signal });
    },

    erase: async (subject, context): Promise<readonly CollectionOutcome[]> => {
      if (!isServed(context.tenant)) return [];
      const person = { tenant: context.tenant, subject };
      const erased = await erasing(context, (session) =>
        undisturbed(session, {
          prepare: (part) => prepare(part, person, context, knownToAll(context)),
          wait: awaitRowsOfPerson,
          act: (part, prepared) => erasePerson(part, { ...prepared, hashKey: hashKey ?? randomBytes(32) }),
        }),
      );
      return erased.flatMap(collectionOutcomes);
    },

    eraseMany: async (subjects, context): Promise<readonly (readonly CollectionOutcome[])[]> => {
      if (!isServed(context.tenant)) return subjects.map(() => []);
      const erased = await erasing(context, (session) =>
        undisturbed(session, {
          prepare: (part) => prepareMany(part, context, subjects, knownToAll(context)),
          wait: awaitRowsOfPeople,
          act: (part, prepared) => erasePeople(part, { ...prepared, hashKey: hashKey ?? null }),
        }),
      );
      return erased.map((counts) => counts.flatMap(collectionOutcomes));
    },

    verifyMany: async (subjects, context) => {
      if (!isServed(context.tenant)) return subjects.map(() => []);
      return within(context, async (session) => {
        const prepared = await prepareMany(session, context, subjects, knownEnough);
        const counted = await countRowsOfMany(session, prepared);
        return counted.map((counts) => counts.map(collectionRemaining));
      });
    },
  });

  return {
    ...source,
    check: () => asking(id, () => checked.problems()),
    plan: ({ tenant, category, identifiers, timeZone = "UTC" }) => {
      if (!isServed(tenant)) return errAsync(new InvalidInput([{ path: "tenant", message: otherTenant }]));
      const subject = subjectOf(
        identifiers.map(({ type, value }) => ({
          type,
          value: type === "email" ? normaliseEmail(value) : value,
        })),
      );
      const categories = categoriesReached("erasure", category);
      const counts = count({ tenant, timeZone, categories, signal: new AbortController().signal }, subject);
      return ResultAsync.fromPromise(counts, (thrown) => unfitOf(thrown) ?? failed(id, thrown)).map(planOf);
    },
  };
};

const otherTenant =
  "this data source is of another tenant: compare it with `tenant: { only }` of the data map";

/** What every ability works with, once the map is known to fit. */
interface Prepared extends Today {
  readonly map: ResolvedMap;
  readonly tables: readonly MappedTable[];
  readonly person: Person;
}

type Wanted = Pick<CallContext, "categories" | "collections" | "staying">;
type Context = Pick<CallContext, "tenant" | "timeZone" | "signal" | "transaction"> & Wanted;

/** The tables that are of any of these categories. */
const tablesIn = (
  map: ResolvedMap,
  { categories: asked }: Pick<Wanted, "categories">,
): readonly MappedTable[] =>
  map.tables.filter(({ categories }) => categories.some((category) => asked.includes(category)));

/**
 * The same, and where collections are said, these alone, with what hangs on their rows: what was kept there under a request
 * is that request's, whatever category the table is of by now.
 */
const workIn = (map: ResolvedMap, wanted: Wanted, day: Today, wide: readonly MappedTable[] = []) => {
  const tables = tablesIn(map, wanted);
  const { collections } = wanted;
  if (collections === undefined) return { map, tables };
  // To look past it would call absent what has been kept until today.
  const gone = collections.find((each) => map.tables.every((table) => table.map.title !== each));
  if (gone !== undefined) {
    throw new PermanentFailure(
      `The data map has no table with the title "${gone}", in which rows of the person were retained. Give the title back to that table.`,
    );
  }
  const meant = map.tables.filter((table) => collections.includes(table.map.title));
  return partOf(map, [...new Set([...tables, ...meant])], meant, day, wide);
};

/**
 * The same, with what was told as staying elsewhere, and hangs on rows that stay: it may be the person's alone by now. Where
 * more is found there than was told, nobody knows which of it came since, and only that goes along which goes.
 */
const partWithStaying = async (
  session: Session,
  map: ResolvedMap,
  wanted: Wanted,
  people: readonly Person[],
  day: Today,
) => {
  const { collections = [], staying = [] } = wanted;
  const told = (table: MappedTable) =>
    totalCount(staying.filter(({ collection }) => collection === table.map.title));
  const others = map.tables.filter((table) => told(table) > 0 && !collections.includes(table.map.title));
  const [person] = people;
  if (others.length === 0 || person === undefined || people.length > 1) return workIn(map, wanted, day);
  const widest = workIn(map, wanted, day, others);
  const tables = widest.tables.filter((table) => others.some((each) => each.table === table.table));
  if (tables.length === 0) return workIn(map, wanted, day);
  const counted = await countRows(session, { map: widest.map, tables, person, ...day });
  const wide = others.filter((table) =>
    counted.some((each) => each.table.table === table.table && collectionCount(each).count <= told(table)),
  );
  return workIn(map, wanted, day, wide);
};

const failed = (id: string, cause: unknown): CallFailed =>
  cause instanceof CallFailed ? cause : new CallFailed(id, "unavailable", true, { cause });

const asking = <Answer>(id: string, work: () => Promise<Answer>): ResultAsync<Answer, CallFailed> =>
  ResultAsync.fromPromise(work(), (thrown) => failed(id, thrown));

const unfitOf = (thrown: unknown): DataMapUnfit | undefined =>
  thrown instanceof Error && thrown.cause instanceof DataMapUnfit ? thrown.cause : undefined;
