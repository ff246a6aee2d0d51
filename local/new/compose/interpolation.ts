/** Variables in the texts of a Compose file: https://docs.docker.com/reference/compose-file/interpolation/ */

export interface Interpolated {
  text: string;
  /** Names of the variables in it. */
  variables: string[];
  /** Those that have neither a value nor a default. */
  unset: string[];
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*/;
const OPERATORS = [":-", ":?", ":+", "-", "?", "+"] as const;

export function interpolate(raw: string, variables: Readonly<Record<string, string>>): Interpolated {
  const told: Interpolated = { text: "", variables: [], unset: [] };
  let rest = raw;
  while (rest !== "") {
    const dollar = rest.indexOf("$");
    if (dollar < 0) return { ...told, text: told.text + rest };
    told.text += rest.slice(0, dollar);
    rest = rest.slice(dollar + 1);
    const [plain] = NAME.exec(rest) ?? [];
    if (rest.startsWith("$")) {
      told.text += "$";
      rest = rest.slice(1);
    } else if (rest.startsWith("{")) {
      const end = closing(rest);
      add(told, braced(rest.slice(1, end), variables));
      rest = rest.slice(end + 1);
    } else if (plain) {
      add(told, valueNamed(plain, variables));
      rest = rest.slice(plain.length);
    } else {
      told.text += "$";
    }
  }
  return told;
}

function add(told: Interpolated, { text, variables, unset }: Interpolated): void {
  told.text += text;
  told.variables.push(...variables);
  told.unset.push(...unset);
}

/** Index of the brace that closes the one at 0. */
function closing(text: string): number {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    if (text[index] === "{") depth += 1;
    else if (text[index] === "}" && --depth === 0) return index;
  }
  return text.length;
}

function valueNamed(name: string, variables: Readonly<Record<string, string>>): Interpolated {
  const value = variables[name];
  return { text: value ?? "", variables: [name], unset: value === undefined ? [name] : [] };
}

function braced(inner: string, variables: Readonly<Record<string, string>>): Interpolated {
  const [name = ""] = NAME.exec(inner) ?? [];
  const after = inner.slice(name.length);
  const operator = OPERATORS.find((operator) => after.startsWith(operator));
  const value = variables[name];
  if (operator === undefined) return valueNamed(name, variables);
  const isThere = operator.startsWith(":") ? value !== undefined && value !== "" : value !== undefined;
  const alternative = interpolate(after.slice(operator.length), variables);
  switch (operator.at(-1)) {
    case "-":
      return isThere
        ? { text: value as string, variables: [name], unset: [] }
        : { ...alternative, variables: [name, ...alternative.variables] };
    case "+":
      return { ...alternative, text: isThere ? alternative.text : "", variables: [name] };
    default:
      return valueNamed(name, variables);
  }
}
