import type { ProfileName } from "../config/schema.ts";
import type { Member, Subject } from "./subject.ts";

/** What policies know of the stack beside its resources. */
export interface Circumstances {
  profile: ProfileName;
  /** Minor version of Kubernetes 1 that the cluster is to have; undefined where nobody says. */
  minor?: number;
}

export interface Violation {
  /** Name of the resource. */
  resource: string;
  /** What is wrong with it. */
  problem: string;
}

/** Told of each resource by itself, before it is made. */
export interface ResourceCheck {
  /** Types that it is about. */
  types: RegExp;
  problems(subject: Subject, circumstances: Circumstances): string[];
}

/** Told of all resources together, once they are known. */
export interface StackCheck {
  violations(members: readonly Member[], circumstances: Circumstances): Violation[];
}

/** Some policies take both: what shows in a resource by itself is told before it is made. */
export type Check = ResourceCheck | StackCheck | (ResourceCheck & StackCheck);

export function isOfResources(check: Check): check is ResourceCheck {
  return "problems" in check;
}

export function isOfStack(check: Check): check is StackCheck {
  return "violations" in check;
}
