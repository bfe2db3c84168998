/** A reward model behind HTTP, in the format of OpenRLHF and LMM-R1 (`--remote_rm_url`): settings. */
import { z } from "../../deps.ts";

/** A reward model behind HTTP. */
export interface RemoteRewardConfig {
  /** What its term is called. */
  readonly name: string;
  /** Servers of one and the same model: they share the rollouts. */
  readonly urls: readonly string[];
  readonly weight: number;
  /** Until one request counts as failed. */
  readonly timeoutSeconds: number;
  /** Requests for one batch at most, each after about twice the wait of the one before it; then the run stops. */
  readonly tries: number;
  /** Rollouts in one request. */
  readonly batchSize: number;
}

/** A reward model at these addresses: 5 tries of 180 s, as OpenRLHF's client has. */
export function remoteReward(
  urls: string | readonly string[],
  {
    name = "remote",
    weight = 1,
    timeoutSeconds = 180,
    tries = 5,
    batchSize = 128,
  }: Partial<Omit<RemoteRewardConfig, "urls">> = {},
): RemoteRewardConfig {
  return {
    name,
    urls: typeof urls === "string" ? [urls] : urls,
    weight,
    timeoutSeconds,
    tries,
    batchSize,
  };
}

const isHttp = (text: string) => /^https?:$/.test(URL.parse(text)?.protocol ?? "");

export const remoteRewardSchema = z.strictObject({
  name: z.string().regex(/^[a-zA-Z]\w{0,31}$/),
  urls: z.array(z.string().refine(isHttp, { message: "expected an http or https address" }))
    .min(1).max(64),
  weight: z.number(),
  timeoutSeconds: z.number().gt(0).max(86400),
  tries: z.int().min(1).max(100),
  batchSize: z.int().min(1).max(65536),
}) satisfies z.ZodType<RemoteRewardConfig>;

/**
 * `host:port` of each server, once: what a process needs network permission for.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * const { urls } = remoteReward(["http://localhost:5000/get_reward", "https://[::1]/x"]);
 * deepEqual(remoteHosts(urls), ["localhost:5000", "[::1]:443"]);
 * ```
 */
export function remoteHosts(urls: readonly string[]): string[] {
  return [
    ...new Set(urls.map((text) => {
      const { hostname, port, protocol } = new URL(text);
      return `${hostname}:${port || (protocol === "https:" ? "443" : "80")}`;
    })),
  ];
}
