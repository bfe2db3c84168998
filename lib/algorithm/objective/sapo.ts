/**
 * SAPO: a smooth gate in the place of a clip.
 *
 * Sources: arXiv 2511.20347; hiyouga/EasyR1:verl/trainer/core_algos.py.
 */
import { z } from "../../../deps.ts";
import type { Ops } from "../../tensor/ops.ts";
import {
  importanceRatio,
  type ObjectiveInputs,
  type ObjectiveTerms,
  type ResponseTokens,
  type TokenLoss,
} from "./token_loss.ts";

/** −A·(4/τ)·σ(τ·(r − 1)) with a temperature τ for each sign of A (SAPO, arXiv 2511.20347). */
export interface SapoObjective {
  readonly kind: "sapo";
  readonly temperaturePositive: number;
  readonly temperatureNegative: number;
}

/** SAPO with the paper's temperatures: what is bad is held back a little more. */
export function sapoObjective(
  { temperaturePositive = 1, temperatureNegative = 1.05 }: Partial<Omit<SapoObjective, "kind">> =
    {},
): SapoObjective {
  return { kind: "sapo", temperaturePositive, temperatureNegative };
}

export const sapoSchema = z.strictObject({
  kind: z.literal("sapo"),
  temperaturePositive: z.number().gt(0),
  temperatureNegative: z.number().gt(0),
}) satisfies z.ZodType<SapoObjective>;

/** The gate (4/τ)·σ(τ·(r − 1)): slope 1 at r = 1, as the ratio itself has. */
export function sapoGate(ratio: number, temperature: number): number {
  return 4 / temperature / (1 + Math.exp(-temperature * (ratio - 1)));
}

/** −A·gate(r) of each token; nothing is clipped. */
export function sapoLosses(
  { advantages, logProbs, oldLogProbs }: ResponseTokens,
  { temperaturePositive, temperatureNegative }: SapoObjective,
): TokenLoss[] {
  return Array.from(logProbs, (logProb, t) => {
    const advantage = advantages[t]!;
    const temperature = advantage < 0 ? temperatureNegative : temperaturePositive;
    const gate = sapoGate(importanceRatio(logProb, oldLogProbs[t]!), temperature);
    return { loss: -advantage * gate, clip: "none" };
  });
}

/** {@link sapoLosses} as a graph. */
export function sapoGraph<T>(
  ops: Ops<T>,
  { advantages, ratio }: ObjectiveInputs<T>,
  { temperaturePositive, temperatureNegative }: SapoObjective,
): ObjectiveTerms<T> {
  const temperature = ops.add(
    ops.mul(ops.less(advantages, 0), temperatureNegative - temperaturePositive),
    temperaturePositive,
  );
  const gate = ops.div(
    ops.mul(ops.sigmoid(ops.mul(temperature, ops.sub(ratio, 1))), 4),
    temperature,
  );
  const none = ops.constant(0);
  return { loss: ops.neg(ops.mul(advantages, gate)), high: none, low: none, dual: none };
}
