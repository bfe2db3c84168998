import { deepEqual, equal, ok } from "node:assert/strict";
import { makespan, scheduleOrder } from "./schedule.ts";

Deno.test("scheduleOrder() finds the even split that longest-first misses", () => {
  const costs = [40, 40, 40, 40, 40, 40, 27, 27, 27];
  const longestFirst = costs.map((_, job) => job);
  equal(makespan(costs, longestFirst, 2), 174);
  equal(makespan(costs, scheduleOrder(costs, 2), 2), 161);
});

Deno.test("scheduleOrder() keeps every job, and gives the same order again", () => {
  const costs = [3, 1, 4, 1, 5, 9, 2, 6];
  const order = scheduleOrder(costs, 3);
  deepEqual(order.toSorted((a, b) => a - b), costs.map((_, job) => job));
  deepEqual(scheduleOrder(costs, 3), order);
});

Deno.test("scheduleOrder() puts the longest first when there are many jobs", () => {
  const costs = Array.from({ length: 100 }, (_, job) => job);
  ok(scheduleOrder(costs, 2).every((job, i) => job === 99 - i));
});
