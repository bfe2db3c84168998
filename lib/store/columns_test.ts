import { deepEqual, equal, rejects } from "node:assert/strict";
import { loadArquero } from "../../deps.ts";
import { decodeScores, encodeColumns } from "./columns.ts";

const scores = {
  scoredAt: Float32Array.of(0, 14, 14),
  passRate: Float32Array.of(0, 0.25, 1),
  ovs: Float32Array.of(0, 0.1875, 0),
  tds: Float32Array.of(0.1, 0.2, 0.3),
  vps: Float32Array.of(0.05, 0.19375, 0.15),
  weight: Float32Array.of(1e-8, 0.5, 3.4e38),
};

Deno.test("decodeScores() gives the same single-precision numbers as encodeColumns() was given", async () => {
  deepEqual(await decodeScores(await encodeColumns(scores), "s.arrow"), scores);
});

Deno.test("encodeColumns() numbers the rows for readers of the file", async () => {
  const { fromArrow } = await loadArquero();
  const table = fromArrow(await encodeColumns(scores));
  deepEqual([...table.array("prompt")], [0, 1, 2]);
  equal(table.get("tds", 2), scores.tds[2]);
});

Deno.test("decodeScores() names file and column when something is missing", async () => {
  const { table } = await loadArquero();
  const bytes = table({ scoredAt: [1], passRate: [1], ovs: [1], vps: [1], weight: [1] }).toArrowIPC(
    {
      format: "file",
    },
  );
  await rejects(decodeScores(bytes, "s.arrow"), /^StoreError: s\.arrow: .* got no column tds/);
  await rejects(
    decodeScores(Uint8Array.of(1, 2, 3), "s.arrow"),
    /^StoreError: s\.arrow: expected an Arrow file/,
  );
});
