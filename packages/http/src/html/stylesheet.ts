import { asset } from "./asset.ts";

/** What all pages look like. The console has more in a stylesheet of its own. */
export const stylesheet = asset(
  "style.css",
  "text/css; charset=utf-8",
  `
:root {
  color-scheme: light dark;
  --page: #f3f4f1; --sheet: #ffffff; --ink: #1c2321; --quiet: #5a6562; --line: #dde1dd; --field: #7c8784;
  --accent: #0b6158; --on-accent: #ffffff; --tint: #e6f1ee; --stripe: #f8f9f7;
  --alert: #8a4300; --alert-tint: #fdf1e0; --alert-line: #e8b878;
  --danger: #a3211c; --on-danger: #ffffff; --danger-tint: #fcebea;
  --good: #1c6b34;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #111614; --sheet: #1a211f; --ink: #e6ebe9; --quiet: #9daaa6; --line: #303a37; --field: #7f8c88;
    --accent: #7dd3c0; --on-accent: #0c1f1b; --tint: #1d322d; --stripe: #1e2624;
    --alert: #f6c283; --alert-tint: #33260f; --alert-line: #6d5023;
    --danger: #ff9a92; --on-danger: #2b0806; --danger-tint: #3a1a18;
    --good: #86d99c;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
body > header, body > main, body > footer {
  max-width: 72rem; margin-inline: auto; padding-inline: clamp(.75rem, 4vw, 2rem);
}
body > header { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: baseline; padding-block: 1rem; }
body > header .controller { font-weight: 600; }
body > header nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; list-style: none; margin: 0; padding: 0; }
body > header nav a { display: inline-block; padding: .25rem 0; text-decoration: none; }
body > header nav a:hover, body > header nav a[aria-current] { text-decoration: underline; }
body > header nav a[aria-current] { font-weight: 600; }
body > main { padding-block: .5rem 2rem; }
body > footer { color: var(--quiet); font-size: .875rem; padding-block: 1rem; }
.narrow { max-width: 40rem; }
.skip { position: absolute; left: -100vw; }
.skip:focus { position: static; }
h1, h2, h3 { line-height: 1.25; overflow-wrap: anywhere; text-wrap: balance; }
h1 { margin: 0 0 .75rem; font-size: clamp(1.6rem, 5vw, 2.2rem); letter-spacing: -.015em; }
h2 { margin: 0 0 .75rem; font-size: 1.3rem; }
h3 { margin: 0 0 .5rem; font-size: 1.1rem; }
p { margin: 0 0 .75rem; max-width: 46rem; overflow-wrap: anywhere; }
a { color: var(--accent); text-underline-offset: .15em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
code { font: .9em ui-monospace, SFMono-Regular, Consolas, monospace; overflow-wrap: anywhere; }
.quiet { color: var(--quiet); }
.sheet {
  margin-block: 0 1.25rem; padding: clamp(1rem, 3vw, 1.75rem); background: var(--sheet);
  border: 1px solid var(--line); border-radius: 14px;
}
.sheet > :last-child { margin-bottom: 0; }
.alert { background: var(--alert-tint); border-color: var(--alert-line); }
.alert h1, .alert h2 { color: var(--alert); }
form { margin: 0; }
fieldset { border: 0; margin: 0 0 1rem; padding: 0; min-width: 0; }
legend, label.above { display: block; padding: 0; margin-bottom: .35rem; font-weight: 600; }
.choice { display: flex; gap: .6rem; align-items: baseline; padding: .3rem 0; }
.field { margin-bottom: 1rem; }
input, select, textarea, button { font: inherit; color: inherit; }
input:not([type="checkbox"], [type="radio"]), select, textarea {
  width: 100%; max-width: 30rem; padding: .55rem .7rem; background: var(--sheet);
  border: 1px solid var(--field); border-radius: 8px;
}
input[type="checkbox"], input[type="radio"] { width: 1.15rem; height: 1.15rem; accent-color: var(--accent); flex: none; }
button, .button {
  display: inline-block; padding: .55rem 1.1rem; border: 1px solid var(--accent); border-radius: 8px;
  background: var(--accent); color: var(--on-accent); font-weight: 600; cursor: pointer; text-decoration: none;
}
button:hover, .button:hover { filter: brightness(1.08); }
button.secondary, .button.secondary { background: transparent; color: var(--accent); }
button.danger { background: var(--danger); border-color: var(--danger); color: var(--on-danger); }
button:disabled { opacity: .55; cursor: not-allowed; }
dl { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: .35rem 1.25rem; margin: 0 0 1rem; }
dt { color: var(--quiet); }
dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
@media (max-width: 34rem) {
  dl { grid-template-columns: 1fr; gap: 0; }
  dt { margin-top: .6rem; font-size: .875rem; }
}
@media (forced-colors: active) { button, .button { border-color: ButtonText; } }
`,
);
