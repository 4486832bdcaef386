import { orThrow } from "@subject-rights/core";
import { checkEvidence } from "@subject-rights/verify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { actors, ada, household, type Office, openOffice } from "./support/office.ts";

let office: Office;
beforeAll(async () => {
  office = await openOffice();
});
afterAll(() => office.close());

const location = (response: Response): string => response.headers.get("location") ?? "";
const reason = "asked twice by the same letter";

describe("who may come in", () => {
  it("is nobody without signing in: a page says so, or the application's own is shown", async () => {
    const refused = await office.get("/requests", null);
    expect(refused.status).toBe(401);
    expect(await refused.text()).toContain("Sign in first");
    expect((await office.post("/requests/new", { kind: "erasure" }, null)).status).toBe(401);

    const other = await openOffice({ signIn: "/sign-in" });
    try {
      const sent = await other.get("/requests", null);
      expect([sent.status, location(sent)]).toEqual([303, "/sign-in"]);
      expect((await other.post("/sources/refresh", { source: "profiles" }, null)).status).toBe(401);
    } finally {
      await other.close();
    }
  });

  it("is told what they may not do, in words and with the code", async () => {
    for (const path of ["/requests", "/sources", "/users"]) {
      const refused = await office.get(path, "nobody");
      expect(refused.status).toBe(403);
      const text = await refused.text();
      expect(text).toContain("not-allowed");
      // A button that leads to what was just refused helps nobody.
      expect(text).not.toContain('class="button');
    }
    const page = await office.post(
      "/requests/new",
      { kind: "export", category: "user-data", email: ada },
      "admin",
    );
    expect([page.status, (await page.text()).includes("You may not do this")]).toEqual([403, true]);
  });

  it("is offered only what they may do", async () => {
    const asAdmin = await office.text("/requests/new", "admin");
    expect(asAdmin).toContain('value="erasure"');
    expect(asAdmin).not.toContain('value="export"');
    const asExporter = await office.text("/sources", "exporter");
    expect(asExporter).not.toContain("<button");
    expect(asExporter).not.toContain('href="/privacy/console/users"');
  });

  it("fails loudly where it cannot be said who asks", async () => {
    const other = await openOffice({
      authenticate: () => {
        throw new Error("the session store is down");
      },
    });
    try {
      expect((await other.get("/requests")).status).toBe(500);
      expect(other.failures).toHaveLength(1);
    } finally {
      await other.close();
    }
  });
});

describe("another tenant", () => {
  it("sees nothing of this one, and changes nothing", async () => {
    const id = await office.submit("erasure", "user-data", "tess@example.org");
    const before = await office.until(
      id,
      ({ messages, idle }) => idle !== null && messages.every(({ status }) => status === "sent"),
    );
    expect(await office.text("/requests", "stranger")).toContain("Nothing is open");
    expect(await office.text("/users", "stranger")).not.toContain("Example");
    for (const path of ["", "/evidence", "/evidence.json", "/progress"]) {
      expect((await office.get(`/requests/${id}${path}`, "stranger")).status).toBe(404);
    }
    for (const path of ["reveal", "package", "resume", "resend-confirmation"]) {
      expect((await office.post(`/requests/${id}/${path}`, {}, "stranger")).status).toBe(404);
    }
    expect((await office.post(`/requests/${id}/cancel`, { reason }, "stranger")).status).toBe(404);
    const removal = await office.post("/users/remove", { user: "user-eve", count: "1" }, "stranger");
    expect(removal.status).toBe(404);
    expect(await office.read(id)).toEqual(before);
  });
});

describe("a form", () => {
  it("is refused from elsewhere, and changes nothing", async () => {
    const before = office.tables.requests.size;
    const form = { kind: "erasure", category: "user-data", email: "mallory@example.org" };
    for (const headers of [
      { "Sec-Fetch-Site": "cross-site" },
      { "Sec-Fetch-Site": "same-site" },
      { Origin: "https://evil.example" },
      {},
    ]) {
      const refused = await office.post("/requests/new", form, "boss", headers);
      expect(refused.status).toBe(403);
    }
    expect(office.tables.requests.size).toBe(before);
  });

  it("that cannot be read is refused as a whole", async () => {
    const broken = await fetch(`${office.origin}/privacy/console/requests/new`, {
      method: "POST",
      headers: {
        Cookie: "who=boss",
        "Sec-Fetch-Site": "same-origin",
        "Content-Type": "multipart/form-data; boundary=x",
      },
      body: "--y\r\nnothing of this fits",
    });
    expect(broken.status).toBe(400);
    const odd = await office.post("/requests/new", {
      kind: "export",
      category: "user-data",
      email: "a\0@example.org",
    });
    expect([odd.status, (await odd.text()).includes("did not arrive whole")]).toEqual([400, true]);
  });
});

