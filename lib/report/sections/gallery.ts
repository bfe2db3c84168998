/** Rollouts to read, with image, reasoning and verdict (the paper's Figure 4). */
import { Buffer } from "node:buffer";
import { recordsOf } from "../../analysis/records_of.ts";
import { doneRuns } from "../../analysis/results.ts";
import type { GalleryRecord, GalleryRollout } from "../../schema/run_record.ts";
import type { Section } from "../define_report.ts";
import { formatFixed, formatSigned } from "../format.ts";
import { type Html, type HtmlPart, markup } from "../html/html.ts";
import { picturePng } from "../picture_png.ts";
import { familyName } from "./family_name.ts";

/** Settings of the section. */
export interface GalleryOptions {
  /** Prompts shown of each gallery. */
  readonly prompts?: number;
}

/** Reasoning and answer of a well-formed response; null when it is not. */
export function parts(
  response: string,
): { readonly reasoning: string; readonly answer: string } | null {
  const match = /^\s*<think>([\s\S]*?)<\/think>\s*<answer>([\s\S]*?)<\/answer>\s*$/.exec(response);
  return match === null ? null : { reasoning: match[1]!.trim(), answer: match[2]!.trim() };
}

function verdict({ accuracyReward, formatReward }: GalleryRollout): Html {
  const right = accuracyReward > 0;
  return markup`<strong class="${right ? "up" : "down"}">${right ? "✓ right" : "✗ wrong"}</strong>${
    formatReward > 0 ? null : markup`, <span class="down">format broken</span>`
  }`;
}

/** `\\boxed{6}` as a box around 6; anything else as it is. */
function boxed(answer: string): HtmlPart {
  const match = /^\\boxed\{(.*)\}$/.exec(answer);
  return match === null ? answer : markup`<span class="boxed">${match[1]!}</span>`;
}

function rollout(shown: GalleryRollout): Html {
  const found = parts(shown.response);
  const text = found === null
    ? markup`<code>${shown.response === "" ? "(empty)" : shown.response}</code>`
    : markup`<code>${found.reasoning === "" ? "(no reasoning)" : found.reasoning}</code><p>answer ${
      boxed(found.answer)
    }</p>`;
  const advantage = shown.advantage !== null &&
    markup`<span>advantage ${formatSigned(shown.advantage, 2)}</span>`;
  return markup`<div class="answer"><p class="verdict"><span>${verdict(shown)}</span>
<span>reward ${number(shown.reward)}</span>${advantage}</p>
<p><small>${terms(shown)}</small></p>${text}</div>`;
}

const number = (value: number) => formatFixed(value, Number.isInteger(value) ? 0 : 2);

/** The weighted terms of the reward, by name. */
function terms({ components }: GalleryRollout): string {
  return Object.entries(components).map(([name, value]) => `${familyName(name)} ${number(value)}`)
    .join(", ");
}

function card(rollouts: readonly GalleryRollout[]): Html {
  const { family, level, question, image, answer } = rollouts[0]!;
  const picture = image === null
    ? null
    : markup`<img alt="picture of the question" src="${
      picturePng(Array.from(Buffer.from(image, "base64"), (grey) => grey / 255))
    }">`;
  const where = `${familyName(family)}, level ${level}${image === null ? ", text only" : ""}`;
  return markup`<article class="card"><div class="ask">${picture}<div>
<p><strong>${question}</strong></p>
<p><small>${where}</small></p>
<p><small>key: ${answer}</small></p></div></div>
${rollouts.map(rollout)}</article>
`;
}

/** Rollouts shown of each prompt. */
const MEMBERS = 3;

/** Prompts with an image first, as the paper's example has one. */
function cards({ rollouts }: GalleryRecord, count: number): readonly Html[] {
  const groups = [...Map.groupBy(rollouts, ({ promptId }) => promptId).values()];
  return groups.toSorted((a, b) => Number(a[0]!.image === null) - Number(b[0]!.image === null))
    .slice(0, count).map((group) => card(group.slice(0, MEMBERS)));
}

/** The first and the last gallery of a split, each under its step. */
function galleries(
  all: readonly GalleryRecord[],
  wanted: GalleryRecord["split"],
  about: string,
  prompts: number,
): Html | null {
  const own = all.filter(({ split }) => split === wanted);
  const shown = [...new Set([own.at(0), own.at(-1)])].filter((record) => record !== undefined);
  if (shown.length === 0) return null;
  return markup`<p>${about}</p>${
    shown.map((record) =>
      markup`<h3>${wanted === "train" ? "Step" : "Validation, step"} ${record.step}</h3>
<div class="gallery">${cards(record, prompts)}</div>`
    )
  }`;
}

/** The first and the last gallery of training, and of validation, of one run of the last arm. */
export function gallery({ prompts = 4 }: GalleryOptions = {}): Section {
  return {
    id: "gallery",
    title: "Rollouts to read (Figure 4)",
    write: ({ results }) => {
      const shown = results.arms.flatMap((arm) =>
        doneRuns(arm).filter((run) => recordsOf(run, "gallery").length > 0)
          .slice(0, 1).map((run) => ({ arm, run }))
      ).at(-1);
      if (shown === undefined) return Promise.resolve(null);
      const { arm, run } = shown;
      const all = recordsOf(run, "gallery");
      const train = galleries(
        all,
        "train",
        `Prompts of a batch with their first ${MEMBERS} rollouts at most, not chosen by what they say. The ` +
          `advantage compares a rollout with its whole group.`,
        prompts,
      );
      const validation = galleries(
        all,
        "validation",
        `The first prompts of the validation split with their first ${MEMBERS} responses at most: the same prompts ` +
          `each time.`,
        prompts,
      );
      return Promise.resolve(
        markup`<p>From ${arm.name}, seed ${run.seed}. Beneath each verdict stand the weighted terms that add up to the reward.</p>${train}${validation}`,
      );
    },
  };
}
