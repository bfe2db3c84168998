/** `show-data`: what the policy is asked, to look at. */
import { basename, dirname, join } from "node:path";
import { createDataset } from "../dataset/dataset.ts";
import { whyUnreadable } from "../policy/read_question.ts";
import { renderSamplesPage } from "../report/samples_page.ts";
import { recipe } from "../schema/recipe.ts";
import { diskFiles, writeAtomically } from "../store/files.ts";
import type { Arguments } from "./arguments.ts";
import { EXIT } from "./exit.ts";

const SAMPLES_PER_CELL = 6;

/** Writes a page with samples of a recipe's data set. */
export async function showDataCommand({ file }: Arguments): Promise<number> {
  const name = basename(file ?? "mmr1_micro", ".yaml");
  const dataset = await createDataset(recipe(name).dataset, whyUnreadable);
  const path = join("reports", "html", `data_${name}.html`);
  diskFiles.makeFolder(dirname(path));
  const page = renderSamplesPage(dataset, { perCell: SAMPLES_PER_CELL });
  writeAtomically(diskFiles, path, new TextEncoder().encode(page));
  console.log(`samples: ${path}`);
  return EXIT.done;
}
