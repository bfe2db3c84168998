/** Where a run keeps policies besides the last: paths below its folder. */

/** Path of the policy with the highest validation accuracy. */
export const BEST_POLICY = "policies/best.safetensors";

/** Path of the policy after a step. */
export function policyFile(step: number): string {
  return `policies/step-${String(step).padStart(6, "0")}.safetensors`;
}

/** The step of a {@link policyFile}, path or name alone; null for another file. */
export function stepOfPolicyFile(file: string): number | null {
  const digits = /(?:^|\/)step-(\d{6,})\.safetensors$/.exec(file)?.[1];
  return digits === undefined ? null : Number(digits);
}