describe("data sources", () => {
  it("are a table with a status in words, and a refresh that is answered at once however long it runs", async () => {
    office.switches.slowness = 1_500;
    const started = Date.now();
    const answer = await office.post("/sources/refresh", { source: "profiles" });
    expect(Date.now() - started).toBeLessThan(1_200);
    expect([answer.status, location(answer)]).toEqual([
      303,
      "/privacy/console/sources?said=refresh-started#source-profiles",
    ]);
    const running = await office.text("/sources?said=refresh-started");
    expect(running).toContain("<title>The refresh was started.");
    expect(running).toMatch(/Customer profiles.*?Running/s);
    expect(running).toContain("Look again");
    office.switches.slowness = 0;
    await expect
      .poll(() => office.text("/sources"), { timeout: 5_000 })
      .toMatch(/Customer profiles.*?Succeeded.*?<time/s);
  });

  it("that do not work open to what went wrong, whom to contact, and what waits", async () => {
    office.switches.isDown = true;
    const id = await office.underWay("erasure", "customer-data", "dora@example.org");
    await office.until(id, ({ waitingFor }) => waitingFor.some((each) => each.for === "source"));
    const failed = await office.post("/sources/refresh", { source: "profiles" });
    expect(location(failed)).toContain("said=refresh-failed");
    const page = await office.text("/sources");
    expect(page).toMatch(/Support tickets.*?Warning.*?It could not be reached/s);
    expect(page).toContain("help@northwind.example");
    expect(page).toContain(`/privacy/console/requests/${id}`);
    office.switches.isDown = false;

    const request = await office.text(`/requests/${id}`);
    expect(request).toContain("Not working: Support tickets.");
    const retried = await office.post(`/requests/${id}/retry`, { source: "tickets" });
    expect(location(retried)).toContain("said=retried");
    await office.until(id, ({ waitingFor }) => waitingFor.every((each) => each.for !== "source"));
    await office.post(`/requests/${id}/cancel`, { reason });
  });

  it("are tried again for everybody who waits, by one button", async () => {
    office.switches.isDown = true;
    const id = await office.underWay("erasure", "customer-data", "dora@example.org");
    await office.until(id, ({ waitingFor }) => waitingFor.some((each) => each.for === "source"));
    expect(await office.text("/sources")).toMatch(/Support tickets.*?sources\/retry.*?Try again for all/s);
    office.switches.isDown = false;
    expect(location(await office.post("/sources/retry", { source: "tickets" }))).toBe(
      "/privacy/console/sources?said=retried-for-all#source-tickets",
    );
    await office.until(id, ({ waitingFor }) => waitingFor.every((each) => each.for !== "source"));
    await office.post(`/requests/${id}/cancel`, { reason });
    expect((await office.post("/sources/retry", { source: "no-such" })).status).toBe(404);
  });

  it("are closed for everybody who waits, by one form", async () => {
    office.switches.isDown = true;
    const ids: string[] = [];
    for (const email of ["dora@example.org", "frida@example.org"]) {
      const id = await office.underWay("erasure", "customer-data", email);
      await office.until(id, ({ waitingFor }) => waitingFor.some((each) => each.for === "source"));
      ids.push(id);
    }
    const [id = ""] = ids;
    expect(await office.text(`/requests/${id}`)).toContain(
      "For every request that cannot go on because of it",
    );
    const settled = await office.post(`/requests/${id}/settle`, { source: "tickets", reason, all: "yes" });
    expect(location(settled)).toBe(`/privacy/console/requests/${id}?said=settled`);
    for (const each of ids) {
      const { sources } = await office.read(each);
      expect(sources.find((source) => source.id === "tickets")?.settlement).toMatchObject({ reason });
      await office.post(`/requests/${each}/cancel`, { reason });
    }
    office.switches.isDown = false;
  });

  it("have their refusals as pages", async () => {
    expect((await office.post("/sources/refresh", { source: "no-such" })).status).toBe(404);
    expect((await office.post("/sources/refresh", { source: "profiles" }, "exporter")).status).toBe(403);
    // An origin is not refreshed: said in the row, not as an error of the page.
    expect(location(await office.post("/sources/refresh", { source: "crm" }))).toContain("refresh-failed");
  });
});

