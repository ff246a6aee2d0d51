/** How a tier scales, what of it may be down at a time, and who goes first when room is short. */
import { z } from "zod";
import { parseQuantity, QUANTITY } from "../quantity.ts";
import { count, name, objectLabels, percent, quantity, replicas, seconds } from "./primitives.ts";

// What is no quantity has been told by then, and is asked all the same.
const figure = quantity.refine((value) => !QUANTITY.test(value) || parseQuantity(value) > 0n, "a quantity above 0");

/** At most so many percent or pods in each period. */
export const scaling = z
  .strictObject({
    /** Percent of the pods that there are. */
    percent: count(1).optional(),
    pods: count(1).optional(),
    periodSeconds: z.int().min(1).max(1800).optional(),
    /** How long the figure has to hold first. @default 0 up, 300 down */
    stabilizationSeconds: z.int().min(0).max(3600).optional(),
    /** The larger or the smaller of percent and pods, or no scaling in this direction. @default max up, min down */
    select: z.enum(["max", "min", "disabled"]).optional(),
  })
  .refine(
    ({ percent, pods, periodSeconds, select }) =>
      select === "disabled" || (periodSeconds !== undefined && (percent ?? pods) !== undefined),
    "periodSeconds with percent, pods or both, or select: disabled",
  );

/** A figure of the tier's own pods (custom.metrics.k8s.io). */
const podsMetric = z.strictObject({
  name: z.string().min(1),
  /** Target, averaged over the pods. */
  average: figure,
  /** Labels of the series. */
  selector: objectLabels.optional(),
});

/** A figure from outside the cluster's objects (external.metrics.k8s.io). */
const externalMetric = z
  .strictObject({
    name: z.string().min(1),
    /** Target, divided by the pods. */
    average: figure.optional(),
    /** Target as it is. */
    value: figure.optional(),
    selector: objectLabels.optional(),
  })
  .refine(({ average, value }) => (average === undefined) !== (value === undefined), "either average or value");

const metric = z.union(
  [z.strictObject({ pods: podsMetric }), z.strictObject({ external: externalMetric })],
  "{ pods: { name, average } } or { external: { name, average | value } }",
);

export const AUTOSCALE_FORMS = "false, or a mapping with max and cpu, memory, metrics or several of them";
export const autoscale = z.strictObject({
  /** Most replicas. The fewest are the tier's `replicas`. */
  max: replicas,
  /** Target use of the CPU request, percent. */
  cpu: percent.optional(),
  /** Target use of the memory request, percent. */
  memory: percent.optional(),
  metrics: z.array(metric).min(1).optional(),
  scaleUp: scaling.optional(),
  scaleDown: scaling.optional(),
});

const bounds = z.strictObject({ cpu: figure, memory: figure });

export const VERTICAL_FORMS = "false, or a mapping with mode and max";
export const verticalAutoscale = z.strictObject({
  /** When pods get what is recommended for them; `off` only recommends, and `auto` is what the operator makes of it. */
  mode: z.enum(["off", "initial", "recreate", "inPlaceOrRecreate", "auto"]),
  /** Least that a pod may request. */
  min: bounds.partial().optional(),
  /** Most that a pod may request; the quota has room for it. */
  max: bounds,
  /** Whether limits keep their distance to the requests, or stay as they are. @default RequestsAndLimits */
  controlledValues: z.enum(["RequestsAndLimits", "RequestsOnly"]).optional(),
});

/** What a stack may change of it. */
export const verticalOverride = verticalAutoscale.extend({ max: bounds.partial() }).partial();

const trigger = z.union(
  [
    /** Use of the CPU request, percent. */
    z.strictObject({ cpu: percent }),
    /** Use of the memory request, percent. */
    z.strictObject({ memory: percent }),
    /** One pod for each `length` entries of a list. */
    z.strictObject({
      redisList: z.strictObject({
        from: name,
        list: z.string().min(1),
        length: count(1),
        /** @default 0 */
        database: count(0).optional(),
      }),
    }),
    /** One pod for each `target` in the one number that the query answers. */
    z.strictObject({
      postgresql: z.strictObject({ from: name, query: z.string().min(1), target: z.number().positive() }),
    }),
    /** One pod for each `threshold` in the one number that the query answers. */
    z.strictObject({
      prometheus: z.strictObject({
        serverAddress: z.url({ protocol: /^https?$/, error: "an http or https address" }),
        query: z.string().min(1),
        threshold: z.number().positive(),
      }),
    }),
  ],
  "{ redisList }, { postgresql }, { prometheus }, { cpu } or { memory }",
);

export const EVENTS_FORMS = "false, or a mapping with max and triggers";
/** Scaling by KEDA, to none where nothing is to do. */
export const events = z.strictObject({
  max: replicas,
  /** @default the tier's replicas */
  min: z.int().min(0).max(10_000).optional(),
  /** How often the triggers are asked. @default 30 */
  pollingSeconds: z.int().min(1).max(86_400).optional(),
  /** How long nothing is to do before the last pod goes, where `min` is 0. @default 300 */
  cooldownSeconds: seconds.optional(),
  triggers: z.array(trigger).min(1),
});

const POD_AMOUNT = "a number of pods from 1, or a percentage such as 25%";
/** A number of pods, or a percentage of them. */
export const podAmount = z.union(
  [z.int().min(1, POD_AMOUNT).max(10_000), z.string().regex(/^([1-9]\d?|100)%$/, POD_AMOUNT)],
  POD_AMOUNT,
);

export const priorityClass = z.strictObject({
  /** Pods with the larger value go first. Kubernetes keeps those above a billion for itself. */
  value: z.int().min(-2_147_483_648).max(1_000_000_000),
  description: z.string().optional(),
  /** Whether pods of less priority may be evicted to make room. @default lowerPriority */
  preemption: z.enum(["never", "lowerPriority"]).optional(),
});

export const autoscalingSettings = z.strictObject({
  /** Namespace of KEDA's operator, which reads the triggers' datastores. @default keda */
  kedaNamespace: name.optional(),
});

export type Scaling = z.infer<typeof scaling>;
export type Autoscale = z.output<typeof autoscale>;
export type VerticalAutoscale = z.output<typeof verticalAutoscale>;
export type Events = z.output<typeof events>;
export type Trigger = z.output<typeof trigger>;
export type PodAmount = z.output<typeof podAmount>;
export type PriorityClass = z.infer<typeof priorityClass>;
