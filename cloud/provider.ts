import type { ProviderArgs } from "@pulumi/kubernetes";

/** What every provider of objects in a cluster is told, whosever cluster it is. */
export const PROVIDER_SETTINGS = {
  enableServerSideApply: true,
  // Seconds. API servers give up on a request after 60 (--request-timeout), so an answer that has not come by then is lost:
  // without a limit, an update waits for it for ever.
  kubeClientSettings: { timeout: 90 },
} satisfies ProviderArgs;
