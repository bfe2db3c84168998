import { deepEqual, equal, match, ok } from "node:assert/strict";
import { renderIndex } from "./index_page.ts";
import { createEntry, parseEntry, reportSentence } from "./report_entry.ts";
import { answer, cost } from "./sections/mod.ts";
import { syntheticResults } from "./testdata/synthetic_results.ts";

const results = syntheticResults({ seeds: 2, steps: 15, lastStatus: "failed" });
const NOW = new Date("2026-03-04T05:06:07Z");

const entry = createEntry(
  { kind: "report", page: "sweep", digest: "d", title: "The sweep", answer: "It <was> higher." },
  results,
  NOW,
);

const headings = (html: string) =>
  [...html.matchAll(/<h[23][^>]*>(?:<a[^>]*>)?([^<]+)/g)].map(([, title]) => title);

Deno.test("createEntry() says how many seeds each arm has at least, and of how many runs", () => {
  deepEqual(entry.seeds, [1, 2]);
  deepEqual([entry.runs, entry.planned], [5, 6]);
  equal(
    entry.question,
    "Does drawing more of each batch by expected reward variance make learning faster?",
  );
  equal(entry.writtenAt, "2026-03-04T05:06:07.000Z");
});

Deno.test("parseEntry() reads what was written, and nothing else", () => {
  deepEqual(parseEntry(JSON.stringify(entry)), entry);
  for (const other of ['{"format":2}', "", '{"format":1,"pa', "[]"]) equal(parseEntry(other), null);
});

Deno.test("reportSentence() is that of the first section that has one", async () => {
  const write = () => Promise.resolve(null);
  const own = { id: "own", title: "Own", write, sentence: () => "It depends." };
  equal(await reportSentence({ sections: [cost(), own, answer()] }, results), "It depends.");
  match((await reportSentence({ sections: [answer()] }, results))!, /^Against random, .*n = 2/);
  equal(await reportSentence({ sections: [cost()] }, results), null);
  equal(await reportSentence({ sections: [own] }, { ...results, arms: [] }), null);
});

Deno.test("renderIndex() lists the newest first, with question, answer, n, cost, date and link", () => {
  const html = renderIndex({
    entries: [
      { ...entry, exists: true },
      { ...entry, page: "a+b=1", title: "Later", writtenAt: "2026-03-05T00:00:00Z", exists: true },
    ],
    missing: [],
    others: [],
  });
  deepEqual(headings(html), ["Reports", "Later", "The sweep"]);
  ok(html.includes('href="a%2Bb%3D1.html"'));
  ok(html.includes("It &#60;was&#62; higher."));
  ok(html.includes("1 to 2 seeds per arm (5 of 6 runs)"));
  match(
    html,
    /cost: [\d,]+ rollouts, [\d,]+ tokens, \d+ s; written <time[^>]*>2026-03-04 05:06 UTC/,
  );
});

Deno.test("renderIndex() marks pages that are gone, experiments without one, and keeps comparisons apart", () => {
  const html = renderIndex({
    entries: [
      { ...entry, exists: false },
      { ...entry, kind: "comparison", page: "compare_a_b", title: "a and b", exists: true },
    ],
    missing: [{ name: "next", question: "Why?", command: "deno task run experiments/next.ts" }],
    others: ["data_mmr1_micro"],
  });
  deepEqual(headings(html), [
    "Reports",
    "The sweep (page missing)",
    "Comparisons",
    "a and b",
    "No report yet",
    "Other pages",
  ]);
  ok(!html.includes('href="sweep.html"'));
  ok(html.includes("<code>deno task run experiments/next.ts</code>"));
  ok(html.includes('href="data_mmr1_micro.html"'));
});
