import { deepEqual, equal } from "node:assert/strict";
import { makeStages, makeTasks } from "../store/testdata/make_tasks.ts";
import { type Job, JobQueue } from "./job_queue.ts";

const { coldStart } = makeTasks();
const [first, second, third] = makeStages(3);
const [branch] = makeStages(3, { seed: 1 });

const job = (task: Job["task"], label: string): Job => ({ task, label, steps: 1, seconds: 1 });
const start = job(coldStart, "start"), a = job(first!, "a"), b = job(second!, "b");
const c = job(third!, "c"), other = job(branch!, "other");
const labels = (jobs: readonly Job[]) => jobs.map(({ label }) => label);

Deno.test("JobQueue hands out a job once what it begins from is finished", () => {
  const queue = new JobQueue([c, b, a, start]);
  equal(queue.take(), start);
  equal(queue.take(), null);
  queue.finish(start);
  equal(queue.take(), a);
  equal(queue.take(), null);
  queue.finish(a);
  equal(queue.take(), b);
  queue.finish(b);
  equal(queue.take(), c);
  deepEqual(queue.waiting, []);
});

Deno.test("JobQueue takes what none of its jobs makes for done, and the first job that fits", () => {
  const queue = new JobQueue([a, other, c]);
  equal(queue.take((job) => job !== a), other);
  equal(queue.take(), a);
  equal(queue.take(), c, "b is not to be made: it is there");
  const ordered = new JobQueue([a, other]);
  ordered.arrange([other, a]);
  equal(ordered.take(), other);
});

Deno.test("JobQueue drops with a job all that would begin from it, and nothing else", () => {
  const queue = new JobQueue([start, c, other, b, a]);
  equal(queue.take(), start);
  queue.finish(start);
  const failed = queue.take((job) => job === a)!;
  deepEqual(labels(queue.drop(failed)), ["b", "c"]);
  deepEqual(labels(queue.waiting), ["other"]);
  deepEqual(queue.drop(failed), []);

  const whole = new JobQueue([start, c, other, b, a]);
  deepEqual(labels(whole.drop(start)).sort(), ["a", "b", "c", "other"]);
  equal(whole.has(start), false);
  const waiting = new JobQueue([a, b]);
  deepEqual([labels(waiting.drop(b)), labels(waiting.waiting)], [[], ["a"]]);
});
