/** A time limit that a busy machine does not shorten. */
import process from "node:process";

/** Whether the time is up. */
export type Deadline = () => boolean;

/** Processor time of this process, in milliseconds. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/**
 * Up after so many milliseconds, both on the wall and of processor time: other processes stretch the one, other threads
 * of this process the other, and neither may decide whether an answer is right.
 */
export function deadlineIn(ms: number): Deadline {
  const wall = performance.now(), processor = processorMs();
  return () => performance.now() - wall >= ms && processorMs() - processor >= ms;
}
