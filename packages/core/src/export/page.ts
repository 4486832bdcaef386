import { isStaying, type Staying } from "../request/outcomes.ts";
import type { KeptPart, MissingPart, PackageContents, PackageFacts, SourceName } from "./contents.ts";
import { counted, dayOf } from "./figures.ts";
import { type Html, html, trusted } from "./html.ts";
import type { ListedCollection } from "./listed-collection.ts";
import { manifestPath } from "./package-paths.ts";
import { collectionSection } from "./page-collection.ts";
import { pageStyle } from "./page-style.ts";
import { categorySentences, leftOutSentence, problemSentences } from "./sentences.ts";

interface ListedSource {
  readonly title: string;
  readonly anchor: string;
  readonly collections: readonly ListedCollection[];
}

/**
 * `index.html`: what is in the package, for a person, without tools or network. In pieces, one for each collection,
 * and with no more than the first rows of each.
 */
export async function* page(
  contents: PackageContents,
  listed: readonly ListedCollection[],
): AsyncGenerator<string> {
  const sources = bySource(listed);
  const { facts } = contents;
  yield html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Personal data of ${facts.subject}, from ${facts.controller}</title>
<style>${trusted(pageStyle)}</style>
</head>
<body>
${introduction(contents)}
<main>
${missingSection(contents.missing)}
${keptSection(contents.kept)}
${nothingFoundSection(contents)}
${leftOutSection(contents)}
${contentsSection(sources)}
${listed.length === 0 ? null : readingSection}
`.text;
  for (const { title, anchor, collections } of sources) {
    yield html`<section class="sheet" id="${anchor}"><h2><bdi>${title}</bdi></h2>\n`.text;
    for (const [index, collection] of collections.entries()) {
      yield (await collectionSection(collection, `${anchor}-${index + 1}`)).text;
    }
    yield "</section>\n";
  }
  yield html`</main>
<footer><p>Request <code>${facts.requestId}</code>. Checksums of all files are in
<a href="${manifestPath}"><code>${manifestPath}</code></a>.</p></footer>
</body>
</html>
`.text;
}

const bySource = (listed: readonly ListedCollection[]): readonly ListedSource[] => {
  const sources = new Map<string, { title: string; anchor: string; collections: ListedCollection[] }>();
  for (const collection of listed) {
    const { id, title } = collection.staged.source;
    const known = sources.get(id);
    if (known !== undefined) known.collections.push(collection);
    else sources.set(id, { title, anchor: `source-${sources.size + 1}`, collections: [collection] });
  }
  return [...sources.values()];
};

const introduction = ({ facts, collections }: PackageContents): Html => {
  const rows = collections.reduce((sum, staged) => sum + staged.rows, 0);
  return html`<header class="sheet first">
<p class="eyebrow">Copy of personal data</p>
<h1>The data of <bdi>${facts.subject}</bdi></h1>
<p>This package is a copy of the personal data that <bdi>${facts.controller}</bdi> holds about
<bdi>${facts.subject}</bdi>, made in answer to a request under the General Data Protection Regulation (GDPR).</p>
<dl>
<dt>Made for</dt><dd><bdi>${facts.subject}</bdi></dd>
<dt>Made by</dt><dd><bdi>${facts.controller}</bdi>, the controller</dd>
<dt>Made on</dt><dd>${momentOf(facts)}</dd>
<dt>It covers</dt><dd>${categorySentences[facts.category]}</dd>
<dt>Under</dt><dd>Article 15(3) GDPR, a copy of the data, and Article 20 GDPR, data portability</dd>
<dt>It holds</dt><dd>${counted(rows, "row")} in ${counted(collections.length, "collection")}</dd>
<dt>Request</dt><dd><code>${facts.requestId}</code></dd>
</dl>
</header>`;
};

const momentOf = ({ createdAt }: PackageFacts): Html => {
  const day = dayOf(new Date(createdAt));
  return html`<time datetime="${createdAt}">${day}, ${createdAt.slice(11, 16)} UTC</time>`;
};

const missingSection = (missing: readonly MissingPart[]): Html =>
  missing.length === 0
    ? html`<section class="sheet"><h2>Is anything missing?</h2>
<p>No. No source that was asked for its part has failed to give it.</p></section>`
    : html`<section class="sheet alert"><h2>⚠ Something is missing</h2>
<p>The parts of these sources are not in this package, or not all of them. That does not mean that they hold nothing.</p>
<ul>${missing.map(missingItem)}</ul></section>`;

const missingItem = ({ source, problem, settled, isPartly }: MissingPart): Html =>
  html`<li><strong><bdi>${source.title}</bdi></strong>: ${problemSentences[problem]}
<span class="quiet">(<code>${problem}</code>)</span>${
    settled === null ? null : html` It was decided to go on without it: <q><bdi>${settled}</bdi></q>`
  }${isPartly === true ? html` What it had given before is in this package; what it may hold beside that is not.` : null}</li>\n`;

const keptSection = (kept: readonly KeptPart[]): Html | null =>
  kept.length === 0
    ? null
    : html`<section class="sheet"><h2>What is not in this package</h2>
<p>What is kept until a day, or was there as of a day, was left when data of this person was erased before, and nothing that is known of the person now leads to it. What is kept until a day is there until then; what was there as of a day may be gone since. Anything else is found by an address of this person alone, and may be somebody else’s.</p>
<ul>${kept.flatMap(({ source, outcomes }) => outcomes.filter(isStaying).map((each) => keptItem(source, each)))}</ul></section>`;

const keptItem = ({ title }: SourceName, each: Staying): Html =>
  html`<li><strong><bdi>${title}</bdi></strong>, <bdi>${each.collection}</bdi>: ${counted(each.count, "record")}${
    each.outcome === "retained" ? html` until ${dayOf(new Date(each.until))}` : null
  }${each.asOf === undefined ? null : html` as of ${dayOf(new Date(each.asOf))}`} <span class="quiet">(<bdi>${each.reason}</bdi>)</span></li>\n`;

const nothingFoundSection = ({ nothingFound }: PackageContents): Html | null =>
  nothingFound.length === 0
    ? null
    : html`<section class="sheet"><h2>Where nothing was found</h2>
<p>These sources were asked as well. They answered, and hold nothing of this person.</p>
<ul>${nothingFound.map(({ title }) => html`<li><strong><bdi>${title}</bdi></strong></li>\n`)}</ul>
</section>`;

const leftOutSection = ({ leftOut }: PackageContents): Html | null =>
  leftOut.length === 0
    ? null
    : html`<section class="sheet"><h2>What was left out</h2>
<ul>${leftOut.map(({ source }) => html`<li><strong><bdi>${source.title}</bdi></strong>: ${leftOutSentence}</li>\n`)}</ul>
</section>`;

const contentsSection = (sources: readonly ListedSource[]): Html =>
  sources.length === 0
    ? html`<section class="sheet"><h2>Contents</h2><p>There are no rows in this package.</p></section>`
    : html`<nav class="sheet" aria-labelledby="contents"><h2 id="contents">Contents</h2>
<ul class="contents">${sources.map(sourceItem)}</ul></nav>`;

const sourceItem = ({ title, anchor, collections }: ListedSource): Html =>
  html`<li><a href="#${anchor}"><strong><bdi>${title}</bdi></strong></a><ul>${collections.map(
    ({ staged }, index) => html`
<li><a href="#${anchor}-${index + 1}"><bdi>${staged.collection}</bdi></a>
<span class="quiet">${counted(staged.rows, "row")}</span></li>`,
  )}</ul></li>\n`;

const readingSection = html`<section class="sheet"><h2>How to read it</h2>
<p>This page shows the first rows of each collection, and links to all of them. Unpack the ZIP file first, so that
the links work.</p>
<ul>
<li><strong>JSON</strong> files have every value exactly as it is. They are meant for programs, and for handing the
data on to another controller.</li>
<li><strong>CSV</strong> files open in a spreadsheet. Cells that it would run as a formula start with an
apostrophe (').</li>
<li><a href="${manifestPath}"><code>${manifestPath}</code></a> lists the files and their checksums, for programs.</li>
</ul></section>`;
