/** Serves an emulator at Pulumi's provider protocol, as the cloud's own provider is served. */
import { Metadata, Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData, status } from "@grpc/grpc-js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import service from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import statuses from "@pulumi/pulumi/proto/status_pb.js";
import any from "google-protobuf/google/protobuf/any_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import type { Difference, Emulator } from "./emulator.ts";
import { GivenUp } from "./faults.ts";
import { CloudError, type Values } from "./rules.ts";
import type { Failure } from "./sdk.ts";

type Handler<Request, Response> = (request: Request) => Response | Promise<Response>;

/** @returns the port that it listens on, on this machine only */
export async function serve(emulator: Emulator, version: string): Promise<number> {
  const server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  server.addService(service.ResourceProviderService, handlers(emulator, version));
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
}

function handlers(emulator: Emulator, version: string) {
  return {
    getPluginInfo: unary(() => new plugin.PluginInfo().setVersion(version)),
    attach: unary(() => new empty.Empty()),
    cancel: unary(() => new empty.Empty()),
    checkConfig: unary((request: InstanceType<typeof messages.CheckRequest>) => {
      const settings = values(request.getNews());
      return checked(settings, emulator.checkSettings(texts(settings)));
    }),
    diffConfig: unary((request: InstanceType<typeof messages.DiffRequest>) =>
      different(
        emulator.diff(request.getUrn(), values(request.getOldInputs() ?? request.getOlds()), values(request.getNews())),
      ),
    ),
    configure: unary((request: InstanceType<typeof messages.ConfigureRequest>) => {
      emulator.configure(texts(values(request.getArgs())));
      return new messages.ConfigureResponse().setSupportspreview(true);
    }),
    check: unary((request: InstanceType<typeof messages.CheckRequest>) => {
      const before = request.getOlds();
      const { inputs, failures } = emulator.check(
        request.getUrn(),
        before && values(before),
        values(request.getNews()),
      );
      return checked(inputs, failures);
    }),
    diff: unary((request: InstanceType<typeof messages.DiffRequest>) =>
      different(emulator.diff(request.getUrn(), values(request.getOldInputs()), values(request.getNews()))),
    ),
    create: unary(async (request: InstanceType<typeof messages.CreateRequest>) => {
      const inputs = values(request.getProperties());
      const response = new messages.CreateResponse();
      if (request.getPreview()) return response.setProperties(message(emulator.preview(request.getUrn(), inputs)));
      const { id, outputs } = await emulator.create(request.getUrn(), inputs);
      return response.setId(id).setProperties(message(outputs));
    }),
    update: unary(async (request: InstanceType<typeof messages.UpdateRequest>) => {
      const inputs = values(request.getNews());
      const outputs = request.getPreview()
        ? emulator.preview(request.getUrn(), inputs, values(request.getOlds()))
        : await emulator.update(request.getUrn(), request.getId(), inputs);
      return new messages.UpdateResponse().setProperties(message(outputs));
    }),
    read: unary((request: InstanceType<typeof messages.ReadRequest>) => {
      const entity = emulator.read(request.getUrn(), request.getId());
      const response = new messages.ReadResponse();
      if (!entity) return response;
      return response.setId(entity.id).setProperties(message(entity.outputs)).setInputs(message(entity.inputs));
    }),
    delete: unary(async (request: InstanceType<typeof messages.DeleteRequest>) => {
      await emulator.remove(request.getUrn(), request.getId());
      return new empty.Empty();
    }),
    invoke: unary(async (request: InstanceType<typeof messages.InvokeRequest>) => {
      const answer = await emulator.invoke(request.getTok(), values(request.getArgs()));
      return new messages.InvokeResponse().setReturn(message(answer));
    }),
  };
}

function unary<Request, Response>(handle: Handler<Request, Response>) {
  return async (call: ServerUnaryCall<Request, Response>, answer: sendUnaryData<Response>): Promise<void> => {
    try {
      answer(null, await handle(call.request));
    } catch (error) {
      // Anything else is a defect of the emulator's, and its place is wanted.
      if (error instanceof GivenUp) return answer(givenUp(error));
      const { message, stack } = error as Error;
      answer({ code: status.UNKNOWN, details: error instanceof CloudError ? message : stack });
    }
  };
}

/** How a provider says that the resource is there all the same: `ErrorResourceInitFailed` of pulumi/proto/provider.proto. */
function givenUp({ message: details, id, inputs, outputs }: GivenUp) {
  const failure = new messages.ErrorResourceInitFailed()
    .setId(id)
    .setInputs(message(inputs))
    .setProperties(message(outputs))
    .setReasonsList([details]);
  const detail = new any.Any();
  detail.pack(failure.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const metadata = new Metadata();
  const full = new statuses.Status().setCode(status.UNKNOWN).setMessage(details).setDetailsList([detail]);
  metadata.add("grpc-status-details-bin", Buffer.from(full.serializeBinary()));
  return { code: status.UNKNOWN, details, metadata };
}

function checked(inputs: Values, failures: readonly Failure[]) {
  const list = failures.map(({ property, reason }) =>
    new messages.CheckFailure().setProperty(property).setReason(property === "" ? reason : `${property} ${reason}`),
  );
  return new messages.CheckResponse().setInputs(message(inputs)).setFailuresList(list);
}

function different(differences: readonly Difference[]) {
  const { DiffChanges } = messages.DiffResponse;
  const { Kind } = messages.PropertyDiff;
  const response = new messages.DiffResponse()
    .setChanges(differences.length > 0 ? DiffChanges.DIFF_SOME : DiffChanges.DIFF_NONE)
    .setReplacesList(differences.filter(({ replaces }) => replaces).map(({ path }) => path))
    .setHasdetaileddiff(true);
  for (const { path, kind, replaces } of differences) {
    const name = `${kind.toUpperCase()}${replaces ? "_REPLACE" : ""}` as keyof typeof Kind;
    response.getDetaileddiffMap().set(path, new messages.PropertyDiff().setKind(Kind[name]).setInputdiff(true));
  }
  return response;
}

function message(given: Values) {
  // What is undefined has no place in a message.
  return struct.Struct.fromJavaScript(JSON.parse(JSON.stringify(given)));
}

function values(given: InstanceType<typeof struct.Struct> | undefined): Values {
  return (given?.toJavaScript() ?? {}) as Values;
}

/** A provider's settings are texts, those with structure as JSON. */
function texts(settings: Values): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}
