/** Lines as wide as the terminal, with colours where somebody sees them. */

/** Longer lines are hard to read; it is the width too where there is no terminal. */
export const WIDEST = 110;

/** Columns of the terminal, or WIDEST where it is wider or none. */
export function widthOf({ isTTY, columns }: Pick<NodeJS.WriteStream, "isTTY" | "columns">): number {
  return isTTY && columns > 0 ? Math.min(columns, WIDEST) : WIDEST;
}

export type Colour = "green" | "yellow" | "red" | "cyan";
export type Paint = (text: string, colour: Colour) => string;

/** ECMA-48's codes of the foreground. */
const CODES: Readonly<Record<Colour, number>> = { red: 31, green: 32, yellow: 33, cyan: 36 };

/** Colours at a terminal, unless NO_COLOR has any value (https://no-color.org); else the text as it is. */
export function painter({ isTTY }: Pick<NodeJS.WriteStream, "isTTY">, environment = process.env): Paint {
  const isColoured = isTTY === true && !environment.NO_COLOR;
  return (text, colour) => (isColoured ? `\x1b[${CODES[colour]}m${text}\x1b[0m` : text);
}

/** Lines of at most `width` columns, each after `indent`; a word that is longer has one of its own. */
export function wrapped(words: string, indent: string, width = WIDEST): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of words.split(" ")) {
    if (line && indent.length + line.length + word.length >= width) {
      lines.push(indent + line);
      line = "";
    }
    line += (line ? " " : "") + word;
  }
  return [...lines, indent + line];
}
