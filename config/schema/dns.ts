/** Zones of DNS that a stack answers for. */
import { z } from "zod";
import { hostname } from "./primitives.ts";

export const dns = z.strictObject({
  /**
   * By their domains, as the stack's cloud knows them: on EKS the id of a hosted zone, on GKE the name of a managed zone
   * of the project, on AKS the resource id. external-dns and cert-manager may change these, and no others.
   */
  zones: z.record(hostname, z.string().min(1)),
});
