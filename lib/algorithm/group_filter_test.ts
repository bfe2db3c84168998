import { deepEqual, equal } from "node:assert/strict";
import {
  accuracyBand,
  dynamicSampling,
  groupFilterSchema,
  keepsGroup,
  noFilter,
  onlineFilter,
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
