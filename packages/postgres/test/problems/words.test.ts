import { describe, expect, it } from "vitest";
import type { Trigger } from "../../src/catalog/catalog.ts";
import { looksLikeCredential, wordsOf } from "../../src/data-map/looks-like-credential.ts";
import { isHarmless, withoutTexts } from "../../src/problems/harmless-trigger.ts";

describe("a name that looks like a credential", () => {
  it.each([
    ...["password", "Password2", "passwd", "user_pwd", "passwordHash", "encrypted-password", "client_secret"],
    ...["token", "refreshToken", "accesstoken", "api_key", "apiKey", "APIKey", "apikey", "stripeAPIKeys"],
    ...["PRIVATE KEY", "salt", "hash", "totp", "otp_code", "PIN", "pinCode", "cvv", "cardCVC", "cvv2"],
    ...[
      "session_id",
      "sessionId",
      "Passwort",
      "benutzerpasswort",
      "kennwort",
      "Zugangsschlüssel",
      "geheimzahl",
    ],
    ...["credentials", "recoveryCodes", "2faSecret", "Kartenprüfnummer".normalize("NFD"), "Sicherheitscode"],
  ])("%s", (name) => expect(looksLikeCredential(name)).toBe(true));

  it.each([
    ...[
      "pinned",
      "hashtag",
      "secretary",
      "opinion",
      "shipping",
      "tokenised",
      "key",
      "id",
      "session",
      "passage",
    ],
    ...[
      "Postleitzahlschlüssel",
      "saltwater",
      "email",
      "name",
      "code",
      "pint",
      "compass",
      "bypass",
      "api",
      "",
    ],
  ])("%s does not", (name) => expect(looksLikeCredential(name)).toBe(false));

  it("is read word by word", () => {
    expect(wordsOf("customerAPIKey_of-Straße2Go")).toEqual([
      "customer",
      "api",
      "key",
      "of",
      "strasse2",
      "go",
    ]);
  });
});

describe("a trigger's body", () => {
  const trigger = (source: string, language = "plpgsql"): Trigger => ({
    name: "t",
    onDelete: true,
    onUpdate: true,
    onInsert: false,
    isBefore: true,
    isForEachRow: true,
    callsInCondition: false,
    columns: [],
    language,
    source,
    parameters: [],
  });

  const going = new Set(["email", "b"]);

  it.each([
    "begin new.updated_at = now(); return new; end",
    "begin if (TG_OP = 'DELETE') then return old; end if; return new; end",
    "begin -- insert\n /* update /* nested */ delete */ return new; end",
    "begin raise notice $x$ select audit() $x$; new.a := $$ insert $$; return new; end",
    `begin new."update" := E'\\' insert '; return new; end`,
    "begin new.search := pg_catalog.to_tsvector('simple', coalesce(new.a, '')); return new; end",
    "declare n numeric(10, 2); begin return new; end",
    "begin if new.email is distinct from old.email then new.changed := now(); end if; return new; end",
    "begin if old.locked then raise exception 'no'; end if; return old; end",
    "begin new.version := old.version + 1; return new; end",
  ])("is harmless: %s", (source) => expect(isHarmless(trigger(source), going)).toBe(true));

  it.each([
    "begin INSERT INTO log values (1); return new; end",
    "begin perform audit(old); return new; end",
    "begin new.a := audit(old.email); return new; end",
    "begin new.a := other.lower(old.email); return new; end",
    `begin new.a := "Audit"(old.email); return new; end`,
    `begin new.a := audit . "Log" (old.email); return new; end`,
    "begin new.a := audit . lower(old.email); return new; end",
    "begin execute format('x'); return new; end",
    "begin new.prev := old.email; return new; end",
    `begin new.prev := "old".email; return new; end`,
    `begin new.prev := old."Email"; return new; end`,
    "begin new.prev := to_jsonb(old); return new; end",
    "begin new.prev := case when old.a then old.b end; return new; end",
    "declare o alias for old; begin new.prev := o.email; return new; end",
    "declare was text := old.email; begin if was > '' then new.prev := was; end if; return new; end",
    "begin if case when old.a then old.b end = 'b' then return new; end if; return new; end",
    "begin raise log '%', old.email; return null; end",
    "begin new.a := ' -- '; delete from log; return new; end",
    "begin new.a := '/*'; delete from log; new.b := '*/'; return new; end",
    "begin refresh materialized view v; return new; end",
    "begin new.a := lower/* of */(old.email); new.b := nextval/* of */('s'); return new; end",
  ])("may write: %s", (source) => expect(isHarmless(trigger(source), going)).toBe(false));

  it("is not known in another language", () => {
    expect(isHarmless(trigger("return None", "plpython3u"), going)).toBe(false);
    expect(isHarmless(trigger("suppress_redundant_updates_trigger", "internal"), going)).toBe(true);
    expect(isHarmless(trigger("autoinc", "c"), going)).toBe(false);
  });

  it("loses its comments and texts, and nothing else", () => {
    expect(withoutTexts("a 'b''c' d --e\nf /* g /* h */ i */ j $k$ l $$ $k$ m").replaceAll(/\s+/g, " ")).toBe(
      "a d f j m",
    );
    expect(withoutTexts("a /* b")).toBe("a  ");
  });
});
