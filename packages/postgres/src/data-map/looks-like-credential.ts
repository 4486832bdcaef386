/**
 * Words that make a column's name look like a credential's, in English and German. Each is what whole words of a name
 * read together: `api key` is found in `api_key`, `apiKey`, `APIKey` and `apikey`.
 */
const credentials: readonly string[] = [
  // Passwords, and what is kept in their place
  ...["password", "passwords", "passwd", "pwd", "passphrase", "passcode", "pass phrase", "pass code"],
  ...["user pass", "db pass", "salt", "salts", "hash", "hashes", "pepper"],
  ...["passwort", "passworte", "passwoerter", "kennwort", "kennwoerter", "losungswort"],
  // Secrets and tokens
  ...[
    "secret",
    "secrets",
    "token",
    "tokens",
    "credential",
    "credentials",
    "jwt",
    "bearer",
    "nonce",
    "csrf",
    "xsrf",
  ],
  ...["session id", "session key", "session hash", "session cookie", "cookie", "auth cookie", "sitzungs id"],
  ...["geheimnis", "geheimnisse", "geheimwort", "geheimcode", "zugangsdaten", "anmeldedaten", "zugangscode"],
  // Keys
  ...[
    "api key",
    "api keys",
    "private key",
    "private keys",
    "secret key",
    "access key",
    "auth key",
    "signing key",
  ],
  ...["encryption key", "decryption key", "ssh key", "pgp key", "gpg key", "master key", "license key"],
  ...[
    "api schluessel",
    "privater schluessel",
    "geheimer schluessel",
    "geheim schluessel",
    "zugangs schluessel",
  ],
  ...["privat schluessel", "sitzungs schluessel"],
  // What is said once, or instead
  ...[
    "otp",
    "totp",
    "hotp",
    "mfa",
    "2fa",
    "one time code",
    "one time password",
    "magic link",
    "security code",
  ],
  ...["security answer", "recovery code", "recovery codes", "backup code", "backup codes", "reset code"],
  ...["verification code", "activation code", "confirmation code", "access code", "auth code", "login code"],
  ...[
    "sicherheits code",
    "sicherheits antwort",
    "bestaetigungs code",
    "aktivierungs code",
    "einmal code",
    "tan",
  ],
  // Cards
  ...["pin", "pins", "pin code", "puk", "cvv", "cvv2", "cvc", "cvc2", "cvn", "card verification"],
  ...["pruefnummer", "kartenpruefnummer", "pruefziffer karte", "geheimzahl", "geheimnummer"],
];

/** Compounds run together, in German above all: `benutzerpasswort`, `accesstoken`. */
const endings = /(?:passwor[dt]s?|kennwort|passphrase|passwd|token|tokens|credentials?|geheimzahl)$/;
const beginnings = /^(?:passwor[dt]|kennwort|passwd|credential)/;

const known: ReadonlySet<string> = new Set(credentials.map((words) => words.replaceAll(" ", "")));
const longest = Math.max(...credentials.map((words) => words.split(" ").length));

const letters: Readonly<Record<string, string>> = { ä: "ae", ö: "oe", ü: "ue", ß: "ss" };

/** The words of a name in snake, kebab or camel case, in lower case and without umlauts. */
export const wordsOf = (name: string): readonly string[] =>
  name
    .normalize("NFC")
    .replaceAll(/(\p{Ll}|\p{N})(?=\p{Lu})/gu, "$1 ")
    .replaceAll(/(\p{Lu})(?=\p{Lu}\p{Ll})/gu, "$1 ")
    .toLowerCase()
    .replaceAll(/[äöüß]/g, (letter) => letters[letter] ?? letter)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");

/** Whether a column, by its name, holds something that lets somebody in: a password, a token, a key, a PIN. */
export const looksLikeCredential = (name: string): boolean => {
  const words = wordsOf(name);
  return words.some(
    (word, start) =>
      endings.test(word) ||
      beginnings.test(word) ||
      Array.from({ length: longest }, (_, more) => words.slice(start, start + more + 1).join("")).some(
        // `token2`, `password1`: a number that only counts.
        (together) => known.has(together) || known.has(together.replace(/\d+$/, "")),
      ),
  );
};
