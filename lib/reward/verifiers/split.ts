/** Taking a text apart without looking into its brackets. */

const OPENING = "([{⦃⟨", CLOSING = ")]}⦄⟩";

/** The parts of the text between separators of one character that stand outside of all brackets. */
export function splitTop(text: string, separator: RegExp): string[] {
  const parts: string[] = [];
  let depth = 0, begin = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (OPENING.includes(character)) depth++;
    else if (CLOSING.includes(character)) depth--;
    else if (depth === 0 && separator.test(character)) {
      parts.push(text.slice(begin, i));
      begin = i + 1;
    }
  }
  parts.push(text.slice(begin));
  return parts;
}

/** Without braces, or text marks around the whole, however many: `{{5}}` → `5`, `⟪A⟫` → `A`. */
export function unwrapped(text: string): string {
  const isPair = text.startsWith("{") && text.endsWith("}") && closes(text);
  return isPair ? unwrapped(text.slice(1, -1).trim()) : text;
}

/** Whether the first character's bracket is closed by the last one. */
function closes(text: string): boolean {
  let depth = 0;
  for (let i = 0; i < text.length - 1; i++) {
    if (OPENING.includes(text[i]!)) depth++;
    else if (CLOSING.includes(text[i]!)) depth--;
    if (depth === 0) return false;
  }
  return true;
}

/** Whether every round, square and curly bracket is closed, in the order they were opened. */
export function isBalanced(text: string): boolean {
  const open: string[] = [];
  for (const character of text) {
    if ("([{".includes(character)) open.push(character);
    else if (")]}".includes(character) && open.pop() !== "([{"[")]}".indexOf(character)]) {
      return false;
    }
  }
  return open.length === 0;
}
