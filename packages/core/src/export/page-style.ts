/** The style of `index.html`: it stands in the page, so that the page needs nothing else. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --page: #f3f4f1; --sheet: #ffffff; --ink: #1c2321; --quiet: #5a6562; --line: #dde1dd;
  --accent: #0b6158; --tint: #e6f1ee; --stripe: #f8f9f7;
  --alert: #8a4300; --alert-tint: #fdf1e0; --alert-line: #e8b878;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #111614; --sheet: #1a211f; --ink: #e6ebe9; --quiet: #9daaa6; --line: #303a37;
    --accent: #7dd3c0; --tint: #1d322d; --stripe: #1e2624;
    --alert: #f6c283; --alert-tint: #33260f; --alert-line: #6d5023;
  }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
body {
  margin: 0; padding: clamp(1rem, 4vw, 3rem) clamp(.75rem, 4vw, 2rem); background: var(--page); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main, header, footer { max-width: 66rem; margin-inline: auto; }
h1, h2, h3 { line-height: 1.25; overflow-wrap: anywhere; text-wrap: balance; }
h1 { margin: 0 0 .75rem; font-size: clamp(1.6rem, 5vw, 2.3rem); letter-spacing: -.015em; }
h2 { margin: 0 0 .75rem; font-size: 1.3rem; }
h3 { margin: 0; font-size: 1.1rem; }
p { margin: 0 0 .75rem; max-width: 46rem; overflow-wrap: anywhere; }
a { color: var(--accent); text-underline-offset: .15em; }
a:focus-visible, .scroll:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
code { font: .9em ui-monospace, SFMono-Regular, Consolas, monospace; overflow-wrap: anywhere; }
.eyebrow { margin: 0 0 .5rem; color: var(--accent); font-weight: 600; font-size: .9rem; }
.sheet {
  margin-block: 0 1.25rem; padding: clamp(1rem, 3vw, 1.75rem); background: var(--sheet);
  border: 1px solid var(--line); border-radius: 14px;
}
.sheet > :last-child { margin-bottom: 0; }
.first { border-top: 5px solid var(--accent); }
.alert { background: var(--alert-tint); border-color: var(--alert-line); }
.alert h2 { color: var(--alert); }
dl { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: .35rem 1.25rem; margin: 1.25rem 0 0; }
dt { color: var(--quiet); }
dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
ul, ol { margin: 0 0 .75rem; padding-left: 1.3rem; overflow-wrap: anywhere; }
li { margin: .25rem 0; }
.contents { list-style: none; padding: 0; }
.contents > li { padding: .6rem 0; border-top: 1px solid var(--line); }
.contents > li:first-child { border-top: 0; padding-top: 0; }
.contents ul { list-style: none; padding: 0; margin: .15rem 0 0; }
.contents ul li { display: flex; flex-wrap: wrap; gap: 0 1rem; justify-content: space-between; }
.quiet { color: var(--quiet); }
.collection { padding-top: 1.25rem; margin-top: 1.25rem; border-top: 1px solid var(--line); }
h2 + .collection { padding-top: 0; margin-top: 0; border-top: 0; }
.collection > p { margin: .35rem 0 .75rem; }
.files { display: flex; flex-wrap: wrap; gap: .5rem; list-style: none; padding: 0; margin: .75rem 0; }
.files li { margin: 0; }
.files a {
  display: inline-block; padding: .3rem .8rem; border-radius: 999px; background: var(--tint);
  text-decoration: none; font-size: .9rem; font-weight: 600;
}
.files a:hover { text-decoration: underline; }
.files span { font-weight: 400; color: var(--quiet); }
.scroll { overflow: auto; max-height: 34rem; border: 1px solid var(--line); border-radius: 10px; }
table { border-collapse: separate; border-spacing: 0; width: 100%; font-size: .875rem; }
caption {
  padding: .55rem .75rem; text-align: left; color: var(--quiet); border-bottom: 1px solid var(--line);
}
caption span { display: inline-block; position: sticky; left: .75rem; max-width: calc(100vw - 6rem); }
th, td { padding: .45rem .75rem; text-align: start; vertical-align: top; border-bottom: 1px solid var(--line); }
tbody tr:last-child > * { border-bottom: 0; }
thead th {
  position: sticky; top: 0; z-index: 1; background: var(--tint); font-weight: 600; white-space: nowrap;
}
tbody th { color: var(--quiet); font-weight: 400; }
thead th:first-child, tbody th { width: 1%; text-align: right; font-variant-numeric: tabular-nums; }
tbody tr:nth-child(even) > * { background: var(--stripe); }
td { white-space: pre; unicode-bidi: plaintext; font-variant-numeric: tabular-nums; }
.long { min-width: 18rem; white-space: pre-wrap; overflow-wrap: anywhere; }
td.figure { text-align: right; }
td.structure { font: .8rem/1.5 ui-monospace, SFMono-Regular, Consolas, monospace; }
td.none, .cut { color: var(--quiet); font-style: italic; }
footer { color: var(--quiet); font-size: .875rem; padding: 0 .25rem; }
@media (max-width: 34rem) {
  dl { grid-template-columns: 1fr; gap: 0; }
  dt { margin-top: .6rem; font-size: .875rem; }
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
@media print {
  body { background: #fff; padding: 0; }
  .sheet { border-radius: 0; }
  .scroll { overflow: visible; max-height: none; }
  thead th, caption span { position: static; }
}
`;
