/** Verifiers by kind. */
import { ConfigError } from "../core/errors.ts";
import { verify } from "./verify.ts";

/** The verifiers there are. */
export const VERIFIER_KINDS = ["exact", "math", "mmr1-compat"] as const;
/** One of {@link VERIFIER_KINDS}. */
export type VerifierKind = typeof VERIFIER_KINDS[number];

/** How right a response is, in [0, 1]. */
export type Verifier = (
  response: string,
  key: { readonly answer: string; readonly choices?: readonly string[] | null },
) => number;

/** The verifier of a kind. */
export function loadVerifier(kind: VerifierKind): Promise<Verifier> {
  if (kind !== "exact") {
    throw new ConfigError("reward.accuracy.verifier", `expected "exact", got "${kind}"`);
  }
  return Promise.resolve((response, { answer }) => Number(verify(response, answer)));
}