describe("permissions", () => {
  it("are a grid in pages whose addresses hold a number and nothing else", async () => {
    const first = await office.text("/users");
    expect(first).toContain("Boss Example");
    expect(first).not.toContain("Eve Example");
    expect(first).toContain('href="/privacy/console/users?page=2"');
    expect(await office.text("/users?page=2")).toContain("Eve Example");
    expect(location(await office.get("/users?page=99"))).toBe("/privacy/console/users");
    expect((await office.get("/users?page=0.5")).status).toBe(200);
  });

  it("remove nobody without a choice, a preview and a typed number", async () => {
    const before = office.tables.requests.size;
    const none = await office.post("/users/preview");
    expect([none.status, (await none.text()).includes("Nobody was chosen")]).toEqual([400, true]);
    const preview = await office.post("/users/preview", { user: ["user-eve", "user-finn"] });
    const words = await preview.text();
    expect(preview.status).toBe(200);
    for (const part of ["Eve Example", "Finn Example", "Application users", "System logs", "Type 2"]) {
      expect(words).toContain(part);
    }
    expect(words).not.toContain("Customer records");
    const wrong = await office.post("/users/remove", { user: ["user-eve", "user-finn"], count: "1" });
    expect([wrong.status, (await wrong.text()).includes("the number does not fit")]).toEqual([400, true]);
    const unknown = await office.post("/users/preview", { user: "user-gone" });
    expect(unknown.status).toBe(404);
    expect(office.tables.requests.size).toBe(before);
  });

  it("say what stops a removal: oneself, and the last administrator", async () => {
    const myself = await office.post("/users/remove", { user: "user-boss", count: "1" });
    expect([myself.status, (await myself.text()).includes("you are among them")]).toEqual([400, true]);
    const both = { user: ["user-boss", "user-admin"], count: "2", myself: "yes" };
    const last = await office.post("/users/remove", both);
    expect(last.status).toBe(409);
    expect(await last.text()).toContain("last-administrator");
  });

  it("lead to the requests that a removal makes", async () => {
    const removed = await office.post("/users/remove", { user: ["user-eve", "user-finn"], count: "2" });
    expect(removed.status).toBe(303);
    const page = await office.text(location(removed).replace("/privacy/console", ""));
    expect(page.match(/href="\/privacy\/console\/requests\/[0-9a-f-]{36}"/g)).toHaveLength(2);
    expect(location(removed)).not.toMatch(/user-|@|%40/);
  });
});

describe("requests", () => {
  it("are made by hand, from the day they came in, and the same twice is one", async () => {
    const form = {
      kind: "export",
      category: "user-data",
      email: "greta@example.org",
      received: "2026-10-05",
    };
    const made = await office.post("/requests/new", form);
    expect(location(made)).toMatch(/^\/privacy\/console\/requests\/[0-9a-f-]{36}\?said=submitted$/);
    const id = location(made).split("/")[4]?.split("?")[0] ?? "";
    expect((await office.read(id)).deadline).toMatchObject({ receivedOn: "2026-10-05", dueOn: "2026-11-05" });
    const again = await office.post("/requests/new", form);
    expect(location(again)).toBe(`/privacy/console/requests/${id}?said=already-open`);

    const list = await office.text("/requests");
    const [first] = list.split("</tr>").filter((row) => row.includes("<td"));
    expect(first).toContain(id.slice(0, 8));
    expect(first).toMatch(/\d+ days overdue/);
    expect(await office.text(`/requests/${id}`)).not.toContain("greta");
  });

  it("say what is to be put right, and keep what was typed", async () => {
    const form = { kind: "erasure", category: "customer-data", email: "no address", received: "" };
    const wrong = await office.post("/requests/new", form);
    const page = await wrong.text();
    expect(wrong.status).toBe(400);
    expect(page).toContain('value="no address"');
    expect(page).toContain("The email address");
    for (const received of ["2026-02-31", "yesterday", "9999-01-01"]) {
      const answer = await office.post("/requests/new", { ...form, email: ada, received });
      expect(answer.status).toBe(400);
    }
    expect((await office.post("/requests/new", { email: ada })).status).toBe(400);
  });

  it("come page by page, each once, what is due first at the top", async () => {
    const other = await openOffice();
    try {
      const wanted = new Set<string>();
      for (let number = 0; number < 60; number += 1) {
        wanted.add(await other.submit("erasure", "customer-data", `person-${number}@example.org`));
      }
      const seen: string[] = [];
      let path: string | undefined = "/requests";
      while (path !== undefined) {
        const page = await other.text(path);
        seen.push(
          ...[...page.matchAll(/<th scope="row"><a href="[^"]+\/([0-9a-f-]{36})"/g)].map(([, id = ""]) => id),
        );
        path = /rel="next" href="\/privacy\/console([^"]+)"/.exec(page)?.[1]?.replaceAll("&amp;", "&");
      }
      expect(seen).toHaveLength(60);
      expect(new Set(seen)).toEqual(wanted);
      expect(await other.text("/requests?show=closed")).toContain("No request is closed yet.");
    } finally {
      await other.close();
    }
  });
});

