/** Words that every part of the schema is made of. */
import { z } from "zod";
import { QUANTITY } from "../quantity.ts";

/** Not the one word that every mapping of JavaScript has already. */
export const name = z
  .string()
  .regex(/^(?!constructor$)[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/, "lower-case letters, digits and dashes, at most 40");
export const QUANTITY_FORM = "a Kubernetes quantity such as 500m, 2, 512Mi or 10Gi";
export const quantityText = z.string().regex(QUANTITY, QUANTITY_FORM);
export const quantity = z.union([quantityText, z.number().transform(String).pipe(quantityText)], QUANTITY_FORM);
export const port = z.int().min(1).max(65_535);
/** As far as Kubernetes counts (int32). */
export const count = (least: number) => z.int().min(least).max(2_147_483_647);
/** Pods of one tier: twice what the largest cluster has machines. https://kubernetes.io/docs/setup/best-practices/cluster-large/ */
export const replicas = z.int().min(1).max(10_000);
export const percent = z.int().min(1).max(100);
export const seconds = z.int().min(0).max(86_400);
export const cidr = z.union([z.cidrv4(), z.cidrv6()], "an address range such as 10.0.0.0/16 or 203.0.113.7/32");
export const hostname = z
  .string()
  .regex(/^(?=.{1,253}$)([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)*[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, "a host name");
/** Of an object that is in the cluster already. */
export const objectName = z
  .string()
  .regex(
    /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    "the name of an object: lower-case letters, digits, dashes and dots",
  );
/** Of a label or an annotation. */
const objectKey = z
  .string()
  .regex(
    /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/,
    "a key of at most 63 letters, digits, dashes, dots and underscores, after example.com/ or nothing",
  );
const labelValue = z
  .string()
  .regex(/^([A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?)?$/, "at most 63 letters, digits, dashes, dots and underscores");
export const objectLabels = z.record(objectKey, labelValue);
export const annotations = z.record(objectKey, z.string());
export const objectLabel = { key: objectKey, value: labelValue };
/** A label of Prometheus' series. */
export const labelName = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, "a label's name: letters, digits and _");
export const image = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._:/-]*(:[\w][\w.-]{0,127}|@sha256:[0-9a-f]{64})$/, "an image with a tag or digest")
  .refine((reference) => !reference.endsWith(":latest"), "a pinned tag or digest, not latest");

const amounts = z.strictObject({
  cpu: quantity,
  memory: quantity,
  /** Of the node's disk, for logs and scratch volumes. @default 100Mi requested, at most 2Gi, of a store 10Gi */
  "ephemeral-storage": quantity.optional(),
});
export const resources = z.strictObject({ requests: amounts, limits: amounts });
export const resourcesOverride = z.strictObject({
  requests: resources.shape.requests.partial().optional(),
  limits: resources.shape.limits.partial().optional(),
});

export type Resources = z.infer<typeof resources>;
