/**
 * The policy's architecture: a decoder-only transformer that reads image patches as a prefix.
 *
 * Token layout of one sequence: `[image patches | question, padded | response]`, learned absolute positions.
 * Attention is bidirectional in the prompt, padding included, and causal in the response. RMSNorm stands before
 * attention, before the MLP and before the head, without gains, which the matrix behind each can express. The
 * MLP is a ReLU between two matrices; the output head is a matrix of its own.
 */
import { z } from "../../deps.ts";

/** Size of the transformer. */
export interface TransformerConfig {
  readonly kind: "transformer";
  readonly layers: number;
  /** Width of the residual stream; a multiple of `heads`. */
  readonly width: number;
  readonly heads: number;
  /** Hidden width of the MLP. */
  readonly mlpWidth: number;
}

/** Published sizes. `micro` is what the laptop recipes train. */
export const TRANSFORMER_PRESETS = {
  micro: { kind: "transformer", layers: 3, width: 64, heads: 4, mlpWidth: 256 }, // about 0.16 M parameters
  small: { kind: "transformer", layers: 4, width: 128, heads: 4, mlpWidth: 512 }, // about 0.8 M
  medium: { kind: "transformer", layers: 8, width: 320, heads: 8, mlpWidth: 1280 }, // about 10 M
  large: { kind: "transformer", layers: 12, width: 832, heads: 13, mlpWidth: 3328 }, // about 100 M
} as const satisfies Record<string, TransformerConfig>;

/** A transformer by preset name, or a preset with some sizes changed. */
export function transformer(
  preset: keyof typeof TRANSFORMER_PRESETS = "micro",
  sizes: Partial<Omit<TransformerConfig, "kind">> = {},
): TransformerConfig {
  return { ...TRANSFORMER_PRESETS[preset], ...sizes };
}

export const transformerSchema = z.strictObject({
  kind: z.literal("transformer"),
  layers: z.int().min(1).max(64),
  width: z.int().min(8).max(4096),
  heads: z.int().min(1).max(64),
  mlpWidth: z.int().min(8).max(16384),
}).refine((model) => model.width % model.heads === 0, {
  path: ["width"],
  message: "expected a multiple of heads",
}) satisfies z.ZodType<TransformerConfig>;
