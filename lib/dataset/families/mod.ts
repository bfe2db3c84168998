/** The families of MicroMath, in the order of the paper's Appendix B, then matrix puzzles. */
import type { Family } from "../family.ts";
import { algebra } from "./algebra.ts";
import { arithmetic } from "./arithmetic.ts";
import { combinatorialGeometry } from "./combinatorial_geometry.ts";
import { combinatorics } from "./combinatorics.ts";
import { counting } from "./counting.ts";
import { descriptiveGeometry } from "./descriptive_geometry.ts";
import { functions } from "./functions.ts";
import { graphTheory } from "./graph_theory.ts";
import { logic } from "./logic.ts";
import { matrix } from "./matrix.ts";
import { planeGeometry } from "./plane_geometry.ts";
import { solidGeometry } from "./solid_geometry.ts";
import { statistics } from "./statistics.ts";
import { topology } from "./topology.ts";

/** Every family. A new one is a file and a line here. */
export const FAMILIES: readonly Family[] = [
  arithmetic,
  counting,
  combinatorics,
  algebra,
  functions,
  planeGeometry,
  solidGeometry,
  combinatorialGeometry,
  descriptiveGeometry,
  graphTheory,
  logic,
  statistics,
  topology,
  matrix,
];