describe("a request", () => {
  it("that there is not is a page that says so", async () => {
    for (const path of ["", "/evidence", "/evidence.json", "/progress"]) {
      expect((await office.get(`/requests/no-such-request${path}`)).status).toBe(404);
    }
    expect((await office.post("/requests/no-such-request/resume")).status).toBe(404);
  });

  it("goes all its way by hand: shared identifier, manual task, settled source, evidence", async () => {
    const id = await office.underWay("erasure", "customer-data", household);
    await office.until(id, ({ waitingFor }) => waitingFor.some((each) => each.for === "decision"));
    const page = await office.text(`/requests/${id}`);
    expect(page).toContain("Somebody has to decide who is meant.");
    expect(page).not.toContain("+46");
    expect(page).not.toContain(household);

    const revealed = await office.post(`/requests/${id}/reveal`);
    const whom = await revealed.text();
    expect([revealed.status, revealed.headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(whom).toContain("+46 700 000 001");
    expect(whom).toContain(household);
    const decision = /name="decision" value="([^"]+)"/.exec(whom)?.[1] ?? "";
    const named = await office.post(`/requests/${id}/decide`, {
      decision,
      answer: "somebody-else",
      reason: `it belongs to ${household}`,
    });
    expect([named.status, (await named.text()).includes("without naming the person")]).toEqual([400, true]);
    const decided = await office.post(`/requests/${id}/decide`, {
      decision,
      answer: "somebody-else",
      reason: "the telephone of a household",
    });
    expect(location(decided)).toContain("said=decided");

    await office.until(id, ({ waitingFor }) => waitingFor.some((each) => each.for === "task"));
    expect(await office.text(`/requests/${id}`)).toContain("To be done by hand: Paper files.");
    const odd = await office.post(`/requests/${id}/answer`, { source: "paper", answer: "maybe", note: "?" });
    expect(odd.status).toBe(400);
    const answered = await office.post(`/requests/${id}/answer`, {
      source: "paper",
      answer: "cannot",
      note: "the cellar is under water",
    });
    expect(location(answered)).toContain("said=answered");
    await office.until(id, ({ waitingFor }) => waitingFor.some((each) => each.for === "source"));
    const settled = await office.post(`/requests/${id}/settle`, {
      source: "paper",
      reason: "the files are destroyed by water",
    });
    expect(location(settled)).toContain("said=settled");
    const closed = await office.until(id, ({ outcome }) => outcome !== null);
    expect(closed.outcome).toBe("completed-with-exceptions");

    const after = await office.text(`/requests/${id}`);
    expect(after).toContain("Completed with exceptions");
    for (const typed of [
      "the files are destroyed by water",
      "the cellar is under water",
      "the telephone of a household",
    ])
      expect(after).toContain(`“${typed}”`);
    expect(after).not.toContain("<textarea");
    const evidence = await office.text(`/requests/${id}/evidence`);
    expect(evidence).toContain("one whole chain");
    expect(evidence).toContain("The signature fits.");
    const file = await office.get(`/requests/${id}/evidence.json`);
    expect(file.headers.get("content-disposition")).toContain(`evidence-${id}.json`);
    expect(checkEvidence(await file.text())).toMatchObject({ sound: true });
    expect((await office.post(`/requests/${id}/reveal`)).status).toBe(410);
    expect((await office.post(`/requests/${id}/cancel`, { reason })).status).toBe(409);
  });

  it("shows that somebody changed its audit", async () => {
    const id = await office.underWay("export", "user-telemetry", "ivo@example.org");
    await office.until(id, ({ outcome }) => outcome !== null);
    const [key, entries] =
      [...office.tables.audit].find(([, list]) => list.some(({ requestId }) => requestId === id)) ?? [];
    const [first, ...others] = entries ?? [];
    if (key === undefined || entries === undefined || first === undefined) throw new Error("it has no audit");
    office.tables.audit.set(key, [{ ...first, actor: "somebody-else" }, ...others]);
    try {
      const page = await office.text(`/requests/${id}/evidence`);
      expect(page).toContain("The audit is not what it was.");
      expect(page).toContain("Entry 1 is not what it was.");
      expect(page).not.toContain("one whole chain");
    } finally {
      office.tables.audit.set(key, entries);
    }
  });

  it("that waits for another one of the person says what that one waits for, and can be put first", async () => {
    const email = "lee@example.org";
    const doubted = await office.submit("export", "user-data", email);
    await office.until(doubted, ({ messages }) => messages.every(({ status }) => status === "sent"));
    await office.post(`/requests/${doubted}/suspend`, { reason });
    await office.confirm(doubted);
    const id = await office.underWay("erasure", "user-data", email);
    const page = await office.text(`/requests/${id}`);
    expect(page).toContain(`href="/privacy/console/requests/${doubted}"`);
    expect(page).toContain("which waits itself: it is in doubt who asks");
    expect(page).toContain("Put this one first");
    expect((await office.post(`/requests/${id}/put-first`, { reason: "" })).status).toBe(400);
    expect(location(await office.post(`/requests/${id}/put-first`, { reason }))).toContain("said=put-first");
    await office.until(id, ({ waitingFor }) => waitingFor.every((each) => each.for !== "other-request"));
    expect((await office.post(`/requests/${doubted}/put-first`, { reason })).status).toBe(303);
  });

  it("keeps its clock: extended, in doubt, resumed; and is declined with a reason", async () => {
    const id = await office.submit("erasure", "user-data", "kim@example.org");
    expect((await office.post(`/requests/${id}/suspend`, { reason: "" })).status).toBe(400);
    expect(location(await office.post(`/requests/${id}/suspend`, { reason }))).toContain("said=suspended");
    expect(await office.text(`/requests/${id}`)).toContain("It is in doubt who asks,");
    expect(location(await office.post(`/requests/${id}/resume`))).toContain("said=resumed");
    expect(location(await office.post(`/requests/${id}/extend`, { reason }))).toContain("said=extended");
    expect((await office.post(`/requests/${id}/extend`, { reason })).status).toBe(409);
    expect(location(await office.post(`/requests/${id}/resend-confirmation`))).toContain("confirmation-sent");
    expect(location(await office.post(`/requests/${id}/decline`, { reason }))).toContain("said=declined");
    const page = await office.text(`/requests/${id}`);
    expect(page).toContain(`Reason: ${reason}`);
    expect(page).toMatch(/In doubt who asks, .*: “/);
    expect(page).toMatch(/Extended by .*: “/);
    expect(await office.text("/requests?show=closed")).toContain("Declined");
  });

  it("hands its package out to who may have it, by a POST", async () => {
    const id = await office.underWay("export", "user-data", "lena@example.org");
    await office.until(id, ({ outcome }) => outcome !== null);
    expect((await office.post(`/requests/${id}/package`, {}, "admin")).status).toBe(403);
    expect(await office.text(`/requests/${id}`, "admin")).not.toContain("Download the package");
    expect(await office.text(`/requests/${id}`)).toContain("Download the package");
    const fetched = await office.post(`/requests/${id}/package`);
    const bytes = new Uint8Array(await fetched.arrayBuffer());
    const { package: held } = await office.read(id);
    expect(bytes.byteLength).toBe(held?.bytes);
    const digest = Buffer.from(await crypto.subtle.digest("SHA-256", bytes)).toString("hex");
    expect(digest).toBe(held?.sha256);
    expect(await office.text(`/requests/${id}`)).toMatch(
      /">you<\/span><\/td><td data-label="What">downloaded/,
    );
    const unmade = await office.submit("export", "user-data", "mia@example.org");
    expect((await office.post(`/requests/${unmade}/package`)).status).toBe(404);
  });

  it("tells that it changes as it does, says nothing else, and ends when it is closed", async () => {
    const id = await office.submit("export", "user-data", "rosa@example.org");
    const stream = await office.get(`/requests/${id}/progress`);
    expect(stream.headers.get("content-type")).toContain("text/event-stream");
    await office.until(id, ({ messages }) => messages.some(({ status }) => status === "sent"));
    await office.confirm(id);
    // Reading to the end is only possible because it ends.
    const told = await stream.text();
    expect(told).toMatch(/^event: changed\n/);
    expect(told.trimEnd()).toMatch(/event: closed\ndata:\s*$/);
    expect(new Set(told.split("\n").map((line) => line.trimEnd()))).toEqual(
      new Set(["event: changed", "event: closed", "data:", ""]),
    );
  });

  it("says which identifiers lead to nobody, as long as it is open", async () => {
    const { request } = orThrow(
      await office.rights.requests.submit({
        actor: { id: "user-admin", tenant: "northwind", roles: ["admin"] },
        kind: "erasure",
        category: "user-data",
        email: "ines@example.org",
        identifiers: [{ type: "custmer-number", value: "4711" }],
      }),
    );
    const page = await office.text(`/requests/${request.id}`);
    expect(page).toContain("<code>custmer-number</code>");
    expect(page).not.toContain("4711");
  });

  it("says that a hold stops it, and why", async () => {
    const held = { actor: { id: "user-admin", tenant: "northwind", roles: ["admin"] } };
    const placed = await office.rights.holds.place({
      ...held,
      identifiers: [{ type: "email", value: "noa@example.org" }],
      reason: "claim 12 before the district court",
    });
    expect(placed.isOk()).toBe(true);
    const id = await office.underWay("erasure", "user-data", "noa@example.org");
    await office.until(id, ({ waitingFor }) => waitingFor.some((each) => each.for === "hold"));
    expect(await office.text(`/requests/${id}`)).toContain("claim 12 before the district court");
  });
});

