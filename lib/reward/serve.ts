/**
 * A reward model to be asked over HTTP, as LMM-R1's math verifier is: POST `/get_reward` with
 * `{query, prompts, labels}`, answered by `{rewards, format_rewards, acc_rewards}` (rewards = format + acc).
 */
import { z } from "../../deps.ts";
import { createJudge, type Score } from "./judge.ts";
import { lmmR1Rewards } from "./presets.ts";
import { parseResponse } from "./response.ts";
import type { RewardInput } from "./reward_function.ts";
import type { VerifierKind } from "./verify.ts";

/** How to serve. */
export interface ServeRewardOptions {
  /** 0 for any free one. */
  readonly port: number;
  readonly verifier: VerifierKind;
  /** Hears the address once it is open. */
  readonly onListen?: (url: string) => void;
}

/** Only programs on this machine can ask. */
const HOSTNAME = "127.0.0.1";
const PATH = "/get_reward";

/**
 * Starts to serve accuracy + ½·format with LMM-R1's format. A response is what stands behind the prompt in the
 * query, without a template's words.
 *
 * @returns the server: `shutdown()` answers what was asked and ends it.
 */
export async function serveReward(
  { port, verifier, onListen = () => {} }: ServeRewardOptions,
): Promise<Deno.HttpServer<Deno.NetAddr>> {
  const config = lmmR1Rewards();
  const judge = await createJudge(
    { ...config, accuracy: { ...config.accuracy, verifier } },
    { maxTokens: 0 }, // no term looks at length
  );
  return Deno.serve({
    hostname: HOSTNAME,
    port,
    onListen: ({ port }) => onListen(`http://${HOSTNAME}:${port}${PATH}`),
  }, async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname !== PATH) return failure(404, `expected ${PATH}, got ${pathname}`);
    if (request.method !== "POST") return failure(405, `expected POST, got ${request.method}`);
    const rollouts = readRequest(await request.text());
    if (typeof rollouts === "string") return failure(400, rollouts);
    return Response.json(answerOf(await judge(rollouts, 1)));
  });
}

function failure(status: number, error: string): Response {
  return Response.json({ error }, { status });
}

function answerOf(scores: readonly Score[]) {
  return {
    rewards: scores.map(({ reward }) => reward),
    format_rewards: scores.map(({ components }) => components.format),
    acc_rewards: scores.map(({ components }) => components.accuracy),
  };
}

const texts = z.array(z.string());
const requestSchema = z.object({ query: texts, prompts: texts, labels: texts });

/** What is to be judged, or what is wrong with the request. */
function readRequest(body: string): RewardInput[] | string {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    return `expected JSON, got a fault: ${(error as Error).message}`;
  }
  const result = requestSchema.safeParse(value);
  if (!result.success) {
    const name = result.error.issues[0]!.path[0] ?? "the body";
    return `expected {query, prompts, labels}, each a list of texts; ${String(name)} is none`;
  }
  const { query, prompts, labels } = result.data;
  if (query.length !== prompts.length || query.length !== labels.length) {
    return `expected lists of one length, got ${query.length} query, ${prompts.length} prompts and ` +
      `${labels.length} labels`;
  }
  return query.map((text, i) => ({
    prompt: { question: prompts[i]!, answer: keyOf(labels[i]!) },
    response: parseResponse(responseIn(text, prompts[i]!), new Int32Array(0), false),
  }));
}

/** LMM-R1's data writes its keys as formulas. */
const keyOf = (label: string) => /^\$([^$]+)\$$/.exec(label.trim())?.[1] ?? label;

/** What stands before a response and behind it, by LMM-R1's templates. */
const BEFORE = ["<|im_start|>assistant\n", "<｜Assistant｜>", "Assistant: "];
const BEHIND = /<\|im_end\|>|<｜end▁of▁sentence｜>|<\|endoftext\|>/g;

/** The response in a query that holds the prompt too; all of it where nothing says where it begins. */
function responseIn(query: string, prompt: string): string {
  const place = prompt === "" ? -1 : query.indexOf(prompt);
  const from = place < 0 ? 0 : place + prompt.length;
  const begins = BEFORE.map((mark) => ({ mark, at: query.indexOf(mark, from) }))
    .filter(({ at }) => at >= 0).sort((a, b) => a.at - b.at);
  const begin = begins[0] === undefined ? from : begins[0].at + begins[0].mark.length;
  return query.slice(begin).replace(BEHIND, "").trim();
}
