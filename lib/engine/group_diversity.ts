/** Trajectory diversity of groups of rollouts, as a sampler asks for it. */
import { PAD } from "../policy/tokenizer.ts";
import { trajectoryDiversity } from "../sampler/diversity.ts";
import type { DiversityRequest } from "../sampler/sampler.ts";
import { rolloutTokens } from "./responses.ts";
import type { Rollouts } from "./rollouts.ts";

/** TDS of each group; 0 for each where nothing was asked for. // [groups] */
export function groupDiversity(
  rollouts: Rollouts,
  request: DiversityRequest | null,
): Float32Array {
  const { count, groupSize, tokens } = rollouts;
  const tds = new Float32Array(count / groupSize);
  if (request === null) return tds;
  const padding = request.padResponses ? { padTo: tokens.length / count, padId: PAD } : {};
  return tds.map((_, group) => {
    const responses = Array.from(
      { length: groupSize },
      (_, member) => rolloutTokens(rollouts, group * groupSize + member),
    );
    return trajectoryDiversity(responses, request.measure, padding);
  });
}
