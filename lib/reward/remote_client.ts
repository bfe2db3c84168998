/** Asks a reward model behind HTTP: POST `{query, prompts, labels}`, answer `{rewards}`. */
import { type RandomSource, randomSource } from "../core/random.ts";
import type { RemoteRewardConfig } from "./remote.ts";
import type { RewardInput } from "./reward_function.ts";

/** A reward model did not answer, or with something that is no list of rewards. */
export class RemoteRewardError extends Error {
  override readonly name = "RemoteRewardError";
  /** Whether the same request may succeed later. */
  readonly isTemporary: boolean;

  constructor(url: string, problem: string, isTemporary: boolean) {
    super(`${url}: ${problem}`);
    this.isTemporary = isTemporary;
  }
}

/** How requests are made. */
export interface RemoteOptions {
  /** Ends requests and waits; the call then rejects with its reason. */
  readonly signal?: AbortSignal | null;
  /** Waits before the next try. */
  readonly wait?: (seconds: number, signal: AbortSignal | null) => Promise<void>;
  /** Where waiting times are drawn from. */
  readonly random?: RandomSource;
}

/** Longest wait between two tries, in seconds. */
const LONGEST_WAIT = 60;

/**
 * The remote terms of each rollout, weighted: one of the model's name, and `<name>.<part>` for every further list of
 * numbers in the answer (LMM-R1's format_rewards and acc_rewards). Those are parts of the reward: the first is then
 * what they leave.
 *
 * Batches of `batchSize` go to the servers in turn; each server has one request at a time.
 *
 * Errors: a {@link RemoteRewardError} naming address, status and what came, after the last try (at once for an
 * answer that another try would not mend); the signal's reason.
 */
export async function askRemote(
  config: RemoteRewardConfig,
  rollouts: readonly RewardInput[],
  { signal = null, wait = waitFor, random = randomSource(0, "remote") }: RemoteOptions = {},
): Promise<Record<string, number>[]> {
  const { name, urls, batchSize, weight } = config;
  const batches = Array.from({ length: Math.ceil(rollouts.length / batchSize) }, (_, i) => ({
    index: i,
    rollouts: rollouts.slice(i * batchSize, (i + 1) * batchSize),
  }));
  const ended = new AbortController(); // the first failure ends what the other servers are doing
  const stop = signal === null ? ended.signal : AbortSignal.any([signal, ended.signal]);
  const answers: Answer[] = [];
  await Promise.all(urls.map(async (url, server) => {
    for (const { index, rollouts } of batches.filter((_, i) => i % urls.length === server)) {
      try {
        const draws = random.at("batch", index);
        answers[index] = await askPatiently(url, rollouts, config, { signal: stop, wait, draws });
      } catch (error) {
        if (stop.aborted) throw stop.reason;
        ended.abort(error);
        throw error;
      }
    }
  }));
  const names = namesOfParts(answers, config);
  return answers.flatMap(({ rewards, parts }) =>
    rewards.map((reward, i) => {
      const terms = names.map((part): [string, number] => [
        `${name}.${part}`,
        weight * parts.get(part)![i]!,
      ]);
      const rest = weight * reward - terms.reduce((total, [, value]) => total + value, 0);
      return { [name]: rest, ...Object.fromEntries(terms) };
    })
  );
}

interface Answer {
  readonly rewards: readonly number[];
  readonly parts: ReadonlyMap<string, readonly number[]>;
}

/** Names of the parts, sorted. Servers of one model name the same ones. */
function namesOfParts(answers: readonly Answer[], { urls }: RemoteRewardConfig): string[] {
  const lists = answers.map(({ parts }, i) => ({
    url: urls[i % urls.length]!,
    names: [...parts.keys()].sort(),
  }));
  const first = lists[0];
  const other = lists.find(({ names }) => names.join() !== first!.names.join());
  if (other !== undefined) {
    throw new RemoteRewardError(
      other.url,
      `expected rewards in the parts that ${first!.url} gives (${first!.names.join(", ")}), ` +
        `got ${other.names.join(", ")}`,
      false,
    );
  }
  return first?.names ?? [];
}

interface Patience {
  readonly signal: AbortSignal;
  readonly wait: NonNullable<RemoteOptions["wait"]>;
  readonly draws: RandomSource;
}

