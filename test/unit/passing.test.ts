/** Which failures of an update are worth another try. */
import assert from "node:assert/strict";
import { isPassing } from "../../local/recover/passing.ts";

const event = (message: string, severity = "error") => JSON.stringify({ diagnosticEvent: { message, severity } });
const log = (...lines: string[]) => [...lines, event("<{%reset%}>update failed<{%reset%}>"), ""].join("\n");
const failed = (reason: string) =>
  event(
    `<{%reset%}>resource "urn:pulumi:dev::a::b::c" was not successfully created by the Kubernetes API server: ${reason}<{%reset%}>`,
  );

describe("A failed update", () => {
  for (const reason of [
    'Patch "https://127.0.0.1:6443/api/v1/namespaces/shop": EOF',
    "the server has received too many requests and has asked us to try again later",
    "the server is currently unable to handle the request",
    'Internal error occurred: failed calling webhook "x": connection refused',
    "etcdserver: request timed out",
    'Patch "https://127.0.0.1:6443/api/v1/namespaces/shop?timeout=90s": context deadline exceeded',
    "ThrottlingException: Rate exceeded",
    "failed to read resource state due to unreachable cluster. If the cluster was deleted, you can remove this resource",
  ]) {
    it(`is tried again after "${reason}"`, () => assert.equal(isPassing(log(failed(reason))), true));
  }

  for (const reason of [
    'deployments.apps "web" is forbidden: exceeded quota: quota, requested: pods=1, used: pods=4, limited: pods=4',
    'services "web" is forbidden: User "ann" cannot create resource "services"',
    "Timeout occurred polling for 'web': ImagePullBackOff: Back-off pulling image",
    'admission webhook "policy.example.com" denied the request: no',
  ]) {
    it(`is not tried again after "${reason}"`, () => assert.equal(isPassing(log(failed(reason))), false));
  }

  it("is not tried again where one of its errors stays", () => {
    assert.equal(isPassing(log(failed("EOF"), failed("is forbidden: exceeded quota"))), false);
  });

  it("is judged by its errors, not by what is only told", () => {
    assert.equal(
      isPassing(log(failed("EOF"), event("a warning", "warning"), JSON.stringify({ resOutputsEvent: {} }))),
      true,
    );
  });

  it("that does not say why is not tried again", () => {
    assert.equal(isPassing(log()), false);
    assert.equal(isPassing(""), false);
  });
});
