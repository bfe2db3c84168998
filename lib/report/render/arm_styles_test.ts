import { deepEqual, equal, ok } from "node:assert/strict";
import { noFilter } from "../../algorithm/group_filter.ts";
import { random } from "../../sampler/random.ts";
import { vas } from "../../sampler/vas.ts";
import { recipe } from "../../schema/recipe.ts";
import { contrast, distance, VISIONS } from "../testdata/colour_vision.ts";
import { stylesOf } from "./arm_styles.ts";
import { ARM_COLOURS, STYLES } from "./theme.ts";

const base = recipe("mmr1_micro", { filter: noFilter() });
const uniform = { name: "random", config: { ...base, sampler: random() } };
const mixture = (mixtureRatio: number, refreshInterval = 14) => ({
  name: `λ = ${mixtureRatio}, T = ${refreshInterval}`,
  config: { ...base, sampler: vas({ mixtureRatio, refreshInterval }) },
});
const look = ({ colour, dash }: { colour: string; dash: readonly number[] }) => `${colour} ${dash}`;

Deno.test("stylesOf() gives an arm the same look in reports that share it, whatever its place and name", () => {
  const [first, half, all] = stylesOf([uniform, mixture(0.5), mixture(1)]);
  const [everything, ...others] = stylesOf([
    { ...mixture(1, 7), name: "VAS" },
    mixture(0.2),
    uniform,
    mixture(0.5, 7),
  ]);
  equal(look(everything!), look(all!));
  deepEqual(others.slice(1).map(look), [first!, half!].map(look));
});

Deno.test("stylesOf() tells 18 rows of an ablation apart, in every colour before any has three dashes", () => {
  const arms = [uniform, ...Array.from({ length: 17 }, (_, i) => mixture(0.5, i + 4))];
  const styles = stylesOf(arms);
  deepEqual(styles.map(({ name }) => name), arms.map(({ name }) => name));
  equal(new Set(styles.map(look)).size, 18);
  const byColour = Map.groupBy(styles, ({ colour }) => colour);
  equal(byColour.size, ARM_COLOURS.length);
  ok([...byColour.values()].every(({ length }) => length <= 3));
  deepEqual(stylesOf(arms).map(look), styles.map(look));
});

Deno.test("stylesOf() goes on where there are more arms than styles", () => {
  const styles = stylesOf(Array.from({ length: STYLES + 5 }, (_, i) => mixture(0.5, i + 1)));
  equal(new Set(styles.map(look)).size, STYLES);
});

for (const [theme, page] of [["light", "#fbfbfa"], ["dark", "#14161a"]] as const) {
  Deno.test(`colours of arms stand out from the ${theme} page and differ for every kind of eye`, () => {
    const colours = ARM_COLOURS.map((colour) => colour[theme]);
    for (const colour of colours) ok(contrast(colour, page) >= 3, colour);
    for (const [name, vision] of Object.entries(VISIONS)) {
      colours.forEach((a, i) =>
        colours.slice(0, i).forEach((b) => {
          const apart = distance(a, b, vision);
          ok(apart >= 25, `${name}: ${a} and ${b} are ${apart.toFixed(1)} apart`);
        })
      );
    }
  });
}

Deno.test("what colour-blind readers see is computed as published", () => {
  equal(contrast("#000000", "#ffffff"), 21);
  equal(distance("#123456", "#123456", VISIONS["deuteranopia"]!), 0);
  ok(Math.abs(distance("#000000", "#ffffff", VISIONS["normal"]!) - 100) < 0.1);
  // Greys look the same without any kind of cone.
  for (const vision of Object.values(VISIONS)) {
    ok(Math.abs(distance("#808080", "#ffffff", vision) - 46.4) < 0.2);
  }
  // Red and green of one lightness: what the test is for.
  ok(distance("#b23a1e", "#7a6a00", VISIONS["normal"]!) > 40);
  ok(distance("#b23a1e", "#7a6a00", VISIONS["deuteranopia"]!) < 5);
});
