import { equal } from "node:assert/strict";
import { policyFile, stepOfPolicyFile } from "./policy_files.ts";

Deno.test("stepOfPolicyFile() reads what policyFile() wrote, and nothing else", () => {
  for (const step of [1, 35, 999_999, 1_234_567]) equal(stepOfPolicyFile(policyFile(step)), step);
  equal(policyFile(35), "policies/step-000035.safetensors");
  equal(stepOfPolicyFile("step-000035.safetensors"), 35);
  for (const name of ["best.safetensors", "step-000035.safetensors.tmp", "step-35.safetensors"]) {
    equal(stepOfPolicyFile(name), null);
  }
});