describe("a plan that a second person approves", () => {
  let strict: Office;
  beforeAll(async () => {
    strict = await openOffice({ needsApproval: true });
  });
  afterAll(() => strict.close());

  it("is approved by its hash, by somebody else than who asked, as it is put up now", async () => {
    const id = await strict.underWay("erasure", "user-data", "otto@example.org");
    const waiting = await strict.until(id, ({ approval }) => approval?.state === "waiting");
    expect(await strict.text(`/requests/${id}`)).toContain(
      "You asked for it. Somebody else has to approve it.",
    );
    const own = await strict.post(`/requests/${id}/approve`, { plan: waiting.approval?.plan ?? "" });
    expect([own.status, (await own.text()).includes("a second person")]).toEqual([409, true]);
    const page = await strict.text(`/requests/${id}`, "admin");
    const plan = /name="plan" value="([0-9a-f]{64})"/.exec(page)?.[1] ?? "";
    expect(plan).toBe(waiting.approval?.plan);
    const other = await strict.post(`/requests/${id}/approve`, { plan: "0".repeat(64) }, "admin");
    expect([other.status, (await other.text()).includes("Another plan is put up")]).toEqual([409, true]);
    const approved = await strict.post(`/requests/${id}/approve`, { plan }, "admin");
    expect(location(approved)).toContain("said=approved");
    expect((await strict.until(id, ({ outcome }) => outcome !== null)).outcome).toBe("completed");
    const by = orThrow(await strict.rights.recordedAs({ actor: actors.admin }));
    expect(by).toMatch(/^actor-[0-9a-f]{32}$/);
    const asked = await strict.text(`/requests/${id}`);
    expect(asked).toContain(`Approved by <code title="${by}">${by.slice(0, 14)}</code>`);
    expect(asked).toMatch(/Taken in by<\/dt><dd><span title="actor-[0-9a-f]{32}">you<\/span>/);
    expect(await strict.text(`/requests/${id}`, "admin")).toContain(
      `Approved by <span title="${by}">you</span>`,
    );
    const evidence = await strict.text(`/requests/${id}/evidence`);
    expect(evidence).toContain(`by <code>${by}</code> of the plan`);
    for (const text of [asked, evidence]) expect(text).not.toContain("user-admin");
  });
});

describe("addresses", () => {
  it("and links hold nobody's name, on any page", async () => {
    const id = await office.submit("erasure", "customer-data", "paula@example.org");
    const pages = [
      "/requests",
      "/requests?show=closed",
      "/requests/new",
      `/requests/${id}`,
      `/requests/${id}/evidence`,
      "/sources",
      "/users",
      "/users?page=2",
    ];
    for (const path of pages) {
      const page = await office.text(path);
      const addresses = [...page.matchAll(/(?:href|action|data-progress)="([^"]*)"/g)].map(
        ([, to = ""]) => to,
      );
      expect(addresses.length).toBeGreaterThan(3);
      for (const to of addresses) {
        if (to.startsWith("mailto:")) expect(to).toBe("mailto:help@northwind.example");
        else expect(to).not.toMatch(/@|%40|user-(?!data)|paula/);
      }
    }
  });
});
