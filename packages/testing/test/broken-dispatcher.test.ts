import { dispatcherCases } from "@subject-rights/testing";
import { type Broken, describeSuite } from "./broken/describe-suite.ts";
import { type Fault, harness } from "./broken/dispatcher/world.ts";

const named = "enqueue: a request is handed over by its tenant and id, and once";
const time = "enqueue: nothing is handed over before its time";
const early = "enqueue: what was enqueued before anybody worked is handed over once somebody does";
const often = "enqueue: of many of one key, one waits";
const broughtOn = "enqueue: a later one of the same key brings it on";
const putOff = "enqueue: a later one of the same key puts it off";
const atOnce = "work: as many requests at once as was said, and no more";
const afterIt = "work: what comes for a request that is worked on is handed over after it, not beside it";
const again = "work: a request whose handler throws is handed over again";
const rarely = "work: a handler that always throws is not called all the time, and holds nobody up";
const stopping = "stop: waits for what is under way, and takes nothing new on";
const stopped = "stop: twice, and without any work, is fine";
const toOne = "processes: each request is handed over to one of them";
const toNobodyElse = "processes: what one works on is not handed over to another";
const left = "processes: what one leaves when it stops is for another";
const joined = "tx: is joined where it is the store's, and no other";
const together = "tx: what is enqueued in it is handed over once it is stored, and not before";
const undone = "tx: what is enqueued in one that is undone is never handed over";
const kept = 'enqueue: "could not keep it" is an error';

const caughtBy: Readonly<Record<Fault, readonly string[]>> = {
  "forgets the tenant": [named],
  "hands over twice": [named, often, atOnce, afterIt, again, toOne, toNobodyElse, left, together],
  "ignores the time": [time, putOff],
  "forgets what nobody works on": [early, often, atOnce],
  "keeps all of one key": [often, putOff, afterIt],
  "keeps the first of one key": [broughtOn, putOff],
  "keeps the later of one key": [broughtOn],
  "ignores the concurrency": [atOnce, stopping, left],
  "does one after the other": [atOnce],
  "works on one twice at once": [afterIt, toNobodyElse],
  "forgets what is worked on": [afterIt, again, toNobodyElse],
  "forgets what failed": [again],
  "tries again at once": [rarely],
  "waits in its place": [rarely],
  "stops at once": [stopping],
  "never stops": [stopping, left],
  "stops only what works": [stopped],
  "keeps its own queue": [toNobodyElse, left],
  "takes what waits along": [left],
  "joins everything": [joined],
  "joins nothing": [joined],
  "enqueues at once": [together, undone],
  "forgets transactions": [together],
  "says nothing of a failure": [kept],
};

const broken = (Object.keys(caughtBy) as Fault[]).map(
  (fault): Broken<Fault> => ({ fault, how: fault, caughtBy: caughtBy[fault] }),
);

describeSuite<Fault>("dispatcher", (fault) => dispatcherCases(harness(fault)), broken);
