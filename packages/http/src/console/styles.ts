/** What the console's pages have besides what all pages have. */
export const styles = `
body > header { border-bottom: 1px solid var(--line); margin-bottom: 1.25rem; max-width: none; padding-inline: max(clamp(.75rem, 4vw, 2rem), (100vw - 68rem) / 2); background: var(--sheet); }
body > header nav a { padding: .35rem .1rem; border-bottom: 3px solid transparent; }
body > header nav a[aria-current] { border-bottom-color: var(--accent); text-decoration: none; }
.who { margin-left: auto; color: var(--quiet); font-size: .9rem; overflow-wrap: anywhere; }
.who b { color: var(--ink); font-weight: 600; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.hint { display: block; font-weight: 400; font-size: .9rem; color: var(--quiet); }
.choice { align-items: flex-start; }
.choice input { margin-top: .2rem; }
.lead { color: var(--quiet); }
.zone { margin-top: 2rem; font-size: .875rem; }
.crumb { margin-bottom: .25rem; }
h1 code.id { font-size: .55em; color: var(--quiet); font-weight: 400; letter-spacing: 0; vertical-align: .2em; }
.heading { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; justify-content: space-between; margin-bottom: .75rem; }
.heading h1 { margin: 0; }
.buttons { display: flex; flex-wrap: wrap; gap: .6rem; align-items: flex-start; }
button, .button { font-size: .95rem; padding: .45rem .95rem; }
.said { border: 1px solid var(--accent); border-left-width: 5px; border-radius: 8px; background: var(--tint); padding: .6rem .9rem; max-width: none; }
.said.alert { border-color: var(--alert-line); background: var(--alert-tint); }
.tabs { display: flex; gap: .25rem; margin-bottom: .75rem; }
.tabs a { padding: .3rem .9rem; border-radius: 99px; text-decoration: none; border: 1px solid transparent; }
.tabs a[aria-current] { background: var(--tint); border-color: var(--accent); font-weight: 600; }
.tag { display: inline-block; padding: .05rem .55rem; border: 1px solid var(--line); border-radius: 99px; background: var(--stripe); font-size: .875rem; white-space: nowrap; }
.sub { display: block; font-weight: 400; font-size: .875rem; color: var(--quiet); }
.sub code { font-size: .95em; }
.table { background: var(--sheet); border: 1px solid var(--line); border-radius: 14px; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: .7rem 1rem; text-align: left; vertical-align: top; border-top: 1px solid var(--line); }
thead th { border-top: 0; font-size: .875rem; font-weight: 600; color: var(--quiet); white-space: nowrap; }
tbody th { font-weight: 600; overflow-wrap: anywhere; }
tbody td { overflow-wrap: anywhere; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
time { white-space: nowrap; font-variant-numeric: tabular-nums; }
table.plain th:first-child, table.plain td:first-child { padding-left: 0; }
table.plain th:last-child, table.plain td:last-child { padding-right: 0; }
table.plain { margin-bottom: .75rem; }
table.plain thead th, table.plain tbody th, table.plain td { padding-block: .5rem; }
.sheet > table.plain:last-child { margin-bottom: 0; }
.sheet > details.fold:last-child { padding-bottom: 0; }
.sheet > h2 + details.fold { padding-top: 0; }
.lookagain { margin-top: .75rem; }
table.plan td, table.plan th, table.audit td, table.audit th { padding-block: .35rem; }
table.sources th:last-child, table.sources td:last-child { width: 6rem; }
table.requests tbody tr:hover, table.users tbody tr:hover { background: var(--stripe); }
td.check, th.check { width: 3rem; padding-right: 0; }
td.check input { display: block; margin-top: .2rem; }
th.check input { display: block; }
.grid .bar { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; margin-bottom: .75rem; }
.pager { display: flex; flex-wrap: wrap; gap: 1rem; align-items: center; margin-top: 1rem; }
.status { display: inline-flex; gap: .45rem; align-items: baseline; font-weight: 600; }
.status svg { flex: none; align-self: flex-start; margin-top: .3em; }
.status.succeeded { color: var(--good); }
.status.warning { color: var(--alert); }
.status.running { color: var(--accent); }
.status.pending { color: var(--quiet); font-weight: 400; }
p .status { font-weight: 400; }
p .status svg { margin-top: .3em; }
.status.running svg { animation: turn 1.6s linear infinite; transform-origin: 50% 50%; }
@keyframes turn { to { transform: rotate(1turn); } }
details > summary { cursor: pointer; }
details.warned > summary { list-style: none; display: inline-block; border-radius: 6px; }
details.warned > summary::-webkit-details-marker { display: none; }
details.warned > summary .status { text-decoration: underline dotted; text-underline-offset: .25em; }
details.warned .inside { margin-top: .5rem; padding: .6rem .8rem; border-radius: 8px; background: var(--alert-tint); border: 1px solid var(--alert-line); font-size: .95rem; max-width: 26rem; }
details.warned .inside > :last-child { margin-bottom: 0; }
details.menu { position: relative; display: inline-block; }
details.menu > summary { list-style: none; width: 2.4rem; height: 2rem; display: grid; place-items: center; border: 1px solid var(--line); border-radius: 8px; font-weight: 700; line-height: 1; background: var(--sheet); }
details.menu > summary::-webkit-details-marker { display: none; }
details.menu > summary:hover, details.menu[open] > summary { border-color: var(--accent); color: var(--accent); }
details.menu .items { position: absolute; right: 0; top: 2.3rem; z-index: 1; min-width: 9rem; padding: .3rem; background: var(--sheet); border: 1px solid var(--field); border-radius: 8px; box-shadow: 0 6px 20px rgb(0 0 0 / .18); }
details.menu button { width: 100%; text-align: left; background: transparent; color: var(--ink); border-color: transparent; font-weight: 400; }
details.menu button:hover { background: var(--tint); filter: none; }
details.fold { border-top: 1px solid var(--line); padding: .6rem 0; }
details.fold:first-of-type { border-top: 0; }
details.fold > summary { color: var(--accent); font-weight: 600; }
details.fold[open] > summary { margin-bottom: .6rem; }
form.action { display: block; }
form.action > button { margin-top: 0; }
.waiting > li:last-child { padding-bottom: 0; }
form.action textarea { display: block; max-width: 34rem; margin-top: .35rem; }
form.action label.above { margin-bottom: .75rem; }
.waiting { list-style: none; margin: 0; padding: 0; }
.waiting > li { padding: .8rem 0; border-top: 1px solid var(--alert-line); }
.waiting > li:first-child { border-top: 0; padding-top: 0; }
.waiting .buttons { align-items: baseline; }
.waiting details.fold { border: 0; padding: .35rem 0; flex: 1 1 14rem; }
.alert a, .alert details.fold > summary, .alert button.secondary, .alert .button.secondary { color: var(--alert); }
.alert button.secondary, .alert .button.secondary { border-color: var(--alert); }
.danger.sheet { border-color: var(--danger); }
.danger.sheet h2 { color: var(--danger); }
dl.strip { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 1rem 1.5rem; margin-bottom: .9rem; }
dl.strip dt { font-size: .875rem; margin: 0; }
dl.strip dd { font-size: 1.05rem; }
.left { font-weight: 600; white-space: nowrap; }
.left.over { color: var(--danger); }
.left.soon { color: var(--alert); }
tr.over { background: var(--danger-tint); }
.due { min-width: 13rem; }
.timeline { display: block; width: 100%; max-width: 15rem; height: 10px; margin: .3rem 0; color: var(--accent); }
.timeline .whole { fill: var(--line); }
.timeline .gone { fill: currentColor; opacity: .55; }
.timeline .now { fill: currentColor; }
.timeline.over { color: var(--danger); }
.timeline.soon { color: var(--alert); }
.timeline.still { color: var(--quiet); }
.wide { display: flex; gap: .8rem; align-items: center; margin-bottom: .5rem; font-size: .9rem; color: var(--quiet); }
.wide .timeline { flex: 1; max-width: none; }
.waits { color: var(--alert); }
progress { appearance: none; display: block; width: 100%; max-width: 15rem; height: .55rem; margin: .45rem 0 .2rem; border: 0; border-radius: 99px; background: var(--line); overflow: hidden; }
progress::-webkit-progress-bar { background: var(--line); border-radius: 99px; }
progress::-webkit-progress-value { background: var(--accent); border-radius: 99px; transition: width .4s ease-out; }
progress::-moz-progress-bar { background: var(--accent); border-radius: 99px; }
.count { font-size: .9rem; color: var(--quiet); font-variant-numeric: tabular-nums; }
.outcomes { list-style: none; margin: .2rem 0 0; padding: 0; font-size: .9rem; color: var(--quiet); }
.people code { white-space: nowrap; }
.people { margin: 0; padding-left: 1.1rem; columns: 2 20rem; }
.links { padding-left: 1.1rem; }
@media (max-width: 44rem) {
  body > header { gap: .35rem 1rem; }
  body > header .controller { flex: 1 0 100%; }
  .who { margin-left: 0; flex: 1 0 100%; }
  .table { border: 0; background: none; }
  table, tbody, tr, td, tbody th { display: block; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .table tbody tr { position: relative; margin-bottom: .75rem; padding: .75rem .9rem; background: var(--sheet); border: 1px solid var(--line); border-radius: 12px; }
  .table tbody tr.over { background: var(--danger-tint); }
  .table tbody th, .table tbody td { padding: .15rem 0; border: 0; }
  table.plain tr { padding: .6rem 0; border-top: 1px solid var(--line); }
  table.plain th, table.plain td { padding: .1rem 0; border: 0; }
  .number { text-align: left; }
  td:has(> .none) { display: none !important; }
  details.warned:not([open]) { display: inline-block; }
  td[data-label]::before { content: attr(data-label) ": "; color: var(--quiet); font-size: .875rem; }
  td.due::before, td[data-label="Records"]:has(progress)::before { display: block; }
  table.sources th:last-child, table.sources td:last-child { width: auto; }
  table.users tbody tr { padding-left: 3rem; }
  td.check { position: absolute; left: .9rem; top: .8rem; width: auto; }
  details.menu .items { left: 0; right: auto; }
  .wide { flex-wrap: wrap; }
  .wide .timeline { order: 3; flex: 1 0 100%; }
  .wide span:last-child { margin-left: auto; }
}
@media (prefers-reduced-motion: reduce) {
  .status.running svg { animation: none; }
  progress::-webkit-progress-value { transition: none; }
}
@media (forced-colors: active) {
  .timeline .whole { fill: Canvas; stroke: CanvasText; }
  .timeline .gone, .timeline .now { fill: CanvasText; opacity: 1; forced-color-adjust: none; }
  progress { border: 1px solid CanvasText; }
  progress::-webkit-progress-value { background: Highlight; forced-color-adjust: none; }
  .tabs a[aria-current], body > header nav a[aria-current] { border-color: Highlight; }
}
@media print {
  body > header, .crumb, .tabs, .pager, .buttons, form.action, button, .button, details.menu { display: none; }
  .sheet, .table { break-inside: avoid; }
}
`;