/** Asks until there is an answer: waits of 1, 2, 4, … seconds, each times a number in [½, 1). */
async function askPatiently(
  url: string,
  rollouts: readonly RewardInput[],
  { tries, timeoutSeconds }: RemoteRewardConfig,
  { signal, wait, draws }: Patience,
): Promise<Answer> {
  for (let failed = 0;;) {
    signal.throwIfAborted();
    try {
      return await ask(url, rollouts, timeoutSeconds, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof RemoteRewardError && error.isTemporary)) throw error;
      if (++failed === tries) {
        throw new RemoteRewardError(
          url,
          `${problemOf(error, url)} (try ${tries} of ${tries})`,
          true,
        );
      }
    }
    const seconds = Math.min(LONGEST_WAIT, 2 ** (failed - 1)) * (0.5 + 0.5 * draws.next());
    await wait(seconds, signal);
  }
}

const problemOf = (error: RemoteRewardError, url: string) => error.message.slice(url.length + 2);

async function ask(
  url: string,
  rollouts: readonly RewardInput[],
  timeoutSeconds: number,
  signal: AbortSignal,
): Promise<Answer> {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), timeoutSeconds * 1000);
  let status: number, ok: boolean, text: string;
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(requestOf(rollouts)),
      signal: AbortSignal.any([signal, timeout.signal]),
    });
    ({ status, ok } = response);
    text = await response.text();
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) {
      throw new RemoteRewardError(url, `not permitted: ${error.message}`, false);
    }
    const problem = timeout.signal.aborted
      ? `expected an answer within ${timeoutSeconds} s, got none`
      : `expected an answer, got ${reasonOf(error as Error)}`;
    throw new RemoteRewardError(url, problem, true);
  } finally {
    clearTimeout(timer);
  }
  if (!ok) {
    const isTemporary = status >= 500 || [408, 425, 429].includes(status);
    throw new RemoteRewardError(
      url,
      `expected status 200, got ${status}${text === "" ? "" : `: ${excerpt(text)}`}`,
      isTemporary,
    );
  }
  return parseAnswer(
    text,
    rollouts.length,
    (problem) => new RemoteRewardError(url, `${problem} (status ${status})`, false),
  );
}

/** What the system says, without what surrounds it: the error of a request itself only says that it failed. */
function reasonOf({ message, cause }: Error): string {
  return cause instanceof Error
    ? cause.message.replace(/^.*?\): (?:client error \(\w+\): )?/, "")
    : message;
}

/**
 * The body of a request. `query` is a conversation as LMM-R1's template `base` writes it, `prompts` the question
 * alone: a server finds the response behind "Assistant: ".
 */
function requestOf(rollouts: readonly RewardInput[]): RemoteRequest {
  return {
    query: rollouts.map(({ prompt, response }) =>
      `User: ${prompt.question}\n\nAssistant: ${response.text}`
    ),
    prompts: rollouts.map(({ prompt }) => prompt.question),
    labels: rollouts.map(({ prompt }) => prompt.answer),
  };
}

/** What is asked: three lists of one length. */
export interface RemoteRequest {
  readonly query: readonly string[];
  readonly prompts: readonly string[];
  readonly labels: readonly string[];
}

function parseAnswer(text: string, count: number, fault: (problem: string) => Error): Answer {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw fault(`expected JSON, got ${excerpt(text)}`);
  }
  if (typeof value !== "object" || value === null || !("rewards" in value)) {
    throw fault(`expected {"rewards": […]}, got ${excerpt(text)}`);
  }
  const { rewards, ...others } = value;
  const parts = Object.entries(others).filter(([, list]) => Array.isArray(list));
  return {
    rewards: numbers(rewards, "rewards", count, fault),
    parts: new Map(parts.map(([name, list]) => [name, numbers(list, name, count, fault)])),
  };
}

function numbers(
  list: unknown,
  name: string,
  count: number,
  fault: (problem: string) => Error,
): readonly number[] {
  const got = Array.isArray(list) ? list.length : excerpt(JSON.stringify(list));
  if (!Array.isArray(list) || list.length !== count) {
    throw fault(`expected ${count} ${name}, got ${got}`);
  }
  return list.map((item: unknown, i) => {
    if (typeof item === "number" && Number.isFinite(item)) return item;
    throw fault(`expected finite numbers, got ${name}[${i}] = ${show(item)}`);
  });
}

const show = (item: unknown) =>
  typeof item === "number" ? String(item) : excerpt(JSON.stringify(item));

const excerpt = (text: string) =>
  text === "" ? "nothing" : text.length > 200 ? `${text.slice(0, 200)}…` : text;

function waitFor(seconds: number, signal: AbortSignal | null): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", end);
      resolve();
    }, seconds * 1000);
    signal?.addEventListener("abort", end, { once: true });
  });
}
