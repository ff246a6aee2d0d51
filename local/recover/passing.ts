/** Which of the engine's errors pass by themselves. */
import { withoutColors } from "../policies.ts";

interface EngineEvent {
  diagnosticEvent?: { message: string; severity: string };
}

/**
 * What API servers and clouds say when they have too much to do, have only just started, or were cut off.
 *
 * - Kubernetes: k8s.io/apimachinery/pkg/api/errors (429, 500, 503, 504), etcd's client, Go's net and net/http
 * - AWS: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 * - Google Cloud: https://cloud.google.com/apis/design/errors (429, 503)
 * - Azure: https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
 */
const PASSING = [
  /too many requests|try again later|currently unable to handle the request|Internal error occurred/i,
  /etcdserver: (request timed out|leader changed|no leader)|apiserver (is shutting down|not ready)/i,
  /\bEOF\b|connection (reset|refused)|broken pipe|i\/o timeout|TLS handshake timeout|no route to host/i,
  /due to unreachable cluster|unable to return a response in the time allotted/i,
  /Client\.Timeout exceeded|context deadline exceeded|http2: .*(lost|closed)/i,
  /Throttl|RequestLimitExceeded|Rate exceeded|RESOURCE_EXHAUSTED|rateLimitExceeded|quotaExceeded.*per minute/i,
  /ServiceUnavailable|InternalServerError|\bUNAVAILABLE\b|OperationNotAllowed.*throttl/i,
];

/** Said beside each resource's own error. */
const CLOSING = /^update failed$/;

/**
 * Whether another try is worth it: all that went wrong may be right in a moment.
 *
 * @param log an event of the engine's on each line
 */
export function isPassing(log: string): boolean {
  const errors = log.split("\n").flatMap((line) => {
    if (!line.includes('"diagnosticEvent"')) return [];
    const { diagnosticEvent } = JSON.parse(line) as EngineEvent;
    const message = withoutColors(diagnosticEvent?.message ?? "").trim();
    return diagnosticEvent?.severity === "error" && !CLOSING.test(message.replace(/^error: /, "")) ? [message] : [];
  });
  return errors.length > 0 && errors.every((message) => PASSING.some((said) => said.test(message)));
}
