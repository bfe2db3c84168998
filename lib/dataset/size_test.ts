import { deepEqual, throws } from "node:assert/strict";
import { createDataset } from "./dataset.ts";
import { files } from "./files/files.ts";
import { microMath } from "./micro_math.ts";
import { mixture } from "./mixture.ts";
import { countRows, datasetSize } from "./size.ts";

const SMALL = { prompts: 30, validationPrompts: 8, benchmarkPrompts: 3 };
const text = microMath({ ...SMALL, trainOn: "text" }),
  image = microMath({ ...SMALL, trainOn: "image" });
const anyone = () => null;

Deno.test("datasetSize() is what createDataset() makes, of mixtures too", async () => {
  const sources = { text, image };
  for (
    const config of [
      mixture({ sources }),
      mixture({ sources, probabilities: { text: 0.5, image: 0.5 }, stopping: "firstExhausted" }),
      mixture({ sources: { text, other: microMath({ ...SMALL, seed: 3 }) } }),
    ]
  ) {
    const { train, validation, benchmarks } = await createDataset(config, anyone);
    deepEqual(datasetSize(config), {
      pool: train.length,
      validation: validation.length,
      benchmarks: Object.values(benchmarks).flat().length,
    });
  }
});

Deno.test("datasetSize() knows files once their rows are counted, and says what to do until then", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    const write = (name: string, count: number) => {
      const rows = Array.from(
        { length: count },
        (_, i) => JSON.stringify({ problem: `${i} + ${count} = ?`, answer: String(i + count) }),
      );
      Deno.writeTextFileSync(`${folder}/${name}`, rows.join("\n"));
      return `${folder}/${name}`;
    };
    const config = files({ train: write("train.jsonl", 5), validation: write("val.jsonl", 2) });
    throws(() => datasetSize(config), { message: /^dataset.limit: expected how many rows/ });
    deepEqual(datasetSize({ ...config, limit: 4 }), { pool: 4, validation: 0, benchmarks: 0 });
    await countRows([config]);
    deepEqual(datasetSize(config), { pool: 5, validation: 2, benchmarks: 0 });
    deepEqual(datasetSize({ ...config, limit: 4 }).pool, 4);
    deepEqual(datasetSize({ ...config, limit: 9 }).pool, 5);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
