/** Add-ons of a rendering, for whoever installs them. */
import assert from "node:assert/strict";
import { objectsBelow, rendered } from "../support/rendered.ts";

const addons = {
  addons: {
    traefik: true,
    "cert-manager": true,
    velero: { provider: "aws", bucket: "copies", config: { region: "eu-west-1" }, credentials: { secret: "velero" } },
  },
};

describe("Add-ons of a rendering", function () {
  this.timeout(60_000);

  it("are listed with their values and the command that installs them", async () => {
    const { files, warnings } = await rendered("dev", addons);
    const text = files["addons/traefik.yaml"] as string;
    assert.match(
      text,
      /^# helm upgrade --install traefik traefik --repo https:\/\/traefik\.github\.io\/charts --version \S+ --namespace traefik --create-namespace --values addons\/traefik\.yaml --wait\n/,
    );
    assert.ok((files["README.md"] as string).includes(text.split("\n")[0]?.slice(2) as string));
    assert.ok(warnings.includes("3 add-ons are yours to install before: addons/ has the values."));
  });

  it("come in stages before the application, as they do in an update", async () => {
    const { rendering } = await rendered("dev", addons);
    const namespaceStage = rendering.objects.find(({ resource }) => resource === "pybase-namespace")?.stage as number;
    for (const { stage, name } of rendering.releases) assert.ok(stage < namespaceStage, name);
  });

  it("are Applications for Argo CD, in their waves", async () => {
    const { files } = await rendered("dev", addons, { installer: "argocd" });
    const { spec, metadata } = objectsBelow(files, "objects")["Application argocd/cert-manager"] as unknown as {
      metadata: { annotations: Record<string, string> };
      spec: { destination: { namespace: string }; source: { helm: { releaseName: string } } };
    };
    assert.deepEqual([spec.destination.namespace, spec.source.helm.releaseName], ["cert-manager", "cert-manager"]);
    assert.match(metadata.annotations["argocd.argoproj.io/sync-wave"] as string, /^\d$/);
    assert.equal("addons/cert-manager.yaml" in files, false);
  });

  it("are HelmReleases of HelmRepositories for Flux", async () => {
    const { files } = await rendered("dev", addons, { installer: "flux" });
    const objects = objectsBelow(files, "objects");
    const release = objects["HelmRelease traefik/traefik"] as unknown as {
      spec: { chart: { spec: { sourceRef: object } } };
    };
    assert.deepEqual(release.spec.chart.spec.sourceRef, { kind: "HelmRepository", name: "traefik" });
    assert.ok("HelmRepository traefik/traefik" in objects);
  });

  it("are refused to an installer that cannot reach them", async () => {
    const mirrored = { addons: { traefik: true, mirror: "./charts" } };
    await assert.rejects(
      rendered("dev", mirrored, { installer: "flux" }),
      /--addons flux: traefik \(\.\/charts\/traefik-.*\.tgz\) cannot be reached/,
    );
    assert.match(
      (await rendered("dev", mirrored)).files["addons/traefik.yaml"] as string,
      /traefik \.\/charts\/traefik-/,
    );
  });

  it("have no secret in their values, and say which one is missing", async () => {
    const secretValues = { "ports.web.port": "the-port" };
    const settings = { addons: { traefik: { secretValues } } };
    const listed = await rendered("dev", settings);
    assert.match(listed.files["addons/traefik.yaml"] as string, /^# ports\.web\.port: <the-port>, which is secret$/m);
    const flux = await rendered("dev", settings, { installer: "flux" });
    assert.ok(
      flux.warnings.includes(
        "Add-on traefik reads ports.web.port from the Secret traefik/traefik-values, which is yours to make.",
      ),
    );
    const argocd = await rendered("dev", settings, { installer: "argocd" });
    assert.ok(argocd.warnings.includes("Add-on traefik lacks ports.web.port, which is secret."));
  });
});
