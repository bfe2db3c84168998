/** Small graphs on six fixed vertices: a, b, c above d, e, f. */
import { type Family, numbers, sameSize } from "../family.ts";
import { blank, fill, type Image, line } from "../picture.ts";

const VERTICES = ["a", "b", "c", "d", "e", "f"] as const;
const HORIZONTAL = [[0, 1], [1, 2], [3, 4], [4, 5]] as const;
const VERTICAL = [[0, 3], [1, 4], [2, 5]] as const;
const DIAGONAL = [[0, 4], [1, 3], [1, 5], [2, 4]] as const;
type Edge = readonly [number, number];

/** Upper left pixel of a vertex's square. */
const place = (vertex: number): [number, number] => [7 * (vertex % 3), vertex < 3 ? 2 : 12];

function draw(edges: readonly Edge[]): Image {
  const image = blank();
  for (const [from, to] of edges) line(image, place(from), place(to), 0.5);
  for (let vertex = 0; vertex < VERTICES.length; vertex++) fill(image, ...place(vertex), 2, 2);
  return image;
}

/** The vertices that can be reached from `start`, itself included, in alphabetic order. */
function reachable(edges: readonly Edge[], start: number): number[] {
  const reached = new Set([start]);
  for (let size = 0; size !== reached.size;) {
    size = reached.size;
    for (const [from, to] of edges) {
      if (reached.has(from)) reached.add(to);
      else if (reached.has(to)) reached.add(from);
    }
  }
  return [...reached].sort();
}

const names = (vertices: readonly number[]) =>
  vertices.map((vertex) => VERTICES[vertex]).join(" ") || "none";

/**
 * Level 1: the number of edges, worked as horizontal + vertical + diagonal ones. Level 2: a vertex's degree; the
 * working names its neighbours. Level 3: the size of a vertex's component; the working names its members.
 */
export const graphTheory: Family = {
  name: "graphTheory",
  illustrated: true,
  generate(level, random) {
    const density = level === 3 ? 0.3 : 0.45;
    const choose = (edges: readonly Edge[]) => edges.filter(() => random.next() < density);
    const kinds = [HORIZONTAL, VERTICAL, DIAGONAL].map(choose);
    const edges = kinds.flat(), image = draw(edges);
    if (level === 1) {
      return {
        question: "edges ?",
        image,
        reasoning: `${kinds.map((kind) => kind.length).join(" + ")} = ${edges.length}`,
        answer: String(edges.length),
        guesses: sameSize(edges.length),
      };
    }
    const vertex = random.integer(VERTICES.length);
    if (level === 2) {
      const neighbours = edges.filter((edge) => edge.includes(vertex))
        .map(([from, to]) => from === vertex ? to : from).sort();
      return {
        question: `degree of ${VERTICES[vertex]} ?`,
        image,
        reasoning: names(neighbours),
        answer: String(neighbours.length),
        guesses: numbers(0, 5),
      };
    }
    const component = reachable(edges, vertex);
    return {
      question: `component of ${VERTICES[vertex]} ?`,
      image,
      reasoning: names(component),
      answer: String(component.length),
      guesses: numbers(1, 6),
    };
  },
};
