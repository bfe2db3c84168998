/** Measures one part for one policy: PyTorch in its variants, then ours on each target, one after the other. */
import { availableParallelism } from "node:os";
import type { Target } from "../../lib/backend/target.ts";
import { decodeTensors } from "../../lib/core/safetensors.ts";
import { type Answer, numberIn } from "../conversation.ts";
import { type PolicyWork, policyWork, type Preset, workFile } from "../policy_work.ts";
import { compareSamples, rolloutRandom, uniformsOf } from "../rollout_work.ts";
import { compareSteps, inOrder, trainingFile, trainingWork } from "../train_work.ts";
import {
  batchOf,
  type BenchDevice,
  type Measurement,
  type Part,
  type Precision,
  precisionOf,
  type Tolerance,
  toleranceOf,
} from "./measurement.ts";
import type { MemoryMeter } from "./memory.ts";
import { type Opened, openOurs, openPyTorch, typicalSeconds } from "./sides.ts";
import { compiledVariants, eagerVariants, transformersVariant, type Variant } from "./variants.ts";

/** What is measured, and with what. */
export interface MeasureOptions {
  readonly device: BenchDevice;
  /** Ours, those that are there. */
  readonly targets: readonly Target[];
  readonly isQuick: boolean;
  readonly hasTransformers: boolean;
  readonly meter: MemoryMeter;
}

/** What a variant computed. */
interface Result {
  readonly answer: Answer;
  readonly tensors: Readonly<Record<string, Float32Array>>;
}

/**
 * The measurements of one part and policy. One that fails says so and keeps none from being tried.
 *
 * What all are compared with is PyTorch's first result, computed eagerly in single precision.
 */
export class PartBench {
  readonly #work: PolicyWork;
  readonly #threads = availableParallelism();
  #folder = "";
  #reference: Result | null = null;

  constructor(
    readonly part: Part,
    readonly policy: Preset,
    readonly options: MeasureOptions,
  ) {
    this.#work = policyWork(policy, batchOf(options.device, policy, options.isQuick));
  }

  async *measurements(): AsyncGenerator<Measurement> {
    this.#folder = await Deno.makeTempDir();
    try {
      await Deno.writeFile(this.#file, await this.#workBytes());
      const isGpu = this.options.device === "cuda";
      for (const precision of isGpu ? ["float32", "TF32"] as const : ["float32"] as const) {
        yield* this.#pyTorch(precision);
      }
      for (const target of this.options.targets) yield* this.#ours(target);
    } finally {
      await Deno.remove(this.#folder, { recursive: true });
    }
  }

  get #file(): string {
    return `${this.#folder}/work.safetensors`;
  }

  get #rollouts(): number {
    return this.#work.batch.prompts * this.#work.batch.groupSize;
  }

