import type { ResourceCheck } from "../check.ts";
import { at } from "../subject.ts";

export const restrictedNamespaces: ResourceCheck = {
  types: /^kubernetes:core\/v1:Namespace$/,
  problems: ({ props }) =>
    at(props, "metadata", "labels", "pod-security.kubernetes.io/enforce") === undefined
      ? ["enforces no Pod Security"]
      : [],
};
