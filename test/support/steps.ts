/** Steps as the engine tells them, with no more in them than a rule looks at. */
import type { Inputs, Step } from "../../local/risk/preview.ts";

const STACK = "urn:pulumi:production::landfall";
export const APPLICATION = `${STACK}::landfall:application:Application::shop`;

interface Extras {
  name?: string;
  /** Type and name of the component that it is in. */
  within?: readonly [type: string, name: string];
  before?: Inputs;
  after?: Inputs;
  /** Before and after; what is not protected says nothing of it. */
  protect?: readonly [before: true | undefined, after: true | undefined];
  reasons?: readonly string[];
}

/** What happens to one resource; the application stands beside it. */
export function step(op: string, type: string, extras: Extras = {}): Step {
  const { name = "thing", within, before, after, protect, reasons } = extras;
  const parent = within ? `${STACK}::landfall:application:Application$${within[0]}::${within[1]}` : APPLICATION;
  const above = within ? `landfall:application:Application$${within[0]}` : "landfall:application:Application";
  return {
    op,
    urn: `${STACK}::${above}$${type}::${name}`,
    oldState: op === "create" ? undefined : { parent, inputs: before ?? {}, protect: protect?.[0] },
    newState: op === "delete" ? undefined : { parent, inputs: after ?? before ?? {}, protect: protect?.[1] },
    replaceReasons: reasons,
  };
}

/** The application, which says what names of components begin with. */
export const theApplication: Step = { op: "same", urn: APPLICATION, oldState: {}, newState: {} };

/** Inputs of an object of the component. */
export function object(component: string, spec: object, rest: object = {}): Inputs {
  return { metadata: { name: component, labels: { "app.kubernetes.io/name": component } }, spec, ...rest };
}

/** Pods of one container. */
export function pods(container: object = {}, pod: object = {}): object {
  return {
    template: {
      spec: {
        securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
        automountServiceAccountToken: false,
        ...pod,
        containers: [{ name: "main", image: "shop/api:1.0.0", ...confined, ...container }],
      },
    },
  };
}

const confined = {
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  },
  readinessProbe: { httpGet: { path: "/health" } },
};
