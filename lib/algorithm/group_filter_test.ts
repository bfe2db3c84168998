import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import {
  accuracyBand,
  customFilter,
  dynamicSampling,
  easyR1Filter,
  type GeneratedGroup,
  groupFilterSchema,
  keepsGroup,
  loadGroupFilter,
  noFilter,
  onlineFilter,
  pinFilter,
  screening,
} from "./group_filter.ts";

const eighths = Array.from({ length: 9 }, (_, right) => right / 8);
const kept = (band: Parameters<typeof keepsGroup>[0]) =>
  eighths.flatMap((rate, right) => keepsGroup(band, rate) ? [right] : []);

Deno.test("keepsGroup() with DAPO's bounds keeps every group that is neither all right nor all wrong", () => {
  deepEqual(kept(dynamicSampling()), [1, 2, 3, 4, 5, 6, 7]);
  deepEqual(kept(accuracyBand()), [1, 2, 3, 4, 5, 6, 7]);
});

Deno.test("keepsGroup() counts the ends of MM-EUREKA's band in, and leaves them out when asked", () => {
  deepEqual(kept(onlineFilter()), [1, 2, 3, 4, 5, 6, 7]);
  deepEqual(kept(onlineFilter({ low: 0.25, high: 0.75 })), [2, 3, 4, 5, 6]);
  deepEqual(kept(onlineFilter({ low: 0.25, high: 0.75, bounds: "exclusive" })), [3, 4, 5]);
});

Deno.test("groupFilterSchema takes every filter there is, and no empty band", () => {
  for (const filter of [noFilter(), accuracyBand(), onlineFilter(), screening()]) {
    deepEqual(groupFilterSchema.parse(filter), filter);
  }
  equal(groupFilterSchema.safeParse(accuracyBand({ low: 0.5, high: 0.5 })).success, false);
});

const GROUP: GeneratedGroup = {
  prompt: { question: "2 + 2 = ?", answer: "4", family: "arithmetic", level: 1, source: "a" },
  accuracy: Float32Array.of(1, 0),
  reward: Float32Array.of(2, 1),
  lengths: Int32Array.of(3, 9),
  truncated: [false, true],
};

Deno.test("easyR1Filter() is EasyR1's: by the whole reward, whole batches, twenty tries, then a failure", () => {
  const { metric, roundSize, maxRounds, whenShort, low, high, bounds } = easyR1Filter();
  deepEqual({ metric, roundSize, maxRounds, whenShort, low, high, bounds }, {
    metric: "reward",
    roundSize: "batch",
    maxRounds: 20,
    whenShort: "fail",
    low: 0.01,
    high: 0.99,
    bounds: "exclusive",
  });
});

Deno.test("loadGroupFilter() takes the band of either metric, and nothing while it is frozen", async () => {
  const keeps = await loadGroupFilter(accuracyBand({ low: 0.4, high: 0.6, freezingSteps: 2 }));
  equal(keeps(GROUP, 1), true);
  equal(keeps(GROUP, 3), true);
  equal(keeps({ ...GROUP, accuracy: Float32Array.of(1, 1) }, 2), true);
  equal(keeps({ ...GROUP, accuracy: Float32Array.of(1, 1) }, 3), false);
  const byReward = await loadGroupFilter(accuracyBand({ metric: "reward", low: 0, high: 1 }));
  equal(byReward(GROUP, 1), false);
});

Deno.test("loadGroupFilter() calls the user's function, pinned by its file", async () => {
  const folder = Deno.makeTempDirSync(), module = `${folder}/mine.ts`;
  try {
    Deno.writeTextFileSync(
      module,
      "export default ({ truncated }, step) => step < 5 && !truncated.some((cut) => cut);",
    );
    const pinned = pinFilter(customFilter(module));
    const keeps = await loadGroupFilter(pinned);
    equal(keeps(GROUP, 1), false);
    equal(keeps({ ...GROUP, truncated: [false, false] }, 1), true);
    equal(keeps({ ...GROUP, truncated: [false, false] }, 5), false);
    await rejects(loadGroupFilter(customFilter(module)), { message: /^filter.digest: expected/ });
    Deno.writeTextFileSync(module, "export default () => 'yes';");
    throws(() => pinFilter(pinned), { message: /^filter.module: .* that was planned with/ });
    const odd = await loadGroupFilter(pinFilter(customFilter(module)));
    throws(() => odd(GROUP, 1), { message: /expected .* to give true or false, got yes$/ });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
