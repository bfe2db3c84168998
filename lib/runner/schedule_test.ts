import { deepEqual, equal, ok } from "node:assert/strict";
import { makespan, type ScheduledJob, scheduleOrder } from "./schedule.ts";

/** Jobs that can all begin at once. */
const alone = (...costs: number[]): ScheduledJob[] =>
  costs.map((seconds) => ({ seconds, after: null }));

Deno.test("scheduleOrder() finds the even split that longest-first misses", () => {
  const jobs = alone(40, 40, 40, 40, 40, 40, 27, 27, 27);
  equal(makespan(jobs, [...jobs.keys()], 2), 174);
  equal(makespan(jobs, scheduleOrder(jobs, 2), 2), 161);
});

Deno.test("scheduleOrder() keeps every job, and gives the same order again", () => {
  const jobs = alone(3, 1, 4, 1, 5, 9, 2, 6);
  const order = scheduleOrder(jobs, 3);
  deepEqual(order.toSorted((a, b) => a - b), [...jobs.keys()]);
  deepEqual(scheduleOrder(jobs, 3), order);
  deepEqual(scheduleOrder([], 3), []);
});

Deno.test("scheduleOrder() puts the longest first when there are many jobs", () => {
  const jobs = alone(...Array.from({ length: 100 }, (_, job) => job));
  ok(scheduleOrder(jobs, 2).every((job, i) => job === 99 - i));
});

Deno.test("makespan() lets a job begin when the one before it has ended", () => {
  const jobs = [
    { seconds: 4, after: null },
    { seconds: 3, after: 0 },
    { seconds: 5, after: null },
    { seconds: 1, after: 1 },
  ];
  // Worker 1: 0 to 4, then job 1 to 7, then job 3 to 8; worker 2: job 2 to 5, idle.
  equal(makespan(jobs, [0, 2, 1, 3], 2), 8);
  // A job that cannot begin yet is passed by.
  equal(makespan(jobs, [3, 1, 0, 2], 2), 8);
  // Alone, in whatever order, they take 13.
  equal(makespan(jobs, [3, 2, 1, 0], 1), 13);
  equal(makespan([], [], 2), 0);
});

Deno.test("scheduleOrder() begins with the longest chain, not with the longest job", () => {
  const chain = Array.from(
    { length: 4 },
    (_, i) => ({ seconds: 5, after: i === 0 ? null : i - 1 }),
  );
  const jobs = [...chain, ...alone(8, 8, 4)];
  equal(makespan(jobs, [4, 5, 6, 0, 1, 2, 3], 2), 28);
  equal(makespan(jobs, scheduleOrder(jobs, 2), 2), 20);
  // So it is among many jobs, where only chains are looked at.
  const many = [...chain, ...alone(...Array<number>(96).fill(8))];
  equal(scheduleOrder(many, 2)[0], 0);
});
