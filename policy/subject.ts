/** A resource as policies look at it. */

export type Props = Readonly<Record<string, unknown>>;

export interface Subject {
  /** As the engine has it, such as `kubernetes:apps/v1:Deployment`. */
  type: string;
  name: string;
  /** Inputs while it is judged by itself; outputs while the stack is, once there are any. What is not known yet is some text. */
  props: Props;
  /** Whether Pulumi refuses to delete it. */
  isProtected: boolean;
}

/** A resource among the others of its stack. */
export interface Member extends Subject {
  /** Names of the resources that it was made of, or waits for. */
  dependencies: readonly string[];
}

/** What stands at the path; undefined where something on the way is no mapping. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (isProps(inner) ? inner[key] : undefined), value);
}

/** The list at the path, empty where there is none, or none is known yet. */
export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** The texts of the list at the path. */
export function textsAt(value: unknown, ...path: readonly string[]): string[] {
  return listAt(value, ...path).filter((item) => typeof item === "string");
}

export function isProps(value: unknown): value is Props {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Clouds' SDKs send truth values as texts here and there. */
export function isTrue(value: unknown): boolean {
  return value === true || value === "true";
}

/** Whether it is known not to be so. */
export function isNot(value: unknown): boolean {
  return value === undefined || value === null || value === false || value === "false" || value === "";
}

/** Whether it is a number below `least`, or nothing at all. */
export function isBelow(value: unknown, least: number): boolean {
  return value === undefined || value === null || (typeof value === "number" && value < least);
}

/** Whether a range of addresses is everybody's. */
export function isWorld(range: unknown): boolean {
  return typeof range === "string" && /^(0\.0\.0\.0\/0|::\/0|\*|internet|any)$/i.test(range);
}
