/** A published vision-language model, trained at paper scale on a cluster and not in process. */
import { z } from "../../deps.ts";

/** Which model, and what of it is trained. */
export interface PretrainedConfig {
  readonly kind: "pretrained";
  /** Its name on a hub, or a folder that the cluster sees. */
  readonly path: string;
  readonly freezeVisionTower: boolean;
}

/** A published model, all of it trained. */
export function pretrained(
  path: string,
  { freezeVisionTower = false }: Partial<Omit<PretrainedConfig, "kind" | "path">> = {},
): PretrainedConfig {
  return { kind: "pretrained", path, freezeVisionTower };
}

export const pretrainedSchema = z.strictObject({
  kind: z.literal("pretrained"),
  path: z.string().min(1),
  freezeVisionTower: z.boolean(),
}) satisfies z.ZodType<PretrainedConfig>;
