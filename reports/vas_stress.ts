/** The λ sweep's figures on a pool most of whose prompts carry no signal. */
import { defineReport } from "../lib/mod.ts";
import lambdaSweep from "./vas_lambda_sweep.ts";

export default defineReport({
  ...lambdaSweep,
  title: "Variance-aware sampling: a stress case",
  notice:
    "Stress case, made to favour selective sampling: most prompts of the pool have a wrong answer key on " +
    "purpose, so that no response to them is rewarded for being right. It says what the mechanism can do, not " +
    "what to expect of an ordinary pool.",
});