  async #workBytes(): Promise<Uint8Array> {
    const { batch } = this.#work;
    if (this.part === "train") {
      return trainingFile(await trainingWork(this.policy, batch, this.#threads));
    }
    const uniforms = uniformsOf(rolloutRandom(), batch);
    return workFile(this.#work, {
      arrays: { uniforms: [uniforms, [batch.tokens, this.#rollouts]] },
    });
  }

  async *#pyTorch(precision: Precision): AsyncGenerator<Measurement> {
    const { device, meter } = this.options;
    const variants = eagerVariants(this.part, precision, this.#rollouts);
    let opened: Opened;
    try {
      opened = await openPyTorch(this.part, device, precision, this.#threads, meter);
    } catch (error) {
      return yield this.#failed(variants[0]!, error);
    }
    try {
      const eager: { variant: Variant; seconds: number }[] = [];
      for (const variant of variants) {
        const measured = await this.#measure(opened, variant);
        yield measured;
        if (measured.seconds !== null) eager.push({ variant, seconds: measured.seconds });
      }
      // Compiling takes long: only what was fastest eagerly.
      const [fastest] = eager.sort((a, b) => a.seconds - b.seconds);
      if (fastest !== undefined) {
        for (const variant of compiledVariants(fastest.variant)) {
          yield await this.#measure(opened, variant);
        }
      }
      if (this.part === "rollout" && this.options.hasTransformers) {
        yield await this.#measure(opened, transformersVariant(precision));
      }
    } finally {
      await opened.process.close();
    }
  }

  async *#ours(target: Target): AsyncGenerator<Measurement> {
    const { meter } = this.options;
    const what = this.part === "train" ? "micro-batch" : "run";
    const own = { rows: null, settings: `as the engine cuts work into a ${what}` };
    const whole = { rows: this.#rollouts, settings: `${this.#rollouts} sequences per ${what}` };
    for (const { rows, settings } of [own, whole]) {
      const variant: Variant = {
        side: "ours",
        name: `${target.backend} ${target.device}`,
        precision: precisionOf(target),
        settings,
        request: { part: this.part, preset: this.policy, batch: this.#work.batch, rows },
        isComparable: true,
      };
      let opened: Opened;
      try {
        opened = await openOurs(target, this.#threads, meter);
      } catch (error) {
        yield this.#failed(variant, error);
        continue;
      }
      try {
        yield await this.#measure(opened, variant);
      } finally {
        await opened.process.close();
      }
    }
  }

  async #measure({ process, bytes: opening }: Opened, variant: Variant): Promise<Measurement> {
    const { meter, isQuick } = this.options;
    const request = { name: variant.name, ...variant.request };
    try {
      const [answer, rise] = await meter.during(
        process,
        () => process.ask("prepare", { ...request, file: this.#file }),
      );
      const note = variant.isComparable
        ? await this.#compared({ answer, tensors: await this.#saved(process, request) }, variant)
        : "other weights: shapes only";
      const name = { name: variant.name };
      const seconds = await typicalSeconds(process, name, isQuick);
      if (variant.side === "PyTorch") await process.ask("forget", name);
      const { allocated } = answer;
      return {
        ...this.#described(variant),
        seconds,
        tokensPerSecond: this.#rollouts * this.#work.batch.tokens / seconds,
        bytes: rise === null || opening === null ? null : rise + opening,
        allocatedBytes: typeof allocated === "number" ? allocated : null,
        note,
      };
    } catch (error) {
      if (variant.side === "PyTorch") {
        await process.ask("forget", { name: variant.name }).catch(() => {}); // it may have ended
      }
      return this.#failed(variant, error);
    }
  }

  async #saved(
    process: Opened["process"],
    request: Readonly<Record<string, unknown>>,
  ): Promise<Result["tensors"]> {
    const file = `${this.#folder}/saved.safetensors`;
    await process.ask("save", { name: request.name, file });
    const { tensors } = decodeTensors(await Deno.readFile(file), file);
    return tensors;
  }

  /** A note of how far a result is from the reference, which the first one becomes. */
  #compared(result: Result, { precision, side, name }: Variant): string {
    if (this.#reference === null) {
      if (side === "ours" || precision !== "float32") {
        throw new Error("nothing to compare with: PyTorch failed in single precision");
      }
      this.#reference = result;
      return "what the others are compared with";
    }
    const tolerance = toleranceOf(this.options.device, precision);
    return this.part === "train"
      ? this.#compareSteps(name, result, tolerance)
      : this.#compareSamples(result, tolerance);
  }

  #compareSteps(name: string, result: Result, { step }: Tolerance): string {
    const stepOf = ({ answer, tensors }: Result) => ({
      loss: numberIn(answer, "loss"),
      norm: numberIn(answer, "norm"),
      parameters: tensors.parameters ?? inOrder(tensors, this.#work),
    });
    return compareSteps(name, stepOf(this.#reference!), stepOf(result), step);
  }

  #compareSamples({ tensors }: Result, { sample }: Tolerance): string {
    const { tokens, logProbs } = this.#reference!.tensors as Readonly<
      Record<"tokens" | "logProbs", Float32Array>
    >;
    const { batch } = this.#work, count = this.#rollouts;
    const reference = {
      count,
      groupSize: batch.groupSize,
      tokens: Int32Array.from(tokens),
      logProbs,
      lengths: new Int32Array(count).fill(batch.tokens),
      ended: [],
    };
    return compareSamples(reference, tensors, sample);
  }

  #described({ side, name, precision, settings }: Variant) {
    const { size, batch } = this.#work;
    return { part: this.part, policy: this.policy, size, batch, side, name, precision, settings };
  }

  #failed(variant: Variant, error: unknown): Measurement {
    const message = error instanceof Error ? error.message : `${error}`;
    return {
      ...this.#described(variant),
      seconds: null,
      tokensPerSecond: null,
      bytes: null,
      allocatedBytes: null,
      note: `failed: ${message.trim().split("\n").slice(-3).join(" ")}`,
    };
  }
}
