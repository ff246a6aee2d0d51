/** Whose everything is. */
import { isMapping } from "../config/mistakes.ts";
import type { ResourceCheck } from "./check.ts";
import { at, isProps, type Props, type Subject } from "./subject.ts";

const LABELS = ["app.kubernetes.io/part-of", "app.kubernetes.io/managed-by"];
const OBJECTS = /^kubernetes:(?!helm\.sh\/)/;
/** Providers give their tags to all that they make; Azure's has none, there they are the resource group's. */
const TAGGED: Readonly<Record<string, (props: Props) => unknown>> = {
  "pulumi:providers:aws": ({ defaultTags }) => at(structured(defaultTags), "tags"),
  "pulumi:providers:gcp": ({ defaultLabels }) => structured(defaultLabels),
  "azure-native:resources:ResourceGroup": ({ tags }) => tags,
};

export const labelsAndTags: ResourceCheck = {
  types: new RegExp(`${OBJECTS.source}|^(${Object.keys(TAGGED).join("|")})$`),
  problems(subject) {
    const tags = TAGGED[subject.type];
    if (tags) return isEmpty(tags(subject.props)) ? ["has no tags"] : [];
    return missingLabels(subject).map((label) => `has no label ${label}`);
  },
};

function missingLabels({ props }: Subject): string[] {
  const metadata = props.metadata;
  if (!isProps(metadata)) return [];
  return LABELS.filter((label) => at(metadata, "labels", label) === undefined);
}

/** Providers' inputs are JSON. */
function structured(value: unknown): unknown {
  if (typeof value !== "string" || !value.startsWith("{")) return value;
  return JSON.parse(value);
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (isMapping(value) && Object.keys(value).length === 0);
}
