/**
 * The policy loss of a token, and how token losses become one number: settings, and one function over them all.
 *
 * r = π/π_old. One objective, one file beside this one: settings, the plain function and its graph form.
 *
 * Every objective is positively homogeneous in the advantages: with A_t replaced by c_t·A_t, c_t > 0, the loss and
 * its gradient at token t are multiplied by c_t. Weights of tokens and of groups are therefore folded into A.
 */
import { z } from "../../../deps.ts";
import type { Ops } from "../../tensor/ops.ts";
import { cispoGraph, cispoLosses, type CispoObjective, cispoSchema } from "./cispo.ts";
import { gmpoGraph, gmpoLosses, type GmpoObjective, gmpoSchema } from "./gmpo.ts";
import { gspoGraph, gspoLosses, type GspoObjective, gspoSchema } from "./gspo.ts";
import { ppoClipGraph, ppoClipLosses, type PpoClipObjective, ppoClipSchema } from "./ppo_clip.ts";
import {
  reinforceGraph,
  reinforceLosses,
  type ReinforceObjective,
  reinforceSchema,
} from "./reinforce.ts";
import { sapoGraph, sapoLosses, type SapoObjective, sapoSchema } from "./sapo.ts";
import type { ObjectiveInputs, ObjectiveTerms, ResponseTokens, TokenLoss } from "./token_loss.ts";

export type {
  CispoObjective,
  GmpoObjective,
  GspoObjective,
  PpoClipObjective,
  ReinforceObjective,
  SapoObjective,
};

/** The policy loss: settings. */
export type ObjectiveConfig =
  | PpoClipObjective
  | GspoObjective
  | CispoObjective
  | SapoObjective
  | GmpoObjective
  | ReinforceObjective;

export const objectiveSchema = z.discriminatedUnion("kind", [
  ppoClipSchema,
  gspoSchema,
  cispoSchema,
  sapoSchema,
  gmpoSchema,
  reinforceSchema,
]) satisfies z.ZodType<ObjectiveConfig>;

/**
 * How token losses are aggregated over a mini-batch. `token-mean`: over all tokens. `sequence-mean`: over
 * rollouts of their token means. `sequence-sum`: Σ over tokens/(rollouts · longest response) (Dr. GRPO).
 */
export const AGGREGATIONS = ["token-mean", "sequence-mean", "sequence-sum"] as const;
export type Aggregation = typeof AGGREGATIONS[number];

/** The loss of each token of a response. */
export function tokenLosses(response: ResponseTokens, config: ObjectiveConfig): TokenLoss[] {
  switch (config.kind) {
    case "ppoClip":
      return ppoClipLosses(response, config);
    case "gspo":
      return gspoLosses(response, config);
    case "cispo":
      return cispoLosses(response, config);
    case "sapo":
      return sapoLosses(response, config);
    case "gmpo":
      return gmpoLosses(response, config);
    case "reinforce":
      return reinforceLosses(response);
    default:
      return config satisfies never;
  }
}

/** {@link tokenLosses} as a graph. */
export function tokenLossGraph<T>(
  ops: Ops<T>,
  inputs: ObjectiveInputs<T>,
  config: ObjectiveConfig,
): ObjectiveTerms<T> {
  switch (config.kind) {
    case "ppoClip":
      return ppoClipGraph(ops, inputs, config);
    case "gspo":
      return gspoGraph(ops, inputs, config);
    case "cispo":
      return cispoGraph(ops, inputs, config);
    case "sapo":
      return sapoGraph(ops, inputs, config);
    case "gmpo":
      return gmpoGraph(ops, inputs, config);
    case "reinforce":
      return reinforceGraph(ops, inputs);
    default:
      return config satisfies never;
  }
}
