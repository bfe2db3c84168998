/** One GRPO optimiser step against PyTorch: forward, backward, clipping of the global norm, AdamW. */
import { openRuntime } from "../lib/backend/open_runtime.ts";
import { decodeTensors } from "../lib/core/safetensors.ts";
import { type Comparison, inTurns, type PeerBenchOptions, secondsOf } from "./comparison.ts";
import { numberIn } from "./conversation.ts";
import { Peer } from "./peer.ts";
import { GROUP, type Preset, presetsOf, ROLLOUTS } from "./policy_work.ts";
import {
  compareSteps,
  inOrder,
  ourLearner,
  type StepResult,
  trainingFile,
  type TrainingWork,
  trainingWork,
} from "./train_work.ts";

/** Sequences per micro-batch that the peer tries: all at once, and few enough for the processor's cache. */
const ROWS = [ROLLOUTS, 32] as const;

const ourLearnerOn = async (work: TrainingWork, threads: number, groupSize: number) =>
  await ourLearner(work, await openRuntime({ backend: "onnx", device: "cpu", threads }), {
    groupSize,
  });

/** What PyTorch runs: eagerly or compiled, every sequence whole or prompts shared. */
interface Variant {
  readonly compiled: boolean;
  readonly shared: boolean;
}

interface Candidate extends Variant {
  readonly peer: Peer;
  readonly threads: number;
  readonly rows: number;
  readonly name: string;
  readonly note: string;
  readonly seconds: number;
}

const labelOf = ({ compiled, shared }: Variant) =>
  `PyTorch ${compiled ? "compiled" : "eager"}${shared ? ", prompts shared" : ""}`;

/** Optimiser steps of the 0.8 M and the 10 M policy on 256 sequences of 24 + 40 positions. */
export async function* trainComparisons(options: PeerBenchOptions): AsyncGenerator<Comparison> {
  for (const preset of presetsOf(options.quick)) yield* comparisonsOf(preset, options);
}

async function* comparisonsOf(
  preset: Preset,
  { threads, quick, clock }: PeerBenchOptions,
): AsyncGenerator<Comparison> {
  const work = await trainingWork(preset);
  const folder = await Deno.makeTempDir();
  const peers = threads.map((count) => ({ count, peer: new Peer("train.py", count, clock) }));
  try {
    const file = `${folder}/work.safetensors`;
    await Deno.writeFile(file, trainingFile(work));
    const expected = await ourStep(work, GROUP);
    compareSteps("ours, one prompt each", expected, await ourStep(work, 1));

    const best = new Map<string, Candidate>();
    for (const { count, peer } of peers) {
      for (const shared of [false, true]) {
        let rowsToTry: readonly number[] = ROWS;
        for (const compiled of [false, true]) {
          const tried: Candidate[] = [];
          for (const rows of rowsToTry) {
            const variant = { compiled, shared };
            const name = `${labelOf(variant)} ${rows}`;
            const how = compiled ? "compiled" : "eager";
            const answer = await peer.ask("prepare", { name, file, how, shared, rows });
            const saved = `${folder}/saved.safetensors`;
            await peer.ask("save", { name, file: saved });
            const { tensors } = decodeTensors(await Deno.readFile(saved), saved);
            const theirs = {
              loss: numberIn(answer, "loss"),
              norm: numberIn(answer, "norm"),
              parameters: inOrder(tensors, work),
            };
            const note = compareSteps(name, expected, theirs);
            const seconds = await peer.seconds("measure", { name, calls: quick ? 1 : 2 });
            tried.push({ ...variant, peer, threads: count, rows, name, note, seconds });
          }
          tried.sort((a, b) => a.seconds - b.seconds);
          const [fastest, ...others] = tried as [Candidate, ...Candidate[]];
          for (const { name } of others) await peer.ask("forget", { name });
          rowsToTry = [fastest.rows]; // compiling takes long: only what was better eagerly
          const label = labelOf(fastest), before = best.get(label);
          if (before === undefined || fastest.seconds < before.seconds) best.set(label, fastest);
        }
      }
    }

    const own = await Promise.all(
      threads.flatMap((count) =>
        [GROUP, 1].map(async (groupSize) => ({
          name: `ours ${count} ${groupSize}`,
          count,
          groupSize,
          ...await ourLearnerOn(work, count, groupSize),
        }))
      ),
    );
    for (const { step } of own) await step();
    const seconds = await inTurns(quick ? 2 : preset === "small" ? 9 : 4, {
      ...Object.fromEntries(own.map(({ name, step }) => [name, () => secondsOf(step, clock)])),
      ...Object.fromEntries([...best].map(([label, { peer, name }]) => [
        label,
        () => peer.seconds("measure", { name, calls: 1 }),
      ])),
    });
    const fastestOf = (groupSize: number) =>
      own.filter((learner) => learner.groupSize === groupSize)
        .map(({ name, count }) => ({ seconds: seconds[name]!, count }))
        .sort((a, b) => a.seconds - b.seconds)[0]!;
    for (const [label, { threads: count, rows, compiled, shared, note }] of best) {
      for (const groupSize of [GROUP, 1]) {
        if (shared && groupSize === 1) continue;
        const ours = fastestOf(groupSize);
        const alike = groupSize === 1 ? " (ours not sharing prompts either)" : "";
        yield {
          part: "train",
          work: `step, ${work.size}${alike}`,
          peer: label,
          ours: ours.seconds,
          theirs: seconds[label]!,
          settings: `threads: ours ${ours.count}, theirs ${count}; their micro-batches ${rows}`,
          target: groupSize === GROUP && !shared ? compiled ? 1 : 1.5 : null,
          note,
        };
      }
    }
    for (const { learner } of own) await learner.release();
  } finally {
    for (const { peer } of peers) await peer.close();
    await Deno.remove(folder, { recursive: true });
  }
}

async function ourStep(work: TrainingWork, groupSize: number): Promise<StepResult> {
  const { learner, step } = await ourLearnerOn(work, 1, groupSize);
  const { sums, gradNorm } = await step();
  const { parameters } = await learner.state();
  await learner.release();
  return { loss: sums.loss!, norm: gradNorm, parameters };
}
