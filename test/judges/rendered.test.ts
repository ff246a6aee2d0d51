/** What Landfall renders, before judges that we did not write. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryDirectory } from "../support/api-server.ts";
import { checkov } from "./support/checkov.ts";
import { type Finding, JUDGES, type JudgeName } from "./support/finding.ts";
import { gitleaks } from "./support/gitleaks.ts";
import { kubeScore } from "./support/kube-score.ts";
import { kubeconform, MINORS } from "./support/kubeconform.ts";
import { blockOf, DIGESTS, figuresTable, shareOf, type Verdict, versionsLine, waiversTable } from "./support/page.ts";
import { type Rendering, renderAll } from "./support/renderings.ts";
import { trivy } from "./support/trivy.ts";
import { WAIVERS, waiverOf } from "./support/waivers.ts";

/** As random as a key, and the same in each run: of some random ones gitleaks thinks that they are words. */
const KEY = createHash("sha256").update("a key that opens nothing").digest("hex").slice(0, 40);
/** What each of them has to find fault with, so that a judge who sees nothing is not taken for one who is content. */
const BAD = `apiVersion: apps/v1
kind: Deployment
metadata: { name: bad, namespace: default }
spec:
  replicsa: 2
  selector: { matchLabels: { app: bad } }
  template:
    metadata: { labels: { app: bad } }
    spec:
      hostNetwork: true
      containers:
        - name: bad
          image: bad
          securityContext: { privileged: true }
          args: ["--api-key=${KEY}"]
`;

const isBad = ({ object }: Finding) => object.startsWith("bad/");

const PAGE = new URL("../../docs/judges.md", import.meta.url);
/** Of checkov's checks, in percent, once images have digests; the strongest public charts that we measured pass 94. */
const CHECKOV_FLOOR = 97;

describe("Every application in every profile, as it is rendered", function () {
  this.timeout(1_800_000); // judges may have to be built
  const { path, remove } = temporaryDirectory();
  let renderings: Rendering[];
  let verdict: Verdict;
  let findings: Finding[];
  let seesFault: JudgeName[];

  before(async () => {
    const root = join(path, "renderings");
    mkdirSync(root);
    renderings = await renderAll(root);
    mkdirSync(join(root, "bad"));
    writeFileSync(join(root, "bad", "deployment-bad.yaml"), BAD);
    const all = {
      kubeconform: await kubeconform(root, join(path, "schemas")),
      "kube-score": await kubeScore(root),
      trivy: await trivy(root),
      gitleaks: await gitleaks(root),
      checkov: await checkov(root),
    };
    seesFault = JUDGES.filter((judge) => all[judge].findings.some(isBad));
    for (const judgement of Object.values(all)) judgement.findings = judgement.findings.filter((it) => !isBad(it));
    verdict = all;
    findings = Object.values(verdict).flatMap((judgement) => judgement.findings);
  });

  after(remove);

  const unwaived = (judge: keyof Verdict) =>
    verdict[judge].findings
      .filter((finding) => !waiverOf(finding))
      .map(({ check, title, object }) => `${object}: ${check} ${title}`);

  it(`is valid, strictly, on Kubernetes ${MINORS.join(", ")}, custom resources too; nothing is skipped`, () => {
    assert.deepEqual(unwaived("kubeconform"), []);
    for (const { name, manifests } of renderings) {
      assert.equal(verdict.kubeconform.passed.get(name), manifests.length * MINORS.length, name);
    }
  });

  it("has nothing that kube-score calls critical", () => assert.deepEqual(unwaived("kube-score"), []));

  it("has nothing that Trivy calls high or critical", () => assert.deepEqual(unwaived("trivy"), []));

  it("has nothing that checkov finds", () => assert.deepEqual(unwaived("checkov"), []));

  it(`passes ${CHECKOV_FLOOR} % of checkov's checks, images by digest: waivers counted, and dev but for its pull policy`, () => {
    for (const { name, profile } of renderings) {
      const floor = profile === "dev" ? CHECKOV_FLOOR - 1 : CHECKOV_FLOOR;
      const share = shareOf(verdict.checkov, name, DIGESTS);
      assert.ok(share >= floor, `${name}: ${share} %`);
    }
  });

  it("has nothing that gitleaks takes for a secret", () => assert.deepEqual(unwaived("gitleaks"), []));

  it("was judged by each of them, who all find fault with what is bad", () => {
    assert.deepEqual(seesFault, JUDGES);
    for (const judge of ["kubeconform", "kube-score", "trivy", "checkov"] as const) {
      for (const { name } of renderings) assert.ok((verdict[judge].passed.get(name) ?? 0) > 40, `${judge} of ${name}`);
    }
  });

  it("needs every waiver that there is", () => {
    const idle = WAIVERS.filter((waiver) => !findings.some((finding) => waiverOf(finding) === waiver));
    assert.deepEqual(idle, []);
  });

  it("has the figures that docs/judges.md shows, with the waivers and why they are", () => {
    const page = readFileSync(PAGE, "utf8");
    const blocks = {
      versions: versionsLine(),
      figures: figuresTable(renderings, verdict),
      waivers: waiversTable(findings),
    };
    if (process.env.UPDATE_GOLDEN) {
      const written = Object.entries(blocks).reduce(
        (text, [mark, block]) => text.replace(blockOf(mark), () => block),
        page,
      );
      writeFileSync(PAGE, written);
    } else {
      for (const [mark, block] of Object.entries(blocks)) assert.equal(blockOf(mark).exec(page)?.[0], block);
    }
  });
});
