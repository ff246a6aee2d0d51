/** Label selectors: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors */

export type Labels = Readonly<Record<string, string>>;

export interface Selector {
  matchLabels?: Labels;
  matchExpressions?: readonly Requirement[];
}

interface Requirement {
  key: string;
  operator: string;
  values?: readonly string[];
}

/** Value of a label that somebody asks for, whatever it is. */
const ANY_VALUE = "any";

/** An empty selector matches everything. */
export function matches({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean {
  return has(labels, matchLabels) && matchExpressions.every((requirement) => isMet(requirement, labels));
}

/** Whether `wanted` are among the labels. */
export function has(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}

function isMet({ key, operator, values = [] }: Requirement, labels: Labels): boolean {
  const value = labels[key];
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      // Without the label, too: k8s.io/apimachinery, Requirement.Matches.
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    default:
      throw new Error(`"${operator}" is no operator of a label selector`);
  }
}

/** The fewest labels that match, once for each value that the selector lists. None where nothing can match. */
export function witnesses(selector: Selector): Labels[] {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const choices = matchExpressions.flatMap(({ key, operator, values = [] }) => {
    if (operator === "In") return [values.map((value) => ({ [key]: value }))];
    return operator === "Exists" && !(key in matchLabels) ? [[{ [key]: ANY_VALUE }]] : [];
  });
  const all = choices.reduce<Labels[]>(
    (found, choice) => found.flatMap((labels) => choice.map((more) => ({ ...labels, ...more }))),
    [matchLabels],
  );
  return all.filter((labels) => matches(selector, labels));
}
